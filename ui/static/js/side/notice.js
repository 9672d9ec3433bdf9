// The state of the connection, as one notices it without reading.

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
