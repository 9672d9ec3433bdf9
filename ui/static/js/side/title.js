// The room's title: the heading, which anybody here may change where it stands.

import { byId, sheet } from "../page/dom.js";
import { later } from "../page/later.js";
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
