// The agenda of the hall is exchanged in place when the room moves on; nothing that is being written there is disturbed.

const PATIENCE_MS = 5000;

export const agenda = () => document.querySelector("[data-agenda]");

/** Whether somebody writes in it, has opened a form in it, or stands in it with the keyboard. */
function isInUse(part) {
  const written = [...part.querySelectorAll("textarea, input:not([type=hidden])")].some((one) => one.value !== one.defaultValue);
  return written || part.querySelector("details[open]") || part.contains(document.activeElement);
}

/** Puts the agenda of a page in the place of the one that is shown, and keeps the focus where it can. False: it has none. */
export function show(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("[data-agenda]");
  const shown = agenda();
  if (!fresh || !shown) return false;
  const at = document.activeElement;
  const place = shown.contains(at) ? [at.closest("[data-question]")?.id, at.name, at.value, at.dataset.key] : null;
  shown.replaceWith(fresh);
  if (place) refocus(fresh, place);
  document.dispatchEvent(new CustomEvent("doithoai:agenda"));
  return true;
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
