/** What the caller can do beside pressing keys, and how long the line waits for it. */

import { at, show } from "./dom.js";
import { say } from "./words.js";

const WAITS_FOR_CALLER = new Set(["listening", "between_keys", "recording"]);
const RINGING = ["answers", "voicemail", "busy"];
const OPERATORS = {
  ringing: RINGING,
  queued: ["answers"],
  operator_listens: ["hangs-up"],
  connected: ["hangs-up"],
};

export class Tools {
  #running;

  constructor(does) {
    at("speaking").addEventListener("submit", (event) => {
      event.preventDefault();
      const words = at("words").value.trim();
      if (words) does("words", { words });
      at("words").value = "";
    });
    at("silence").addEventListener("click", () => does("silence"));
    for (const button of at("operators").querySelectorAll("button")) {
      button.addEventListener("click", () => does("operator", { does: button.dataset.operator }));
    }
    say(at("silence"), "skip_ahead");
  }

  /** What is going on now, and for how many seconds at most. */
  doing({ at: when, doing, seconds }) {
    show(at("tools"), true);
    say(at("doing-text"), `doing_${doing}`, Math.round(seconds));
    say(at("silence"), WAITS_FOR_CALLER.has(doing) ? "stay_silent" : "skip_ahead");
    at("doing").className = WAITS_FOR_CALLER.has(doing) ? "waits" : "";
    this.#offer(OPERATORS[doing] ?? []);
    this.#run(doing, seconds, when);
  }

  /** No call goes on. */
  idle() {
    this.#running?.cancel();
    show(at("tools"), false, at("summary").hidden ? at("keypad") : at("summary-title"));
  }

  #offer(ways) {
    for (const button of at("operators").querySelectorAll("button")) {
      show(button, ways.includes(button.dataset.operator), at("keypad"));
    }
    show(at("operators"), ways.length > 0);
  }

  /** A bar that shrinks while the line waits; where motion is not wanted the sentence says it alone. */
  #run(doing, seconds, when) {
    this.#running?.cancel();
    const shown = WAITS_FOR_CALLER.has(doing) && !matchMedia("(prefers-reduced-motion: reduce)").matches;
    show(at("left"), shown);
    if (!shown) return;
    this.#running = at("left").firstElementChild.animate(
      [{ transform: "scaleX(1)" }, { transform: "scaleX(0)" }], { duration: seconds * 1000, fill: "forwards" },
    );
    this.#running.currentTime = Math.max(0, Date.now() - Date.parse(when));
  }
}
