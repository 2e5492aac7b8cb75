// What is about to happen can be taken back from any page; what happened is told of on any page.
// Without this the same stands on the lists, and forms do the taking back.

const told = document.querySelector("[data-held]");
let timer = 0;

async function look() {
  clearTimeout(timer);
  try {
    const answer = await fetch(told.dataset.held, { headers: { Accept: "text/html" } });
    if (answer.ok && !answer.redirected) show(await answer.text());
  } catch {
    timer = setTimeout(look, 3000);
  }
}

function show(html) {
  const had = told.contains(document.activeElement);
  const page = new DOMParser().parseFromString(html, "text/html");
  told.replaceChildren(...page.body.children);
  if (had) told.querySelector("button, a")?.focus();
  follow();
}

/** Count down, and look again when the time is over, until nothing is under way. */
function follow() {
  clearTimeout(timer);
  const waiting = [...told.querySelectorAll("[data-left]")];
  if (!waiting.length) return;
  const began = performance.now();
  const step = () => {
    const passed = performance.now() - began;
    let next = 1000;
    for (const one of waiting) {
      const left = Number(one.dataset.left) - passed;
      const count = one.querySelector("[data-count]");
      if (count) count.textContent = Math.max(0, Math.ceil(left / 1000));
      if (left > 0) next = Math.min(next, (left % 1000) + 5);
    }
    if (waiting.some((one) => Number(one.dataset.left) - passed <= 0)) timer = setTimeout(look, 700);
    else timer = setTimeout(step, next);
  };
  step();
}

if (told) {
  told.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const answer = await fetch(event.target.action, { method: "POST", body: new URLSearchParams(new FormData(event.target)) });
      const late = new URL(answer.url).searchParams.has("muon");
      if (late) location.assign(answer.url);
      else await look();
      document.dispatchEvent(new CustomEvent("doithoai:undone"));
    } catch {
      look();
    }
  });
  if (told.childElementCount) follow();
  else look();
}
