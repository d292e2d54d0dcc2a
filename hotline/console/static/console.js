// Keys for those whose hands are on the keyboard, and help for them. Without it every page still works.

const GO = { t: "today", f: "follow_ups", c: "calls", p: "pictures" };
const help = document.getElementById("keys");
let goes = false;

const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);

function isWriting(element) {
  return element.matches("input:not([type=checkbox], [type=radio], [type=submit]), textarea, select, [contenteditable]");
}

function step(by) {
  const all = rows();
  if (!all.length) return;
  const now = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[Math.min(all.length - 1, Math.max(0, now < 0 && by < 0 ? all.length - 1 : now + by))];
  const target = next.matches("a, button, [tabindex]") ? next : next.querySelector("a, button, [tabindex]");
  target?.focus();
  next.scrollIntoView({ block: "nearest" });
}

function go(key) {
  document.querySelector(`[data-go="${GO[key]}"]`)?.click();
}

const ACTS = {
  "/": () => (document.querySelector("main [data-search]") ?? document.querySelector("[data-search]"))?.focus(),
  j: () => step(1),
  k: () => step(-1),
  g: () => { goes = true; },
  "?": () => help.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape" && isWriting(event.target)) return event.target.blur();
  if (isWriting(event.target) || help.open) return;
  if (goes && event.key in GO) { goes = false; event.preventDefault(); return go(event.key); }
  goes = false;
  if (event.key in ACTS) { event.preventDefault(); ACTS[event.key](); }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-help]")) help.showModal();
});

// A form that asks first: its button names what will happen in data-sure.
document.addEventListener("submit", (event) => {
  const sure = event.submitter?.dataset.sure ?? event.target.dataset.sure;
  if (sure && !window.confirm(sure)) event.preventDefault();
});

// Filters that are chosen, not written, count at once.
document.addEventListener("change", (event) => {
  event.target.closest("form[data-at-once]")?.requestSubmit();
});
