// What the room looks like, as a value. reduce() makes the next state of an
// action and touches nothing else, so it is tested without a browser.

import { change, merge, withStatus } from "./entries.js";
import { does, done, refused, underWay } from "./doing.js";
import { find, quiet, stillTyping, typist, withPerson } from "./people.js";
import { atEnd, begin, earlier, filled, gapAfter, hear, nothing, onward, seek, sent, settled, trimmed } from "./window.js";

/** @import {JoinAck, Logged, Page, Person} from "../wire/events.js" */
/** @import {Doing} from "./doing.js" */
/** @import {Entry, Notice, Picture, Said, Status} from "./entries.js" */
/** @import {Typing} from "./people.js" */
/** @import {Sought, Held} from "./window.js" */

/** @typedef {"connecting" | "reconnecting" | "offline" | "joined" | "refused"} Connection */

/**
 * Which part of the log is being read: older, newer, latest, or the key of a
 * gap. A page that was asked for before the window moved is of no use.
 *
 * @typedef {{part: string, from: string, failed?: boolean}} Reading
 */

/**
 * @typedef {object} Rest of the state, beside what is held of the log
 * @property {Person} me
 * @property {Person[]} people
 * @property {Typing} typing
 * @property {Connection} connection
 * @property {string} refusal the code of why the room cannot be joined
 * @property {boolean} stalled the server is there, but cannot store anything now
 * @property {{id: string, text: string}} title of the room, and when it got it
 * @property {Doing[]} doing what the person does, and the server does not know yet
 * @property {boolean} forgot the room has not kept what was said first in it
 * @property {string} problem why the server refused the last of that
 * @property {Reading} [reading]
 * @property {Sought} [sought] a message that the reader wants to see
 * @property {boolean} following the reader is at the end of the log
 * @property {boolean} upper the reader is in the first half of what is held
 * @property {number} newer messages that came behind the reader's back
 * @property {boolean} away nobody looks at the page
 * @property {number} unread messages since nobody looked
 * @property {string} unreadFrom key of the first of them, kept after the return
 */

/** @typedef {Held & Rest} State */

/** How many notices of people who come and go are held. */
const mostPassing = 100;

/**
 * @typedef {{type: "connection", value: Connection, refusal?: string}
 *   | {type: "joined", answer: JoinAck, after: string, at: number}
 *   | {type: "received", entry: Logged, at: number}
 *   | {type: "asked", part: string}
 *   | {type: "sought", id: string}
 *   | {type: "read", reading: Reading, page?: Page, at: number}
 *   | {type: "wrote", key: string, text: string, picture?: Picture, replyTo?: string, at: number}
 *   | {type: "status", key: string, status: Status, problem?: string, lost?: boolean}
 *   | {type: "progress", key: string, progress: number}
 *   | {type: "uploaded", key: string, name: string}
 *   | {type: "sent", key: string, id: string, at: number}
 *   | {type: "removed", key: string}
 *   | {type: "does", doing: Doing}
 *   | {type: "doing", key: string, sending: boolean}
 *   | {type: "done", key: string, id: string, at: number}
 *   | {type: "undone", key: string, problem: string}
 *   | {type: "stalled", value: boolean}
 *   | {type: "forgot"}
 *   | {type: "typing", person: Person, at: number}
 *   | {type: "quiet", person: Person}
 *   | {type: "tick", at: number}
 *   | {type: "came" | "went" | "renamed", person: Person, at: number}
 *   | {type: "looking", atEnd: boolean, upper: boolean}
 *   | {type: "seen", id: string}
 *   | {type: "away", value: boolean}} Action
 */

/**
 * @param {Person} me
 * @returns {State}
 */
export function start(me) {
  return {
    ...nothing(), me, people: [me], typing: new Map(), connection: "connecting", refusal: "", stalled: false,
    title: { id: "", text: "" }, doing: [], forgot: false, problem: "", reading: undefined,
    following: true, upper: false, newer: 0, away: false, unread: 0, unreadFrom: "",
  };
}

/**
 * @param {State} state
 * @param {Action} action
 * @returns {State}
 */
export const reduce = (state, action) => trimmed(step(state, action));

/**
 * @param {State} state
 * @param {Action} action
 * @returns {State}
 */
function step(state, action) {
  switch (action.type) {
    case "connection":
      return settled({ ...state, connection: action.value, refusal: action.refusal ?? "", typing: new Map(), reading: undefined });
    case "joined":
      return joined(state, action);
    case "received":
      return received(state, action.entry, action.at);
    case "asked":
      return { ...state, reading: { part: action.part, from: edge(state, action.part) } };
    case "sought":
      return seek(state, action.id);
    case "read":
      return settled(read(state, action));
    case "wrote":
      return wrote(state, action);
    case "status":
      return { ...state, entries: change(state.entries, action.key, (e) => (e.id ? e : withStatus(e, action.status, action.problem, action.lost))) };
    case "progress":
      return pictured(state, action.key, (picture) => ({ picture: { ...picture, progress: action.progress } }));
    case "uploaded":
      return pictured(state, action.key, (picture) => ({ status: "queued", picture: { ...picture, name: action.name, progress: undefined } }));
    case "sent":
      return sent(state, action.key, action.id, action.at);
    case "removed":
      return { ...state, entries: state.entries.filter((e) => e.key !== action.key || e.id !== undefined) };
    case "does":
      return does(state, action.doing);
    case "doing":
      return underWay(state, action.key, action.sending);
    case "done":
      return done(state, action.key, action.id, action.at);
    case "undone":
      return refused(state, action.key, action.problem);
    case "stalled":
      return state.stalled === action.value ? state : { ...state, stalled: action.value };
    case "forgot":
      return { ...state, forgot: true };
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
    case "looking":
      return looking(state, action.atEnd && atEnd(state), action.upper);
    case "seen":
      return seen(state, action.id);
    case "away":
      if (action.value === state.away) return state;
      // The line above the unread stays after the return, until the next absence.
      return action.value ? { ...state, away: true, unreadFrom: "" } : { ...state, away: false, unread: 0 };
  }
}

