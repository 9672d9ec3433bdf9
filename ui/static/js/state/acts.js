// What a person may do to a message. The server has the last word; this is so
// that the page does not offer what it would refuse. Pure.

import { isInline } from "./entries.js";
import { standing } from "./fates.js";

/** @import {Person} from "../wire/events.js" */
/** @import {Entry, Said} from "./entries.js" */

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
