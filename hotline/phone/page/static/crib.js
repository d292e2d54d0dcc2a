/** A card with a made-up person to key: each fact can be keyed with one press. */

import { at, make } from "./dom.js";
import { label, say } from "./words.js";

const FACTS = ["birth_date", "postal_code", "house_number"];

export class Crib {
  #people = [];
  #chosen = 0;

  constructor(press) {
    this.press = press;
  }

  /** The people whose cards are still active. */
  offer(people) {
    this.#people = people;
    this.#chosen = 0;
    this.#draw();
  }

  #draw() {
    at("crib-way").hidden = !this.#people.length;
    if (!this.#people.length) return at("facts").replaceChildren(say(make("p", "quiet"), "crib_none"));
    const person = this.#people[this.#chosen];
    const facts = FACTS.map((what) => this.#fact(what, `${person[what]}#`));
    at("facts").replaceChildren(...(this.#people.length > 1 ? [this.#choice()] : []), ...facts);
  }

  #choice() {
    const group = make("div", "people");
    group.setAttribute("role", "group");
    label(group, "people");
    group.append(...this.#people.map((_, index) => {
      const button = say(make("button", "small"), "crib_person", index + 1);
      button.type = "button";
      button.setAttribute("aria-pressed", String(index === this.#chosen));
      button.addEventListener("click", () => this.#choose(index));
      return button;
    }));
    return group;
  }

  #choose(index) {
    this.#chosen = index;
    this.#draw();
    at("facts").querySelectorAll(".people button")[index].focus();
  }

  #fact(what, keys) {
    const button = make("button", "fact");
    button.type = "button";
    button.append(say(make("span", "fact-name"), what), " ", make("span", "fact-keys", keys));
    button.addEventListener("click", () => this.press(keys));
    return button;
  }
}
