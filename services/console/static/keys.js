"use strict";
// Alt and a letter, the same in every browser: those that have access keys of their own want other keys with them.
document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey) return;
  const target = document.querySelector(`[accesskey="${event.code.replace("Key", "").toLowerCase()}"]`);
  if (!target) return;
  event.preventDefault();
  target.focus();
  if (target.matches("a, button")) target.click();
});
