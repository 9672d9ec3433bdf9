// Times in the reader's zone and language, and the colour of a name.

import { sameDay } from "../state/rows.js";
import { locale, say } from "./words.js";

const clock = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
const whole = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "short" });
const weekday = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
const withYear = new Intl.DateTimeFormat(locale, { dateStyle: "long" });

/** @param {number} at */
export const time = (at) => clock.format(at);

/** @param {number} at */
export const fullTime = (at) => whole.format(at);

/**
 * @param {number} at
 * @param {number} now
 */
export function day(at, now) {
  if (sameDay(at, now)) return say("time.today");
  const yesterday = new Date(now);
  yesterday.setDate(yesterday.getDate() - 1);
  if (sameDay(at, yesterday.getTime())) return say("time.yesterday");
  return new Date(at).getFullYear() === new Date(now).getFullYear() ? weekday.format(at) : withYear.format(at);
}

/**
 * The letter of an avatar. A segmenter keeps an emoji or an accented letter whole.
 *
 * @param {string} name
 */
export function initial(name) {
  const [first] = new Intl.Segmenter().segment(name.trim());
  return first ? first.segment.toLocaleUpperCase() : "?";
}
