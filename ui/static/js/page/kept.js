// Words kept in this tab over a reload or a login: the draft, and what was
// written and not sent.

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
 * Keeps unsent words; pictures are too large for that.
 *
 * @param {string} room
 * @param {State} state
 */
export function keepUnsent(room, { entries }) {
  const texts = entries.flatMap((e) => (e.kind === "message" && e.status !== "sent" && !e.picture ? [e.text] : []));
  keep(`unsent:${room}`, texts.length ? JSON.stringify(texts) : "");
}

/**
 * Takes them back, for the person to send: it may be another one by now.
 *
 * @param {string} room
 * @returns {string[]}
 */
export function takeUnsent(room) {
  const text = kept(`unsent:${room}`);
  keep(`unsent:${room}`, "");
  try {
    return JSON.parse(text || "[]");
  } catch {
    return [];
  }
}
