// Lists work without this: links lead to cases, boxes and buttons to a page that says what will happen.
// With it: the case opens beside its list, several are chosen with the keyboard, what will happen is said in a dialog.

const WIDE = matchMedia("(min-width: 1200px)");
const lists = document.querySelector("[data-beside]");
const beside = document.getElementById("beside");

// --- the case beside the list ---------------------------------------------------------------------------------------

const caseOf = (url) => decodeURIComponent(new URL(url, location.href).pathname.match(/^\/ho-so\/([\w-]+)$/)?.[1] || "");

/** The address of this list with a case beside it, or without any: it can be shared, and the way back leads through. */
const listWith = (id) => {
  const url = new URL(location.href);
  for (const name of ["ho-so", "xong"]) url.searchParams.delete(name);
  if (id) url.searchParams.set("ho-so", id);
  url.hash = "";
  return url.pathname + url.search;
};

const rowOf = (id) => lists.querySelector(`[data-walk] a[href^="/ho-so/${CSS.escape(id)}"]`);

function mark(link) {
  for (const old of lists.querySelectorAll("[data-walk] a[aria-current]")) old.removeAttribute("aria-current");
  link?.setAttribute("aria-current", "true");
}

function head(url) {
  const bar = document.createElement("div");
  bar.className = "beside-head";
  const whole = Object.assign(document.createElement("a"), { className: "button quiet", href: url, textContent: beside.dataset.whole });
  const close = Object.assign(document.createElement("button"), { className: "quiet", type: "button", textContent: beside.dataset.close });
  close.addEventListener("click", () => leave(true));
  bar.append(whole, close);
  return bar;
}

function wait(url) {
  const lines = document.createElement("div");
  lines.className = "beside-wait";
  lines.setAttribute("role", "status");
  lines.setAttribute("aria-label", beside.dataset.loading);
  lines.append(...[0, 1, 2, 3].map(() => document.createElement("i")));
  beside.replaceChildren(head(url), lines);
}

let asked = 0;

/** Load a case, or what became of a form of it, and show its article. False where the answer is no case. */
async function load(url, request = {}) {
  const mine = ++asked;
  beside.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url, request);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const article = page.getElementById("case");
    if (mine !== asked) return true;
    if (!article) return false;
    const [at, part] = [beside.scrollTop, new URL(url, location.href).hash.slice(1)];
    beside.replaceChildren(head(`/ho-so/${caseOf(url)}`), document.importNode(article, true));
    const told = beside.querySelector("[role=alert]") || (request.method ? beside.querySelector(".notice.done") : part && document.getElementById(decodeURIComponent(part)));
    if (told && beside.contains(told)) told.scrollIntoView({ block: "nearest" });
    else beside.scrollTop = request.method ? at : 0;
    globalThis.htmx?.process(beside);
    return true;
  } finally {
    if (mine === asked) beside.removeAttribute("aria-busy");
  }
}

/** Open a case beside the list. step: a new place in the browser's history. */
async function open(url, step = true) {
  const id = caseOf(url);
  lists.classList.add("open");
  beside.hidden = false;
  beside.dataset.open = id;
  mark(rowOf(id));
  if (step) history.pushState({ beside: url }, "", listWith(id));
  wait(url);
  try {
    if (!(await load(url))) location.assign(url);
  } catch {
    location.assign(url); // the browser says itself that there is no connection
  }
}

function leave(step) {
  const link = rowOf(beside.dataset.open || "");
  asked++;
  lists.classList.remove("open");
  beside.hidden = true;
  beside.replaceChildren();
  delete beside.dataset.open;
  mark(null);
  if (step) history.pushState({}, "", listWith(""));
  link?.focus();
}

