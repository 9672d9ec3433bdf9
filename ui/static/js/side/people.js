// Who is here: the count in the bar and the list in the panel.

import { hue, tag } from "../state/people.js";
import { byId, make } from "../page/dom.js";
import { initial, say } from "../page/words.js";

/** @import {State} from "../state/state.js" */
/** @import {Person} from "../wire/events.js" */

/** @returns {(state: State, before: State) => void} */
export function createPeople() {
  const list = byId("people", HTMLUListElement);
  const count = byId("count", HTMLElement);
  const sideCount = byId("side-count", HTMLElement);
  const more = make("button", { type: "button", class: "button quiet" }, say("message.more"));
  /** @type {HTMLElement[]} */
  let rest = [];
  // How many have a line until somebody asks for all: the invitation below stays
  // in sight.
  let few = 5;
  more.addEventListener("click", () => {
    few = Infinity;
    more.parentElement?.replaceWith(...rest);
    list.focus(); // which was on the button
  });
  // On a wide screen the panel is a part of the page: a sheet over it could not
  // be closed there.
  matchMedia("(min-width: 64rem)").addEventListener("change", ({ matches }) => { if (matches) byId("side", HTMLElement).hidePopover(); });

  return (state, before) => {
    // Until the room answers or cannot be reached nobody knows who is there.
    if (state.connection === "connecting" || list.firstChild && state.people === before.people && state.me === before.me) return;
    count.textContent = sideCount.textContent = String(state.people.length);
    count.closest("button")?.setAttribute("aria-label", say("room.people_count", { n: state.people.length }));
    const others = state.people.filter((p) => p.id !== state.me.id).sort((a, b) => a.name.localeCompare(b.name));
    const lines = [line(state.me, true), ...others.map((p) => line(p, false))];
    rest = lines.slice(few);
    list.replaceChildren(...(rest.length > 1 ? [...lines.slice(0, few), make("li", {}, more)] : lines));
  };
}

/**
 * @param {Person} person
 * @param {boolean} me
 */
function line(person, me) {
  return make("li", {},
    make("span", { class: "avatar", "aria-hidden": "true", "data-hue": hue(person.id) }, initial(person.name)),
    make("bdi", {}, person.name),
    make("span", { class: "tag" }, tag(person)),
    ...(me ? [make("span", { class: "you" }, say("room.you"))] : []));
}
