// What the person may do to messages and to the room, and does until the server
// has it. The server has the last word: this is so that the page does not offer
// what it would refuse. Pure.

import { isInline } from "./entries.js";
import { dressed, noted, standing } from "./fates.js";
import { reached, titled } from "./window.js";

/** @import {Change, Logged, Person, Request} from "../wire/events.js" */
/** @import {Entry, Said} from "./entries.js" */
/** @import {State} from "./state.js" */

/**
 * One thing that is done: a request other than that of a message, under a name
 * by which the server knows it when it has to be sent again.
 *
 * @typedef {Exclude<Request, {event: "send_message"}> & {key: string, sending?: boolean}} Doing
 */

/**
 * The room's title, which is at once what the person made it.
 *
 * @param {Pick<State, "doing" | "title">} state
 */
export function titleOf({ doing, title }) {
  const mine = doing.findLast((d) => d.event === "set_title");
  return mine?.event === "set_title" ? mine.title : title.text;
}

/**
 * A reaction that was not sent yet and is taken back was never there.
 *
 * @param {State} state
 * @param {Doing} doing
 */
export function does(state, doing) {
  const undone = state.doing.find((d) => d.event === "react" && doing.event === "react" && !d.sending
    && d.id === doing.id && d.emoji === doing.emoji && d.on !== doing.on);
  return withDoing({ ...state, problem: "" }, undone ? state.doing.filter((d) => d !== undone) : [...state.doing, doing]);
}

/**
 * @param {State} state
 * @param {string} key
 * @param {boolean} sending
 */
export function underWay(state, key, sending) {
  return withDoing(state, state.doing.map((d) => (d.key === key ? { ...d, sending } : d)));
}

/**
 * The server has it, as an entry of the log.
 *
 * @param {State} state
 * @param {string} key
 * @param {string} id
 * @param {number} at
 * @returns {State}
 */
export function done(state, key, id, at) {
  const doing = state.doing.find((d) => d.key === key);
  if (!doing) return state;
  const entry = asEntry(doing, state.me, id, new Date(at).toISOString());
  const rest = { ...state, doing: state.doing.filter((d) => d !== doing) };
  if (entry.kind === "title") return titled(rest, entry, at);
  return reached(withDoing({ ...rest, fates: noted(rest.fates, [entry]) }, rest.doing), id);
}

/**
 * The server refused it, so it did not happen.
 *
 * @param {State} state
 * @param {string} key
 * @param {string} problem
 */
export function refused(state, key, problem) {
  return { ...withDoing(state, state.doing.filter((d) => d.key !== key)), problem };
}

/**
 * @param {State} state
 * @param {Doing[]} doing
 * @returns {State}
 */
const withDoing = (state, doing) => ({ ...state, doing, entries: dressed(state.entries, state.fates, doing) });

/**
 * @param {Doing} doing
 * @param {Person} sender
 * @param {string} id
 * @param {string} timestamp
 * @returns {Change | Extract<Logged, {kind: "title"}>}
 */
function asEntry(doing, sender, id, timestamp) {
  const entry = { chat_id: "", id, timestamp, sender };
  switch (doing.event) {
    case "edit_message":
      return { ...entry, kind: "edit", target: doing.id, message: doing.message };
    case "delete_message":
      return { ...entry, kind: "delete", target: doing.id };
    case "react":
      return { ...entry, kind: "reaction", target: doing.id, emoji: doing.emoji, on: doing.on };
    case "set_title":
      return { ...entry, kind: "title", title: doing.title };
  }
}

/** How long people may change what they said, in milliseconds. */
export const changeable = 15 * 60 * 1000;

/** @typedef {"react" | "reply" | "copy" | "edit" | "remove"} Act */

/**
 * @param {Entry | undefined} entry
 * @param {Person} me
 * @param {number} now
 * @returns {Set<Act>}
 */
export function possible(entry, me, now) {
  /** @type {Set<Act>} */
  const acts = new Set();
  if (entry?.kind !== "message" || !entry.id) return acts;
  const { text, deleted } = standing(entry, me);
  if (deleted) return acts;
  acts.add("react").add("reply");
  const written = !isInline(text);
  if (written && text) acts.add("copy");
  if (!entry.mine || now - entry.at >= changeable) return acts;
  if (written) acts.add("edit");
  return acts.add("remove");
}

/**
 * The last message of one's own that may still be edited.
 *
 * @param {Entry[]} entries
 * @param {Person} me
 * @param {number} now
 */
export function lastEditable(entries, me, now) {
  return entries.findLast(/** @returns {e is Said} */ (e) => possible(e, me, now).has("edit"));
}
