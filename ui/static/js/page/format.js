// Times in the reader's zone and language, and the colour of a name.

import { sameDay } from "../state/rows.js";
import { locale, say } from "./words.js";

/**
 * A way to write a time. It is made with its first use: making one takes longer
 * than writing a hundred times with it.
 *
 * @param {Intl.DateTimeFormatOptions} options
 */
function writer(options) {
  /** @type {Intl.DateTimeFormat | undefined} */
  let made;
  return (/** @type {number} */ at) => (made ??= new Intl.DateTimeFormat(locale, options)).format(at);
}

export const time = writer({ hour: "numeric", minute: "2-digit" });
export const fullTime = writer({ dateStyle: "full", timeStyle: "short" });
const weekday = writer({ weekday: "long", day: "numeric", month: "long" });
const withYear = writer({ dateStyle: "long" });

/**
 * @param {number} at
 * @param {number} now
 */
export function day(at, now) {
  if (sameDay(at, now)) return say("time.today");
  const yesterday = new Date(now);
  yesterday.setDate(yesterday.getDate() - 1);
  if (sameDay(at, yesterday.getTime())) return say("time.yesterday");
  return new Date(at).getFullYear() === new Date(now).getFullYear() ? weekday(at) : withYear(at);
}

/** A first letter after which nothing can follow that belongs to it. */
const plain = /^[!-~](?![^ -~])/;

/**
 * The letter of an avatar. A segmenter keeps an emoji or an accented letter
 * whole; it takes long to make, and most names do without.
 *
 * @param {string} name
 */
export function initial(name) {
  const [first] = plain.exec(name.trim()) ?? [...new Intl.Segmenter().segment(name.trim())].map((s) => s.segment);
  return first ? first.toLocaleUpperCase() : "?";
}
