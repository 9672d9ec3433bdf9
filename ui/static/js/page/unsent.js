// Brings back what was not sent when the page was left: in its place, to be sent
// as if nothing had been. Whoever has logged in anew may be somebody else; for
// them it stands there as not sent.

import { takeUnsent } from "./kept.js";
import { newName } from "../state/ids.js";
import { say } from "./words.js";

/** @import {Store} from "./store.js" */
/** @import {State, Action} from "../state/state.js" */
/** @import {Uploads} from "../wire/upload.js" */

/**
 * @param {Store<State, Action>} store
 * @param {string} room
 * @param {() => Promise<Uploads>} uploads
 */
export async function bringBack(store, room, uploads) {
  const { by, said, doing } = takeUnsent(room);
  const same = by === store.get().me.id;
  for (const { key, text, replyTo, picture } of said) {
    const name = same ? key : newName();
    const blob = picture && (await (await import("./album.js")).get(key));
    if (blob) (await uploads()).add(name, blob);
    else if (!text) continue; // of a picture that could not be kept
    const shown = picture && blob && { ...picture, url: URL.createObjectURL(blob), own: true };
    store.dispatch({ type: "wrote", key: name, text, replyTo, picture: shown, at: Date.now() });
    if (!same) store.dispatch({ type: "status", key: name, status: "failed", problem: say("sent.kept") });
  }
  if (same) for (const one of doing) store.dispatch({ type: "does", doing: { ...one, sending: false } });
}
