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
    if (connection === "refused") tell(banner, refusal || say("banner.refused"));
    else tell(banner, maybe(`banner.${connection}`) || (stalled ? say("banner.stalled") : ""));
  };
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
