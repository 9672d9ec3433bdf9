// Who is typing: the line above the composer.

import { byId, isolated, make } from "../page/dom.js";
import { list, say } from "../page/words.js";

/** @import {State} from "../state/state.js" */

/** @returns {(state: State) => void} */
export function createTypingLine() {
  const line = byId("typing", HTMLElement);
  const dots = make("span", { class: "dots", "aria-hidden": "true" }, make("i"), make("i"), make("i"));
  let shown = "";

  return ({ typing }) => {
    const names = [...typing.values()].map((t) => t.person.name);
    const sentence = names.length ? say("room.typing", { names: list(names), n: names.length }) : "";
    if (sentence === shown) return;
    shown = sentence;
    line.replaceChildren(...(sentence ? [dots, make("span", {}, ...isolated(sentence, names))] : []));
  };
}
