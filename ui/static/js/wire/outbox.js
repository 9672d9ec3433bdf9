// Brings what was written and done to the server: one request at a time, in the
// order made, and only while the room is joined. Each has a name by which the
// server knows it again, so without an answer it is sent until there is one: it
// happens once.

import { maybe, say } from "../page/words.js";

/** @import {Store} from "../page/store.js" */
/** @import {State, Action} from "../state/state.js" */
/** @import {Request} from "./events.js" */
/** @import {Wire, Outcome} from "./wire.js" */

/** Pause after the server said "too fast", and the shortest and longest between tries, in milliseconds. */
const [pause, shortest, longest] = [1500, 1000, 15_000];

/** @typedef {{key: string, message: boolean, request: Request}} Letter */

/**
 * @param {Store<State, Action>} store
 * @param {Pick<Wire, "put" | "rejoin">} wire
 */
export function createOutbox(store, wire) {
  let busy = false;
  let tries = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;

  function next() {
    const state = store.get();
    const letter = busy || state.connection !== "joined" ? undefined : first(state);
    if (letter) send(letter);
  }

  /** @param {Letter} letter */
  function send(letter) {
    busy = true;
    let answered = false;
    mark(letter, true);
    wire.put(letter.key, letter.request, (outcome) => {
      const wait = settle(letter, outcome);
      if (answered) return; // a late answer; the line has moved on
      answered = true;
      if (wait) waiting = setTimeout(free, wait);
      else free();
    });
  }

  function free() {
    waiting = undefined;
    busy = false;
    next();
  }

  /**
   * @param {Letter} letter
   * @param {boolean} sending
   */
  function mark({ key, message }, sending) {
    if (message) store.dispatch({ type: "status", key, status: sending ? "sending" : "queued" });
    else store.dispatch({ type: "doing", key, sending });
  }

  /**
   * Records an outcome and answers how long to wait before the next request.
   *
   * @param {Letter} letter
   * @param {Outcome} outcome
   */
  function settle(letter, outcome) {
    const { key, message } = letter;
    if (outcome.kind === "sent") {
      tries = 0;
      store.dispatch({ type: "stalled", value: false });
      store.dispatch({ type: message ? "sent" : "done", key, id: outcome.id, at: outcome.at });
      return 0;
    }
    const code = outcome.kind === "refused" ? outcome.code : "";
    if (code === "" || code === "unavailable" || code === "rate_limited" || code === "not_joined") {
      if (code === "unavailable") store.dispatch({ type: "stalled", value: true });
      mark(letter, false);
      if (code === "not_joined") wire.rejoin();
      return code === "rate_limited" || code === "not_joined" ? pause : backOff(tries++);
    }
    const problem = maybe(`refused.${code}`) || say("sent.failed");
    if (message) store.dispatch({ type: "status", key, status: "failed", lost: code === "no_file", problem });
    else store.dispatch({ type: "undone", key, problem });
    return 0;
  }

  store.subscribe((state, before) => {
    // Who is back needs no patience.
    if (waiting && state.connection === "joined" && before.connection !== "joined") {
      clearTimeout(waiting);
      free();
    } else next();
  });
}

/** @param {number} tries */
const backOff = (tries) => Math.min(longest, shortest * 2 ** tries) * (0.75 + Math.random() / 2);

/**
 * What is sent next.
 *
 * @param {State} state
 * @returns {Letter | undefined}
 */
function first(state) {
  const entry = state.entries.find((e) => e.kind === "message" && e.status === "queued");
  if (entry?.kind === "message") {
    const { key, text, picture, replyTo } = entry;
    const file = picture?.name ? { name: picture.name, width: picture.width, height: picture.height, blur: picture.blur } : undefined;
    return { key, message: true, request: { event: "send_message", message: text, ...(file && { file }), ...(replyTo && { reply_to: replyTo }) } };
  }
  const doing = state.doing.find((d) => !d.sending);
  if (!doing) return undefined;
  const { key, sending: _, ...request } = doing;
  return { key, message: false, request };
}
