"use strict";
// Lists of letters work without this. With it: the order of ticking is written down, a scanner goes from one field to
// the next, all letters of a page are ticked at once.

for (const form of document.querySelectorAll("form[data-order]")) {
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  const placeOf = (box) => form.querySelector(`[id="${box.id.replace("thu-", "xep-")}"]`);
  form.addEventListener("change", (event) => {
    if (!boxes.includes(event.target)) return;
    const place = placeOf(event.target);
    if (!event.target.checked) {
      place.value = "";
      return;
    }
    const taken = boxes.filter((box) => box.checked && box !== event.target).map((box) => Number(placeOf(box).value));
    place.value = Math.max(0, ...taken) + 1;
  });
}

const fields = [...document.querySelectorAll(".tracking")];
for (const [place, field] of fields.entries()) {
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    fields[place + 1]?.focus();
  });
}

const all = document.querySelector("[data-all]");
if (all) {
  all.hidden = false;
  all.addEventListener("click", () => {
    const boxes = [...document.querySelectorAll(".run-letters input[type=checkbox]")];
    const some = boxes.some((box) => !box.checked);
    for (const box of boxes) box.checked = some;
  });
}
