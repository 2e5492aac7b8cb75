"use strict";
// The editor of a text works without this. With it: the preview follows the typing, names are put in by a click, a
// mistake leads to its line.

const PAUSE_MS = 700;
const form = document.querySelector("form[data-preview]");
const preview = document.getElementById("preview");
const body = document.getElementById("body");
let waiting = 0;
let asked = 0;
let field = body;

/** Asks how the text would look; of several answers under way the last one asked for counts. */
async function look() {
  clearTimeout(waiting);
  const mine = ++asked;
  preview.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.dataset.preview, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    const html = await answer.text();
    if (mine !== asked) return;
    if (answer.ok) preview.innerHTML = html;
    const before = document.getElementById("mistakes");
    if (answer.ok && before) before.hidden = !preview.querySelector(".refused");
    preview.classList.toggle("stale", !answer.ok);
    leadToLines(preview);
  } catch {
    if (mine === asked) preview.classList.add("stale");
  } finally {
    if (mine === asked) preview.setAttribute("aria-busy", "false");
  }
}

/** Where a line begins in the text. */
function startOf(line) {
  return body.value.split("\n").slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
}

/** Each mistake that names a line becomes a button that goes there. */
function leadToLines(part) {
  for (const one of part.querySelectorAll("[data-line]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "to-line";
    button.textContent = one.textContent;
    button.addEventListener("click", () => {
      const line = Number(one.dataset.line);
      const start = startOf(line);
      const end = body.value.indexOf("\n", start);
      body.focus();
      body.setSelectionRange(start, end < 0 ? body.value.length : end);
      const lines = body.value.split("\n").length;
      body.scrollTop = Math.max(0, (body.scrollHeight * (line - 4)) / lines);
    });
    one.replaceChildren(button);
  }
}

form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(look, PAUSE_MS);
});
form.addEventListener("submit", (event) => {
  if (event.submitter?.value !== "preview-text") return;
  event.preventDefault();
  look();
});

for (const one of form.querySelectorAll("#about, #mail_subject, #body")) one.addEventListener("focus", () => { field = one; });
for (const hint of document.querySelectorAll("[data-script]")) hint.hidden = false;
for (const name of document.querySelectorAll("[data-insert]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "insert";
  button.textContent = name.textContent;
  button.addEventListener("click", () => {
    field.setRangeText(name.textContent, field.selectionStart, field.selectionEnd, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  name.replaceWith(button);
  name.textContent = button.textContent;
}

const caret = document.querySelector("[data-caret]");
const tellLine = () => {
  caret.querySelector("span").textContent = body.value.slice(0, body.selectionStart).split("\n").length;
};
caret.hidden = false;
for (const kind of ["keyup", "click", "input", "focus"]) body.addEventListener(kind, tellLine);
leadToLines(form);
if (!preview.querySelector("iframe, img, .refused, .notice")) look();
