// What the room looks like, as a value. reduce() makes the next state of an
// action and touches nothing else, so it is tested without a browser. Entries
// keep their identity unless they changed; the screen relies on that.

/** @import {Person, Message} from "./events.js" */

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

/** @typedef {"connecting" | "reconnecting" | "offline" | "joined" | "refused"} Connection */

/**
 * @typedef {object} State
 * @property {Person} me
 * @property {Person[]} people
 * @property {Entry[]} entries in the order of the room, the unsent last
 * @property {Map<string, {person: Person, until: number}>} typing by person
 * @property {Connection} connection
 * @property {string} refusal why the room cannot be joined
 * @property {boolean} away nobody looks at the page
 * @property {number} unread messages since nobody looked
 * @property {string} unreadFrom key of the first of them, kept after the return
 */

/**
 * @typedef {{type: "connection", value: Connection, refusal?: string}
 *   | {type: "joined", you: Person, members: Person[], again: boolean, at: number}
 *   | {type: "received", message: Message, at: number}
 *   | {type: "wrote", key: string, text: string, picture?: Picture, at: number}
 *   | {type: "status", key: string, status: Status, problem?: string}
 *   | {type: "progress", key: string, progress: number}
 *   | {type: "uploaded", key: string, name: string}
 *   | {type: "sent", key: string, id: string, at: number}
 *   | {type: "removed", key: string}
 *   | {type: "typing", person: Person, at: number}
 *   | {type: "quiet", person: Person}
 *   | {type: "tick", at: number}
 *   | {type: "came" | "went" | "renamed", person: Person, at: number}
 *   | {type: "away", value: boolean}} Action
 */

/** How long a typist is shown without news, in milliseconds. */
export const typingFor = 6000;

/**
 * @param {Person} me
 * @returns {State}
 */
export function start(me) {
  return {
    me, people: [me], entries: [], typing: new Map(), connection: "connecting",
    refusal: "", away: false, unread: 0, unreadFrom: "",
  };
}

/**
 * @param {State} state
 * @param {Action} action
 * @returns {State}
 */
export function reduce(state, action) {
  switch (action.type) {
    case "connection":
      return { ...state, connection: action.value, refusal: action.refusal ?? "", typing: new Map() };
    case "joined": {
      const next = { ...state, connection: /** @type {const} */ ("joined"), refusal: "", me: action.you, people: withPerson(action.members, action.you) };
      const missed = action.again && state.entries.some((e) => e.kind === "message");
      return missed ? notice(next, { kind: "notice", key: `gap-${action.at}`, at: action.at, what: "gap" }) : next;
    }
    case "received":
      return received(state, action.message, action.at);
    case "wrote":
      return {
        ...state,
        unreadFrom: "",
        entries: [...state.entries, {
          kind: "message", key: action.key, at: action.at, sender: state.me, mine: true,
          text: action.text, picture: action.picture, status: action.picture ? "uploading" : "queued",
        }],
      };
    case "status":
      return change(state, action.key, (e) => withStatus(e, action.status, action.problem));
    case "progress":
      return change(state, action.key, (e) => e.picture ? { ...e, picture: { ...e.picture, progress: action.progress } } : e);
    case "uploaded":
      return change(state, action.key, (e) =>
        e.picture ? { ...e, status: "queued", picture: { ...e.picture, name: action.name, progress: undefined } } : e);
    case "sent":
      return sent(state, action.key, action.id, action.at);
    case "removed":
      return { ...state, entries: state.entries.filter((e) => e.key !== action.key) };
    case "typing":
      if (action.person.id === state.me.id) return state;
      return { ...state, typing: new Map(state.typing).set(action.person.id, { person: action.person, until: action.at + typingFor }) };
    case "quiet":
      return quiet(state, action.person.id);
    case "tick":
      return [...state.typing.values()].some((t) => t.until <= action.at)
        ? { ...state, typing: new Map([...state.typing].filter(([, t]) => t.until > action.at)) }
        : state;
    case "came":
      if (state.people.some((p) => p.id === action.person.id)) return state;
      return notice({ ...state, people: withPerson(state.people, action.person) },
        { kind: "notice", key: key(action), at: action.at, what: "joins", person: action.person });
    case "went":
      if (!state.people.some((p) => p.id === action.person.id)) return state;
      return notice({ ...quiet(state, action.person.id), people: state.people.filter((p) => p.id !== action.person.id) },
        { kind: "notice", key: key(action), at: action.at, what: "leaves", person: action.person });
    case "renamed":
      return renamed(state, action.person, action.at);
    case "away":
      // The line above the unread stays after the return, until the next absence.
      return action.value ? { ...state, away: true, unreadFrom: "" } : { ...state, away: false, unread: 0 };
  }
}

