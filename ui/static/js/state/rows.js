// How entries become lines on the screen: day separators, the line above the
// unread, and groups by sender and time. Pure, like state.js.

import { standing } from "./fates.js";
import { atEnd } from "./window.js";

/** @import {Entry, Said, Notice} from "./entries.js" */
/** @import {State} from "./state.js" */

/**
 * The message that another one answers, and by whose id and name it is. One that
 * the page does not hold has no more than its own id.
 *
 * @typedef {{id: string, by: string, name: string, text: string, picture: boolean, deleted: boolean}} Quote
 */

/**
 * first and last say where in its group a message stands. Notices of one kind
 * that follow each other share a row, or a busy door would fill the screen. A
 * part of the log that is not held has a row in its place, which is where it is
 * asked for; begin stands in front of all there is.
 *
 * @typedef {{kind: "day", key: string, at: number}
 *   | {kind: "unread", key: string}
 *   | {kind: "begin", key: "begin" | "forgot"}
 *   | {kind: "missing", key: string, part: string, open: boolean, reading: boolean, failed: boolean}
 *   | {kind: "notice", key: string, entries: Notice[]}
 *   | {kind: "message", key: string, entry: Said, first: boolean, last: boolean, quote?: Quote}} Row
 */

/** Messages further apart than this start a new group, in milliseconds. */
const groupFor = 5 * 60 * 1000;

/** @typedef {Pick<State, "entries" | "unreadFrom" | "older" | "forgot" | "newest" | "last" | "reading" | "me">} Shown */

/**
 * @param {Shown} state
 * @returns {Row[]}
 */
export function layout(state) {
  const { entries, unreadFrom } = state;
  /** @type {Row[]} */
  const rows = [];
  const quotes = quotesOf(state);
  let behind = atEnd(state);
  if (state.older) rows.push(missing(state, "older", true));
  else if (entries.some((e) => e.kind === "message")) rows.push({ kind: "begin", key: state.forgot ? "forgot" : "begin" });
  /** @type {Entry | undefined} */
  let before;
  entries.forEach((entry, i) => {
    if (!behind && entry.id === undefined) {
      behind = true;
      rows.push(missing(state, "newer", true));
    }
    if (!before || !sameDay(before.at, entry.at)) rows.push({ kind: "day", key: `day-${entry.key}`, at: entry.at });
    if (entry.kind === "notice") {
      const row = rows.at(-1);
      if (entry.what === "gap") rows.push(missing(state, entry.key, entry.open ?? false));
      else if (row?.kind === "notice" && alike(row.entries.at(-1), entry)) row.entries.push(entry);
      else rows.push({ kind: "notice", key: entry.key, entries: [entry] });
    } else {
      const unread = entry.key === unreadFrom;
      if (unread) rows.push({ kind: "unread", key: "unread" });
      const next = entries[i + 1];
      rows.push({
        kind: "message", key: entry.key, entry,
        first: unread || !together(before, entry),
        last: next?.key === unreadFrom || !together(entry, next),
        quote: entry.replyTo ? quotes.get(entry.replyTo) ?? { id: entry.replyTo, by: "", name: "", text: "", picture: false, deleted: false } : undefined,
      });
    }
    before = entry;
  });
  if (!behind) rows.push(missing(state, "newer", true));
  return rows;
}

/**
 * @param {Shown} state
 * @param {string} part
 * @param {boolean} open
 * @returns {Row}
 */
function missing({ reading }, part, open) {
  const mine = reading?.part === part;
  return { kind: "missing", key: part, part, open, reading: mine && !reading.failed, failed: mine && reading.failed === true };
}

/**
 * @param {Shown} state
 * @returns {Map<string, Quote>}
 */
function quotesOf({ entries, me }) {
  const wanted = new Set(entries.flatMap((e) => (e.kind === "message" && e.replyTo ? [e.replyTo] : [])));
  /** @type {Map<string, Quote>} */
  const found = new Map();
  if (!wanted.size) return found;
  for (const e of entries) {
    if (e.kind !== "message" || !e.id || !wanted.has(e.id)) continue;
    const { text, deleted } = standing(e, me);
    found.set(e.id, { id: e.id, by: e.sender.id, name: e.sender.name, text, deleted, picture: e.picture !== undefined });
  }
  return found;
}

/**
 * @param {Notice | undefined} a
 * @param {Notice} b
 */
function alike(a, b) {
  return a !== undefined && a.what === b.what && (b.what === "joins" || b.what === "leaves") && b.at - a.at < groupFor;
}

/**
 * @param {Entry | undefined} a
 * @param {Entry | undefined} b
 */
function together(a, b) {
  return a?.kind === "message" && b?.kind === "message" && a.sender.id === b.sender.id && !b.replyTo
    && a.sender.name === b.sender.name && Math.abs(b.at - a.at) < groupFor && sameDay(a.at, b.at);
}

/**
 * @param {number} a
 * @param {number} b
 */
function sameDay(a, b) {
  return new Date(a).toDateString() === new Date(b).toDateString();
}
