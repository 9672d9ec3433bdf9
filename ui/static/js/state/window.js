// The part of the room's log that the page holds: without holes but for the
// gaps that it shows, from one id to another, and as a rule to the log's end. A
// reader who goes back far enough loses that end, and gets it again on the way
// down, and a message that is not held is looked for page by page. Pure.

import { beginning, firstUnsent, later, merge, next, saidOf, titledOf } from "./entries.js";
import { dressed, forgotten, noted } from "./fates.js";

/** @import {Change, Logged, Page, Titling} from "../wire/events.js" */
/** @import {Entry, Notice} from "./entries.js" */
/** @import {Fates} from "./fates.js" */
/** @import {State} from "./state.js" */

/**
 * @typedef {object} Held
 * @property {Entry[]} entries in the order of the room, the unsent last
 * @property {Fates} fates
 * @property {string} oldest what is older than this is not held
 * @property {boolean} older there is such
 * @property {string} newest what is newer than this is not held
 * @property {string} last the last id that the log is known to have
 */

/** @returns {Held} */
export const nothing = () => ({ entries: [], fates: new Map(), oldest: "", older: false, newest: "", last: "" });

/**
 * Whether the page holds the log up to its end.
 *
 * @param {Pick<Held, "newest" | "last">} held
 */
export const atEnd = ({ newest, last }) => newest >= last;

/** How many entries the page holds: while its reader is at the end, and at all. */
export const [enough, most] = [300, 600];

/**
 * Puts a part of the log where it belongs.
 *
 * @param {State} state
 * @param {Logged[]} part
 * @param {number} now
 * @returns {State}
 */
export function absorb(state, part, now) {
  /** @type {Entry[]} */
  const arrivals = [];
  /** @type {Change[]} */
  const changes = [];
  /** @type {Map<string, string>} */
  const names = new Map();
  let { title } = state;
  for (const one of part) {
    if (one.kind === undefined) {
      arrivals.push(saidOf(one, state.me.id, now));
      if (one.client_id && one.sender.id === state.me.id) names.set(one.client_id, one.id);
    } else if (one.kind === "title") {
      arrivals.push(titledOf(one, now));
      if (one.id > title.id) title = { id: one.id, text: one.title };
    } else changes.push(one);
  }
  const fates = noted(state.fates, changes);
  const entries = dressed(merge(claimed(state.entries, arrivals, names), arrivals), fates, state.doing);
  return { ...state, title, fates, entries };
}

/**
 * One's own messages that the server has, though its answer was lost, are no
 * longer unsent.
 *
 * @param {Entry[]} entries
 * @param {Entry[]} arrivals
 * @param {Map<string, string>} names
 */
function claimed(entries, arrivals, names) {
  if (!names.size) return entries;
  /** @type {Entry[]} */
  const sent = [];
  const left = entries.filter((e) => {
    const id = e.kind === "message" && e.id === undefined ? names.get(e.key) : undefined;
    const arrival = id && arrivals.find((a) => a.id === id);
    if (e.kind !== "message" || !arrival) return true;
    sent.push({ ...e, id, at: arrival.at, status: "sent", problem: undefined });
    return false;
  });
  return merge(left, sent);
}

/**
 * A message that the server has acknowledged. Where the page does not hold the
 * end of the log, it will be read with that.
 *
 * @param {State} state
 * @param {string} key
 * @param {string} id
 * @param {number} at
 * @returns {State}
 */
export function sent(state, key, id, at) {
  const entry = state.entries.find((e) => e.key === key);
  if (entry?.kind !== "message" || entry.id !== undefined) return state;
  const others = state.entries.filter((e) => e !== entry && !(e.kind === "message" && e.id === id));
  const held = atEnd(state) || id <= state.newest;
  const entries = held ? merge(others, [{ ...entry, id, at, status: "sent", problem: undefined }]) : others;
  return reached({ ...state, entries: dressed(entries, state.fates, state.doing) }, id);
}

/**
 * @param {State} state
 * @param {Titling} titling
 * @param {number} now
 */
export const titled = (state, titling, now) => reached(absorb(state, [titling], now), titling.id);

/**
 * The log has got as far as an id, by the server's answer to this page. One that
 * comes while the page has not caught up says nothing about how far it has.
 *
 * @param {State} state
 * @param {string} id
 * @returns {State}
 */
export function reached(state, id) {
  if (state.connection !== "joined") return state;
  return { ...state, last: later(state.last, id), newest: atEnd(state) ? later(state.newest, id) : state.newest };
}

/**
 * Takes what was just said, or was said since the page last heard of the room.
 *
 * @param {State} state
 * @param {Logged[]} part
 * @param {string} last the last id that the log has with it
 * @param {number} now
 * @param {boolean} [missed] the connection was away meanwhile
 * @returns {State}
 */
