// What is new comes by itself: parts marked `data-refresh` are fetched again, other scripts hear `doithoai:news`. A lost
// connection shows itself after a moment, and what was missed is made up for. A hidden page listens to nothing.

const SHOWN_AFTER_MS = 3000;
const CALM_MS = 1500;
const LONGEST_PAUSE_MS = 30_000;

const notice = document.querySelector("[data-lost]");
const late = document.querySelector("[data-behind]");

let source = null;
let lost = 0;
let pause = 1000;
let retry = 0;
let position = 0;
let due = 0;
let fetched = 0;

const parts = () => [...document.querySelectorAll("[data-refresh]")].filter((one) => one.id);

/** Whether something in it must not be swapped away: somebody types there, has typed, or has chosen. */
function inUse(part) {
  const here = document.activeElement;
  if (part.contains(here) && here.matches("input, textarea, select")) return true;
  if (part.querySelector("dialog[open]")) return true;
  return [...part.querySelectorAll("input, textarea, select")].some((field) => {
    if (field.type === "hidden") return false;
    if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
    if (field.matches("select")) return [...field.options].some((one) => one.selected !== one.defaultSelected) && field.selectedIndex > 0;
    return field.value !== field.defaultValue;
  });
}

const opened = (part) => [...part.querySelectorAll("details")].map((one) => one.open);

function swap(part, fresh) {
  const [here, open] = [document.activeElement, opened(part)];
  const address = part.contains(here) ? here.getAttribute("href") : null;
  fresh = document.importNode(fresh, true);
  const all = [...fresh.querySelectorAll("details")];
  if (all.length === open.length) all.forEach((one, n) => { one.open = open[n]; });
  part.replaceWith(fresh);
  globalThis.htmx?.process(fresh);
  if (address) fresh.querySelector(`a[href="${CSS.escape(address)}"]`)?.focus();
}

async function refresh() {
  due = 0;
  fetched = performance.now();
  const wanted = parts().filter((part) => !inUse(part));
  if (!wanted.length) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of wanted) {
      const fresh = page.getElementById(part.id);
      if (fresh && part.isConnected && !inUse(part)) swap(part, fresh);
    }
    const now = document.querySelector(".rehearsal time");
    if (now) now.textContent = page.querySelector(".rehearsal time")?.textContent ?? now.textContent;
    document.dispatchEvent(new CustomEvent("doithoai:refreshed"));
  } catch {
    // the connection tells of itself
  }
}

/** Soon, but not more often than every moment: a busy commune must not keep its pages loading. */
function soon() {
  due ||= setTimeout(refresh, Math.max(200, CALM_MS - (performance.now() - fetched)));
}

function say(words) {
  notice.textContent = words;
  notice.hidden = !words;
}

function heard(data) {
  const told = JSON.parse(data);
  if (late) {
    late.hidden = told.behind <= 500;
    late.querySelector("b").textContent = told.behind.toLocaleString("vi-VN");
  }
  const missed = position && told.position > position;
  position = told.position;
  return [told, missed];
}

function away() {
  lost ||= setTimeout(() => say(notice.dataset.away), SHOWN_AFTER_MS);
}

function back() {
  clearTimeout(lost);
  const shown = !notice.hidden;
  [lost, pause] = [0, 1000];
  if (!shown) return;
  say(notice.dataset.back);
  setTimeout(() => { if (!lost) say(""); }, 4000);
  soon();
}

function connect() {
  clearTimeout(retry);
  source?.close();
  source = new EventSource("/tin");
  source.addEventListener("beat", ({ data }) => {
    back();
    if (heard(data)[1]) soon();
  });
  source.addEventListener("news", ({ data }) => {
    const [detail] = heard(data);
    document.dispatchEvent(new CustomEvent("doithoai:news", { detail }));
    soon();
  });
  source.addEventListener("error", async () => {
    away();
    if (source.readyState !== EventSource.CLOSED) return;
    try {
      const answer = await fetch("/tin", { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(5000) });
      answer.body?.cancel();
      if (answer.status === 401) {
        clearTimeout(lost);
        say(notice.dataset.out);
        return;
      }
    } catch {
      // nobody there
    }
    retry = setTimeout(connect, pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  });
}

function rest() {
  clearTimeout(retry);
  clearTimeout(lost);
  lost = 0;
  source?.close();
  source = null;
}

if (notice) {
  document.addEventListener("visibilitychange", () => (document.hidden ? rest() : connect()));
  addEventListener("pagehide", rest);
  addEventListener("pageshow", ({ persisted }) => { if (persisted) connect(); });
  addEventListener("offline", away);
  addEventListener("online", connect);
  if (!document.hidden) connect();

  // A form that cannot arrive is not sent: what was typed stays where it is (a case sees to its own). A command that is
  // on its way is not sent a second time.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.closest("#case")) return;
    if (!navigator.onLine || notice.textContent === notice.dataset.away) {
      event.preventDefault();
      say(notice.dataset.unsent);
      notice.scrollIntoView({ block: "nearest" });
    } else if (form.dataset.sent) {
      event.preventDefault();
    } else if (form.elements.key) {
      setTimeout(() => { if (!event.defaultPrevented) form.dataset.sent = "1"; });
    }
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
}
