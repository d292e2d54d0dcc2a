/** What happens behind the line, as a timeline, and the clock from answer to stopped card. */

import { addBelow, at, inFours, make, stayBelow, tenths } from "./dom.js";
import { say, unsay, words } from "./words.js";

const TICK_MS = 100;

/** Milliseconds and seconds as one short text. */
const span = (seconds) =>
  seconds < 1 ? words("milliseconds", Math.round(seconds * 1000)) : words("seconds", tenths(seconds));

export class Clock {
  #answered = 0;
  #ticking;

  reset() {
    this.#stop();
    this.#write(0, "");
    unsay(at("clock-told"));
  }

  /** Runs from the moment of the answer. */
  run(answeredAt) {
    this.#stop();
    this.#answered = Date.parse(answeredAt);
    at("clock").className = "running";
    const tick = () => this.#write((Date.now() - this.#answered) / 1000, "running");
    tick();
    this.#ticking = setInterval(tick, TICK_MS);
  }

  /** Stands still, at the seconds of the stopped card. */
  freeze(seconds) {
    this.#stop();
    this.#write(seconds, "stopped");
  }

  /** The call ended, and no card was stopped. */
  end() {
    if (at("clock").className === "running") {
      this.#stop();
      at("clock").className = "ended";
    }
  }

  told(seconds) {
    say(at("clock-told"), "told", tenths(seconds));
  }

  #stop() {
    clearInterval(this.#ticking);
  }

  #write(seconds, state) {
    at("clock-seconds").textContent = tenths(seconds);
    at("clock").className = state;
  }
}

export class Timeline {
  #list = at("timeline");
  #frame = at("timeline-frame");
  #answered = NaN;

  constructor() {
    stayBelow(this.#frame);
  }

  clear() {
    this.#list.replaceChildren();
    this.#answered = NaN;
    at("timeline-empty").hidden = false;
  }

  dialled(when) {
    this.#add(when, "plain", "b_dialled");
  }

  answered(when) {
    this.#answered = Date.parse(when);
    this.#add(when, "plain", "b_answered");
  }

  over(when) {
    this.#add(when, "plain", "b_over");
  }

  trouble(when, key) {
    this.#add(when, key === "b_trouble" ? "bad" : "plain", key);
  }

  stopped(when, seconds) {
    this.#add(when, "good", "b_stopped", (what) => say(what, "b_stopped_what", tenths(seconds)));
  }

  /** One thing that happened behind. */
  happened({ at: when, kind, ...what }) {
    const add = {
      turn: () => this.#add(when, "turn", "b_turn", (text, took) => {
        say(text, "b_turn_to", what.to_step).dataset.step = what.to_step;
        if (what.milliseconds != null) say(took, "milliseconds", Math.round(what.milliseconds));
      }),
      request: () => this.#add(when, "request", what.status === "accepted" ? "b_request" : "b_request_later", (text) =>
        say(text, "b_request_what", inFours(what.receipt_number), what.targets ?? [], what.status)),
      queue: () => this.#add(when, "queue", "b_queue", (text) => say(text, "b_queue_what", what.state, what.tries)),
      backend: () => this.#add(when, "backend", "b_backend", (text, took) => {
        say(text, "b_backend_what", what.target, what.answer);
        if (what.seconds_from_confirmation != null) say(took, "b_backend_took", span(what.seconds_from_confirmation));
      }),
      text: () => this.#add(when, "text", "b_text", (text) => say(text, "b_text_what", what.standing)),
      follow_up: () => this.#add(when, "follow-up", "b_follow_up", (text) => say(text, "b_follow_up_what", what.reason)),
    }[kind];
    add?.();
  }

  /** The first entry of a later moment: what is read from the store is told a little after it happened. */
  #later(when) {
    let next = null;
    let before = this.#list.lastElementChild;
    while (before && before.querySelector("time").dateTime > when) [next, before] = [before, before.previousElementSibling];
    return next;
  }

  #add(when, kind, title, fill) {
    at("timeline-empty").hidden = true;
    const entry = make("li", `is-${kind}`);
    const since = (Date.parse(when) - this.#answered) / 1000;
    const time = make("time", "since", Number.isNaN(since) ? "" : `${since < 0 ? "−" : "+"}${Math.abs(since).toFixed(3)}`);
    time.dateTime = when;
    const words = make("div");
    words.append(say(make("span", "title"), title));
    if (fill) {
      const [text, took] = [make("span", "what"), make("span", "took")];
      fill(text, took);
      words.append(" ", text, " ", took);
    }
    entry.append(words, " ", time);
    addBelow(this.#frame, () => this.#list.insertBefore(entry, this.#later(when)));
  }
}
