// What the room looks like, as a value. reduce() makes the next state of an
// action and touches nothing else, so it is tested without a browser.

import { change, place, placeNotice, trimmed, withStatus } from "./entries.js";
import { find, quiet, stillTyping, typist, withPerson } from "./presence.js";

/** @import {Person, Message} from "../wire/events.js" */
/** @import {Entry, Notice, Picture, Said, Status} from "./entries.js" */
/** @import {Typing} from "./presence.js" */

/** @typedef {"connecting" | "reconnecting" | "offline" | "joined" | "refused"} Connection */

/**
 * @typedef {object} State
 * @property {Person} me
 * @property {Person[]} people
 * @property {Entry[]} entries in the order of the room, the unsent last
 * @property {Typing} typing
 * @property {Connection} connection
 * @property {string} refusal why the room cannot be joined
 * @property {boolean} following the reader is at the end of the log
 * @property {boolean} away nobody looks at the page
 * @property {number} unread messages since nobody looked
 * @property {string} unreadFrom key of the first of them, kept after the return
 */

/**
 * @typedef {{type: "connection", value: Connection, refusal?: string}
 *   | {type: "joined", you: Person, members: Person[], again: boolean, at: number}
 *   | {type: "received", message: Message, at: number}
 *   | {type: "wrote", key: string, text: string, picture?: Picture, at: number}
 *   | {type: "status", key: string, status: Status, problem?: string, lost?: boolean}
 *   | {type: "progress", key: string, progress: number}
 *   | {type: "uploaded", key: string, name: string}
 *   | {type: "sent", key: string, id: string, at: number}
 *   | {type: "removed", key: string}
 *   | {type: "typing", person: Person, at: number}
 *   | {type: "quiet", person: Person}
 *   | {type: "tick", at: number}
 *   | {type: "came" | "went" | "renamed", person: Person, at: number}
 *   | {type: "following", value: boolean}
 *   | {type: "away", value: boolean}} Action
 */

/**
 * @param {Person} me
 * @returns {State}
 */
export function start(me) {
  return {
    me, people: [me], entries: [], typing: new Map(), connection: "connecting",
    refusal: "", following: true, away: false, unread: 0, unreadFrom: "",
  };
}

/**
 * @param {State} state
 * @param {Action} action
 * @returns {State}
 */
export function reduce(state, action) {
  const next = step(state, action);
  const entries = trimmed(next.entries, next.following);
  return entries === next.entries ? next : { ...next, entries };
}

/**
 * @param {State} state
 * @param {Action} action
 * @returns {State}
 */
function step(state, action) {
  switch (action.type) {
    case "connection":
      return { ...state, connection: action.value, refusal: action.refusal ?? "", typing: new Map() };
    case "joined":
      return joined(state, action);
    case "received":
      return received(state, action.message, action.at);
    case "wrote":
      return wrote(state, action);
    case "status":
      return { ...state, entries: change(state.entries, action.key, (e) => withStatus(e, action.status, action.problem, action.lost)) };
    case "progress":
      return pictured(state, action.key, (picture) => ({ picture: { ...picture, progress: action.progress } }));
    case "uploaded":
      return pictured(state, action.key, (picture) => ({ status: "queued", picture: { ...picture, name: action.name, progress: undefined } }));
    case "sent":
      return sent(state, action.key, action.id, action.at);
    case "removed":
      return { ...state, entries: state.entries.filter((e) => e.key !== action.key) };
    case "typing":
      return action.person.id === state.me.id ? state : { ...state, typing: typist(state.typing, action.person, action.at) };
    case "quiet":
      return withTyping(state, quiet(state.typing, action.person.id));
    case "tick":
      return withTyping(state, stillTyping(state.typing, action.at));
    case "came":
      if (find(state.people, action.person.id)) return state;
      return noticed({ ...state, people: withPerson(state.people, action.person) }, "joins", action.person, action.at);
    case "went":
      return went(state, action.person, action.at);
    case "renamed":
      return renamed(state, action.person, action.at);
    case "following":
      return state.following === action.value ? state : { ...state, following: action.value };
    case "away":
      // The line above the unread stays after the return, until the next absence.
      return action.value ? { ...state, away: true, unreadFrom: "" } : { ...state, away: false, unread: 0 };
  }
}

