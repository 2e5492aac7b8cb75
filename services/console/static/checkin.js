// The door of the hall: a code before the camera, from a hand-held scanner or from the keyboard, or a part of a name.
// Who may come in stands in the page's own list, so the answer is there at once, connected or not; what was recorded is
// sent as kept.js does. Without this script the forms of the page are sent like any other.
import { Queue, button } from "./kept.js";

const SAME_CODE_MS = 4000;
const LOOK_EVERY_MS = 120;
const SIDE = 720;

const folded = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase();

/** As `scanned_code` of the server: the last part of an address, its letters and digits. */
const codeOf = (text) => text.trim().split("?")[0].replace(/\/+$/, "").split("/").pop().toUpperCase().replace(/[^\p{L}\p{N}]/gu, "");

function start(section) {
  const say = section.dataset;
  const door = section.querySelector("#door");
  const greeting = section.querySelector("[data-greeting]");
  const part = (name) => greeting.querySelector(`[data-${name}]`);
  const roll = () => section.querySelector("[data-roll]");
  const people = () => [...(roll()?.querySelectorAll("li") ?? [])];
  const around = `doithoai-checkin/${say.dialogue}/`;
  const queue = new Queue({ around, by: say.by, action: say.action, maySend: true, changed: render, taken, refused });

  // --- what is said ---------------------------------------------------------------------------------------------------

  function greet(verdict, { kind, name = "", seat = "", more = "", deeds = [] }) {
    greeting.hidden = false;
    greeting.className = `greeting ${kind}`;
    part("verdict").textContent = verdict;
    part("name").textContent = name;
    part("seat-words").textContent = seat;
    part("more").textContent = more;
    part("deeds").replaceChildren(...deeds);
    signal(kind);
  }

  function greetPerson(person, verdict, kind, deeds = []) {
    const { seat, place, from, name } = person.dataset;
    const words = seat ? `${say.seat} ${seat}` : kind === "in" ? say.noSeat : "";
    const more = [from, place && kind === "stop" ? `${say.placeWords} ${place}` : "", queue.cutOff ? say.cut : ""];
    greet(verdict, { kind, name: name || say.hiddenName, seat: words, more: more.filter(Boolean).join(" · "), deeds });
  }

  // --- what is done ---------------------------------------------------------------------------------------------------

  function meet(person) {
    const { standing } = person.dataset;
    if (standing === "expected" || standing === "excused") {
      come(person, standing === "excused" ? say.excused : say.welcome);
    } else if (standing === "present") {
      greetPerson(person, say.already, "known");
    } else {
      const letIn = button(say.welcome, `${say.welcome}: ${person.dataset.name}`, () => come(person, say.welcome));
      greetPerson(person, say[standing], "stop", ["waiting", "late"].includes(standing) ? [letIn] : []);
    }
  }

  function come(person, verdict) {
    const { submission, representative } = person.dataset;
    const fields = submission
      ? { verb: "check-in", submission }
      : { verb: "check-in-representative", dialogue: say.dialogue, representative };
    keep(fields);
    person.dataset.standing = "present";
    person.className = "at-present";
    person.querySelector(".acts")?.remove();
    greetPerson(person, verdict, "in");
    door.value = "";
    narrow();
    door.focus();
  }

  function keep(fields) {
    queue.add(fields, { kind: "checkin", at: new Date().toISOString() });
    render();
    queue.drain();
  }

  async function taken(entry) {
    await refreshRoll();
    const person = entry.fields.verb === "find-guest" && ofCode(codeOf(entry.fields.wanted));
    if (person) greetPerson(person, say.welcome, "in");
  }

  function refused(entry, reason) {
    const { submission, representative } = entry.fields;
    const person = people().find((one) => (submission ? one.dataset.submission === submission : representative && one.dataset.representative === representative));
    greet(reason, { kind: "stop", name: person?.dataset.name ?? "" });
    if (entry.fields.verb === "find-guest") queue.drop(entry.id);
    refreshRoll();
  }

  function scanned(text) {
    const code = codeOf(text);
    const person = code && ofCode(code);
    door.value = "";
    narrow();
    if (person) {
      meet(person);
      return;
    }
    greet(say.checking, { kind: "known", name: code });
    keep({ verb: "find-guest", wanted: code, scanned: "1" });
  }

  const ofCode = (code) => people().find((one) => one.dataset.code === code);

  // --- the list -------------------------------------------------------------------------------------------------------

  /** Leaves whoever's name has all that was typed, or whose code begins so. Returns them. */
  function narrow() {
    const words = folded(door.value).split(/\s+/).filter(Boolean);
    const code = codeOf(door.value);
    const left = people().filter((person) => {
      const names = folded(person.dataset.name).split(/\s+/);
      const fits = words.every((word) => names.some((name) => name.startsWith(word))) || (code.length > 2 && person.dataset.code.startsWith(code));
      person.hidden = !fits;
      return fits;
    });
    section.querySelector("[data-nobody]")?.toggleAttribute("hidden", left.length > 0 || !people().length);
    section.querySelector("[data-count]").textContent = words.length ? `${left.length}/${people().length}` : "";
    return left;
  }

  async function refreshRoll() {
    try {
      const page = await fetch(location.pathname, { signal: AbortSignal.timeout(5000) });
      const fresh = new DOMParser().parseFromString(await page.text(), "text/html");
      for (const id of ["danh-sach-du", "co-mat"]) {
        const [now, then] = [document.getElementById(id), fresh.getElementById(id)];
        if (now && then) now.replaceWith(then);
      }
      narrow();
    } catch {
      // what the page knew stands
    }
  }

  door.form.addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = door.value.trim();
    const left = narrow();
    const code = codeOf(typed);
    const isCode = typed.includes("/") || ofCode(code) || (/\d/.test(code) && code.length >= 6);
    if (isCode) {
      scanned(typed);
    } else if (left.length === 1) {
      // Nobody is let in by half a name: the second Enter does it.
      (left[0].querySelector("button") ?? door).focus();
      if (!left[0].querySelector("button")) meet(left[0]);
    }
  });
  door.addEventListener("input", narrow);
  document.addEventListener("doithoai:refreshed", narrow);
  section.addEventListener("submit", (event) => {
    const person = event.target.closest("[data-roll] li");
    if (!person) return;
    event.preventDefault();
    come(person, person.dataset.standing === "excused" ? say.excused : say.welcome);
  });
  // A hand-held scanner is a keyboard that does not look where the focus is.
  addEventListener(
    "keydown",
    (event) => {
      const writes = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
      if (writes || event.ctrlKey || event.metaKey || event.altKey || !/^[\p{L}\p{N}]$/u.test(event.key)) return;
      event.stopPropagation();
      door.focus();
    },
    true,
  );

  function render() {
    const entries = queue.all();
    const waiting = section.querySelector("[data-queue]");
    const others = queue.others();
    section.querySelector("[data-others]").hidden = !others;
    section.querySelector("[data-others] b").textContent = others;
    waiting.hidden = !entries.length || (!queue.trouble && !entries.some((entry) => entry.reason || queue.isStuck(entry)));
    waiting.querySelector("[data-cut-off]").hidden = !queue.cutOff;
    waiting.querySelector("[data-out]").hidden = queue.trouble !== "out";
    waiting.querySelector("ol").replaceChildren(...entries.map(line));
  }

  function line(entry) {
    const { submission, representative, wanted } = entry.fields;
    const person = people().find((one) => (submission && one.dataset.submission === submission) || (representative && one.dataset.representative === representative));
    const item = document.createElement("li");
    const name = person?.dataset.name || wanted || say.hiddenName;
    const isStuck = queue.isStuck(entry);
    item.append(`${name} – ${entry.reason ?? (queue.underWay === entry.id ? say.sending : isStuck ? say.refusedWords : say.queueWords)} `);
    if (entry.reason || isStuck) item.append(button(say.drop, `${say.drop}: ${name}`, () => queue.drop(entry.id)));
    return item;
  }

  // --- sound ----------------------------------------------------------------------------------------------------------

  const sound = section.querySelector("[data-sound]");
  let audio = null;
  sound.addEventListener("change", () => {
    audio ??= sound.checked ? new AudioContext() : null;
  });
  function signal(kind) {
    if (!sound.checked) return;
    navigator.vibrate?.(kind === "in" ? 80 : [80, 60, 80]);
    if (!audio) return;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    volume.gain.value = 0.1;
    tone.frequency.value = kind === "in" ? 880 : 330;
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + (kind === "in" ? 0.12 : 0.35));
  }

  camera(section, scanned);
  render();
  queue.drain();
}

