/** The twelve keys: by mouse, touch and keyboard, ahead of the line if need be, and always in order. */

import { at, make } from "./dom.js";
import { say } from "./words.js";

const LETTERS = { 2: "ABC", 3: "DEF", 4: "GHI", 5: "JKL", 6: "MNO", 7: "PQRS", 8: "TUV", 9: "WXYZ" };
const NAMES = { "*": "star", "#": "hash" };
export const KEYS = "123456789*0#";
const FLASH_MS = 160;

/** Whether keys that are typed here belong to the page and not to the telephone. */
export const isTyping = (element) =>
  element?.matches("input:not([type=checkbox]), textarea, select, [contenteditable]") ?? false;

/** Draws the keys; `press` is told of each one pressed. */
export function drawKeypad(press) {
  const buttons = [...KEYS].map((key) => {
    const button = make("button", "key");
    button.type = "button";
    button.dataset.key = key;
    const sign = make("span", "sign", key);
    button.append(sign);
    if (key in NAMES) {
      sign.setAttribute("aria-hidden", "true");
      button.append(say(make("span", "unseen"), NAMES[key]));
    } else {
      const letters = make("span", "letters", LETTERS[key] ?? (key === "0" ? "+" : ""));
      letters.setAttribute("aria-hidden", "true");
      button.append(letters);
    }
    button.addEventListener("click", () => press(key));
    return button;
  });
  at("keypad").append(...buttons);
}

/** Lets a key look pressed for a moment, for those who press it elsewhere. */
export function flash(key) {
  const button = at("keypad").querySelector(`[data-key="${CSS.escape(key)}"]`);
  button.classList.add("pressed");
  setTimeout(() => button.classList.remove("pressed"), FLASH_MS);
}

/** Sends what the caller does one after the other; keys that wait for their turn go together. */
export class Sending {
  #waiting = [];
  #sends = false;

  /** `send(what, how)` gives a promise; what it throws goes to `failed`. */
  constructor(send, failed) {
    this.send = send;
    this.failed = failed;
  }

  clear() {
    this.#waiting = [];
  }

  add(what, how) {
    const last = this.#waiting.at(-1);
    if (what === "keys" && last?.what === "keys") last.how = { keys: last.how.keys + how.keys };
    else this.#waiting.push({ what, how });
    this.#go();
  }

  async #go() {
    if (this.#sends) return;
    this.#sends = true;
    while (this.#waiting.length) {
      const { what, how } = this.#waiting.shift();
      try {
        await this.send(what, how);
      } catch (fault) {
        this.#waiting = [];
        this.failed(fault);
      }
    }
    this.#sends = false;
  }
}
