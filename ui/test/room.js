// What the tests of the room's state have in common: people, and entries of a
// log as the server sends them.

/** @import {JoinAck, Logged, Message, Person} from "../static/js/wire/events.js" */
/** @import {Entry} from "../static/js/state/entries.js" */
/** @import {Action} from "../static/js/state/state.js" */

/** @type {(name: string) => Person} */
const person = (name) => ({ id: name.toLowerCase(), name });
export const [ann, bo, cy] = [person("Ann"), person("Bo"), person("Cy")];

/** The nth id of a log. @param {number} n */
export const id = (n) => n.toString(16).padStart(20, "0");

const timestamp = "2026-01-02T03:04:05.678Z";

/**
 * The nth entry of a log, as a message.
 *
 * @param {number} n
 * @param {Partial<Message>} [more]
 * @returns {Message}
 */
export const message = (n, more) => ({ chat_id: "r", id: id(n), timestamp, message: `text ${n}`, sender: bo, ...more });

/**
 * @param {number} from
 * @param {number} to
 */
export const messages = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => message(from + i));

/**
 * An answer to join; its last entry is the log's last.
 *
 * @param {Logged[]} page
 * @param {Partial<JoinAck> & {after?: string, at?: number}} [more]
 * @returns {Action}
 */
export function joined(page = [], { after = "", at = 1, ...more } = {}) {
  const last = page.at(-1)?.id ?? (after || id(0));
  return { type: "joined", after, at, answer: { room: "r", you: ann, members: [bo, ann], messages: page, last, more: false, older: false, gap: false, ...more } };
}

/** @param {Logged} entry @returns {Action} */
export const received = (entry) => ({ type: "received", at: 0, entry });

/**
 * What stands in the log, in short: numbers of entries, keys of others.
 *
 * @param {{entries: Entry[]}} state
 */
export const standing = ({ entries }) =>
  entries.map((e) => (e.kind === "notice" ? e.what : e.id ? parseInt(e.id, 16) : e.key));