/** The camera reads codes until it is switched off. A browser that can read them itself does; else the decoder does. */
function camera(section, scanned) {
  const say = section.dataset;
  const bar = section.querySelector("[data-camera]");
  const toggle = section.querySelector("[data-camera-switch]");
  const finder = section.querySelector("[data-viewfinder]");
  const video = finder.querySelector("video");
  const trouble = section.querySelector("[data-camera-trouble]");
  const explain = (words) => {
    trouble.textContent = words;
    trouble.hidden = !words;
  };
  bar.hidden = false;
  if (!window.isSecureContext || !navigator.mediaDevices?.getUserMedia) {
    toggle.disabled = true;
    explain(window.isSecureContext ? say.noCamera : say.insecure);
    return;
  }
  let stream = null;
  let last = { text: "", at: 0 };

  async function begin() {
    explain("");
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } },
      });
    } catch (error) {
      explain(error.name === "NotAllowedError" ? say.denied : say.noCamera);
      return;
    }
    video.srcObject = stream;
    finder.hidden = false;
    bar.scrollIntoView({ block: "start", behavior: "smooth" });
    toggle.textContent = say.stop;
    toggle.setAttribute("aria-pressed", "true");
    await video.play();
    const read = await reader(say.decoder);
    look(read);
  }

  function end() {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    finder.hidden = true;
    toggle.textContent = say.start;
    toggle.setAttribute("aria-pressed", "false");
  }

  async function look(read) {
    while (stream) {
      const text = video.readyState >= 2 && !document.hidden ? await read(video) : "";
      if (text && stream && (text !== last.text || performance.now() - last.at > SAME_CODE_MS)) scanned(text);
      if (text) last = { text, at: performance.now() };
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  toggle.addEventListener("click", () => (stream ? end() : begin()));
  addEventListener("pagehide", end);
}

/** Makes a function that reads the code in a picture; "" where there is none. */
async function reader(decoder) {
  const formats = (await window.BarcodeDetector?.getSupportedFormats().catch(() => [])) ?? [];
  if (formats.includes("qr_code")) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video).catch(() => []))[0]?.rawValue ?? "";
  }
  const { decodeQR } = await import(decoder);
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  return async (video) => {
    const scale = Math.min(1, SIDE / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    pen.drawImage(video, 0, 0, canvas.width, canvas.height);
    try {
      return decodeQR(pen.getImageData(0, 0, canvas.width, canvas.height));
    } catch {
      return "";
    }
  };
}

for (const section of document.querySelectorAll("[data-checkin]")) start(section);
