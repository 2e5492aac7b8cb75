"use strict";
// The desk and the slip work without this. With it: Enter moves on, nothing is sent twice, the slip prints itself.

const paper = document.querySelector("form[data-paper]");
if (paper) {
  const shown = () => [...paper.elements].filter((one) => one.type !== "hidden" && one.offsetParent && !one.disabled && one.tagName !== "FIELDSET");
  paper.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      paper.requestSubmit();
    } else if (event.target.matches("input:not([type=file]), select")) {
      event.preventDefault();
      const all = shown();
      all[all.indexOf(event.target) + 1]?.focus();
    }
  });
  let sent = false;
  paper.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  addEventListener("pageshow", () => { sent = false; });
  const wrong = paper.querySelector("[aria-invalid]");
  (wrong ?? paper.querySelector("[autofocus]"))?.focus();
}

const print_now = document.querySelector("[data-print-now]");
if (print_now) {
  print_now.hidden = false;
  print_now.addEventListener("click", () => print());
  if (new URLSearchParams(location.search).has("tu")) addEventListener("load", () => print());
}
