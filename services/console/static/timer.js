// How long somebody speaks: counted here from what the page said when it was made, so that no clock need be right.

const begun = new WeakMap();

/** Shows every timer of the page, and goes on. The colour means time: near its end, and over it. */
export function tick() {
  for (const timer of document.querySelectorAll(".timer[data-elapsed]")) {
    if (!begun.has(timer)) begun.set(timer, performance.now() - Number(timer.dataset.elapsed) * 1000);
    const seconds = Math.max(0, Math.floor((performance.now() - begun.get(timer)) / 1000));
    const given = Number(timer.dataset.minutes) * 60;
    const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
    timer.firstElementChild.textContent = `${minutes}:${String(rest).padStart(2, "0")} / ${given / 60}:00`;
    timer.classList.toggle("near", given - seconds <= 30 && seconds < given);
    timer.classList.toggle("late", seconds >= given);
  }
}
setInterval(tick, 1000);
