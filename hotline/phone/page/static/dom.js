/** Small shorthands for the document, and how times and numbers are written. */

export const at = (id) => document.getElementById(id);

/** A new element with classes, and perhaps a text that does not change with the page's language. */
export function make(name, classes = "", text = "") {
  const element = document.createElement(name);
  if (classes) element.className = classes;
  if (text) element.textContent = text;
  return element;
}

/** Shows an element, or hides it. Focus that would be lost goes to `instead`. */
export function show(element, shown, instead) {
  if (!shown && instead && element.contains(document.activeElement)) instead.focus();
  element.hidden = !shown;
}

/** The lists in which the person has scrolled up to read: they stay where they are. */
const read = new WeakSet();

/** Adds to a list, and shows the newest unless the person reads further up. */
export function addBelow(frame, add) {
  add();
  if (!read.has(frame)) frame.scrollTop = frame.scrollHeight;
}

/** Keeps the newest in sight also when the list itself becomes smaller or larger, which scrolls nothing by itself. */
export function stayBelow(frame) {
  let top = 0;
  frame.addEventListener("scroll", () => {
    const [up, left] = [frame.scrollTop < top, frame.scrollHeight - frame.scrollTop - frame.clientHeight];
    top = frame.scrollTop;
    if (left < 80) read.delete(frame);
    else if (up) read.add(frame);
  });
  new ResizeObserver(() => addBelow(frame, () => {})).observe(frame);
}

/** m:ss. */
export function clockTime(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Seconds with one digit after the point. */
export const tenths = (seconds) => (Math.floor(Math.max(0, seconds) * 10 + 1e-6) / 10).toFixed(1);

/** A Japanese number as people there write it; another one as it is. */
export function nationally(number) {
  const own = number.startsWith("+81") ? `0${number.slice(3)}` : number;
  const parts = /^(0120)(\d\d)(\d{4})$/.exec(own) ?? /^(0[5-9]0)(\d{4})(\d{4})$/.exec(own);
  return parts ? parts.slice(1).join("-") : number;
}

/** A receipt number as it is read: in fours. */
export const inFours = (receipt) => receipt.replace(/^(\d{4})(\d{4})$/, "$1-$2");

/** The HTML language of a language of the line. */
export const htmlLanguage = (code) => ({ "ja-easy": "ja", zh: "zh-CN" })[code] ?? code;
