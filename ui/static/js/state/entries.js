// What stands in the log, and where. Entries keep their identity unless they
// changed; the screen relies on that. Pure.

/** @import {Person} from "../wire/events.js" */

/**
 * A picture of an entry. `url` is ours (a blob: address of what was prepared)
 * or the server's; `name` is what the upload answered.
 *
 * @typedef {object} Picture
 * @property {string} url
 * @property {string} [name]
 * @property {number} width
 * @property {number} height
 * @property {number} [size]
 * @property {string} [blur] what to show until it is there, see image/blur.js
 * @property {boolean} [own] url is a blob: address that needs no check
 * @property {number} [progress] 0 to 1 while uploading
 */

/**
 * uploading: its picture is on the way. queued: waits for its turn or for the
 * connection. sending: the server was told. sent: the server has it. failed:
 * it needs the person.
 *
 * @typedef {"uploading" | "queued" | "sending" | "sent" | "failed"} Status
 */

/**
 * @typedef {object} Said
 * @property {"message"} kind
 * @property {string} key stays the same while the message is sent
 * @property {string} [id] the server's, once it has the message
 * @property {number} at milliseconds since 1970
 * @property {Person} sender
 * @property {boolean} mine
 * @property {string} text
 * @property {Picture} [picture]
 * @property {Status} status
 * @property {string} [problem] a sentence, when failed
 */

/** @typedef {{kind: "notice", key: string, at: number, what: "joins" | "leaves" | "renames" | "gap", person?: Person, to?: string}} Notice */

/** @typedef {Said | Notice} Entry */

/**
 * Puts a message that the server has where its id belongs: behind the last one
 * with a smaller id and the notices that follow it, before whatever is unsent.
 *
 * @param {Entry[]} entries
 * @param {Said} entry
 */
export function place(entries, entry) {
  const id = entry.id ?? "";
  let at = entries.findLastIndex((e) => e.kind === "message" && e.id !== undefined && e.id < id) + 1;
  while (entries[at]?.kind === "notice") at++;
  return entries.toSpliced(at, 0, entry);
}

/**
 * Puts a notice behind all that the server has, before whatever is unsent.
 *
 * @param {Entry[]} entries
 * @param {Notice} notice
 */
export function placeNotice(entries, notice) {
  const at = entries.findLastIndex((e) => e.kind === "notice" || e.id !== undefined) + 1;
  return entries.toSpliced(at, 0, notice);
}

/**
 * @param {Entry[]} entries
 * @param {string} key
 * @param {(entry: Said) => Said} update
 */
export function change(entries, key, update) {
  return entries.map((e) => (e.key === key && e.kind === "message" ? update(e) : e));
}

/**
 * An upload that starts, or starts again, knows no name yet; one that the
 * server lost has no name any more.
 *
 * @param {Said} entry
 * @param {Status} status
 * @param {string} [problem]
 * @param {boolean} [lost]
 * @returns {Said}
 */
export function withStatus(entry, status, problem, lost) {
  const picture = entry.picture && (lost || status === "uploading") ? { ...entry.picture, name: undefined, progress: 0 } : entry.picture;
  return { ...entry, picture, status, problem };
}

/** How many entries the page holds: while its reader is at the end, and at all. */
export const [enough, most] = [400, 1500];

/**
 * Drops the oldest entries of a long room, a good many at once, for the screen
 * follows each time. What is unsent is the person's and stays; so does all that
 * a reader may be looking at, within reason.
 *
 * @param {Entry[]} entries
 * @param {boolean} following the reader is at the end
 */
export function trimmed(entries, following) {
  if (entries.length <= (following ? enough * 1.25 : most)) return entries;
  const from = entries.length - enough;
  return entries.filter((e, i) => i >= from || (e.kind === "message" && e.status !== "sent"));
}
