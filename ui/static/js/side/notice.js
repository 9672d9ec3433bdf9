// What one notices without reading: the state of the connection, and how much
// is unread, in the title and the icon of the tab.

import { byId, tell } from "../page/dom.js";
import { muted } from "../page/wish.js";
import { maybe, say } from "../page/words.js";
import { titleOf } from "../state/doing.js";

/** @import {State} from "../state/state.js" */

/** @returns {(state: State) => void} */
export function createStatus() {
  const status = byId("status", HTMLElement);
  const banner = byId("banner", HTMLElement);
  let shown = "";

  return ({ connection, refusal, stalled }) => {
    if (shown === connection + refusal + stalled) return;
    shown = connection + refusal + stalled;
    const waits = connection === "connecting" || connection === "reconnecting";
    status.dataset.state = connection === "joined" ? "joined" : waits ? "connecting" : "offline";
    status.textContent = say(`status.${connection}`);
    tell(banner, bannerOf({ connection, refusal, stalled }));
  };
}

/**
 * What is wrong with the connection, if anything is. The code of a refusal may
 * have a sentence of its own.
 *
 * @param {Pick<State, "connection" | "refusal" | "stalled">} state
 */
export function bannerOf({ connection, refusal, stalled }) {
  const code = refusal && `refused.${refusal}`;
  return maybe(`banner.${code}`) || maybe(`banner.${connection}`) || (stalled ? say("banner.stalled") : "");
}

/**
 * @param {string} room
 * @returns {(state: State) => void}
 */
export function createUnread(room) {
  const link = byId("favicon", HTMLLinkElement);
  const [plain, calm] = [document.title, link.href];

  return (state) => {
    const unread = state.unread && !muted(room) ? state.unread : 0;
    const name = titleOf(state);
    const title = name ? `${name} · chat` : plain;
    const whole = unread ? `(${unread}) ${title}` : title;
    if (document.title === whole) return;
    document.title = whole;
    link.href = unread ? (link.dataset.unread ?? calm) : calm;
  };
}
