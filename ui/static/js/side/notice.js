// What one notices without reading: the state of the connection, and how much
// is unread, in the title and the icon of the tab.

import { byId, tell } from "../page/dom.js";
import { maybe, say } from "../page/words.js";

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

/** @returns {(state: State) => void} */
export function createUnread() {
  const link = byId("favicon", HTMLLinkElement);
  const [title, calm] = [document.title, link.href];
  let shown = 0;

  return ({ unread }) => {
    if (unread === shown) return;
    shown = unread;
    document.title = unread ? `(${unread}) ${title}` : title;
    link.href = unread ? (link.dataset.unread ?? calm) : calm;
  };
}
