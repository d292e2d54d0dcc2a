/** The practice phone as a page: joins telephone, captions, what happens behind, and sound. */

import { Clock, Timeline } from "./behind.js";
import { Captions } from "./captions.js";
import { Conversation } from "./conversation.js";
import { Crib } from "./crib.js";
import { at, show } from "./dom.js";
import { Inbox } from "./inbox.js";
import { drawKeypad, flash, isTyping, KEYS } from "./keypad.js";
import { askLine, Away } from "./line.js";
import { Dialling } from "./dialling.js";
import { Ear } from "./sound.js";
import { firstPageLanguage, label, say, turnTo, unsay } from "./words.js";

const RETRY_MS = 1_500;

const ear = new Ear();
const captions = new Captions();
const dialling = new Dialling();
const conversation = new Conversation({ ear, captions, clock: new Clock(), timeline: new Timeline(), tell });
const inbox = new Inbox(() => conversation.goesOn, () => tell("inbox_new"));
const crib = new Crib((keys) => press(keys));

/** Says something quietly to those who do not see the page. */
function tell(key, ...values) {
  say(at("notice"), key, ...values);
}

function press(keys) {
  ear.open();
  for (const key of keys) flash(key);
  ear.key(keys.at(-1));
  conversation.press(keys);
}

async function call() {
  if (conversation.goesOn) return;
  ear.open();
  const number = dialling.from;
  if (!number) return dialling.wrong();
  dialling.right();
  inbox.belongsTo(dialling.inboxNumber);
  const refused = await conversation.dial(dialling.to, number);
  if (refused) dialling.wrong();
}

async function learn() {
  try {
    const line = await askLine();
    captions.languages = line.languages;
    dialling.offer(line, captions);
    crib.offer(line.people);
    if (at("alert").dataset.say === "e_phone_away") unsay(at("alert"));
    return true;
  } catch (fault) {
    if (fault instanceof Away || fault.status >= 500) say(at("alert"), "e_phone_away");
    return false;
  }
}

/** Asks for the line until it answers. */
async function begin() {
  say(at("status"), "s_starting");
  while (!(await learn())) await new Promise((later) => setTimeout(later, RETRY_MS));
  if (!conversation.takeUp()) say(at("status"), "s_ready");
  inbox.belongsTo(dialling.inboxNumber);
}

function listenToKeyboard() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    const focused = document.activeElement;
    if (event.key === "Escape") return escape(event, focused);
    if (isTyping(focused)) return;
    if (event.key === "Enter" && !focused?.matches("button, input, a, summary, label")) {
      event.preventDefault();
      return call();
    }
    if (KEYS.includes(event.key) && event.key.length === 1 && at("keyboard").checked) {
      event.preventDefault();
      press(event.key);
    }
  });
}

/** Escape alone never hangs up: it leaves a field, then goes to the button, and only there it is pressed. */
function escape(event, focused) {
  if (!conversation.goesOn) return;
  event.preventDefault();
  if (isTyping(focused)) return at("keypad").focus();
  if (focused === at("hang-up")) return conversation.hangUp();
  at("hang-up").focus();
  say(at("status"), "s_hang_up");
}

function connect() {
  at("telephone").addEventListener("submit", (event) => {
    event.preventDefault();
    call();
  });
  at("hang-up").addEventListener("click", () => conversation.hangUp());
  at("hang-up").addEventListener("blur", () => conversation.goesOn && conversation.showStatus());
  at("mute").addEventListener("click", () => {
    const muted = at("mute").getAttribute("aria-pressed") !== "true";
    at("mute").setAttribute("aria-pressed", String(muted));
    ear.mute(muted);
  });
  at("from").addEventListener("change", () => inbox.belongsTo(dialling.inboxNumber));
  at("withheld").addEventListener("change", () => inbox.belongsTo(dialling.inboxNumber));
  at("another").addEventListener("click", () => {
    dialling.another();
    inbox.belongsTo(dialling.inboxNumber);
  });
  for (const button of document.querySelectorAll("[data-page-language]")) {
    button.addEventListener("click", () => turnTo(button.dataset.pageLanguage));
  }
  conversation.onOver = () => {
    learn();
    inbox.look();
  };
  conversation.onText = () => inbox.look();
}

label(at("another"), "another_label");
drawKeypad(press);
turnTo(firstPageLanguage());
connect();
listenToKeyboard();
show(at("in-call"), false);
begin();