/**
 * @param {State} state
 * @param {Extract<Action, {type: "joined"}>} action
 * @returns {State}
 */
function joined(state, { answer, after, at }) {
  const { you, members, more, gap, last, messages, title } = answer;
  const titled = title === undefined || last < state.title.id ? state.title : { id: last, text: title };
  /** @type {State} */
  const here = { ...state, refusal: "", stalled: false, me: you, people: withPerson(members, you), title: titled, reading: undefined };
  const next = gap || !after ? anew(here, answer, at) : hear(here, messages, last, at, true);
  return more ? next : { ...next, connection: "joined" };
}

/**
 * What comes when the page has nothing yet, or when some of what it missed is
 * not kept any more. A log that ends before what the page has lost its memory.
 *
 * @param {State} state
 * @param {JoinAck} answer
 * @param {number} at
 * @returns {State}
 */
function anew(state, answer, at) {
  const { gap, last, older, messages } = answer;
  if (gap && last >= state.last) {
    const entries = atEnd(state) ? merge(state.entries, [gapAfter(state.last, older, at)]) : state.entries;
    return hear({ ...state, entries }, messages, last, at, true);
  }
  const next = begin(state, answer, at);
  return gap && !older ? { ...next, entries: merge(next.entries, [gapAfter("", false, at)]) } : next;
}

/**
 * What comes before the answer to join was missed: the client brings it back.
 *
 * @param {State} state
 * @param {Logged} entry
 * @param {number} at
 * @returns {State}
 */
function received(state, entry, at) {
  const next = hear(state, [entry], entry.id, at, state.connection !== "joined");
  return entry.kind === undefined ? withTyping(next, quiet(next.typing, entry.sender.id)) : next;
}

/**
 * Where what is held ends towards a part of the log.
 *
 * @param {State} state
 * @param {string} part
 */
export function edge(state, part) {
  if (part === "older") return state.oldest;
  if (part === "newer" || part === "latest") return state.newest;
  const gap = state.entries.findIndex((e) => e.key === part);
  return state.entries.slice(gap + 1).find((e) => e.id && e.id > (state.entries[gap]?.id ?? ""))?.id ?? state.last;
}

/**
 * @param {State} state
 * @param {Extract<Action, {type: "read"}>} action
 * @returns {State}
 */
function read(state, { reading, page, at }) {
  if (state.reading?.part !== reading.part || state.reading.from !== reading.from) return state;
  if (edge(state, reading.part) !== reading.from) return { ...state, reading: undefined };
  if (!page) return { ...state, reading: { ...reading, failed: true } };
  const next = { ...state, reading: undefined };
  switch (reading.part) {
    case "older":
      return earlier(next, page, at);
    case "newer":
      return onward(next, page, at);
    case "latest":
      // A room that forgets has no page; then what is in between is lost.
      return page.messages.length ? begin(next, page, at) : onward(next, { ...page, last: next.last, gap: true }, at);
    default:
      return filled(next, reading.part, page, at);
  }
}

/**
 * @param {State} state
 * @param {Extract<Action, {type: "wrote"}>} action
 * @returns {State}
 */
function wrote(state, { key, text, picture, replyTo, at }) {
  /** @type {Said} */
  const entry = { kind: "message", key, at, sender: state.me, mine: true, text, picture, replyTo, status: picture ? "uploading" : "queued" };
  return { ...state, unreadFrom: "", entries: [...state.entries, entry] };
}

/**
 * The person has seen the log up to an id, in another tab or before.
 *
 * @param {State} state
 * @param {string} id
 * @returns {State}
 */
function seen(state, id) {
  const news = state.entries.filter((e) => e.kind === "message" && !e.mine && e.id !== undefined && e.id > id);
  return { ...state, unread: state.away ? news.length : 0, unreadFrom: news[0]?.key ?? "" };
}

/**
 * @param {State} state
 * @param {boolean} following
 * @param {boolean} upper
 * @returns {State}
 */
function looking(state, following, upper) {
  const newer = following ? 0 : state.newer;
  if (state.following === following && state.upper === upper && state.newer === newer) return state;
  return { ...state, following, upper, newer };
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
  return noticed({ ...state, me, people: withPerson(state.people, person) }, "renames", before, at, person.name);
}

/**
 * A busy door must not push what people say out of what is held.
 *
 * @param {Entry[]} entries
 */
function withoutCrowd(entries) {
  const passing = entries.filter((e) => e.kind === "notice" && (e.what === "joins" || e.what === "leaves"));
  if (passing.length < mostPassing) return entries;
  const old = new Set(passing.slice(0, mostPassing / 2));
  return entries.filter((e) => !old.has(e));
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
  if (!atEnd(state)) return state;
  /** @type {Notice} */
  const notice = { kind: "notice", key: `${what}-${person.id}-${at}`, id: state.last, at, what, person, to };
  return { ...state, entries: merge(withoutCrowd(state.entries), [notice]) };
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
