// The screen in the hall: follows the room, and says calmly when it cannot. The server makes each picture.
import { tick } from "./timer.js";

const SILENT_MS = 12000;
const AGAIN_MS = 2000;
const SHOWN_AFTER_MS = 3000;

const main = document.querySelector("main");
const link = document.querySelector("[data-link]");
const root = document.documentElement;
let source = null;
let heard = performance.now();
let lost = 0;

// The server ends the stream every minute, and the browser is back within a second: of that nobody is told.
function connected(stands) {
  clearTimeout(lost);
  lost = 0;
  link.textContent = stands ? "" : link.dataset.lost;
  root.classList.toggle("cut-off", !stands);
}

function follow() {
  source?.close();
  source = new EventSource(main.dataset.stream);
  const alive = () => {
    heard = performance.now();
    connected(true);
  };
  source.addEventListener("open", alive);
  source.addEventListener("still", alive);
  source.addEventListener("screen", (message) => {
    alive();
    const { html, state } = JSON.parse(message.data);
    if (main.dataset.shown === html) return;
    main.dataset.shown = html;
    const draw = () => {
      main.innerHTML = html;
      main.className = state;
      tick();
    };
    if (document.startViewTransition && !matchMedia("(prefers-reduced-motion: reduce)").matches) document.startViewTransition(draw);
    else draw();
  });
  source.addEventListener("error", () => {
    lost ||= setTimeout(() => connected(false), SHOWN_AFTER_MS);
    if (source.readyState === EventSource.CLOSED) setTimeout(follow, AGAIN_MS);
  });
}

setInterval(() => {
  if (performance.now() - heard < SILENT_MS) return;
  connected(false);
  heard = performance.now();
  follow();
}, AGAIN_MS);

const theme = localStorage.getItem("doithoai-screen-theme");
if (theme) root.dataset.theme = theme;
document.querySelector("[data-theme-switch]").addEventListener("click", () => {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("doithoai-screen-theme", root.dataset.theme);
});
const full = document.querySelector("[data-full]");
full.hidden = !document.fullscreenEnabled;
full.addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen()));
addEventListener("keydown", (event) => event.key === "f" && !full.hidden && full.click());

// The screen must not go dark while somebody speaks.
const stayAwake = () => navigator.wakeLock?.request("screen").catch(() => {});
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && stayAwake());
stayAwake();

tick();
follow();
