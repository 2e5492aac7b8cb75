// Every page works without this script. With it, what only a script can do is offered.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// A file that would be refused is told before it is sent, and taken out of the choice; the others stay chosen.
for (const input of document.querySelectorAll("input[type=file][data-most-bytes]")) {
  const mostFiles = Number(input.dataset.mostFiles);
  const mostBytes = Number(input.dataset.mostBytes);
  const problem = document.getElementById(`${input.id}-problem`);
  input.addEventListener("change", () => {
    const chosen = new DataTransfer();
    const problems = [];
    for (const file of input.files) {
      if (file.size > mostBytes) problems.push(`Không chọn được “${file.name}”: tệp lớn quá ${mostBytes / 1048576} MB.`);
      else if (chosen.files.length >= mostFiles) problems.push(`Không chọn được “${file.name}”: đã đủ số tệp.`);
      else chosen.items.add(file);
    }
    if (problems.length) input.files = chosen.files;
    problem.textContent = problems.join(" ");
    input.toggleAttribute("aria-invalid", problems.length > 0);
  });
}

// Files take their time on a slow line: say that they are on their way.
for (const told of document.querySelectorAll("[data-sending]")) {
  told.closest("form").addEventListener("submit", () => {
    told.textContent = "Đang gửi, xin ông/bà chờ…";
  });
  window.addEventListener("pageshow", () => {
    told.textContent = "";
  });
}

// Several questions in one box: say into which the system takes it apart, before it is sent.
for (const told of document.querySelectorAll("[data-apart]")) {
  const box = document.getElementById(told.dataset.apart);
  let latest = 0;
  const ask = async () => {
    const own = ++latest;
    let questions = [];
    try {
      const text = box.value.trim();
      if (text) {
        const answer = await fetch(told.dataset.to, { method: "POST", body: new URLSearchParams({ text }) });
        if (answer.ok) ({ questions } = await answer.json());
      }
    } catch {
      // Away or offline: the form is sent without it.
    }
    if (own !== latest) return;
    told.replaceChildren();
    if (questions.length < 2) return;
    const list = document.createElement("ol");
    list.append(
      ...questions.map((question) => Object.assign(document.createElement("li"), { textContent: question })),
    );
    const words = `Hệ thống hiểu là ${questions.length} câu hỏi. Nếu chưa đúng, xin để một dòng trống giữa hai câu.`;
    told.append(Object.assign(document.createElement("p"), { textContent: words }), list);
  };
  box.addEventListener("change", ask);
  if (box.value) ask();
}
