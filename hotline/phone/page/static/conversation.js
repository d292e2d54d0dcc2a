/** One call after the other: what the page does in it, and what it shows of what happens. */

import { written } from "./captions.js";
import { at, clockTime, inFours, make, nationally, show, tenths } from "./dom.js";
import { Sending } from "./keypad.js";
import { Away, dial, doIn, transcriptOf, watch } from "./line.js";
import { CAPTION_ONLY, SPOKEN } from "./sound.js";
import { Tools } from "./tools.js";
import { say, unsay, words } from "./words.js";

const KEPT = "call";
const MOST_TYPED = 18;
const STATUSES = { failed: "s_failed", "no-answer": "s_no_answer", busy: "s_busy" };

export class Conversation {
  #call = null;
  #goesOn = false;
  #hangsUp = false;
  #stopWatching = () => {};
  #status = ["s_ready"];
  #answeredAt;
  #stoppedSeconds;
  #receipt;
  #ticking;
  #language;
  #noticed = new Set();
  #tools;

  onOver = () => {};
  onText = () => {};

  constructor({ ear, captions, clock, timeline, tell }) {
    Object.assign(this, { ear, captions, clock, timeline, tell });
    this.sending = new Sending((what, how) => doIn(this.#call, what, how), (fault) => this.#refused(fault));
    this.#tools = new Tools((what, how) => {
      // Whoever skips ahead does not want to hear the rest.
      if (what === "silence") this.ear.hush();
      this.sending.add(what, how);
    });
    at("save").addEventListener("click", () => this.#save());
    at("print").addEventListener("click", () => window.print());
  }

  get goesOn() {
    return this.#goesOn;
  }

  /** Dials; gives true when the number of the caller is refused. */
  async dial(to, from) {
    this.#call = null;
    this.#begin();
    this.#show("s_calling");
    try {
      this.#call = await dial(to, from);
    } catch (fault) {
      this.#end();
      this.#show("s_ready");
      if (fault.status === 400) return true;
      this.#complain(fault);
      return false;
    }
    sessionStorage.setItem(KEPT, this.#call);
    this.#watch();
    // Hung up while the server was still dialling.
    if (this.#hangsUp) this.hangUp();
    return false;
  }

  /** Goes on with the call that this tab was in before it was loaded anew; false when there is none. */
  takeUp() {
    this.#call = sessionStorage.getItem(KEPT);
    if (!this.#call) return false;
    this.#begin();
    this.#show("s_calling");
    this.#watch();
    return true;
  }

  press(keys) {
    if (!this.#goesOn) return;
    at("typed").textContent = (at("typed").textContent + keys).slice(-MOST_TYPED);
    this.sending.add("keys", { keys });
  }

  hangUp() {
    if (!this.#goesOn) return;
    this.sending.clear();
    this.ear.hush();
    if (this.#call) this.sending.add("hang-up");
    else this.#hangsUp = true;
  }

  showStatus() {
    say(at("status"), ...this.#status);
  }

  #show(...status) {
    this.#status = status;
    this.showStatus();
  }

  #begin() {
    this.#goesOn = true;
    this.#hangsUp = false;
    this.#answeredAt = this.#stoppedSeconds = this.#receipt = this.#language = undefined;
    this.#noticed.clear();
    this.captions.clear();
    this.timeline.clear();
    this.clock.reset();
    unsay(at("alert"));
    at("typed").textContent = at("lasted").textContent = at("dialled").textContent = "";
    show(at("dialling"), false, at("keypad"));
    if (document.activeElement === at("call") || document.activeElement === document.body) at("keypad").focus();
    show(at("in-call"), true);
    show(at("summary"), false, at("keypad"));
    this.#enable();
  }

  #end() {
    this.#goesOn = false;
    clearInterval(this.#ticking);
    this.captions.quiet();
    this.clock.end();
    this.#tools.idle();
    show(at("in-call"), false);
    show(at("dialling"), true);
    this.#enable();
    if (document.activeElement === at("hang-up")) at("call").focus();
  }

  #enable() {
    at("call").setAttribute("aria-disabled", String(this.#goesOn));
    at("hang-up").setAttribute("aria-disabled", String(!this.#goesOn));
    document.body.classList.toggle("calling", this.#goesOn);
  }

  #watch() {
    this.#stopWatching();
    this.#stopWatching = watch(this.#call, {
      event: (kind, what) => this.#happened(kind, what),
      away: () => this.#away(),
      back: () => this.#back(),
      gone: () => this.#gone(),
    });
  }


  #happened(kind, what) {
    const take = {
      dialled: () => {
        at("dialled").textContent = nationally(what.to);
        this.timeline.dialled(what.at);
      },
      ringing: () => this.#show("s_ringing"),
      answered: () => this.#answered(what.at),
      said: () => this.#said(what),
      played: () => this.#said(what),
      hushed: () => {
        this.ear.hush();
        this.captions.hushed();
      },
      pressed: () => this.captions.pressed(what),
      spoke: () => this.captions.spoke({ ...what, language: this.#language }),
      tone: () => {
        this.ear.beep();
        this.captions.noted(what.at, (line) => say(line, "beep"), "a tone: the line records");
      },
      doing: () => {
        this.#tools.doing(what);
        if (what.doing !== "talking" && what.doing !== "operator_listens") this.captions.quiet();
      },
      noted: () => this.#note(what),
      trouble: () => this.#trouble(what.at),
      recovered: () => this.#recovered(what.at),
      behind: () => {
        this.timeline.happened(what);
        this.#receipt ??= what.receipt_number;
        if (what.kind === "text") this.onText();
      },
      clock: () => this.#stopped(what),
      told: () => this.clock.told(what.seconds),
      over: () => this.#over(what),
    };
    take[kind]?.();
  }

  #answered(when) {
    this.#answeredAt = when;
    this.#show("s_in_call");
    this.clock.run(when);
    this.timeline.answered(when);
    const tick = () => (at("lasted").textContent = clockTime((Date.now() - Date.parse(when)) / 1000));
    tick();
    clearInterval(this.#ticking);
    this.#ticking = setInterval(tick, 1000);
  }

  async #said(what) {
    if (what.who === "line") this.#language = what.language;
    // What comes late was said while nobody watched: after a reload only the captions are of use.
    const left = what.seconds - Math.max(0, Date.now() - Date.parse(what.at)) / 1000;
    this.captions.said({ who: "line", ...what }, left);
    if (left <= 0 && what.seconds > 0) return;
    const how = await this.ear.say(what);
    if (what.sound && how === SPOKEN) this.#notice("e_sound_browser");
    else if (what.sound && how === CAPTION_ONLY) this.#notice("e_sound_none");
    else if (how === CAPTION_ONLY) this.#notice("e_no_voice", this.captions.languageName(what.language) ?? what.tag);
  }

  /** Says once in a call that something cannot be heard. */
  #notice(key, ...values) {
    const once = [key, ...values].join();
    if (this.#noticed.has(once)) return;
    this.#noticed.add(once);
    this.captions.noted(null, (line) => say(line, key, ...values));
  }

  #note({ at: when, text }) {
    this.captions.noted(when, (line) => {
      line.textContent = text;
      line.lang = "en";
      return line;
    }, text);
  }

  #trouble(when) {
    say(at("alert"), "e_line_away");
    this.timeline.trouble(when, "b_trouble");
  }

  #recovered(when) {
    unsay(at("alert"));
    this.timeline.trouble(when, "b_recovered");
    this.tell("b_recovered");
  }

  #stopped({ at: when, stopped_at: stoppedAt, seconds }) {
    this.#stoppedSeconds = seconds;
    this.clock.freeze(seconds);
    this.timeline.stopped(stoppedAt ?? when, seconds);
    this.tell("stopped_after", tenths(seconds));
  }

  #over({ at: when, status, seconds, by, text }) {
    this.timeline.over(when);
    if (status === "completed") this.#show(by === "caller" ? "s_over_caller" : "s_over_line");
    else this.#show(STATUSES[status] ?? "s_failed");
    if (status === "failed") {
      say(at("alert"), "e_failed");
      if (text) this.#note({ at: when, text });
    }
    if (by === "caller") this.ear.hush();
    this.#sumUp("over_after", clockTime(seconds));
    this.#end();
    this.onOver();
  }

  #sumUp(otherwise, ...values) {
    const stopped = this.#stoppedSeconds !== undefined;
    at("summary").className = stopped ? "stopped" : "";
    if (stopped) {
      say(at("summary-title"), "stopped_after", tenths(this.#stoppedSeconds));
      if (this.#receipt && values.length) say(at("summary-told"), "receipt", inFours(this.#receipt), ...values);
      else say(at("summary-told"), otherwise, ...values);
    } else {
      say(at("summary-title"), otherwise, ...values);
      say(at("summary-told"), "over_not_stopped");
    }
    show(at("summary"), true);
    this.tell(at("summary-title").dataset.say, ...at("summary-title").values);
  }

  #away() {
    if (!this.#goesOn) return;
    say(at("alert"), "e_phone_away");
    say(at("status"), "s_away");
  }

  #back() {
    if (at("alert").dataset.say !== "e_phone_away") return;
    unsay(at("alert"));
    this.showStatus();
    this.tell("e_phone_back");
  }

  /** The server does not know the call: it was started anew, or this page was open for very long. */
  #gone() {
    sessionStorage.removeItem(KEPT);
    if (!this.#goesOn) return;
    this.ear.hush();
    this.#stopWatching();
    const begun = this.captions.kept.length > 0;
    if (!begun) {
      this.#end();
      this.#show("s_ready");
      return;
    }
    say(at("alert"), "e_cut_off");
    this.#show("s_cut");
    this.#sumUp("cut_off");
    this.#end();
    this.onOver();
  }

  #refused(fault) {
    if (fault.status === 409 && !this.#goesOn) return;
    if (fault.status === 404 && this.#goesOn) this.#gone();
    else this.#complain(fault);
  }

  #complain(fault) {
    if (fault instanceof Away) say(at("alert"), "e_phone_away");
    else say(at("alert"), { 404: "e_forgotten", 409: "e_over", 429: "e_too_many" }[fault.status] ?? "e_refused");
  }

  async #save() {
    let text;
    try {
      text = await transcriptOf(this.#call);
    } catch {
      text = written(this.captions.kept, this.#answeredAt, this.#stoppedSeconds);
      this.captions.noted(null, (line) => say(line, "saved_here"));
    }
    const link = make("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
    const when = (this.#answeredAt ?? new Date().toISOString()).slice(0, 19).replaceAll(/[:T]/g, "-");
    link.download = words("transcript_name", when);
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }
}
