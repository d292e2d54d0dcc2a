// Keeps the first page up to date. What did not change is left alone, so that focus, selection and a screen reader
// stay where they are.

import { Idiomorph } from "./vendor/idiomorph.esm.js";

const live = document.getElementById("live");
const away = document.getElementById("away");
let ahead = 0;
let upToDate = "";

function note() {
  const today = document.getElementById("today");
  ahead = Date.parse(today.dataset.at) - Date.now();
  upToDate = today.dataset.time;
}

const rows = () => [...live.querySelectorAll("[data-row]")];

function show(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("today");
  if (!fresh) return false;
  const focused = rows().findIndex((row) => row.contains(document.activeElement));
  Idiomorph.morph(document.getElementById("today"), fresh, { restoreFocus: true });
  if (focused >= 0 && document.activeElement === document.body) {
    // The row is done and gone: what stands in its place is next.
    const left = rows();
    (left[Math.min(focused, left.length - 1)]?.querySelector("a") ?? document.getElementById("again")).focus();
  }
  note();
  return true;
}

function pad(number) {
  return String(number).padStart(2, "0");
}

function tick() {
  for (const counter of live.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, Math.floor((Date.now() + ahead - Date.parse(counter.dataset.since)) / 1000));
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
    const text = hours ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}` : `${minutes}:${pad(seconds % 60)}`;
    if (counter.textContent !== text) counter.textContent = text;
  }
}

live.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden) event.preventDefault();
});

live.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && show(event.detail.xhr.responseText)) {
    away.hidden = true;
  } else if (event.detail.xhr.status === 403) {
    window.location.reload();
  } else if (away.hidden) {
    away.textContent = away.dataset.text.replace("{time}", upToDate);
    away.hidden = false;
  }
});

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) window.htmx?.trigger(live, "look");
});

note();
setInterval(tick, 1000);
