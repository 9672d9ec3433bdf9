// The rooms that this browser has been to. The list is kept here and nowhere
// else: no server knows it, and it can be forgotten.

/** @import {Action, State} from "../state/state.js" */
/** @import {Store} from "./store.js" */

/**
 * @typedef {object} Visit
 * @property {string} title of the room, if it has one
 * @property {number} at when it was last looked at
 * @property {string} seen id of the last that somebody saw
 * @property {number} unread in a tab that nobody looks at
 */

const prefix = "room:";

/**
 * @param {string} room
 * @returns {Visit | undefined}
 */
export function recall(room) {
  try {
    return read(localStorage.getItem(prefix + room));
  } catch {
    return undefined; // storage may be forbidden
  }
}

/**
 * @param {string | null} text
 * @returns {Visit | undefined}
 */
export function read(text) {
  try {
    const { title, at, seen, unread } = JSON.parse(text ?? "");
    return { title: String(title ?? ""), at: Number(at) || 0, seen: String(seen ?? ""), unread: Number(unread) || 0 };
  } catch {
    return undefined; // there is none, or it is damaged
  }
}

/**
 * @param {string} room
 * @param {Visit | undefined} visit nothing to forget the room
 */
export function remember(room, visit) {
  try {
    if (visit) localStorage.setItem(prefix + room, JSON.stringify(visit));
    else localStorage.removeItem(prefix + room);
  } catch {
    // Then it is not remembered.
  }
}

/**
 * The latest first.
 *
 * @returns {(Visit & {room: string})[]}
 */
export function visited() {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix)).flatMap((key) => {
      const room = key.slice(prefix.length);
      const visit = recall(room);
      return visit ? [{ room, ...visit }] : [];
    }).sort((a, b) => b.at - a.at);
  } catch {
    return [];
  }
}

/**
 * Calls hear when another tab changed what is remembered of a room.
 *
 * @param {(room: string, visit: Visit | undefined) => void} hear
 */
export function onVisit(hear) {
  addEventListener("storage", ({ key, newValue }) => {
    if (key?.startsWith(prefix)) hear(key.slice(prefix.length), read(newValue));
  });
}

/**
 * Keeps what is remembered of a room while it is open, and agrees with its other
 * tabs on what was seen: who read a message in one has read it in all.
 *
 * @param {string} room
 * @param {Store<State, Action>} store
 * @param {(state: State) => string} titleOf
 */
export function createVisits(room, store, titleOf) {
  const last = recall(room);
  remember(room, { title: "", seen: "", unread: 0, ...last, at: Date.now() });

  store.subscribe((state, before) => {
    // What came since the last visit has a line above it.
    if (!before.last && state.last && last?.seen) return store.dispatch({ type: "seen", id: last.seen });
    if (!state.last || state.last === before.last && state.away === before.away && state.unread === before.unread && state.title === before.title) return;
    const visit = recall(room);
    if (!visit) return; // forgotten meanwhile
    const seen = state.away ? visit.seen : state.last;
    const now = { title: titleOf(state), at: state.away ? visit.at : Date.now(), seen, unread: state.away ? state.unread : 0 };
    if (now.title !== visit.title || now.seen !== visit.seen || now.unread !== visit.unread) remember(room, now);
  });
  onVisit((other, visit) => {
    const { away, unread } = store.get();
    if (other === room && visit && away && visit.unread < unread) store.dispatch({ type: "seen", id: visit.seen });
  });
}
