/** Who calls whom: the line's numbers, and the number that is shown or withheld. */

import { at, make, nationally } from "./dom.js";
import { say, unsay } from "./words.js";

const KEPT = "from";

/** A made-up mobile number: the line knows a caller again for a day, so each tab begins with one of its own. */
const anyMobile = () => `090-${four(1_000)}-${four(0)}`;
/** Four digits; no number of a mobile goes on with a zero after 090. */
const four = (least) => String(least + Math.floor(Math.random() * (10_000 - least))).padStart(4, "0");

/** What a person typed, as E.164; what it cannot be read as stays as it is, for the server to refuse. */
function international(typed) {
  const digits = typed.normalize("NFKC").replaceAll(/[\s()\-‐-―−ー.]/g, "");
  return digits.startsWith("0") ? `+81${digits.slice(1)}` : digits;
}

export class Dialling {
  constructor() {
    at("from").value = sessionStorage.getItem(KEPT) ?? anyMobile();
    at("from").addEventListener("input", () => this.right());
    at("from").addEventListener("change", () => this.#keep());
    at("withheld").addEventListener("change", () => this.#withhold());
    this.#keep();
  }

  /** Shows what the line offers; a choice that was made stays. */
  offer({ numbers, texts }, captions) {
    const chosen = at("to").value;
    at("to").replaceChildren(...numbers.map(({ number, language }) => {
      const option = say(make("option"), "number_answers", nationally(number), captions.languageName(language));
      option.value = number;
      return option;
    }));
    if (chosen && numbers.some(({ number }) => number === chosen)) at("to").value = chosen;
    else if (!texts) this.#withhold((at("withheld").checked = true));
  }

  get to() {
    return at("to").value;
  }

  /** `anonymous`, or a number; empty when there is none. */
  get from() {
    return at("withheld").checked ? "anonymous" : international(at("from").value);
  }

  /** To which number text messages come, or null. */
  get inboxNumber() {
    const number = this.from;
    return /^\+\d{8,15}$/.test(number) ? number : null;
  }

  another() {
    at("from").value = anyMobile();
    at("withheld").checked = false;
    this.#withhold();
    this.#keep();
  }

  /** Says that the number is none, and lets it be corrected. */
  wrong() {
    say(at("from-wrong"), "e_number");
    at("from-wrong").hidden = false;
    at("from").setAttribute("aria-invalid", "true");
    at("from").focus();
  }

  right() {
    unsay(at("from-wrong"));
    at("from-wrong").hidden = true;
    at("from").removeAttribute("aria-invalid");
  }

  #withhold() {
    at("from").disabled = at("withheld").checked;
    this.right();
  }

  #keep() {
    sessionStorage.setItem(KEPT, at("from").value);
  }
}
