/** The text messages that have come to the number which calls. */

import { at, make, nationally } from "./dom.js";
import { inboxOf } from "./line.js";
import { pageLanguage, say, unsay } from "./words.js";

const BUSY_MS = 2_000;
const IDLE_MS = 15_000;
/** While nobody calls. */

export class Inbox {
  #number = null;
  #shown = null;
  #timer;
  #round = 0;

  /** `busy()` says whether a message may come any moment; `came()` is told when one has. */
  constructor(busy, came) {
    this.busy = busy;
    this.came = came;
    document.addEventListener("visibilitychange", () => document.hidden || this.look());
  }

  /** Whose messages are shown: a number in E.164, or null when it is withheld. */
  belongsTo(number) {
    this.#number = number;
    this.#shown = null;
    at("messages").replaceChildren();
    if (number) say(at("inbox-number"), "inbox_of", nationally(number));
    else unsay(at("inbox-number"));
    this.look();
  }

  /** Looks now, and again and again from then on. */
  async look() {
    clearTimeout(this.#timer);
    const round = ++this.#round;
    if (!this.#number) return this.#empty("inbox_withheld");
    try {
      if (!document.hidden) {
        const { messages, error } = await inboxOf(this.#number);
        if (round !== this.#round) return;
        this.#show(messages, error);
      }
    } catch {
      // The server is away, which is said elsewhere; or the number is none, which is said when it calls.
    }
    if (round === this.#round) this.#timer = setTimeout(() => this.look(), this.busy() ? BUSY_MS : IDLE_MS);
  }

  #show(messages, error) {
    const now = JSON.stringify(messages);
    if (error) this.#empty("inbox_away");
    else if (!messages.length) this.#empty("inbox_empty");
    else at("inbox-empty").hidden = true;
    if (now === this.#shown) return;
    const before = this.#shown === null ? null : at("messages").children.length;
    this.#shown = now;
    at("messages").replaceChildren(...messages.map(written));
    if (before !== null && messages.length > before) this.came();
  }

  #empty(key) {
    at("inbox-empty").hidden = false;
    say(at("inbox-empty"), key);
  }
}

function written({ at: when, from, body, standing, language }) {
  const item = make("li", "message");
  const head = make("p", "message-head");
  const time = make("time", "", new Date(when).toLocaleTimeString(pageLanguage(), { hour: "2-digit", minute: "2-digit" }));
  time.dateTime = when;
  head.append(time, " ", say(make("span"), "inbox_from", nationally(from)), " · ", say(make("span"), "b_text_what", standing));
  const text = make("p", "message-body", body);
  if (language) text.lang = language;
  item.append(head, text);
  return item;
}
