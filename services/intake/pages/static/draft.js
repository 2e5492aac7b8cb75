// What is being written stays on this device alone, for a week, until the form is sent: neither a closed tab nor an
// empty battery costs a word. Where the browser keeps nothing, the form works as it does without this script.
const LASTS_MS = 7 * 24 * 3600 * 1000;
const PAUSE_MS = 400;

const kept = {
  read(kind, key) {
    try {
      return JSON.parse(window[kind].getItem(key));
    } catch {
      return null;
    }
  },
  write(kind, key, value) {
    try {
      if (value === null) window[kind].removeItem(key);
      else window[kind].setItem(key, JSON.stringify(value));
    } catch {
      // It is full or denied: then nothing is kept.
    }
  },
};

const form = document.querySelector("form[data-draft]");
if (form) keepDraft(form);

const receipt = document.querySelector("[data-sent]");
if (receipt) {
  const [draft, sent] = keysOf(receipt.dataset.sent);
  if (kept.read("sessionStorage", sent)) {
    kept.write("localStorage", draft, null);
    kept.write("sessionStorage", sent, null);
  }
}

function keysOf(commune) {
  return [`doithoai.draft.${commune}`, `doithoai.sent.${commune}`];
}

function keepDraft(form) {
  const [draft, sent] = keysOf(form.dataset.draft);
  const told = form.querySelector("[data-restored]");
  const fields = [...form.querySelectorAll("input:not([type]), input[type=text], input[type=tel], input[type=email], textarea")].filter(
    (field) => !field.closest("[aria-hidden]"),
  );
  let waiting = 0;
  let changed = false;

  const save = () => {
    clearTimeout(waiting);
    if (!changed) return;
    const typed = Object.fromEntries(fields.filter((field) => field.value.trim()).map((field) => [field.name, field.value]));
    kept.write("localStorage", draft, Object.keys(typed).length ? { at: Date.now(), typed } : null);
    changed = false;
  };

  const restore = () => {
    const found = kept.read("localStorage", draft);
    if (!found?.typed || !(Date.now() - found.at < LASTS_MS)) {
      kept.write("localStorage", draft, null);
      return;
    }
    const empty = fields.filter((field) => !field.value && typeof found.typed[field.name] === "string");
    if (!empty.length) return;
    for (const field of empty) field.value = found.typed[field.name];
    told.replaceChildren(form.querySelector("template").content.cloneNode(true));
    told.querySelector("[data-forget]").addEventListener("click", () => {
      for (const field of empty) field.value = "";
      kept.write("localStorage", draft, null);
      changed = false;
      told.replaceChildren();
      fields[0].focus();
    });
  };

  kept.write("sessionStorage", sent, null);
  if ("returned" in form.dataset) {
    changed = true; // the page holds what was typed last
    save();
  } else {
    restore();
  }
  form.addEventListener("input", () => {
    changed = true;
    clearTimeout(waiting);
    waiting = setTimeout(save, PAUSE_MS);
  });
  window.addEventListener("pagehide", save);
  document.addEventListener("visibilitychange", save);
  form.addEventListener("submit", () => {
    save();
    kept.write("sessionStorage", sent, true);
  });
}
