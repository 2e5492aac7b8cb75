// What is being written stays on this device alone, until the form is sent: neither a closed tab nor an empty battery
// costs a question. Who writes stays in the tab: the next one at a shared telephone reads no name and no number.
// Where the browser keeps nothing, the form works as it does without this script.
const LASTS_MS = 7 * 24 * 3600 * 1000;
const PAUSE_MS = 400;
const DRAFTS = "doithoai.draft.";

const kept = {
  names(kind) {
    try {
      return Object.keys(window[kind]);
    } catch {
      return [];
    }
  },
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

// Whatever page is opened: a draft that nobody came back to is removed.
for (const key of kept.names("localStorage").filter((name) => name.startsWith(DRAFTS))) {
  if (!isFresh(kept.read("localStorage", key))) kept.write("localStorage", key, null);
}

const form = document.querySelector("form[data-draft]");
if (form) keepDraft(form);

const receipt = document.querySelector("[data-sent]");
if (receipt) {
  const { draft, person, once, sent } = keysOf(receipt.dataset.sent);
  if (kept.read("sessionStorage", sent)) {
    kept.write("localStorage", draft, null);
    for (const key of [person, once, sent]) kept.write("sessionStorage", key, null);
  }
}

function keysOf(commune) {
  return {
    draft: `${DRAFTS}${commune}`,
    person: `doithoai.person.${commune}`,
    once: `doithoai.once.${commune}`,
    sent: `doithoai.sent.${commune}`,
  };
}

function isFresh(found) {
  return Boolean(found?.typed) && Date.now() - found.at < LASTS_MS;
}

function keepDraft(form) {
  const { draft, person, once, sent } = keysOf(form.dataset.draft);
  const told = form.querySelector("[data-restored]");
  const places = [
    ["localStorage", draft, [...form.querySelectorAll("textarea")]],
    ["sessionStorage", person, [...form.querySelectorAll("input[type=text], input[type=tel], input[type=email]")].filter(
      (field) => !field.closest("[aria-hidden]"),
    )],
  ];
  let waiting = 0;
  let changed = false;

  const save = () => {
    clearTimeout(waiting);
    if (!changed) return;
    for (const [kind, key, fields] of places) {
      const written = fields.filter((field) => field.value.trim()).map((field) => [field.name, field.value]);
      kept.write(kind, key, written.length ? { at: Date.now(), typed: Object.fromEntries(written) } : null);
    }
    changed = false;
  };

  const restore = () => {
    const restored = [];
    for (const [kind, key, fields] of places) {
      const found = kept.read(kind, key);
      if (!isFresh(found)) {
        kept.write(kind, key, null);
        continue;
      }
      for (const field of fields) {
        if (field.value || typeof found.typed[field.name] !== "string") continue;
        field.value = found.typed[field.name];
        restored.push(field);
      }
    }
    if (!restored.length) return;
    told.replaceChildren(form.querySelector("template").content.cloneNode(true));
    told.querySelector("[data-forget]").addEventListener("click", () => {
      for (const field of restored) field.value = "";
      for (const [kind, key] of places) kept.write(kind, key, null);
      changed = false;
      told.replaceChildren();
      form.querySelector("input[type=text]").focus();
    });
  };

  kept.write("sessionStorage", sent, null);
  if ("returned" in form.dataset) {
    changed = true; // the page holds what was typed last
    save();
  } else {
    restore();
    // Sent before, and no receipt came: it is the same form still, and is known as such.
    const before = kept.read("sessionStorage", once);
    if (typeof before === "string") form.elements.once.value = before;
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
    kept.write("sessionStorage", once, form.elements.once.value);
    kept.write("sessionStorage", sent, true);
  });
}
