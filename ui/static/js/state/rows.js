// How entries become lines on the screen: day separators, the line above the
// unread, and groups by sender and time. Pure, like state.js.

/** @import {Entry, Said, Notice} from "./entries.js" */

/**
 * first and last say where in its group a message stands. Notices of one kind
 * that follow each other share a row, or a busy door would fill the screen.
 *
 * @typedef {{kind: "day", key: string, at: number}
 *   | {kind: "unread", key: string}
 *   | {kind: "notice", key: string, entries: Notice[]}
 *   | {kind: "message", key: string, entry: Said, first: boolean, last: boolean}} Row
 */

/** Messages further apart than this start a new group, in milliseconds. */
const groupFor = 5 * 60 * 1000;

/**
 * @param {Entry[]} entries
 * @param {string} unreadFrom
 * @returns {Row[]}
 */
export function layout(entries, unreadFrom) {
  /** @type {Row[]} */
  const rows = [];
  /** @type {Entry | undefined} */
  let before;
  entries.forEach((entry, i) => {
    if (!before || !sameDay(before.at, entry.at)) rows.push({ kind: "day", key: `day-${entry.key}`, at: entry.at });
    if (entry.kind === "notice") {
      const row = rows.at(-1);
      if (row?.kind === "notice" && alike(row.entries.at(-1), entry)) row.entries.push(entry);
      else rows.push({ kind: "notice", key: entry.key, entries: [entry] });
    } else {
      const unread = entry.key === unreadFrom;
      if (unread) rows.push({ kind: "unread", key: "unread" });
      const next = entries[i + 1];
      rows.push({
        kind: "message", key: entry.key, entry,
        first: unread || !together(before, entry),
        last: next?.key === unreadFrom || !together(entry, next),
      });
    }
    before = entry;
  });
  return rows;
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
  return a?.kind === "message" && b?.kind === "message" && a.sender.id === b.sender.id
    && a.sender.name === b.sender.name && Math.abs(b.at - a.at) < groupFor && sameDay(a.at, b.at);
}

/**
 * @param {number} a
 * @param {number} b
 */
export function sameDay(a, b) {
  return new Date(a).toDateString() === new Date(b).toDateString();
}
