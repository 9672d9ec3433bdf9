// What the scripts say, in the page's language. The page brings the sentences
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
