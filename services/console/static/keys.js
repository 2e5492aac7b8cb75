// Keys, for whoever never takes the hands off them; everything is done with the mouse, too. Never while one types.

const TYPING = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const links = () => [...document.querySelectorAll("[data-walk] a.case, [data-walk] a.case-link")].filter((one) => one.checkVisibility());

/** Where j and k are: the link that has the focus, or the row that it stands in. */
function place(all) {
  const here = document.activeElement;
  return all.findIndex((one) => one === here || one.closest("li, tr")?.contains(here));
}

function act(target) {
  if (target.matches("input, textarea, select")) return target.focus();
  target.scrollIntoView({ block: "nearest" });
  target.focus();
  target.click();
}

let went = -Infinity; // times of events begin with the page

document.addEventListener("keydown", (event) => {
  // Alt and a letter, the same in every browser: those that have access keys of their own want other keys with them.
  if (event.altKey && !event.ctrlKey && !event.metaKey) {
    const target = document.querySelector(`[accesskey="${event.code.replace("Key", "").toLowerCase()}"]`);
    if (!target) return;
    event.preventDefault();
    target.focus();
    if (target.matches("a, button")) target.click();
    return;
  }
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const open = document.querySelector(".me[open]");
  if (event.key === "Escape" && open) {
    open.removeAttribute("open");
    open.querySelector("summary").focus();
    return;
  }
  if (event.target.closest(TYPING) || document.querySelector("dialog[open]")) return;
  if (event.timeStamp - went < 1500) {
    went = -Infinity;
    const to = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    if (to) { event.preventDefault(); to.click(); }
    return;
  }
  if (event.key === "g") { went = event.timeStamp; return; }
  if (event.key === "?") { event.preventDefault(); document.getElementById("shortcuts")?.showModal(); return; }
  const step = { j: 1, k: -1 }[event.key];
  if (step) {
    const all = links();
    if (all.length) all[Math.max(0, Math.min(all.length - 1, place(all) + step))].focus();
    return;
  }
  if (event.key === "x") {
    const box = document.activeElement.closest("li, tr")?.querySelector("input[type=checkbox]");
    if (box) { event.preventDefault(); box.click(); }
    return;
  }
  if (!/^[a-z/]$/.test(event.key)) return;
  const here = document.activeElement.closest("article");
  const wanted = `[data-key="${event.key}"]`;
  const target = [...(here?.querySelectorAll(wanted) ?? []), ...document.querySelectorAll(wanted)].find((one) => one.checkVisibility());
  if (target) { event.preventDefault(); act(target); }
});

for (const button of document.querySelectorAll("[data-show]")) {
  button.addEventListener("click", () => document.getElementById(button.dataset.show).showModal());
}

// What was opened over the page closes when one goes on elsewhere.
document.addEventListener("click", (event) => {
  for (const one of document.querySelectorAll(".me[open]")) if (!one.contains(event.target)) one.removeAttribute("open");
});
