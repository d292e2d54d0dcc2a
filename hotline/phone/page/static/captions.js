/** What is said in the call, as captions: one block a speaker and language, one paragraph a sentence. */

import { addBelow, at, htmlLanguage, make, stayBelow } from "./dom.js";
import { say, words } from "./words.js";

const WAYS = ["way_1", "way_2", "way_3", "way_4"];

export class Captions {
  #frame = at("captions");
  #names = {};
  #block = null;
  #speaking = null;
  #timer;
  #kept = [];

  constructor() {
    this.clear();
    stayBelow(this.#frame);
  }

  /** How the languages of the line are called, by their codes. */
  set languages(list) {
    this.#names = Object.fromEntries(list.map(({ code, name }) => [code, name]));
  }

  languageName(code) {
    return this.#names[code] ?? this.#names[code?.split("-")[0]] ?? code;
  }

  clear() {
    this.#frame.replaceChildren(emptiness());
    this.#block = null;
    this.#kept = [];
  }

  /** What was said and done so far, for a transcript that is written here: `{at, who, text}`. */
  get kept() {
    return this.#kept;
  }

  /** A sentence that begins now; `seconds` is how long it is still being spoken. */
  said({ at: when, who, text, language }, seconds) {
    const sentence = make("p", "sentence", text);
    sentence.lang = htmlLanguage(language ?? "");
    this.#add(who, language, sentence);
    this.#keep(when, who.toUpperCase(), text);
    this.quiet();
    if (seconds <= 0) return;
    this.#speaking = sentence;
    sentence.classList.add("speaking");
    this.#timer = setTimeout(() => this.quiet(), seconds * 1000);
  }

  /** Nothing is being spoken any more. */
  quiet() {
    clearTimeout(this.#timer);
    this.#speaking?.classList.remove("speaking");
    this.#speaking = null;
  }

  /** The sentence was cut off by a key. */
  hushed() {
    this.#speaking?.classList.add("cut");
    this.quiet();
  }

  pressed({ at: when, keys }) {
    const before = this.#block?.who === "caller" ? this.#block.element.lastElementChild : null;
    const line = before?.classList.contains("keys") ? before : make("p", "keys");
    if (line !== before) {
      line.append(say(make("span", "pressed"), "pressed"), " ");
      this.#add("caller", null, line);
    }
    addBelow(this.#frame, () => line.append(...[...keys].map((key) => make("kbd", "", key))));
    this.#keep(when, "CALLER", `presses ${keys}`);
  }

  spoke({ at: when, words: spoken, language }) {
    const line = say(make("p", "sentence"), "speaks", spoken);
    if (language) line.lang = htmlLanguage(language);
    this.#add("caller", null, line);
    this.#keep(when, "CALLER", spoken);
  }

  /** Something that neither side said; `language` is the language of a text that is not the page's own. */
  noted(when, fill, text) {
    const line = fill(make("p", "noted"));
    this.#block = null;
    this.#put(line);
    if (text) this.#keep(when, "EVENT", text);
  }

  #keep(when, who, text) {
    this.#kept.push({ at: when, who, text });
  }

  #add(who, language, line) {
    if (this.#block?.who !== who || this.#block.language !== language) {
      this.#block = { who, language, element: make("div", `turn ${who}`) };
      const name = make("p", "who");
      name.append(say(make("span"), `who_${who}`));
      if (language) {
        const tag = make("span", "tag", this.languageName(language));
        tag.lang = htmlLanguage(language);
        name.append(" ", tag);
      }
      this.#block.element.append(name);
      this.#put(this.#block.element);
    }
    addBelow(this.#frame, () => this.#block.element.append(line));
  }

  #put(element) {
    this.#frame.querySelector(".empty")?.remove();
    addBelow(this.#frame, () => this.#frame.append(element));
  }
}

/** What stands there before the first call. */
function emptiness() {
  const empty = make("div", "empty");
  const ways = make("ol");
  ways.append(...WAYS.map((way) => {
    const item = make("li");
    item.append(say(make("span"), way));
    return item;
  }));
  empty.append(ways, say(make("p"), "captions_empty"));
  return empty;
}

/** A transcript written from the captions, for a call that the server has forgotten. */
export function written(kept, answeredAt, stoppedSeconds) {
  const began = Date.parse(answeredAt ?? kept[0]?.at);
  const lines = kept.map(({ at: when, who, text }) => {
    const seconds = Math.max(0, Math.floor((Date.parse(when) - began) / 1000));
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}  ${who}: ${text}`;
  });
  if (stoppedSeconds !== undefined) lines.push("", words("t_clock", stoppedSeconds.toFixed(1)));
  return `${lines.join("\n")}\n`;
}
