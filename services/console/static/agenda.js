// The agenda of the hall is exchanged in place when the room moves on; nothing that is being written there is disturbed.

const PATIENCE_MS = 5000;

export const agenda = () => document.querySelector("[data-agenda]");

/** Whether somebody writes in it, has opened a form in it, or stands in it with the keyboard. */
function isInUse(part) {
  const written = [...part.querySelectorAll("textarea, input:not([type=hidden])")].some((one) => one.value !== one.defaultValue);
  return written || part.querySelector("details[open]") || part.contains(document.activeElement);
}

/**
 * Puts the agenda of a page in the place of the one that is shown; keeps the focus where it can, and what was written
 * in it while the form that was `sent` was on its way. False: the page has none.
 */
export function show(html, sent = null) {
  const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("[data-agenda]");
  const shown = agenda();
  if (!fresh || !shown) return false;
  const at = shown.contains(document.activeElement) ? document.activeElement : null;
  const place = at && [at.closest("[data-question]")?.id, at.name, at.value, at.dataset.key];
  shown.replaceWith(fresh);
  const became = carry(shown, fresh, sent);
  if (became.has(at)) became.get(at).focus();
  else if (at) refocus(fresh, place);
  document.dispatchEvent(new CustomEvent("doithoai:agenda"));
  return true;
}

const whatItDoes = (form) => ["verb", "question"].map((name) => form.elements[name]?.value).join("/");
const fieldsOf = (form) => [...form.querySelectorAll("textarea, input:not([type=hidden])")];

/** Opens and fills the forms of the fresh agenda as they stand in the old one. Returns which field became which. */
function carry(old, fresh, sent) {
  const became = new Map();
  const forms = new Map([...fresh.querySelectorAll("form")].map((form) => [whatItDoes(form), form]));
  for (const form of old.querySelectorAll("form")) {
    const again = forms.get(whatItDoes(form));
    if (form === sent || !again) continue;
    if (form.closest("details")?.open) again.closest("details")?.setAttribute("open", "");
    for (const field of fieldsOf(form)) {
      const other = fieldsOf(again).find((one) => one.name === field.name);
      if (!other) continue;
      became.set(field, other);
      if (field.value !== field.defaultValue) other.value = field.value;
    }
  }
  return became;
}

function refocus(fresh, [question, name, value, key]) {
  const item = question && document.getElementById(question);
  const again = item?.querySelector(`button[name="${name}"][value="${value}"]`) ?? item?.querySelector("button");
  (again ?? (key ? fresh.querySelector(`[data-key="${key}"]`) : null) ?? fresh.querySelector(".podium button, .podium summary"))?.focus();
}

/** Asks for the page anew and shows its agenda, unless it is in use. */
export async function exchangeAgenda() {
  const shown = agenda();
  if (!shown || isInUse(shown)) return;
  try {
    const page = await fetch(location.pathname, { signal: AbortSignal.timeout(PATIENCE_MS) });
    const html = await page.text();
    if (page.ok && !isInUse(agenda())) show(html);
  } catch {
    // it is shown when the page is next loaded
  }
}
