// Who speaks: notes of the room are sent without leaving the page, so nothing that is typed beside them is lost. Order by
// keys or by dragging, and the page follows when somebody else moves the room on.
import { agenda, exchangeAgenda, show } from "./agenda.js";
import { tick } from "./timer.js";

/** A form that is on its way is not sent a second time: who presses twice means one. */
async function note(form, submitter) {
  if (form.dataset.going) return;
  form.dataset.going = "1";
  const body = new URLSearchParams(new FormData(form, submitter));
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    const html = await answer.text();
    if (show(html, form)) return answer.ok || complain(refusalIn(html));
  } catch {
    // said below
  } finally {
    delete form.dataset.going;
  }
  complain();
}

/** Why a page says that nothing was done. */
const refusalIn = (html) => new DOMParser().parseFromString(html, "text/html").querySelector("main > .refused")?.textContent.trim();

/** Nothing was noted: as it is told, or the connection is lost, or nobody is signed in any more. */
function complain(words) {
  const part = agenda();
  part.querySelector("[data-not-noted]")?.remove();
  const notice = document.createElement("p");
  notice.className = "notice warn";
  notice.setAttribute("role", "alert");
  notice.dataset.notNoted = "";
  notice.textContent = words || part.dataset.notNoted;
  part.prepend(notice);
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-note]")) return;
  event.preventDefault();
  note(event.target, event.submitter);
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-on-change] select")) event.target.form.requestSubmit();
});

document.addEventListener("keydown", (event) => {
  const item = document.activeElement?.closest?.("[data-question]");
  if (!event.altKey || !item || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  event.preventDefault();
  item.querySelector(event.key === "ArrowUp" ? "[data-up]" : "[data-down]")?.click();
});
// Whoever opens a form with a key goes on typing in it. Which key: `data-key` (keys.js).
document.addEventListener(
  "toggle",
  (event) => {
    if (event.target.open && event.target.closest?.(".podium")) event.target.querySelector("textarea")?.focus();
  },
  true,
);

let dragged = null;
document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-question]") ?? null;
  dragged?.classList.add("dragged");
  event.dataTransfer?.setData("text/plain", "");
});
document.addEventListener("dragover", (event) => {
  const over = event.target.closest?.("[data-question]");
  if (!dragged || !over || over.parentElement !== dragged.parentElement || over === dragged) return;
  event.preventDefault();
  const box = over.getBoundingClientRect();
  over.parentElement.insertBefore(dragged, event.clientY < box.top + box.height / 2 ? over : over.nextElementSibling);
});
document.addEventListener("drop", (event) => dragged && event.preventDefault());
document.addEventListener("dragend", () => {
  if (!dragged) return;
  dragged.classList.remove("dragged");
  const after = dragged.nextElementSibling?.closest("[data-question]");
  const form = document.createElement("form");
  form.method = "post";
  form.action = location.pathname;
  for (const [name, value] of Object.entries({ verb: "put-question", question: dragged.dataset.question, before: after?.dataset.question ?? "" })) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    form.append(field);
  }
  dragged = null;
  note(form);
});

document.addEventListener("doithoai:agenda", tick);
document.addEventListener("doithoai:news", exchangeAgenda);
tick();

const room = agenda()?.dataset.room;
if (room) {
  let first = true;
  new EventSource(`${room}/man-chieu/tin`).addEventListener("screen", () => {
    if (!first) exchangeAgenda();
    first = false;
  });
}
