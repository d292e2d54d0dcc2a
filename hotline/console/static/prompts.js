// Plays sentences one at a time: by the button of a row, or by p in it. Without it each player has its own button.

let playing = null;

function show(button, isPlaying) {
  button.querySelector("[data-word]").textContent = isPlaying ? button.dataset.stop : button.dataset.play;
  button.querySelector("[data-sign]").textContent = isPlaying ? "■" : "▶";
  button.classList.toggle("main", isPlaying);
}

function stop(audio) {
  audio.pause();
  audio.currentTime = 0;
}

async function toggle(button) {
  const audio = button.parentElement.querySelector("audio");
  if (!audio.paused) return stop(audio);
  if (playing) stop(playing);
  playing = audio;
  const silent = button.parentElement.querySelector("[data-silent]");
  silent.hidden = true;
  try {
    await audio.play();
  } catch (error) {
    // Whoever stops it before it began has heard nothing wrong.
    silent.hidden = error.name === "AbortError";
  }
}

for (const button of document.querySelectorAll("[data-plays]")) {
  const audio = button.parentElement.querySelector("audio");
  audio.controls = false;
  button.hidden = false;
  audio.addEventListener("play", () => show(button, true));
  for (const end of ["pause", "ended", "error"]) audio.addEventListener(end, () => show(button, false));
  button.addEventListener("click", () => toggle(button));
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "p" || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("input, textarea, select")) return;
  const button = event.target.closest("[data-row]")?.querySelector("[data-plays]");
  if (button) {
    event.preventDefault();
    toggle(button);
  }
});
