"use strict";
// Pages work without this. With it: a choice is taken over at once, figures stay fresh, the tail is live, keys move.

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

for (const form of document.querySelectorAll("form[data-submit]")) {
  form.querySelector("button").hidden = true;
  form.addEventListener("change", () => form.requestSubmit());
}

// On a telephone tabs stand in one row that scrolls, and the one that is open may be far along it.
for (const row of document.querySelectorAll(".tabs")) {
  const here = row.querySelector("[aria-current]");
  if (here) row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
}

for (const part of document.querySelectorAll("[data-refresh^='/']")) {
  setInterval(async () => {
    if (document.hidden || part.contains(document.activeElement)) return;
    try {
      const answer = await fetch(part.dataset.refresh);
      if (answer.ok) {
        const open = [...part.querySelectorAll("details[open]")].map((one) => one.id);
        part.innerHTML = await answer.text();
        for (const id of open) document.getElementById(id)?.setAttribute("open", "");
      }
      part.classList.toggle("stale", !answer.ok);
    } catch {
      part.classList.add("stale");
    }
  }, 3000);
}

const LINES = 200;
const table = document.querySelector("[data-tail]");
if (table) {
  const body = table.tBodies[0];
  const live = document.querySelector("[data-live]");
  let after = Number(table.dataset.after);

  const cell = (row, text, kind) => {
    const td = row.insertCell();
    td.textContent = text;
    if (kind) td.className = kind;
    return td;
  };
  const show = (seen) => {
    after = seen.position;
    const row = body.insertRow(0);
    row.className = "new";
    cell(row, seen.at);
    cell(row, seen.words);
    cell(row, seen.speaker);
    cell(row, seen.commune);
    const link = document.createElement("a");
    link.href = "/ho-so/" + encodeURIComponent(seen.case);
    link.textContent = seen.case;
    cell(row, "").append(link);
    cell(row, seen.position, "n");
    while (body.rows.length > LINES) body.deleteRow(-1);
    document.querySelector("[data-tail-empty]")?.remove();
  };
  const connect = () => {
    const wanted = new URLSearchParams(location.search);
    wanted.set("sau", after);
    const source = new EventSource(table.dataset.tail + "?" + wanted);
    source.onopen = () => { live.textContent = "● đang xem trực tiếp"; };
    source.onmessage = (message) => show(JSON.parse(message.data));
    source.onerror = () => {
      live.textContent = "mất kết nối, đang thử lại…";
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, 3000);
    };
  };
  connect();
}

// A text to start an answer from goes below what was typed; without this the page does the same.
for (const button of document.querySelectorAll("[data-fill]")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const area = document.getElementById(button.dataset.fill);
    const [written, text] = [area.value.trim(), button.value.trim()];
    if (!written.includes(text)) area.value = written ? written + "\n\n" + text : text;
    area.dispatchEvent(new Event("input"));
    area.focus();
  });
}

for (const told of document.querySelectorAll("[data-places]")) {
  const area = document.getElementById(told.dataset.places);
  area.addEventListener("input", () => {
    const places = new Set((area.value.match(/\{[^{}\n]{0,200}\}?/g) || []).map((one) => one.trim()));
    told.hidden = !places.size;
    told.querySelector("span").textContent = [...places].join(", ");
  });
}
