// What becomes of messages: edits, deletions and reactions. Each is an entry of
// the log that names its message, which the page may get before it or after it,
// or never. Pure.

import { later } from "./entries.js";

/** @import {Change, Person} from "../wire/events.js" */
/** @import {Doing} from "./doing.js" */
/** @import {Entry, Said} from "./entries.js" */

/** @typedef {{emoji: string, person: Person, on: boolean, id: string}} Mark the last that somebody said with an emoji */

/**
 * @typedef {object} Fate of one message
 * @property {{id: string, text: string}} [edit] the last
 * @property {string} [gone] id of the deletion
 * @property {Mark[]} marks
 */

/** @typedef {Map<string, Fate>} Fates by the id of the message */

/** How many marks of a message are kept, and fates at all: a page is no place for a flood. */
const [mostMarks, mostFates] = [120, 4000];

/**
 * @param {Fates} fates
 * @param {Change[]} changes
 * @returns {Fates}
 */
export function noted(fates, changes) {
  if (!changes.length) return fates;
  const all = new Map(fates);
  for (const change of changes) all.set(change.target, changed(all.get(change.target) ?? { marks: [] }, change));
  for (const id of all.keys()) {
    if (all.size <= mostFates) break;
    all.delete(id);
  }
  return all;
}

/**
 * @param {Fate} fate
 * @param {Change} change
 * @returns {Fate}
 */
function changed(fate, change) {
  const { id, sender } = change;
  switch (change.kind) {
    case "delete":
      return { ...fate, gone: id };
    case "edit":
      return fate.edit && fate.edit.id >= id ? fate : { ...fate, edit: { id, text: change.message } };
    case "reaction": {
      const { emoji, on } = change;
      const same = (/** @type {Mark} */ m) => m.person.id === sender.id && m.emoji === emoji;
      if ((fate.marks.find(same)?.id ?? "") >= id) return fate;
      const marks = [...fate.marks.filter((m) => !same(m)), { emoji, person: sender, on, id }];
      return { ...fate, marks: marks.slice(-mostMarks) };
    }
  }
}

/**
 * Forgets what will be read again together with the entries around it: what the
 * log has before an id, and what befell messages that it has after another.
 *
 * @param {Fates} fates
 * @param {string} from
 * @param {string} until
 * @returns {Fates}
 */
export function forgotten(fates, from, until) {
  /** @type {Fates} */
  const kept = new Map();
  for (const [target, fate] of fates) {
    if (target > until) continue;
    if (target >= from) kept.set(target, fate);
    else if (newestOf(fate) >= from) kept.set(target, since(fate, from));
  }
  return kept;
}

/** @param {Fate} fate */
const newestOf = ({ edit, gone, marks }) => marks.reduce((id, m) => later(id, m.id), later(edit?.id ?? "", gone ?? ""));

/**
 * @param {Fate} fate
 * @param {string} from
 * @returns {Fate}
 */
function since({ edit, gone, marks }, from) {
  return {
    edit: edit && edit.id >= from ? edit : undefined,
    gone: gone && gone >= from ? gone : undefined,
    marks: marks.filter((m) => m.id >= from),
  };
}

/**
 * Gives each message its fate, and what the person is doing to it.
 *
 * @param {Entry[]} entries
 * @param {Fates} fates
 * @param {Doing[]} doing
 */
export function dressed(entries, fates, doing) {
  let touched = false;
  const all = entries.map((e) => {
    if (e.kind !== "message" || !e.id) return e;
    const fate = fates.get(e.id);
    const own = doing.filter((d) => "id" in d && d.id === e.id);
    const before = e.doing ?? [];
    if (e.fate === fate && own.length === before.length && own.every((d, i) => d === before[i])) return e;
    touched = true;
    return { ...e, fate, doing: own.length ? own : undefined };
  });
  return touched ? all : entries;
}

/** @typedef {{emoji: string, people: Person[], mine: boolean}} Tally */

/**
 * How a message stands now. What the person does counts at once.
 *
 * @param {Pick<Said, "text" | "fate" | "doing">} entry
 * @param {Person} me
 * @returns {{text: string, edited: boolean, deleted: boolean, tallies: Tally[]}}
 */
export function standing({ text, fate, doing = [] }, me) {
  let marks = fate?.marks ?? [];
  let edit = fate?.edit?.text;
  let deleted = fate?.gone !== undefined;
  for (const d of doing) {
    if (d.event === "edit_message") edit = d.message;
    if (d.event === "delete_message") deleted = true;
    if (d.event === "react") marks = [...marks.filter((m) => m.person.id !== me.id || m.emoji !== d.emoji), { emoji: d.emoji, person: me, on: d.on, id: "g" }];
  }
  return { text: edit ?? text, edited: edit !== undefined, deleted, tallies: deleted ? [] : tallied(marks, me) };
}

/**
 * @param {Mark[]} marks
 * @param {Person} me
 */
function tallied(marks, me) {
  /** @type {Map<string, Tally>} */
  const all = new Map();
  for (const { emoji, person, on } of marks.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    if (!on) continue;
    const tally = all.get(emoji) ?? { emoji, people: [], mine: false };
    tally.people.push(person);
    tally.mine ||= person.id === me.id;
    all.set(emoji, tally);
  }
  return [...all.values()];
}
