// Questions from the floor. Each is kept in this browser until the server has it (kept.js). Without this script the form
// is sent like any other. How long they stay: console.js.
import { exchangeAgenda } from "./agenda.js";
import { Queue, button } from "./kept.js";

function start(section) {
  const { dialogue, action } = section.dataset;
  const say = section.dataset;
  const form = section.querySelector("form");
  const waiting = section.querySelector("[data-queue]");
  const status = section.querySelector("[data-status]");
  const opened = performance.now();
  const openedAt = Date.parse(section.dataset.now);

  /** The server's time: in a rehearsal it is not the browser's. */
  const now = () => new Date(openedAt + performance.now() - opened).toISOString();
  const clock = new Intl.DateTimeFormat("vi-VN", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Ho_Chi_Minh" });
  const tell = (words) => {
    status.textContent = words;
  };

  const queue = new Queue({
    around: `doithoai-floor/${dialogue}/`,
    by: section.dataset.by,
    action,
    maySend: "maySend" in section.dataset,
    changed: render,
    taken: (entry, told) => tell(`${say.taken} ${entry.fields.name}, ${say.receipt} ${told.code}.`),
    refused: (entry) => tell(`${say.refused} ${entry.fields.name}.`),
  });

  function render() {
    const entries = queue.all();
    const left = queue.left().length;
    waiting.hidden = entries.length === 0;
    const others = queue.others();
    section.hidden = !form && entries.length === 0 && !others;
    section.querySelector("[data-others]").hidden = !others;
    section.querySelector("[data-others] b").textContent = others;
    waiting.querySelector("h3").textContent = left ? `${say.waits} (${left})` : `${say.lookAgain} (${entries.length})`;
    waiting.querySelector("[data-cut-off]").hidden = !queue.cutOff || !left;
    waiting.querySelector("[data-out]").hidden = queue.trouble !== "out" || !left;
    waiting.querySelector("ol").replaceChildren(...entries.map(line));
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
    const of = `${say.questionOf} ${entry.fields.name}`;
    if (entry.reason && form) acts.append(button(say.mend, `${say.mend}: ${of}`, () => mend(entry)));
    if (entry.reason && queue.maySend) acts.append(button(say.again, `${say.again}: ${of}`, () => send(queue.again(entry))));
    if (queue.underWay !== entry.id) acts.append(remover(entry, of));
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
    if (queue.underWay === entry.id) return say.sending;
    return entry.reason || queue.isStuck(entry) ? say.notTaken : say.toSend;
  }

  /** What is thrown away here is nowhere else, so it takes a second click. */
  function remover(entry, of) {
    let sure = false;
    const one = button(say.drop, `${say.drop}: ${of}`, () => {
      if (!sure) {
        sure = true;
        one.textContent = say.dropSure;
        one.setAttribute("aria-label", `${say.dropSure} ${of}`);
        return;
      }
      tell(`${say.dropped} ${entry.fields.name}.`);
      queue.drop(entry.id);
    });
    return one;
  }

  function mend(entry) {
    const fields = [...form.elements].filter((field) => field.name in entry.fields && field.type !== "hidden");
    if (fields.some((field) => field.value.trim())) {
      tell(say.finishFirst);
      return;
    }
    for (const field of fields) {
      field.value = entry.fields[field.name];
      if (field.value) field.closest("details")?.setAttribute("open", "");
    }
    form.dataset.capturedAt = entry.captured_at;
    queue.drop(entry.id);
    form.elements.name.focus();
  }

  /** What was taken in stands on the agenda. */
  async function send(drained) {
    if (await drained) await exchangeAgenda();
  }

  form?.addEventListener("submit", (event) => {
    const fields = Object.fromEntries([...new FormData(form)].filter(([name]) => name !== "key" && name !== "version"));
    const captured_at = form.dataset.capturedAt ?? now();
    try {
      queue.add(fields, { kind: "floor", at: captured_at, captured_at });
    } catch {
      return; // this browser keeps nothing: the form is sent as it is
    }
    event.preventDefault();
    delete form.dataset.capturedAt;
    for (const field of form.elements) if (field.name in fields && field.type !== "hidden") field.value = "";
    for (const more of form.querySelectorAll("details")) more.open = false;
    form.querySelector("[role=alert]")?.remove();
    form.elements.name.focus();
    tell("");
    render();
    send(queue.drain());
  });
  form?.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  render();
  send(queue.drain());
}

for (const section of document.querySelectorAll("[data-floor]")) start(section);
