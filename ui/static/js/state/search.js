// Looks for words in what the page holds of the room. Pure.

import { isInline } from "./entries.js";
import { standing } from "./fates.js";

/** @import {Person} from "../wire/events.js" */
/** @import {Entry} from "./entries.js" */

/**
 * A message with the words in it: what stands before them, they themselves, and
 * what comes after.
 *
 * @typedef {{id: string, at: number, name: string, before: string, found: string, after: string}} Hit
 */

/** How much of a text is looked through, and shown around a hit, in characters. */
const [deep, around] = [10_000, 48];

/**
 * The newest first. Neither case nor accents matter.
 *
 * @param {Entry[]} entries
 * @param {Person} me
 * @param {string} words
 * @param {number} most
 * @returns {Hit[]}
 */
export function search(entries, me, words, most) {
  const wanted = folded(words.trim()).text;
  /** @type {Hit[]} */
  const hits = [];
  if (!wanted) return hits;
  for (let i = entries.length - 1; i >= 0 && hits.length < most; i--) {
    const e = entries[i];
    if (e?.kind !== "message" || !e.id) continue;
    const { text, deleted } = standing(e, me);
    if (deleted || isInline(text)) continue;
    const { text: plain, from } = folded(text.slice(0, deep));
    const at = plain.indexOf(wanted);
    if (at < 0) continue;
    const [start = 0, end = text.length] = [from[at], from[at + wanted.length]];
    hits.push({
      id: e.id, at: e.at, name: e.sender.name,
      before: (start > around ? "…" : "") + text.slice(Math.max(0, start - around), start),
      found: text.slice(start, end), after: text.slice(end, end + 3 * around),
    });
  }
  return hits;
}

/**
 * The text as it is compared, and from where in the original each of its
 * characters is.
 *
 * @param {string} original
 */
function folded(original) {
  let [text, at] = ["", 0];
  /** @type {number[]} */
  const from = [];
  for (const c of original) {
    const bare = c.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
    for (let i = 0; i < bare.length; i++) from.push(at);
    text += bare;
    at += c.length;
  }
  from.push(at);
  return { text, from };
}