if (lists && beside) {
  lists.addEventListener("click", (event) => {
    const link = event.target.closest("[data-walk] a.case, [data-walk] a.case-link, [data-walk] a.write");
    if (!link || !WIDE.matches || !caseOf(link.href)) return;
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    link.focus();
    const editor = `[id="${CSS.escape(new URL(link.href).hash.slice(1))}"] [data-editor] textarea`;
    open(link.href).then(() => { if (link.matches(".write")) beside.querySelector(editor)?.focus(); });
  });
  beside.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || !caseOf(link.href) || link.closest(".beside-head") || link.hasAttribute("download")) return;
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const part = document.getElementById(decodeURIComponent(new URL(link.href).hash.slice(1)));
    const here = caseOf(link.href) === beside.dataset.open;
    if (here && beside.contains(part)) part.scrollIntoView();
    else open(link.href, !here);
  });
  // After whatever the case itself has to say to a form that is sent, which may be that it is not sent yet.
  document.addEventListener("submit", async (event) => {
    const { target: form, submitter } = event;
    const to = submitter?.hasAttribute("formaction") ? submitter.formAction : form.action;
    if (event.defaultPrevented || !beside.contains(form) || form.method !== "post" || !caseOf(to)) return;
    event.preventDefault();
    let shown = false;
    try {
      shown = await load(to, { method: "POST", body: new FormData(form, submitter) });
    } finally {
      delete form.dataset.going;
      delete form.dataset.sent;
      if (!shown) fail(form);
    }
  });
  addEventListener("popstate", () => {
    const id = new URL(location.href).searchParams.get("ho-so");
    if (id && WIDE.matches) open(history.state?.beside || `/ho-so/${id}`, false);
    else if (!beside.hidden) leave(false);
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, dialog, [open] > form");
    if (event.key === "Escape" && !beside.hidden && !typing) leave(true);
  });
  if (beside.dataset.open) {
    const url = `/ho-so/${beside.dataset.open}`;
    if (WIDE.matches) open(url, false);
    else location.replace(url);
  }
}

function fail(form) {
  const told = form.querySelector(".not-sent") || Object.assign(document.createElement("p"), { className: "refused not-sent" });
  told.setAttribute("role", "alert");
  told.textContent = beside.dataset.failed;
  form.prepend(told);
}

// --- several at once ------------------------------------------------------------------------------------------------

const boxes = (form) => [...form.elements].filter((one) => one.name.startsWith("chon-") && !one.disabled);

function count(form) {
  const all = boxes(form);
  const chosen = all.filter((box) => box.checked);
  const every = form.querySelector("[data-all]");
  every.closest("label").hidden = !all.length;
  every.checked = all.length > 0 && chosen.length === all.length;
  every.indeterminate = chosen.length > 0 && chosen.length < all.length;
  const told = form.querySelector("[data-picked]");
  told.textContent = chosen.length ? `${told.dataset.picked} ${chosen.length}` : "";
  form.classList.toggle("ready", chosen.length > 0);
  form.classList.toggle("quiet-bar", !chosen.length);
}

function countAll() {
  for (const form of document.querySelectorAll("[data-several]")) count(form);
}

let last = null;
document.addEventListener("click", (event) => {
  const box = event.target.closest(".pick input");
  if (!box) return;
  const all = boxes(box.form);
  if (event.shiftKey && last && last.form === box.form) {
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    for (const one of all.slice(from, to + 1)) one.checked = box.checked;
  }
  last = box;
  count(box.form);
});
document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-several]");
  if (event.target.matches("[data-all]")) for (const box of boxes(form)) box.checked = event.target.checked;
  if (form) count(form);
});
// The key x is keys.js's: it clicks the box of the row. What was swapped in is counted anew.
document.addEventListener("doithoai:refreshed", () => {
  countAll();
  if (beside?.dataset.open) mark(rowOf(beside.dataset.open));
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-several]")) return;
  event.preventDefault();
  delete form.dataset.sent; // it only asks
  const data = new FormData(form, event.submitter);
  const only = event.submitter?.dataset.only;
  if (only) {
    for (const name of [...data.keys()]) if (name.startsWith("chon-")) data.delete(name);
    data.set(`chon-${only}`, "1");
  }
  try {
    const answer = await fetch(form.action, { method: "POST", body: data });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const article = page.getElementById("several");
    if (!article) throw new Error("no article");
    ask(article);
  } catch {
    if (only) for (const box of boxes(form)) box.checked = box.name === `chon-${only}`;
    HTMLFormElement.prototype.submit.call(withVerb(form, event.submitter));
  }
});

/** The form as the browser would send it: submit() alone leaves the pressed button out. */
function withVerb(form, submitter) {
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "verb", value: submitter?.value || "" }));
  return form;
}

function ask(article) {
  const dialog = document.createElement("dialog");
  dialog.className = "several";
  dialog.setAttribute("aria-labelledby", "several-title");
  dialog.append(document.importNode(article, true));
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => {
    if (event.target !== dialog && !event.target.closest("[data-dismiss]")) return;
    event.preventDefault();
    dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
}

countAll();
