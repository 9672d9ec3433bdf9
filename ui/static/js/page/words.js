// What the scripts say, in the page's language: sentences, and in the reader's way
// of writing them sizes, times and lists of names. The page brings the sentences
// that its modules name, from ui/words/*.json.

/** @typedef {typeof import("../../../words/en.json")} Words */
/** @typedef {keyof Words} Key */
/** @typedef {Record<string, string | number>} Values what fills the places of a sentence; n chooses the plural */

/** @type {Record<string, string | {one: string, other: string}>} */
let words = {};

/** @param {typeof words} sentences */
export const learn = (sentences) => { words = sentences; };

const page = globalThis.document;
const brought = page?.getElementById("words")?.textContent;
if (brought) learn(JSON.parse(brought));

/** The page's language, in the reader's own way of writing it where there is one. */
const language = page?.documentElement.lang || "en";
export const locale = globalThis.navigator?.languages?.find((l) => l.split("-")[0] === language) ?? language;

/**
 * @param {Key} key
 * @param {Values} [values]
 */
export const say = (key, values) => fill(words[key] ?? key, values);

/**
 * A sentence of a family, such as refused.CODE; nothing when there is none for
 * this member.
 *
 * @param {string} key
 */
export const maybe = (key) => (key in words ? fill(words[key] ?? "") : "");

/**
 * @param {string | {one: string, other: string}} sentence
 * @param {Values} [values]
 */
function fill(sentence, values = {}) {
  const text = typeof sentence === "string" ? sentence : values.n === 1 ? sentence.one : sentence.other;
  return text.replace(/\{([a-z]+)\}/g, (place, name) => String(values[name] ?? place));
}

/** @param {number} bytes */
export function size(bytes) {
  const large = bytes >= 1 << 20;
  return new Intl.NumberFormat(locale, { style: "unit", unit: large ? "megabyte" : "kilobyte", maximumFractionDigits: large ? 1 : 0 })
    .format(large ? bytes / (1 << 20) : Math.max(1, bytes / 1024));
}

/**
 * "Ann", "Ann and Bo", "Ann, Bo and 3 others".
 *
 * @param {string[]} names
 */
export function list(names) {
  const [first = "", second = ""] = names;
  if (names.length > 3) return say("room.others", { first, second, n: names.length - 2 });
  return new Intl.ListFormat(locale).format(names);
}

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

/**
 * What writes the first times, until it has run.
 *
 * @type {(() => void)[] | undefined}
 */
let first = [];

/**
 * Runs what writes times: at once, but the first ones when the page is drawn and
 * has nothing else to do. A browser takes 20 to 40 ms to find out how a language
 * writes them, and a conversation can be read before that.
 *
 * @param {() => void} write
 */
export function inTime(write) {
  if (!first) return write();
  if (first.push(write) > 1) return;
  const run = () => {
    const all = first ?? [];
    first = undefined;
    for (const write of all) write();
  };
  if ("requestIdleCallback" in globalThis) requestIdleCallback(run, { timeout: 300 });
  else setTimeout(run, 50);
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
  const [then, today, yesterday] = [new Date(at), new Date(now), new Date(now)];
  yesterday.setDate(yesterday.getDate() - 1);
  if (then.toDateString() === today.toDateString()) return say("time.today");
  if (then.toDateString() === yesterday.toDateString()) return say("time.yesterday");
  return then.getFullYear() === today.getFullYear() ? weekday(at) : withYear(at);
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
