// While a question is typed: what was asked and answered before that is like it. An addition only. The form works
// without it, focus stays where it is, and whatever fails stays silent.
(() => {
  const PAUSE_MS = 600;
  const SHORTEST = 15;

  // The box that a place for hints belongs to: the nearest one before it on the page.
  function boxBefore(place) {
    const boxes = [...document.querySelectorAll("textarea")];
    return boxes.filter((box) => box.compareDocumentPosition(place) & Node.DOCUMENT_POSITION_FOLLOWING).pop();
  }

  function element(name, text) {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    return made;
  }

  function entry(one) {
    const details = element("details");
    const answer = element("p", one.answered);
    answer.className = "answer";
    const link = element("a", "Xem trang câu trả lời (mở trang mới)");
    link.href = one.url;
    link.className = "action";
    link.target = "_blank";
    link.rel = "noopener";
    details.append(element("summary", one.asked), answer, link);
    return details;
  }

  function watch(place) {
    const box = boxBefore(place);
    if (!box || place.dataset.watched) return;
    place.dataset.watched = "yes";
    const told = element("p");
    told.setAttribute("aria-live", "polite");
    const list = element("div");
    place.append(told, list);
    place.hidden = false;
    let timer, asking, shown = "";

    function show(found) {
      const now = found.map((one) => one.url).join(" ");
      if (now === shown) return; // what somebody is reading is not moved
      shown = now;
      list.replaceChildren(...found.map(entry));
      told.textContent = found.length
        ? `Có ${found.length} câu hỏi tương tự đã được trả lời. Ông/bà xem thử ở dưới; nếu chưa đủ, xin cứ gửi câu hỏi.`
        : "";
    }

    async function ask() {
      asking?.abort();
      const text = box.value.trim();
      if (text.length < SHORTEST) return show([]);
      asking = new AbortController();
      try {
        const answer = await fetch(`${place.dataset.hint}?q=${encodeURIComponent(text.slice(0, 600))}`, { signal: asking.signal });
        if (answer.ok) show(await answer.json());
      } catch {
        // no connection, or something newer was typed
      }
    }

    box.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, PAUSE_MS);
    });
    if (box.value.trim()) ask();
  }

  document.querySelectorAll("[data-hint]").forEach(watch);
})();
