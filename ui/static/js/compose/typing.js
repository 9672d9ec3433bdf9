// Who is typing: the line above the composer, and telling the others.

import { byId, isolated, make } from "../page/dom.js";
import { list, say } from "../page/words.js";

/** @import {State} from "../state/state.js" */
/** @import {Wire} from "../wire/wire.js" */

/** How often the others are told again, and when silence means a stop, in milliseconds. */
const [again, idle] = [3000, 4000];

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

/**
 * Tells the others, at most once in a while.
 *
 * @param {Pick<Wire, "typing">} wire
 * @returns {(text: string) => void} call with the text after each edit; empty means stop
 */
export function createTypist(wire) {
  let told = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function stop() {
    clearTimeout(timer);
    if (told) wire.typing(false);
    told = 0;
  }

  return (text) => {
    if (!text.trim()) return stop();
    clearTimeout(timer);
    timer = setTimeout(stop, idle);
    if (Date.now() - told < again) return;
    told = Date.now();
    wire.typing(true);
  };
}