/**
 * @param {State} state
 * @param {Extract<Action, {type: "joined"}>} action
 * @returns {State}
 */
function joined(state, { you, members, again, at }) {
  /** @type {State} */
  const next = { ...state, connection: "joined", refusal: "", me: you, people: withPerson(members, you) };
  const missed = again && state.entries.some((e) => e.kind === "message");
  return missed ? { ...next, entries: placeNotice(next.entries, { kind: "notice", key: `gap-${at}`, at, what: "gap" }) } : next;
}

/**
 * @param {State} state
 * @param {Extract<Action, {type: "wrote"}>} action
 * @returns {State}
 */
function wrote(state, { key, text, picture, at }) {
  /** @type {Said} */
  const entry = { kind: "message", key, at, sender: state.me, mine: true, text, picture, status: picture ? "uploading" : "queued" };
  return { ...state, unreadFrom: "", entries: [...state.entries, entry] };
}

/**
 * @param {State} state
 * @param {Message} message
 * @param {number} now
 * @returns {State}
 */
function received(state, message, now) {
  const { id, sender, file } = message;
  if (state.entries.some((e) => e.kind === "message" && e.id === id)) return state;
  const at = Date.parse(message.timestamp);
  /** @type {Said} */
  const entry = {
    kind: "message", key: id, id, at: Number.isNaN(at) ? now : at, sender, mine: sender.id === state.me.id,
    text: message.message, picture: file && { ...file }, status: "sent",
  };
  const unread = state.away && !entry.mine;
  return {
    ...withTyping(state, quiet(state.typing, sender.id)),
    entries: place(state.entries, entry),
    unread: state.unread + (unread ? 1 : 0),
    unreadFrom: unread && !state.unreadFrom ? entry.key : state.unreadFrom,
  };
}

/**
 * @param {State} state
 * @param {string} key
 * @param {string} id
 * @param {number} at
 * @returns {State}
 */
function sent(state, key, id, at) {
  const entry = state.entries.find((e) => e.key === key);
  if (entry?.kind !== "message") return state;
  const others = state.entries.filter((e) => e !== entry);
  return { ...state, entries: place(others, { ...entry, id, at, status: "sent", problem: undefined }) };
}

/**
 * @param {State} state
 * @param {Person} person
 * @param {number} at
 * @returns {State}
 */
function went(state, person, at) {
  if (!find(state.people, person.id)) return state;
  const people = state.people.filter((p) => p.id !== person.id);
  return noticed({ ...withTyping(state, quiet(state.typing, person.id)), people }, "leaves", person, at);
}

/**
 * @param {State} state
 * @param {Person} person
 * @param {number} at
 * @returns {State}
 */
function renamed(state, person, at) {
  const before = find(state.people, person.id);
  if (!before || before.name === person.name) return state;
  const me = person.id === state.me.id ? person : state.me;
  const people = state.people.map((p) => (p.id === person.id ? person : p));
  return noticed({ ...state, me, people }, "renames", before, at, person.name);
}

/**
 * @param {State} state
 * @param {Notice["what"]} what
 * @param {Person} person
 * @param {number} at
 * @param {string} [to]
 * @returns {State}
 */
function noticed(state, what, person, at, to) {
  return { ...state, entries: placeNotice(state.entries, { kind: "notice", key: `${what}-${person.id}-${at}`, at, what, person, to }) };
}

/**
 * @param {State} state
 * @param {Typing} typing
 * @returns {State}
 */
const withTyping = (state, typing) => (typing === state.typing ? state : { ...state, typing });

/**
 * @param {State} state
 * @param {string} key
 * @param {(picture: Picture) => Partial<Said>} update
 * @returns {State}
 */
function pictured(state, key, update) {
  return { ...state, entries: change(state.entries, key, (e) => (e.picture ? { ...e, ...update(e.picture) } : e)) };
}
