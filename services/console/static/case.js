// A case: what is being written outlives a reload and a lost connection, and the page says when the case has changed.
// Everything works without this; words come from the page. Events are heard on the document, for a case also stands
// beside a list, where it comes and goes.
import { get, keepForm, put, refill, settle } from "./typed.js";

const DAY_MS = 24 * 3600 * 1000;
const KEPT = "doithoai-draft/";
const REACHED_WITHIN_MS = 4000;

const article = () => document.getElementById("case");
const areaOf = (editor) => editor.querySelector("textarea");
const placeOf = (editor) => KEPT + editor.dataset.by + "/" + editor.dataset.editor;

// --- what is typed, kept in this browser until it was sent, one day at most -----------------------------------------

function kept(place) {
  const found = get(localStorage, place);
  return found && Date.now() - found.at < DAY_MS ? found : null;
}

/** sent: the command that it is on its way with; what became of it says the page that comes (`settle`). */
function keep(editor, sent = "") {
  const { version } = editor.dataset;
  const item = { text: areaOf(editor).value, version, case: article().dataset.case, at: Date.now(), sent };
  if (put(localStorage, placeOf(editor), item)) editor.querySelector("[data-kept]").textContent = editor.dataset.saved;
}

function ready(editor) {
  const [area, found] = [areaOf(editor), kept(placeOf(editor))];
  editor.dataset.ready = "";
  if ("keptByPage" in editor.dataset) return keep(editor);
  if (!found) return;
  if (found.text.trim() === area.value.trim()) return void localStorage.removeItem(placeOf(editor));
  const saved = area.value;
  const take = () => write(area, found.text);
  const undo = () => (write(area, saved), localStorage.removeItem(placeOf(editor)));
  if (found.version === editor.dataset.version) {
    take();
    tell(editor, editor.dataset.found, found.at, editor.dataset.undo, undo);
  } else {
    tell(editor, editor.dataset.changedSince, found.at, editor.dataset.take, take);
  }
}

function tell(editor, words, at, label, act) {
  const note = editor.querySelector(".found");
  const button = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: label });
  const hour = new Intl.DateTimeFormat("vi", { hour: "2-digit", minute: "2-digit" }).format(at);
  button.addEventListener("click", () => { act(); note.hidden = true; areaOf(editor).focus(); });
  note.replaceChildren(`${words} ${hour}. `, button);
  note.hidden = false;
  areaOf(editor).closest("details").open = true;
}

function write(area, text) {
  area.value = text;
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("input", ({ target }) => {
  const editor = target.closest?.("[data-editor]");
  if (!editor) return;
  keep(editor);
  editor.querySelector("[data-count]").textContent = `${target.value.split(/\s+/).filter(Boolean).length} ${editor.dataset.words}`;
  target.form.querySelector("[data-sure]").hidden = true;
  const places = new Set((target.value.match(/\{[^{}\n]{0,200}\}?/g) || []).map((one) => one.trim()));
  const told = target.form.querySelector("[data-places]");
  told.hidden = !places.size;
  told.querySelector("span").textContent = [...places].join(", ");
});

// --- sending: first asked whether anybody is there, so that no form is lost to a dead line --------------------------

document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (!form.closest("#case") || form.method !== "post") return;
  if (submitter?.dataset.look) return void lookOver(event);
  if (form.dataset.going) return;
  event.preventDefault();
  form.querySelector(".offline")?.remove();
  try {
    await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(REACHED_WITHIN_MS) });
  } catch {
    return offline(form);
  }
  const editor = form.querySelector("[data-editor]");
  const verb = submitter?.name === "verb" ? submitter.value : form.querySelector("input[name=verb]")?.value;
  if (editor) keep(editor, verb);
  keepForm(form, verb);
  form.dataset.going = "1";
  form.requestSubmit(submitter);
});

addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("#case form[data-going]")) delete form.dataset.going;
});

function offline(form) {
  const told = Object.assign(document.createElement("p"), { className: "refused offline", role: "alert", textContent: article().dataset.offline });
  form.prepend(told);
  told.scrollIntoView({ block: "nearest" });
}

async function lookOver(event) {
  const { target: form, submitter } = event;
  event.preventDefault();
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form, submitter) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const place = document.getElementById(submitter.dataset.look);
    place.replaceChildren(...page.getElementById(place.id).childNodes);
    place.focus();
  } catch {
    offline(form);
  }
}

