// Brings what was written to the server: one message at a time, in the order
// written, and only while the room is joined. A message is sent again by itself
// only when the server said that it did not take it; after silence the person
// decides, because a second copy is worse than a question.

import { maybe, say } from "../page/words.js";

/** @import {Store} from "../page/store.js" */
/** @import {Said} from "../state/entries.js" */
/** @import {State, Action} from "../state/state.js" */
/** @import {Wire, Outcome} from "./wire.js" */

/** Pause after the server said "too fast", in milliseconds. */
const pause = 1500;

/**
 * @param {Store<State, Action>} store
 * @param {Pick<Wire, "send" | "rejoin">} wire
 */
export function createOutbox(store, wire) {
  let busy = false;

  function next() {
    const { entries, connection } = store.get();
    if (busy || connection !== "joined") return;
    const entry = entries.find((e) => e.kind === "message" && e.status === "queued");
    if (entry?.kind === "message") send(entry);
  }

  /** @param {Said} entry */
  function send(entry) {
    busy = true;
    let answered = false;
    store.dispatch({ type: "status", key: entry.key, status: "sending" });
    wire.send(entry.text, fileOf(entry), (outcome) => {
      const wait = settle(entry.key, outcome);
      if (answered) return; // a late answer; the line has moved on to another message
      answered = true;
      if (wait) return void setTimeout(free, wait);
      free();
    });
  }

  function free() {
    busy = false;
    next();
  }

  /**
   * Records an outcome and answers how long to wait before the next message.
   *
   * @param {string} key
   * @param {Outcome} outcome
   */
  function settle(key, outcome) {
    if (outcome.kind === "sent") {
      store.dispatch({ type: "sent", key, id: outcome.id, at: outcome.at });
      return 0;
    }
    if (outcome.kind === "unsure") {
      store.dispatch({ type: "status", key, status: "failed", problem: say("sent.unsure") });
      return 0;
    }
    if (outcome.code === "rate_limited" || outcome.code === "not_joined") {
      store.dispatch({ type: "status", key, status: "queued" });
      if (outcome.code === "not_joined") wire.rejoin();
      return pause;
    }
    store.dispatch({ type: "status", key, status: "failed", lost: outcome.code === "no_file", problem: maybe(`refused.${outcome.code}`) || say("sent.failed") });
    return 0;
  }

  store.subscribe(next);
}

/** @param {Said} entry */
function fileOf({ picture }) {
  return picture?.name ? { name: picture.name, width: picture.width, height: picture.height, blur: picture.blur } : undefined;
}
