"use strict";
// Pages work without this.

// Names and questions from the floor stay on no device for good, whatever page is opened: three days those that were
// refused, which somebody has read; thirty those that were never sent, for they are nowhere else.
const DAY_MS = 24 * 3600 * 1000;
for (const id of Object.keys(localStorage).filter((one) => one.startsWith("doithoai-floor/"))) {
  try {
    const { reason, kept_at } = JSON.parse(localStorage.getItem(id));
    if (Date.now() - kept_at > (reason ? 3 : 30) * DAY_MS) localStorage.removeItem(id);
  } catch {
    // a lock, or nothing of ours
  }
}

// On a telephone tabs stand in one row that scrolls, and the one that is open may be far along it.
for (const row of document.querySelectorAll(".tabs")) {
  const here = row.querySelector("[aria-current]");
  if (here) row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
}
