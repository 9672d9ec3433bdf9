// The bar above the room: its title, which anybody here may change where it
// stands, and the state of the connection, as one notices it without reading.

import { byId, sheet, tell } from "../page/dom.js";
import { later } from "../page/later.js";
import { maybe, say } from "../page/words.js";
import { titleOf } from "../state/doing.js";

/** @import {State} from "../state/state.js" */

/**
 * @param {(title: string) => void} set
 * @returns {(state: State) => void}
 */
export function createTitle(set) {
  const button = byId("title", HTMLButtonElement);
  const words = byId("title-words", HTMLElement);
  const plain = words.textContent;
  let title = "";

  const field = later(async () => {
    await sheet("acts");
    return import("./retitle.js");
  });
  button.addEventListener("click", () => field().then(({ retitle }) => retitle(button, title, plain, set), () => {}));

  return (state) => {
    const now = titleOf(state);
    if (now === title) return;
    title = now;
    words.textContent = title || plain;
  };
}

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
