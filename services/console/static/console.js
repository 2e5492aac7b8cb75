"use strict";
// Pages work without this.

// What people typed stays on no device for good, whatever page is opened: a day what was begun for a case; names and
// questions from the floor and check-ins three days where they were refused, which somebody has read, and thirty where
// they were never sent, for they are nowhere else.
const DAY_MS = 24 * 3600 * 1000;
const BEGUN = ["doithoai-draft/", "doithoai-typed/"];
const WAITING = ["doithoai-floor/", "doithoai-checkin/"];
const keptIn = (store, beginnings) => Object.keys(store).filter((id) => beginnings.some((one) => id.startsWith(one)));

for (const store of [localStorage, sessionStorage]) {
  for (const id of keptIn(store, [...BEGUN, ...WAITING])) {
    try {
      const { reason, at, kept_at } = JSON.parse(store.getItem(id));
      const days = keptIn({ [id]: 0 }, BEGUN).length ? 1 : reason ? 3 : 30;
      if (Date.now() - (kept_at ?? at) > days * DAY_MS) store.removeItem(id);
    } catch {
      // a lock, or nothing of ours
    }
  }
}

// Who leaves leaves no words behind for who comes next; but nobody loses them unasked.
document.addEventListener("submit", (event) => {
  const { by, sure } = event.target.dataset;
  if (event.target.getAttribute("action") !== "/ra" || !by) return;
  const begun = [localStorage, sessionStorage].flatMap((store) => keptIn(store, BEGUN.map((one) => `${one}${by}/`)).map((id) => [store, id]));
  if (begun.length && !confirm(sure)) event.preventDefault();
  else for (const [store, id] of begun) store.removeItem(id);
});

// On a telephone tabs stand in one row that scrolls, and the one that is open may be far along it.
for (const row of document.querySelectorAll(".tabs")) {
  const here = row.querySelector("[aria-current]");
  if (here) row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
}
