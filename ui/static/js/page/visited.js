// The list of visited rooms on the home page.

import { byId, icon, make } from "./dom.js";
import { day, say } from "./words.js";
import { onVisit, recall, remember, visited } from "./rooms.js";

/** @import {Visit} from "./rooms.js" */

/** Longer names are those that the server made, which nobody reads. */
const [longest, kept] = [20, 6];

/** @param {string} room */
const nameOf = (room) => (room.length > longest ? say("room.label", { name: room.slice(0, kept) }) : room);

export function visitedRooms() {
  const list = byId("rooms", HTMLUListElement);
  const note = byId("visited-note", HTMLElement);
  const undo = byId("visited-undo", HTMLButtonElement);
  /** @type {[string, Visit | undefined][]} */
  let gone = [];

  function show() {
    const rooms = visited();
    byId("visited", HTMLElement).hidden = !rooms.length && !gone.length;
    byId("forget-all", HTMLButtonElement).hidden = !rooms.length;
    note.textContent = gone.length ? say("visited.forgotten", { n: gone.length }) : say("visited.note");
    undo.hidden = !gone.length;
    list.replaceChildren(...rooms.map(line));
  }

  /** @param {Visit & {room: string}} visit */
  function line({ room, title, at, unread }) {
    const name = title || nameOf(room);
    const forget = make("button", { type: "button", class: "icon-button", "aria-label": say("visited.forget", { name }) }, icon("close"));
    forget.addEventListener("click", () => forgo([room]));
    const link = make("a", { href: `/chat/${room}` },
      make("span", {}, make("bdi", {}, name), make("time", { datetime: new Date(at).toISOString() }, day(at, Date.now()))));
    if (unread) link.append(make("span", { class: "badge" }, String(unread), make("span", { class: "visually-hidden" }, ` ${say("visited.unread")}`)));
    return make("li", {}, link, forget);
  }

  /** @param {string[]} rooms */
  function forgo(rooms) {
    gone = rooms.map((room) => [room, recall(room)]);
    for (const room of rooms) remember(room, undefined);
    show();
    undo.focus();
  }

  byId("forget-all", HTMLButtonElement).addEventListener("click", () => forgo(visited().map((v) => v.room)));
  undo.addEventListener("click", () => {
    for (const [room, visit] of gone) remember(room, visit);
    gone = [];
    show();
    list.querySelector("a")?.focus();
  });
  onVisit(show);
  addEventListener("pageshow", show);
  show();
}
