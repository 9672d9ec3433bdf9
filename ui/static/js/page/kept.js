// Words kept in this tab over a reload or a login: the draft and which message it
// answers, and what was written or done and not sent.

/** @import {Doing} from "../state/doing.js" */
/** @import {State} from "../state/state.js" */

/**
 * @param {string} key
 * @param {string} value empty to forget
 */
export function keep(key, value) {
  try {
    if (value) sessionStorage.setItem(key, value);
    else sessionStorage.removeItem(key);
  } catch {
    // Without storage it lives as long as the page.
  }
}

/** @param {string} key */
export function kept(key) {
  try {
    return sessionStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

/**
 * @typedef {object} Unsent
 * @property {string} by whose it is
 * @property {{key: string, text: string, replyTo?: string}[]} said
 * @property {Doing[]} doing
 */

/**
 * Keeps what is unsent; pictures are too large for that.
 *
 * @param {string} room
 * @param {State} state
 */
export function keepUnsent(room, { me, entries, doing }) {
  const said = entries.flatMap((e) => (e.kind === "message" && e.id === undefined && !e.picture ? [{ key: e.key, text: e.text, replyTo: e.replyTo }] : []));
  /** @type {Unsent} */
  const unsent = { by: me.id, said, doing };
  keep(`unsent:${room}`, said.length || doing.length ? JSON.stringify(unsent) : "");
}

/**
 * @param {string} room
 * @returns {Unsent}
 */
export function takeUnsent(room) {
  try {
    const { by, said, doing } = JSON.parse(kept(`unsent:${room}`));
    if (Array.isArray(said) && Array.isArray(doing)) return { by, said, doing };
  } catch {
    // There is none, or it is damaged.
  }
  return { by: "", said: [], doing: [] };
}
