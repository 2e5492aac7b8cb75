// What is typed in a form of a case stays in this tab until it was sent, however the form goes away: with a reload, with
// another case beside the list, with an answer that never came. One item of sessionStorage for each form, of nobody but
// who typed it. The answer's own editor keeps its words longer (case.js).

const KEPT = "doithoai-typed/";
const SUBJECT = "input[type=hidden]:is([name=verb], [name=question], [name=submission], [name=notification], [name=deadline])";

const beginningOf = (whole) => `${KEPT}${whole.dataset.by}/${whole.dataset.case}/`;
const placeOf = (form) => beginningOf(form.closest("#case")) + [...form.querySelectorAll(SUBJECT)].map((one) => one.value).join("/");
const formsOf = (whole) => (whole.dataset.by ? [...whole.querySelectorAll("form[method=post]")] : []);
const fieldsOf = (form) =>
  [...form.elements].filter((one) => one.name && one.matches("input:not([type=hidden], [type=file]), textarea, select") && !one.closest("[data-editor]"));

const isBox = (field) => field.matches("[type=checkbox], [type=radio]");
const nameOf = (field) => (isBox(field) ? `${field.name}=${field.value}` : field.name);
const valueOf = (field) => (isBox(field) ? field.checked : field.value);
const firstOf = (field) =>
  isBox(field) ? field.defaultChecked
  : field.matches("select") ? ([...field.options].find((one) => one.defaultSelected) ?? field.options[0])?.value
  : field.defaultValue;

export function get(store, place) {
  try {
    return JSON.parse(store.getItem(place));
  } catch {
    return null;
  }
}

export function put(store, place, item) {
  try {
    store.setItem(place, JSON.stringify(item));
    return true;
  } catch {
    return false; // no room, or none allowed: the page works as one without a script
  }
}

/** Keeps what differs from the page; of a form that the page has filled with what was refused, everything. */
export function keepForm(form, sent = "") {
  const whole = form.closest("#case");
  if (!whole?.dataset.by || form.method !== "post") return;
  const [place, fields] = [placeOf(form), fieldsOf(form)];
  const names = new Set(fields.map(nameOf));
  const rest = Object.entries(get(sessionStorage, place)?.fields ?? {}).filter(([name]) => !names.has(name));
  const changed = fields.filter((one) => "keptByPage" in form.dataset || valueOf(one) !== firstOf(one));
  const kept = [...rest, ...changed.map((one) => [nameOf(one), valueOf(one)])];
  if (!kept.length) return sessionStorage.removeItem(place);
  put(sessionStorage, place, { fields: Object.fromEntries(kept), case: whole.dataset.case, at: Date.now(), sent });
}

/** A case has come in: what was sent of it is forgotten where the page says that it was done, and is to be sent else. */
export function settle(whole, done, beginnings) {
  for (const [store, beginning] of [[sessionStorage, beginningOf(whole)], ...beginnings]) {
    for (const place of Object.keys(store).filter((one) => one.startsWith(beginning))) {
      const found = get(store, place);
      if (!found?.sent || found.case !== whole.dataset.case) continue;
      if (found.sent === done) store.removeItem(place);
      else put(store, place, { ...found, sent: "" });
    }
  }
}

/** Puts what was typed back into the forms of a case; shows what there is no place for any more. */
export function refill(whole) {
  const places = new Set();
  for (const form of formsOf(whole)) {
    places.add(placeOf(form));
    if ("refilled" in form.dataset) continue;
    form.dataset.refilled = "";
    const found = get(sessionStorage, placeOf(form));
    if (!found) continue;
    if ("keptByPage" in form.dataset) keepForm(form);
    else write(whole, form, found);
  }
  if ("refillDone" in whole.dataset || !whole.dataset.by) return;
  whole.dataset.refillDone = "";
  for (const place of Object.keys(sessionStorage).filter((one) => one.startsWith(beginningOf(whole)) && !places.has(one))) {
    const found = get(sessionStorage, place);
    if (found) tell(whole, whole, place, found, Object.values(found.fields));
  }
}

function write(whole, form, found) {
  const rest = { ...found.fields };
  let count = 0;
  for (const field of fieldsOf(form)) {
    const value = rest[nameOf(field)];
    if (value === undefined || (field.matches("select") && ![...field.options].some((one) => one.value === value))) continue;
    delete rest[nameOf(field)];
    if (valueOf(field) === value) continue;
    field[isBox(field) ? "checked" : "value"] = value;
    open(field);
    count += 1;
  }
  const left = Object.values(rest).filter((one) => typeof one === "string" && one.trim());
  if (count || left.length) tell(whole, form, placeOf(form), found, left);
}

function open(field) {
  for (let one = field.closest("details"); one; one = one.parentElement.closest("details")) {
    one.open = true;
    if (one.matches(".is-rare")) one.parentElement.querySelector(":scope > .others")?.setAttribute("open", "");
  }
}

function tell(whole, where, place, found, left) {
  const texts = left.filter((one) => typeof one === "string" && one.trim());
  if (where === whole && !texts.length) return sessionStorage.removeItem(place);
  const note = Object.assign(document.createElement("div"), { className: "notice refilled" });
  note.setAttribute("role", "status");
  const hour = new Intl.DateTimeFormat("vi", { hour: "2-digit", minute: "2-digit" }).format(found.at);
  const drop = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: whole.dataset.refillDrop });
  drop.addEventListener("click", () => {
    sessionStorage.removeItem(place);
    if (where !== whole) where.reset();
    note.remove();
  });
  note.append(`${where === whole ? whole.dataset.refillGone : whole.dataset.refill} ${hour}. `, drop);
  for (const text of texts) note.append(Object.assign(document.createElement("p"), { className: "kept-text", textContent: text }));
  where.prepend(note);
}

document.addEventListener("input", ({ target }) => {
  if (target.form && target.closest("#case")) keepForm(target.form);
});
document.addEventListener("change", ({ target }) => {
  if (target.form && target.closest("#case")) keepForm(target.form);
});
