/** The way to the practice phone's server: what the page asks for, and what it is told as it happens. */

const RETRY_MS = 700;
const SILENCE_MS = 30_000;
/** The server says every 15 s that it is there; after twice that, the connection is dead. */

/** The server did not answer at all. */
export class Away extends Error {}

/** The server said no, with a status and perhaps a sentence. */
export class Refused extends Error {
  constructor(status, body) {
    super(body.error ?? "");
    this.status = status;
    this.field = body.field;
  }
}

async function ask(path, body) {
  const how = body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  let answer;
  try {
    answer = await fetch(path, { cache: "no-store", ...how });
  } catch (fault) {
    throw new Away(fault.message);
  }
  if (!answer.ok) throw new Refused(answer.status, await answer.json().catch(() => ({})));
  return answer;
}

export const askLine = async () => (await ask("/line")).json();
export const dial = async (to, from) => (await (await ask("/calls", { to, from })).json()).call;
export const inboxOf = async (number) => (await ask(`/inbox?number=${encodeURIComponent(number)}`)).json();
export const transcriptOf = async (call) => (await ask(`/calls/${call}/transcript.txt`)).text();

/** What the caller does: `keys`, `words`, `silence`, `hang-up`, `operator`. */
export const doIn = (call, what, how = {}) => ask(`/calls/${call}/${what}`, how);

/** The events of a call, from its first one, until it is over or forgotten; the function that is returned ends it.

 `tell` has `event(kind, what)`, `away()`, `back()` and `gone()`. A lost connection is taken up where it broke. */
export function watch(call, tell) {
  const ended = new AbortController();
  follow(call, tell, ended.signal);
  return () => ended.abort();
}

async function follow(call, tell, ended) {
  const place = { last: 0, over: false };
  const told = (kind, what) => {
    place.over ||= kind === "over";
    tell.event(kind, what);
  };
  while (!ended.aborted) {
    const status = await listen(call, place, tell, told, ended);
    if (ended.aborted || place.over) return;
    if (status === 404) return tell.gone();
    // Everything was told before.
    if (status === 204) return;
    if (status !== 200) tell.away();
    await new Promise((later) => setTimeout(later, status === 200 ? 50 : RETRY_MS));
  }
}

/** One connection, to its end: the status it was answered with, undefined when nobody answered. */
async function listen(call, place, tell, told, ended) {
  const dead = new AbortController();
  let silence;
  const heard = () => {
    clearTimeout(silence);
    silence = setTimeout(() => dead.abort(), SILENCE_MS);
  };
  const stop = () => dead.abort();
  ended.addEventListener("abort", stop);
  let status;
  try {
    heard();
    const headers = { Accept: "text/event-stream", ...(place.last && { "Last-Event-ID": String(place.last) }) };
    const answer = await fetch(`/calls/${call}/events`, { headers, cache: "no-store", signal: dead.signal });
    status = answer.status;
    if (status !== 200) return status;
    tell.back();
    await read(answer.body, place, told, heard);
  } catch {
    // Broken in the middle: the next connection goes on after the last event.
  } finally {
    clearTimeout(silence);
    ended.removeEventListener("abort", stop);
  }
  return status;
}

async function read(body, place, told, heard) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    heard();
    const blocks = (rest + value).replaceAll("\r\n", "\n").split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) take(block, place, told);
  }
}

function take(block, place, told) {
  const fields = { event: "message", data: [] };
  for (const line of block.split("\n")) {
    const [, name, value] = /^(\w*):? ?(.*)$/.exec(line) ?? [];
    if (name === "data") fields.data.push(value);
    else if (name) fields[name] = value;
  }
  if (!fields.data.length) return;
  const id = Number(fields.id);
  if (id && id <= place.last) return;
  if (id) place.last = id;
  told(fields.event, JSON.parse(fields.data.join("\n")));
}