export function hear(state, part, last, now, missed) {
  const here = atEnd(state);
  const wanted = part.filter((p) => p.id >= state.oldest && (here || p.id <= state.newest || p.kind !== undefined));
  const news = part.filter((p) => p.kind === undefined && p.id > state.last && p.sender.id !== state.me.id);
  const first = news[0]?.id ?? "";
  const end = later(state.last, last);
  return {
    ...absorb(state, wanted, now),
    last: end, newest: here ? end : state.newest,
    newer: state.newer + (state.following ? 0 : news.length),
    unread: state.unread + (state.away ? news.length : 0),
    unreadFrom: (state.away || missed) && !state.unreadFrom ? first : state.unreadFrom,
  };
}

/**
 * Begins anew with the last page of the log.
 *
 * @param {State} state
 * @param {Page} page
 * @param {number} now
 * @returns {State}
 */
export function begin(state, page, now) {
  const { messages, older } = page;
  const unsent = state.entries.slice(firstUnsent(state.entries));
  const newest = page.last ?? messages.at(-1)?.id ?? state.last;
  return {
    ...absorb({ ...state, ...nothing(), entries: unsent }, messages, now),
    older, oldest: messages[0]?.id ?? next(newest), newest, last: page.last ?? later(state.last, newest),
  };
}

/**
 * Takes a page in front of what is held.
 *
 * @param {State} state
 * @param {Page} page
 * @param {number} now
 * @returns {State}
 */
export function earlier(state, { messages, older }, now) {
  return { ...absorb(state, messages, now), older: older && messages.length > 0, oldest: messages[0]?.id ?? state.oldest };
}

/**
 * Takes a page behind what is held. Where it begins later than it should, what
 * lay between is kept no more.
 *
 * @param {State} state
 * @param {Page} page
 * @param {number} now
 * @returns {State}
 */
export function onward(state, { messages, last, gap }, now) {
  const from = state.newest;
  const whole = gap ? { ...state, entries: merge(state.entries, [gapAfter(from, false, now)]) } : state;
  const newest = later(from, last ?? messages.at(-1)?.id ?? state.last);
  return { ...absorb(whole, messages, now), newest, last: later(state.last, newest) };
}

/**
 * @param {string} id
 * @param {boolean} open
 * @param {number} at
 * @returns {Notice}
 */
export const gapAfter = (id, open, at) => ({ kind: "notice", key: `gap-${id}`, id, at, what: "gap", open });

/**
 * Takes a page that ends where the entries behind a gap begin. When it reaches
 * those in front of the gap there is none; when the log has no more it stays.
 *
 * @param {State} state
 * @param {string} key of the gap
 * @param {Page} page
 * @param {number} now
 * @returns {State}
 */
export function filled(state, key, { messages, older }, now) {
  const gap = state.entries.find((e) => e.key === key);
  if (gap?.kind !== "notice") return state;
  const met = messages.some((m) => m.id <= gap.id);
  const entries = met ? state.entries.filter((e) => e !== gap)
    : state.entries.map((e) => (e === gap ? { ...gap, open: older && messages.length > 0 } : e));
  return absorb({ ...state, entries }, messages.filter((m) => m.id > gap.id), now);
}

/**
 * Lets go of the end of a long room that is far from its reader, a good many
 * entries at once, for the screen follows each time. What is unsent is the
 * person's and stays.
 *
 * @param {State} state
 * @returns {State}
 */
export function trimmed(state) {
  const { entries } = state;
  const back = seeking(state); // the reader is on the way up
  const [following, upper] = [state.following && !back, state.upper || back];
  if (entries.length <= (following ? enough * 1.25 : most)) return state;
  const end = firstUnsent(entries);
  const keep = following ? enough : most - enough / 2;
  if (end <= keep) return state;
  if (upper && !following) {
    const newest = entries[keep - 1]?.id ?? "";
    const kept = [...entries.slice(0, keep), ...entries.slice(end)];
    return { ...state, entries: kept, newest, fates: forgotten(state.fates, state.oldest, newest) };
  }
  const oldest = next(entries[end - keep - 1]?.id || beginning);
  return { ...state, entries: entries.slice(end - keep), oldest, older: true, fates: forgotten(state.fates, oldest, state.newest) };
}

/**
 * What is looked for, and how many pages may yet be read for it. In the end it
 * is found, or gone from the log, or too far back, or a page failed.
 *
 * @typedef {{id: string, left: number, end?: "found" | "gone" | "far" | "failed"}} Sought
 */

/** How many pages are read for one message. */
export const mostPages = 12;

/** @param {Pick<State, "sought">} state */
export const seeking = ({ sought }) => sought !== undefined && !sought.end;

/**
 * @param {State} state
 * @param {string} id
 * @returns {State}
 */
export function seek(state, id) {
  const reading = state.reading?.failed ? undefined : state.reading;
  return settled({ ...state, reading, sought: { id, left: mostPages } });
}

/**
 * Looks where the search stands: at its beginning, and after each page.
 *
 * @param {State} state
 * @returns {State}
 */
export function settled(state) {
  const { sought } = state;
  if (!sought || sought.end) return state;
  const { id, left } = sought;
  const end = state.entries.some((e) => e.kind === "message" && e.id === id) ? "found"
    : id >= state.oldest || !state.older ? "gone"
    : state.reading?.failed || state.connection !== "joined" ? "failed"
    : left ? undefined : "far";
  return { ...state, sought: { id, left: left - 1, end } };
}
