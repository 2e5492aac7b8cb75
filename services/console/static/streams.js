// The operators' pages stay fresh by themselves. Without this they are as they were when they were loaded.
// Nothing is asked while the tab is hidden, and nothing is taken from under somebody's hands.

const numbers = new Intl.NumberFormat(document.documentElement.lang);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const seen = () =>
  document.hidden ? new Promise((done) => document.addEventListener("visibilitychange", done, { once: true })) : null;

async function fetched(path, accept) {
  const answer = await fetch(path, { headers: accept ? { accept } : {} });
  if (!answer.ok || answer.redirected) throw new Error(answer.status);
  return answer;
}

// A part of the page is taken from the page anew, unless somebody is in it.
async function again(...ids) {
  const page = new DOMParser().parseFromString(await (await fetched(location.href)).text(), "text/html");
  for (const id of ids) {
    const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
    if (old && fresh && !old.contains(document.activeElement)) old.replaceWith(fresh);
  }
  return page;
}

function stale(yes) {
  for (const part of document.querySelectorAll("[data-moves], [data-again]")) part.classList.toggle("stale", yes);
  const beat = document.querySelector("[data-beat]");
  if (beat) beat.textContent = yes ? beat.dataset.stale : beat.dataset.fresh;
}

// --- figures that move: texts, thicknesses and states by name -----------------------------------------------------------

function show({ texts = {}, widths = {}, states = {} }) {
  for (const place of document.querySelectorAll("[data-t]")) {
    const value = texts[place.dataset.t];
    if (value !== undefined) place.textContent = numbers.format(value);
  }
  for (const place of document.querySelectorAll("[data-z]")) {
    const value = texts[place.dataset.z];
    if (value !== undefined) place.setAttribute("visibility", value ? "visible" : "hidden");
  }
  for (const line of document.querySelectorAll("[data-w]")) {
    const width = widths[line.dataset.w];
    if (width === undefined) continue;
    line.setAttribute("stroke-width", width);
    line.closest("a").classList.toggle("quiet", !texts[`${line.dataset.w}.rate`]);
  }
  for (const place of document.querySelectorAll("[data-s]")) {
    const state = states[place.dataset.s];
    const word = place.querySelector("[data-word]");
    if (state === undefined || place.dataset.state === state) continue;
    place.dataset.state = state;
    if (word) word.textContent = word.dataset[state];
  }
}

async function follow(part) {
  let shape = null;
  for (;;) {
    await sleep(2000);
    await seen();
    try {
      const told = await (await fetched(part.dataset.moves, "application/json")).json();
      if (shape !== null && told.shape !== shape) await again("live", "alarms");
      shape = told.shape;
      show(told);
      stale(false);
    } catch {
      stale(true);
    }
  }
}

// --- pages that are taken anew ------------------------------------------------------------------------------------------

async function repeat() {
  for (;;) {
    const part = document.getElementById("again");
    if (!part || part.dataset.over !== undefined) return;
    await sleep(Number(part.dataset.again) * 1000);
    await seen();
    try {
      await again("again", "alarms");
      stale(false);
    } catch {
      stale(true);
    }
  }
}

// --- the tail -----------------------------------------------------------------------------------------------------------

function tail(table) {
  const body = table.tBodies[0];
  const state = document.querySelector("[data-live-state]");
  const pause = document.querySelector("[data-pause]");
  const cells = table.tHead.rows[0].cells.length;
  let [after, paused, held, source, lost] = [Number(table.dataset.after), false, 0, null, 0];

  const link = (href, text) => Object.assign(document.createElement("a"), { href, textContent: text });
  const add = (told) => {
    after = told.position;
    const row = document.createElement("tr");
    row.className = "new";
    const texts = [Object.assign(document.createElement("time"), { textContent: told.at }), told.words, told.speaker, told.commune];
    if (cells > 5) texts.push(link("/van-hanh/su-kien?hoso=" + encodeURIComponent(told.case), told.case));
    for (const text of texts) row.insertCell().append(text);
    const number = row.insertCell();
    number.className = "n";
    number.append(link("/van-hanh/su-kien/" + told.position, told.position));
    body.prepend(row);
    while (body.rows.length > Number(table.dataset.most)) body.deleteRow(-1);
    document.querySelector("[data-tail-empty]")?.remove();
  };
  const say = (text) => { if (state) state.textContent = text; };
  const connect = () => {
    const path = table.dataset.events;
    source = new EventSource(`${path}${path.includes("?") ? "&" : "?"}sau=${after}`);
    source.onopen = () => {
      clearTimeout(lost);
      lost = 0;
      say(state?.dataset.on);
    };
    source.onmessage = (message) => add(JSON.parse(message.data));
    source.onerror = () => {
      // Every minute the server ends the stream, and the browser is back within a second: of that nobody is told.
      lost ||= setTimeout(() => { if (!paused) say(state?.dataset.off); }, 3000);
      if (source.readyState === EventSource.CLOSED && !paused) setTimeout(connect, 3000);
    };
  };
  const hold = () => {
    // What comes meanwhile stays with the server: the tail goes on behind the last line that is shown.
    paused = !paused;
    held = pause.dataset.now ??= pause.textContent;
    pause.textContent = paused ? pause.dataset.resume : held;
    pause.setAttribute("aria-pressed", paused);
    if (paused) {
      source.close();
      say(state.dataset.paused);
    } else {
      connect();
    }
  };
  if (pause) {
    pause.hidden = false;
    pause.addEventListener("click", hold);
    document.addEventListener("keydown", (event) => {
      if (event.key !== "p" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (!/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) hold();
    });
  }
  connect();
}

// --- choosing some of a list --------------------------------------------------------------------------------------------

function choosing(form) {
  const boxes = [...form.querySelectorAll("input[name=number]")];
  const all = form.querySelector("[data-all]");
  const count = form.querySelector("[data-ticked]");
  const told = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    count.textContent = ticked ? `(${numbers.format(ticked)})` : "";
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  };
  all.hidden = false;
  all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; told(); });
  for (const box of boxes) box.addEventListener("change", told);
  const reason = form.querySelector("[name=reason]");
  for (const button of form.querySelectorAll("button[name=do]")) {
    button.addEventListener("click", () => { reason.required = button.value === "discard"; });
  }
  told();
}

for (const part of document.querySelectorAll("[data-moves]")) follow(part);
if (document.getElementById("again")) repeat();
for (const table of document.querySelectorAll("[data-events]")) tail(table);
for (const form of document.querySelectorAll("[data-choosing]")) choosing(form);