// First it is said who decides, then it is sent.
function handIn(form) {
  const sure = form.querySelector("[data-sure]");
  if (sure.hidden) sure.hidden = false;
  else form.requestSubmit(form.querySelector("[data-send]"));
}

document.addEventListener("keydown", (event) => {
  const editor = event.target.closest?.("[data-editor]");
  const sure = editor && areaOf(editor).form.querySelector("[data-sure]");
  if (sure && event.key === "Escape" && !sure.hidden) {
    sure.hidden = true;
    event.stopPropagation();
  } else if (sure && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    handIn(areaOf(editor).form);
  }
});

// A key that opens a form goes into it where it is open already; `s` asks before it sends.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  if (!/^[a-z]$/.test(event.key)) return;
  const target = document.querySelector(`#case .act[open] > summary[data-key="${event.key}"], #case .act[open] [data-send][data-key="${event.key}"]`);
  if (!target) return;
  event.preventDefault();
  if (target.matches("[data-send]")) {
    target.focus();
    handIn(target.form);
  } else {
    target.parentElement.querySelector("form :is(input:not([type=hidden]), textarea, select, button)")?.focus();
  }
}, true);

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("#case [data-fill]");
  if (!button) return;
  event.preventDefault();
  const area = document.getElementById(button.dataset.fill);
  const [written, text] = [area.value.trim(), button.value.trim()];
  if (!written.includes(text)) write(area, written ? written + "\n\n" + text : text);
  area.focus();
});

// --- the case has changed: shown at once where nothing is being done, else said ------------------------------------

const isDirty = (field) =>
  field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked
  : field.matches("select") ? [...field.options].some((one) => one.selected !== one.defaultSelected) && field.selectedIndex > 0
  : field.value !== field.defaultValue;
const isBusy = (whole) =>
  whole.contains(document.activeElement) || [...whole.querySelectorAll("form :is(input:not([type=hidden]), textarea, select)")].some(isDirty);
const nameOf = (details) => (details.id || details.closest("[id]").id) + details.querySelector("summary").textContent;

document.addEventListener("doithoai:news", async ({ detail }) => {
  const whole = article();
  if (!whole || !detail.cases?.includes(whole.dataset.case)) return;
  const say = () => { whole.querySelector("[data-changed]").hidden = false; };
  try {
    const answer = await fetch(`/ho-so/${whole.dataset.case}`);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("case");
    if (!answer.ok || !fresh || !whole.isConnected) return say();
    const parts = isBusy(whole) ? [...whole.querySelectorAll("[data-part]")].filter((one) => !isBusy(one)) : [whole];
    if (parts[0] !== whole) say();
    for (const part of parts) swap(part, part === whole ? fresh : fresh.querySelector(`#${part.id}`));
  } catch {
    say();
  }
});

function swap(part, fresh) {
  const open = new Set([...part.querySelectorAll("details[open]")].map(nameOf));
  for (const one of fresh.querySelectorAll("details")) if (open.has(nameOf(one))) one.open = true;
  const done = part.querySelector(".notice.done");
  if (done) fresh.prepend(done);
  part.replaceWith(fresh);
  globalThis.htmx?.process(fresh);
}

// --- what is folded: opened for whoever follows a link to it, and for paper -----------------------------------------

function unfold() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target?.closest("#case")) return;
  for (let one = target.closest("details"); one; one = one.parentElement.closest("details")) one.open = true;
  target.scrollIntoView({ block: "start" });
}
addEventListener("hashchange", unfold);

let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("#case details:not([open]):not(.act):not(.others)")];
  for (const one of folded) one.open = true;
});
addEventListener("afterprint", () => { for (const one of folded) one.open = false; });

// --- at the start, and whenever a case comes in ---------------------------------------------------------------------

// A page that is loaded anew tells of what was done before, not of what was sent since.
let tellsAgain = performance.getEntriesByType("navigation")[0]?.type !== "navigate";

function begin() {
  const whole = article();
  if (whole && !("began" in whole.dataset)) {
    whole.dataset.began = "";
    settle(whole, tellsAgain ? "" : whole.dataset.done, [[localStorage, `${KEPT}${whole.dataset.by}/`]]);
  }
  for (const editor of document.querySelectorAll("[data-editor]:not([data-ready])")) ready(editor);
  if (whole) refill(whole);
}
begin();
tellsAgain = false;
unfold();
new MutationObserver(begin).observe(document.body, { childList: true, subtree: true });
