// What was typed or scanned stays in this browser until the server has it, so a lost connection loses nothing: one item
// of localStorage each, sent in order, by one tab at a time, with a key that makes sending twice do it once. It is shown
// to nobody and sent by nobody but who kept it; the address it is sent to says whose it is, and the door looks.

const PATIENCE_MS = 5000;
const AGAIN_MS = 5000;
const STALE_LOCK_MS = 15000;
const TRIED_ENOUGH = 3;

export function random() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
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

/**
 * Sends one form: what the server told when it has it, `{reason}` when it will not take it, `{trouble}` when nobody
 * knows: "cut" where no answer came, "out" where its person is not signed in, "broken" where what came is none.
 */
async function send(action, entry) {
  const body = new URLSearchParams({ ...entry.fields, key: entry.key });
  if (entry.tried && entry.captured_at) body.set("received_at", entry.captured_at);
  try {
    const answer = await fetch(action, {
      method: "POST",
      body,
      headers: { Accept: "application/json" },
      redirect: "error",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (answer.status === 401) return { trouble: "out" };
    if ([408, 425, 429].includes(answer.status)) return { trouble: "cut" };
    if (answer.status >= 500 || !answer.headers.get("content-type")?.startsWith("application/json")) return { trouble: "broken" };
    const told = await answer.json();
    if (answer.ok) return told.done ? told : { trouble: "broken" };
    const wrong = Object.values(told.wrong ?? {});
    return { reason: wrong.length ? wrong.join(" ") : told.reason };
  } catch {
    return { trouble: "cut" };
  }
}

/**
 * The forms of one person that wait for one dialogue, all of one kind.
 *
 * `around` is the beginning of the names of all items that wait for it, whoever kept them, and `by` who keeps them here;
 * console.js removes what has lain there for too long. `trouble` is as `send` tells it, "" when all is well.
 * `changed(queue)` is called when something is to be shown anew, `taken(entry, told)` and `refused(entry, reason)` once
 * the server has spoken of one.
 */
export class Queue {
  constructor({ around, by, action, maySend, changed, taken, refused }) {
    Object.assign(this, { around, prefix: `${around}${by}/`, action, maySend, changed, taken, refused });
    this.underWay = null;
    this.trouble = "";
    this.draining = false;
    addEventListener("online", () => this.drain());
    addEventListener("storage", () => this.changed(this));
    addEventListener("beforeunload", (event) => {
      if (this.trouble && this.left().length) event.preventDefault();
    });
    setInterval(() => this.left().length && this.drain(), AGAIN_MS);
  }

  all() {
    return Object.keys(localStorage)
      .filter((id) => id.startsWith(this.prefix))
      .map((id) => this.get(id))
      .filter(Boolean)
      .sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  get cutOff() {
    return this.trouble === "cut" || this.trouble === "broken";
  }

  /** How many wait here that others have kept; what they say is theirs. */
  others() {
    return Object.keys(localStorage).filter((id) => id.startsWith(this.around) && !id.startsWith(this.prefix) && this.get(id)?.fields).length;
  }

  /** Whether the server has failed over it so often that what stands behind it goes first. */
  isStuck(entry) {
    return !entry.reason && (entry.failed ?? 0) >= TRIED_ENOUGH;
  }

  /** What is still to be sent; the others were refused, and somebody must look at them. */
  left() {
    return this.all().filter((entry) => !entry.reason);
  }

  get(id) {
    try {
      return JSON.parse(localStorage.getItem(id));
    } catch {
      return null;
    }
  }

  /** Keeps a form. Throws where this browser keeps nothing. */
  add(fields, { kind, at, captured_at }) {
    const entry = { id: `${this.prefix}${at}-${random()}`, key: `${kind}-${random()}`, kept_at: Date.now(), fields };
    this.put(captured_at ? { ...entry, captured_at } : entry);
    return entry;
  }

  put(entry) {
    localStorage.setItem(entry.id, JSON.stringify(entry));
  }

  drop(id) {
    localStorage.removeItem(id);
    this.changed(this);
  }

  again(entry) {
    this.put({ ...entry, reason: undefined, failed: 0 });
    this.changed(this);
    return this.drain();
  }

  /** The first that waits; those that are stuck stand behind the others, and are tried once each time. */
  next(passed) {
    const left = this.left().filter((entry) => !passed.has(entry.id));
    return left.find((entry) => !this.isStuck(entry)) ?? left[0];
  }

  /** Sends what waits, in its order. Returns how much was taken. */
  async drain() {
    if (this.draining || !this.maySend) return 0;
    this.draining = true;
    let taken = 0;
    try {
      await alone(this.prefix, async () => {
        const passed = new Set();
        for (let next; (next = this.next(passed)); ) {
          this.underWay = next.id;
          this.changed(this);
          this.put({ ...next, tried: true });
          const told = await send(this.action, next);
          this.underWay = null;
          this.trouble = told.trouble ?? "";
          if (told.trouble === "broken") {
            const failed = { ...next, tried: true, failed: (next.failed ?? 0) + 1 };
            this.put(failed);
            if (!this.isStuck(failed)) break;
            passed.add(next.id);
            this.trouble = "";
          } else if (told.trouble) {
            break;
          } else if (told.reason) {
            this.put({ ...next, tried: true, reason: told.reason });
            this.refused(next, told.reason);
          } else {
            localStorage.removeItem(next.id);
            taken += 1;
            this.taken(next, told);
          }
        }
      });
    } finally {
      this.underWay = null;
      this.draining = false;
      this.changed(this);
    }
    return taken;
  }
}

/** A button for one entry; spoken: what a screen reader says. */
export function button(words, spoken, act) {
  const one = document.createElement("button");
  one.type = "button";
  one.className = "quiet";
  one.textContent = words;
  one.setAttribute("aria-label", spoken);
  one.addEventListener("click", act);
  return one;
}
