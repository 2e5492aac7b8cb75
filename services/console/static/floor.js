"use strict";
// Questions from the floor. Each is kept in this browser until the server has it, so a lost connection loses nothing.
// Without this script the form is sent like any other. How long they stay: console.js.

const PATIENCE_MS = 5000;
const AGAIN_MS = 5000;
const STALE_LOCK_MS = 15000;

/** The waiting questions of one dialogue, one item of localStorage each: tabs cannot overwrite each other's. */
class Waiting {
  constructor(dialogue) {
    this.prefix = `doithoai-floor/${dialogue}/`;
  }

  all() {
    return Object.keys(localStorage)
      .filter((id) => id.startsWith(this.prefix))
      .map((id) => this.get(id))
      .filter(Boolean)
      .sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  get(id) {
    try {
      return JSON.parse(localStorage.getItem(id));
    } catch {
      return null;
    }
  }

  put(entry) {
    localStorage.setItem(entry.id, JSON.stringify(entry));
  }

  drop(id) {
    localStorage.removeItem(id);
  }
}

/** Runs `work` unless another tab is at it. Without navigator.locks (no https) a lock is an item that grows stale. */
async function alone(name, work) {
  if (navigator.locks) {
    await navigator.locks.request(name, { ifAvailable: true }, (lock) => (lock ? work() : undefined));
    return;
  }
  const item = `${name}lock`;
  const [held, since] = (localStorage.getItem(item) ?? "").split(" ");
  if (held && Date.now() - Number(since) < STALE_LOCK_MS) return;
  const mine = random();
  const hold = () => localStorage.setItem(item, `${mine} ${Date.now()}`);
  hold();
  await new Promise((resolve) => setTimeout(resolve, 50));
  if (!localStorage.getItem(item)?.startsWith(mine)) return;
  const beat = setInterval(hold, STALE_LOCK_MS / 3);
  try {
    await work();
  } finally {
    clearInterval(beat);
    localStorage.removeItem(item);
  }
}

function random() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Sends one question: `{code}` when the server has it, `{reason}` when it will not take it, null when nobody knows. */
async function send(action, entry) {
  const body = new URLSearchParams({ ...entry.fields, key: entry.key });
  if (entry.tried) body.set("received_at", entry.captured_at);
  try {
    const answer = await fetch(action, {
      method: "POST",
      body,
      headers: { Accept: "application/json" },
      redirect: "error",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (!answer.headers.get("content-type")?.startsWith("application/json")) return null;
    const told = await answer.json();
    if (answer.ok) return told.code ? told : null;
    if (answer.status >= 500 || [408, 425, 429].includes(answer.status)) return null;
    const wrong = Object.values(told.wrong ?? {});
    return { reason: wrong.length ? wrong.join(" ") : told.reason };
  } catch {
    return null;
  }
}

function start(section) {
  const { dialogue, action } = section.dataset;
  const maySend = "maySend" in section.dataset;
  const waiting = new Waiting(dialogue);
  const form = section.querySelector("form");
  const queue = section.querySelector("[data-queue]");
  const status = section.querySelector("[data-status]");
  const opened = performance.now();
  const openedAt = Date.parse(section.dataset.now);
  let underWay = null;
  let cutOff = false;
  let draining = false;

  /** The server's time: in a rehearsal it is not the browser's. */
  const now = () => new Date(openedAt + performance.now() - opened).toISOString();
  const clock = new Intl.DateTimeFormat("vi-VN", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Ho_Chi_Minh" });

  function render() {
    const entries = waiting.all();
    const left = entries.filter((entry) => !entry.reason).length;
    queue.hidden = entries.length === 0;
    section.hidden = !form && entries.length === 0;
    queue.querySelector("h3").textContent = left ? `Đang chờ gửi (${left})` : `Cần xem lại (${entries.length})`;
    queue.querySelector("[data-cut-off]").hidden = !cutOff || !left;
    queue.querySelector("ol").replaceChildren(...entries.map(line));
  }

  function line(entry) {
    const item = document.createElement("li");
    const who = document.createElement("strong");
    who.textContent = entry.fields.name;
    const when = document.createElement("span");
    when.className = "by";
    when.textContent = ` ${clock.format(new Date(entry.captured_at))} · ${stateOf(entry)}`;
    const text = document.createElement("p");
    text.textContent = entry.fields.text;
    const acts = document.createElement("p");
    acts.className = "row";
    if (entry.reason && form) acts.append(button("Sửa", entry, () => mend(entry)));
    if (entry.reason && maySend) acts.append(button("Gửi lại", entry, () => again(entry)));
    if (underWay !== entry.id) acts.append(remover(entry));
    item.append(who, when, text);
    if (entry.reason) {
      const why = document.createElement("p");
      why.className = "wrong-words";
      why.textContent = entry.reason;
      item.append(why);
    }
    item.append(acts);
    return item;
  }

  function stateOf(entry) {
    if (entry.reason) return "chưa được nhận";
    return underWay === entry.id ? "đang gửi" : "chờ gửi";
  }

  function button(words, entry, act) {
    const one = document.createElement("button");
    one.type = "button";
    one.className = "quiet";
    one.textContent = words;
    one.setAttribute("aria-label", `${words}: câu hỏi của ${entry.fields.name}`);
    one.addEventListener("click", act);
    return one;
  }

  /** What is thrown away here is nowhere else, so it takes a second click. */
  function remover(entry) {
    let sure = false;
    const one = button("Bỏ", entry, () => {
      if (!sure) {
        sure = true;
        one.textContent = "Bấm lần nữa để bỏ";
        one.setAttribute("aria-label", `Bấm lần nữa để bỏ câu hỏi của ${entry.fields.name}`);
        return;
      }
      waiting.drop(entry.id);
      say(`Đã bỏ câu hỏi của ${entry.fields.name}, không gửi.`);
      render();
    });
    return one;
  }

  function mend(entry) {
    const fields = [...form.elements].filter((field) => field.name in entry.fields && field.type !== "hidden");
    if (fields.some((field) => field.value.trim())) {
      say("Xin ghi xong câu hỏi đang nhập, rồi sửa câu này.");
      return;
    }
    for (const field of fields) {
      field.value = entry.fields[field.name];
      if (field.value) field.closest("details")?.setAttribute("open", "");
    }
    form.dataset.capturedAt = entry.captured_at;
    waiting.drop(entry.id);
    render();
    form.elements.name.focus();
  }

  function again(entry) {
    waiting.put({ ...entry, reason: undefined });
    render();
    drain();
  }

  function say(words) {
    status.textContent = words;
  }

  async function drain() {
    if (draining || !maySend) return;
    draining = true;
    let taken = 0;
    try {
      await alone(waiting.prefix, async () => {
        for (let next; (next = waiting.all().find((entry) => !entry.reason)); ) {
          underWay = next.id;
          render();
          waiting.put({ ...next, tried: true });
          const told = await send(action, next);
          underWay = null;
          cutOff = told === null;
          if (cutOff) break;
          if (told.reason) {
            waiting.put({ ...next, tried: true, reason: told.reason });
            say(`Câu hỏi của ${next.fields.name} chưa được nhận.`);
          } else {
            waiting.drop(next.id);
            taken += 1;
            say(`Đã tiếp nhận câu hỏi của ${next.fields.name}, mã phiếu ${told.code}.`);
          }
        }
      });
    } finally {
      underWay = null;
      draining = false;
      render();
    }
    if (taken) await showOnAgenda();
  }

  /** What was taken in stands on the agenda. Nothing that is being written there is disturbed. */
  async function showOnAgenda() {
    const agenda = document.querySelector("[data-agenda]");
    if (!agenda) return;
    const written = [...agenda.querySelectorAll("textarea, input:not([type=hidden])")].some((one) => one.value !== one.defaultValue);
    if (written || agenda.querySelector("details[open]") || agenda.contains(document.activeElement)) return;
    try {
      const page = await fetch(action, { signal: AbortSignal.timeout(PATIENCE_MS) });
      const fresh = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("[data-agenda]");
      if (page.ok && fresh) agenda.replaceWith(fresh);
    } catch {
      // it is shown when the page is next loaded
    }
  }

  form?.addEventListener("submit", (event) => {
    const fields = Object.fromEntries([...new FormData(form)].filter(([name]) => name !== "key" && name !== "version"));
    const captured_at = form.dataset.capturedAt ?? now();
    try {
      const id = `${waiting.prefix}${captured_at}-${random()}`;
      waiting.put({ id, key: `floor-${random()}`, captured_at, kept_at: Date.now(), fields });
    } catch {
      return; // this browser keeps nothing: the form is sent as it is
    }
    event.preventDefault();
    delete form.dataset.capturedAt;
    for (const field of form.elements) if (field.name in fields && field.type !== "hidden") field.value = "";
    for (const more of form.querySelectorAll("details")) more.open = false;
    form.querySelector("[role=alert]")?.remove();
    form.elements.name.focus();
    say("");
    render();
    drain();
  });
  form?.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  addEventListener("online", drain);
  addEventListener("storage", render);
  addEventListener("beforeunload", (event) => {
    if (cutOff && waiting.all().some((entry) => !entry.reason)) event.preventDefault();
  });
  setInterval(() => waiting.all().some((entry) => !entry.reason) && drain(), AGAIN_MS);
  render();
  drain();
}

for (const section of document.querySelectorAll("[data-floor]")) start(section);
