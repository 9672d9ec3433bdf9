// What stands in the log, and where: its ids are hexadecimal and of one length,
// and sort as text in the order of the room. Entries keep their identity unless
// they changed; the screen relies on that. Pure.

/** @import {Message, Person, Titling} from "../wire/events.js" */
/** @import {Doing} from "./doing.js" */
/** @import {Fate} from "./fates.js" */

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
 * @property {string} key stays the same while the message is sent; one's own is its client_id
 * @property {string} [id] the server's, once it has the message
 * @property {number} at milliseconds since 1970
 * @property {Person} sender
 * @property {boolean} mine
 * @property {string} text as it was sent
 * @property {Picture} [picture]
 * @property {string} [replyTo] id of the message that it answers
 * @property {Status} status
 * @property {string} [sentAs] the name that its sender gave it, of one that came from the room
 * @property {string} [problem] a sentence, when failed
 * @property {Fate} [fate] what became of it
 * @property {Doing[]} [doing] what the person does to it, and the server does not know yet
 */

/**
 * Something else that happened. Its id is the log's, or the last that the log
 * had then; it stands behind that one. An open gap is one that may be filled.
 *
 * @typedef {object} Notice
 * @property {"notice"} kind
 * @property {string} key
 * @property {string} id
 * @property {number} at
 * @property {"joins" | "leaves" | "renames" | "titles" | "gap"} what
 * @property {Person} [person]
 * @property {string} [to] the new name, or title
 * @property {boolean} [open]
 */

/** @typedef {Said | Notice} Entry */

/**
 * Whether a text may be a picture as a data: address. Its bytes decide.
 *
 * @param {string} text
 */
export const isInline = (text) => /^data:image\/[a-z]+;base64,[\w+/]/.test(text);

/**
 * @param {Message} message
 * @param {string} me
 * @param {number} now
 * @returns {Said}
 */
export function saidOf({ id, timestamp, sender, message, file, reply_to, client_id }, me, now) {
  return {
    kind: "message", key: id, id, at: Date.parse(timestamp) || now, sender, mine: sender.id === me,
    text: message, picture: file && { ...file }, replyTo: reply_to || undefined, status: "sent", sentAs: client_id,
  };
}

/**
 * @param {Titling} titling
 * @param {number} now
 * @returns {Notice}
 */
export function titledOf({ id, timestamp, sender, title }, now) {
  return { kind: "notice", key: id, id, at: Date.parse(timestamp) || now, what: "titles", person: sender, to: title };
}

/** @param {Entry} entry */
const logged = (entry) => (entry.kind === "message" ? (entry.id ?? entry.key) : entry.key);

/**
 * @param {Entry} a
 * @param {Entry} b
 */
function inOrder({ id: a = "", kind: one }, { id: b = "", kind: other }) {
  if (a !== b) return a < b ? -1 : 1;
  return Number(one === "notice") - Number(other === "notice");
}

/** @param {Entry[]} entries */
export const firstUnsent = (entries) => entries.findLastIndex((e) => e.id !== undefined) + 1;

/**
 * Puts entries where their ids belong, each once, before whatever is unsent.
 *
 * @param {Entry[]} entries
 * @param {Entry[]} arrivals
 */
export function merge(entries, arrivals) {
  const known = new Set(entries.map(logged));
  const fresh = arrivals.filter((e) => !known.has(logged(e)));
  if (!fresh.length) return entries;
  const end = firstUnsent(entries);
  return [...[...entries.slice(0, end), ...fresh].sort(inOrder), ...entries.slice(end)];
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

/** Before all that a room's log can have. */
export const beginning = "0".repeat(20);

/**
 * @param {string} a
 * @param {string} b
 */
export const later = (a, b) => (a > b ? a : b);

/**
 * The id that comes right after another, whether there is such an entry or not.
 *
 * @param {string} id
 */
export const next = (id) => (BigInt(`0x${id}`) + 1n).toString(16).padStart(id.length, "0");

/**
 * A name for something that this page sends, so that it is stored once however
 * often it has to be sent: 128 random bits.
 */
export function newName() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