/**
 * @param {State} state
 * @param {Message} message
 * @param {number} now
 * @returns {State}
 */
function received(state, message, now) {
  const { id, sender, file } = message;
  if (state.entries.some((e) => e.kind === "message" && e.id === id)) return state;
  const at = Date.parse(message.timestamp);
  /** @type {Said} */
  const entry = {
    kind: "message", key: id, id, at: Number.isNaN(at) ? now : at, sender, mine: sender.id === state.me.id,
    text: message.message, picture: file && { ...file }, status: "sent",
  };
  const unread = state.away && !entry.mine;
  return {
    ...quiet(state, sender.id),
    entries: place(state.entries, entry),
    unread: state.unread + (unread ? 1 : 0),
    unreadFrom: unread && !state.unreadFrom ? entry.key : state.unreadFrom,
  };
}

/**
 * @param {State} state
 * @param {string} key
 * @param {string} id
 * @param {number} at
 * @returns {State}
 */
function sent(state, key, id, at) {
  const entry = state.entries.find((e) => e.key === key);
  if (entry?.kind !== "message") return state;
  const others = state.entries.filter((e) => e !== entry);
  return { ...state, entries: place(others, { ...entry, id, at, status: "sent", problem: undefined }) };
}

/**
 * Puts a message that the server has where its id belongs: behind the last one
 * with a smaller id and the notices that follow it, before whatever is unsent.
 *
 * @param {Entry[]} entries
 * @param {Said & {id?: string}} entry
 */
function place(entries, entry) {
  const id = entry.id ?? "";
  let at = entries.findLastIndex((e) => e.kind === "message" && e.id !== undefined && e.id < id) + 1;
  while (entries[at]?.kind === "notice") at++;
  return entries.toSpliced(at, 0, entry);
}

/**
 * Notices stand before the unsent too, in the order they came.
 *
 * @param {State} state
 * @param {Notice} entry
 * @returns {State}
 */
function notice(state, entry) {
  const at = state.entries.findLastIndex((e) => e.kind === "notice" || e.id !== undefined) + 1;
  return { ...state, entries: state.entries.toSpliced(at, 0, entry) };
}

/**
 * @param {State} state
 * @param {Person} person
 * @param {number} at
 * @returns {State}
 */
function renamed(state, person, at) {
  const before = state.people.find((p) => p.id === person.id);
  if (!before || before.name === person.name) return state;
  const mine = person.id === state.me.id;
  return notice(
    { ...state, me: mine ? person : state.me, people: state.people.map((p) => (p.id === person.id ? person : p)) },
    { kind: "notice", key: `renamed-${person.id}-${at}`, at, what: "renames", person: before, to: person.name },
  );
}

/**
 * @param {State} state
 * @param {string} key
 * @param {(entry: Said) => Said} update
 * @returns {State}
 */
function change(state, key, update) {
  return { ...state, entries: state.entries.map((e) => (e.key === key && e.kind === "message" ? update(e) : e)) };
}

/**
 * An upload that starts, or starts again, knows no name yet.
 *
 * @param {Said} entry
 * @param {Status} status
 * @param {string} [problem]
 * @returns {Said}
 */
function withStatus(entry, status, problem) {
  const picture = entry.picture && status === "uploading" ? { ...entry.picture, name: undefined, progress: 0 } : entry.picture;
  return { ...entry, picture, status, problem };
}

/**
 * @param {State} state
 * @param {string} id
 * @returns {State}
 */
function quiet(state, id) {
  if (!state.typing.has(id)) return state;
  const typing = new Map(state.typing);
  typing.delete(id);
  return { ...state, typing };
}

/**
 * @param {Person[]} people
 * @param {Person} person
 */
const withPerson = (people, person) => [...people.filter((p) => p.id !== person.id), person];

/** @param {{type: string, person: Person, at: number}} action */
const key = (action) => `${action.type}-${action.person.id}-${action.at}`;
