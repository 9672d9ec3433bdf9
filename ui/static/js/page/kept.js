// Words kept in this tab over a reload or a login: the draft and which message it
// answers, and what was written or done and not sent.

import { newName } from "../state/entries.js";
import { say } from "./words.js";

/** @import {Doing} from "../state/doing.js" */
/** @import {Picture} from "../state/entries.js" */
/** @import {State, Action} from "../state/state.js" */
/** @import {Store} from "./store.js" */
/** @import {Uploads} from "../wire/upload.js" */

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
 * @property {{key: string, text: string, replyTo?: string, picture?: Picture}[]} said
 * @property {Doing[]} doing
 */

/**
 * Keeps what is unsent, but not the bytes of pictures; see album.js.
 *
 * @param {string} room
 * @param {State} state
 */
export function keepUnsent(room, { me, entries, doing }) {
  const said = entries.flatMap((e) => (e.kind === "message" && e.id === undefined ? [{ key: e.key, text: e.text, replyTo: e.replyTo, picture: outline(e.picture) }] : []));
  /** @type {Unsent} */
  const unsent = { by: me.id, said, doing };
  keep(`unsent:${room}`, said.length || doing.length ? JSON.stringify(unsent) : "");
}

/**
 * A picture without what the page that is left knows of it.
 *
 * @param {Picture} [picture]
 * @returns {Picture | undefined}
 */
const outline = (picture) => picture && { url: "", width: picture.width, height: picture.height, blur: picture.blur };

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

/**
 * Brings back what was not sent when the page was left: in its place, to be sent
 * as if nothing had been. Whoever has logged in anew may be somebody else; for
 * them it stands there as not sent.
 *
 * @param {Store<State, Action>} store
 * @param {string} room
 * @param {() => Promise<Uploads>} uploads
 */
export async function bringBack(store, room, uploads) {
  const { by, said, doing } = takeUnsent(room);
  const same = by === store.get().me.id;
  // Without what brings pictures back the words still come.
  const [album, line] = said.some((e) => e.picture) ? await Promise.all([import("./album.js"), uploads()]).catch(() => []) : [];
  for (const { key, text, replyTo, picture } of said) {
    const name = same ? key : newName();
    const blob = picture && (await album?.get(key));
    if (store.get().entries.some((e) => e.key === name)) {
      void album?.drop(key); // The room has it, and came sooner: only the answer was lost.
      continue;
    }
    if (blob) {
      line?.add(name, blob);
      if (!same) void album?.drop(key); // which nobody knows any more
    } else if (!text) continue; // of a picture that could not be kept
    const shown = blob && { ...picture, url: URL.createObjectURL(blob), own: true };
    store.dispatch({ type: "wrote", key: name, text, replyTo, picture: shown, at: Date.now() });
    if (!same) store.dispatch({ type: "status", key: name, status: "failed", problem: say("sent.kept") });
  }
  if (same) for (const one of doing) store.dispatch({ type: "does", doing: { ...one, sending: false } });
}
