// The reactions to a message: a chip for each emoji, with how many people say
// so, that adds one's own or takes it back.

import { byId, make } from "../page/dom.js";
import { list, say } from "../page/words.js";

/** @import {Person} from "../wire/events.js" */
/** @import {Tally} from "../state/fates.js" */

/** @param {(emoji: string, on: boolean) => void} react */
export function marksView(react) {
  const element = make("div", { class: "marks", role: "group", "aria-label": say("marks.label") });
  /** @type {Map<string, HTMLButtonElement>} */
  const chips = new Map();

  /** @param {string} emoji */
  function chip(emoji) {
    const button = make("button", { type: "button", class: "chip" }, make("bdi", {}, emoji), make("span"), make("span", { class: "visually-hidden" }));
    button.addEventListener("click", () => react(emoji, button.ariaPressed !== "true"));
    chips.set(emoji, button);
    return button;
  }

  return {
    element,
    /**
     * @param {Tally[]} tallies
     * @param {Person} me
     */
    update(tallies, me) {
      for (const [emoji, button] of chips) {
        if (tallies.some((t) => t.emoji === emoji)) continue;
        // The focus must not get lost with the last who said so.
        if (button === document.activeElement) byId("log", HTMLElement).focus({ preventScroll: true });
        button.remove();
        chips.delete(emoji);
      }
      for (const { emoji, people, mine } of tallies) {
        const button = chips.get(emoji) ?? chip(emoji);
        const names = list(people.map((p) => (p.id === me.id ? say("room.you") : p.name)));
        button.ariaPressed = String(mine);
        button.title = names;
        const [, count, by] = button.children;
        if (count) count.textContent = ` ${people.length}`;
        if (by) by.textContent = `: ${names}`;
        if (button.parentNode !== element) element.append(button);
      }
    },
  };
}
