// Reads the parts of the log that the page does not hold, when the reader comes
// near them or asks.

import { atEnd, enough, seeking } from "../state/window.js";

/** @import {Store} from "../page/store.js" */
/** @import {State, Action, Reading} from "../state/state.js" */
/** @import {Wire, Part} from "./wire.js" */

/** @typedef {{top: boolean, bottom: boolean}} Near which ends of what is held the reader is near */

/**
 * @param {Store<State, Action>} store
 * @param {Pick<Wire, "history">} wire
 */
export function createPages(store, wire) {
  /** @type {Near} */
  let near = { top: false, bottom: false };
  let asked = "";
  let toEnd = false;

  function next() {
    const state = store.get();
    toEnd &&= near.bottom && !atEnd(state);
    if (asked || state.connection !== "joined") return;
    if (state.reading && !state.reading.failed) return;
    const part = toEnd ? "latest" : wanted(state, near);
    if (part && part !== state.reading?.part) ask(part);
  }

  /** @param {string} part older, newer, latest, or the key of a gap */
  function ask(part) {
    asked = part;
    store.dispatch({ type: "asked", part });
  }

  /** @param {Reading} reading */
  function read(reading) {
    wire.history(partOf(reading), (page) => store.dispatch({ type: "read", reading, page, at: Date.now() }));
  }

  store.subscribe(({ reading }, before) => {
    if (reading && reading !== before.reading && !reading.failed) {
      asked = "";
      read(reading);
    } else next();
  });

  return {
    ask,
    /** The reader wants to be at the end, as soon as that can be. */
    latest() {
      toEnd = near.bottom = true;
      next();
    },
    /** @param {Near} now */
    near(now) {
      near = now;
      next();
    },
  };
}

/**
 * What is read without being asked for. A page that would be let go of at once,
 * because the reader is nearer to the other end, is not.
 *
 * @param {State} state
 * @param {Near} near
 */
function wanted(state, { top, bottom }) {
  const { entries, following, upper, older } = state;
  if (seeking(state)) return "older";
  const room = entries.length < enough;
  const here = atEnd(state);
  if (!here && bottom && (room || !upper)) return "newer";
  return top && older && (room || upper && !following) ? "older" : "";
}

/**
 * @param {Reading} reading
 * @returns {Part}
 */
function partOf({ part, from }) {
  if (part === "latest") return {};
  return part === "newer" ? { after: from } : { before: from };
}
