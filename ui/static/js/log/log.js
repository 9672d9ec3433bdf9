// The conversation on the screen: makes the DOM follow the rows, and touches
// only what changed.

import { byId, isolated, make } from "../page/dom.js";
import { day, inTime, list, say } from "../page/words.js";
import { messageView } from "./message.js";
import { layout } from "../state/rows.js";

/** @import {Notice} from "../state/entries.js" */
/** @import {State} from "../state/state.js" */
/** @import {Row} from "../state/rows.js" */
/** @import {Deeds} from "./message.js" */

/** @typedef {{element: HTMLElement, update?: (row: any) => void, dispose?: () => void, row: Row}} View */

/**
 * @typedef {Deeds & {load: (part: string) => void}} Actions what the person can do in the log
 */

/**
 * @param {Actions} actions
 * @returns {(state: State) => void}
 */
export function createLog(actions) {
  const list = byId("rows", HTMLOListElement);
  const empty = byId("empty", HTMLElement);
  /** @type {Map<string, View>} */
  let views = new Map();

  return (state) => {
    const rows = layout(state);
    empty.hidden = state.entries.some((e) => e.kind === "message");
    /** @type {Map<string, View>} */
    const next = new Map();
    for (const row of rows) next.set(row.key, follow(views.get(row.key), row, actions));
    for (const [key, view] of views) {
      if (next.has(key)) continue;
      view.dispose?.();
      view.element.remove();
    }
    views = next;
    /** @type {Element | null} */
    let place = list.firstElementChild;
    for (const { element } of next.values()) {
      if (element === place) place = place.nextElementSibling;
      else list.insertBefore(element, place);
    }
  };
}

/**
 * @param {View | undefined} view
 * @param {Row} row
 * @param {Actions} actions
 * @returns {View}
 */
function follow(view, row, actions) {
  if (!view) return { row, ...made(row, actions) };
  const before = view.row;
  view.row = row;
  if (row.kind === "notice" && before.kind === "notice" && row.entries.length !== before.entries.length) view.update?.(row);
  if (row.kind === "missing") view.update?.(row);
  if (row.kind !== "message" || before.kind !== "message") return view;
  if (row.entry !== before.entry || row.first !== before.first || row.last !== before.last || row.quote || before.quote) view.update?.(row);
  return view;
}

/**
 * @param {Row} row
 * @param {Actions} actions
 */
function made(row, actions) {
  switch (row.kind) {
    case "message":
      return messageView(row, actions);
    case "missing":
      return missingView(row, actions.load);
    case "begin":
      return { element: make("li", { class: "line begin" }, say(`log.${row.key}`)) };
    case "day":
      return dayView(row);
    case "unread":
      return { element: make("li", { class: "unread" }, say("room.unread")) };
    case "notice":
      return noticeView(row);
  }
}

/** @param {Extract<Row, {kind: "day"}>} row */
function dayView({ at }) {
  const element = make("li", { class: "day" });
  inTime(() => { element.textContent = day(at, Date.now()); });
  return { element };
}

/** @param {Extract<Row, {kind: "notice"}>} row */
function noticeView(row) {
  const text = make("span", {});
  const update = (/** @type {typeof row} */ now) => text.replaceChildren(...sentence(now.entries));
  update(row);
  return { element: make("li", { class: "line" }, text), update };
}

/**
 * A part of the log that is not here, and the way to get it. The button stays
 * while the part is being read, so that it keeps the focus.
 *
 * @param {Extract<Row, {kind: "missing"}>} row
 * @param {(part: string) => void} load
 */
function missingView(row, load) {
  const gap = row.part !== "older" && row.part !== "newer";
  const text = make("span", {});
  const button = make("button", { type: "button", class: "load" });
  button.addEventListener("click", () => load(row.part));
  const element = make("li", { class: gap ? "line gap" : "line" }, text);
  const update = (/** @type {typeof row} */ { open, reading, failed }) => {
    text.textContent = failed ? say("log.failed") : !gap ? "" : open ? say("log.gap") : say("log.gap_gone");
    button.textContent = reading ? say("log.reading") : failed ? say("app.retry") : gap ? say("log.gap_load") : row.part === "older" ? say("log.older") : say("log.newer");
    if (open) element.append(button);
    else button.remove();
  };
  update(row);
  return { element, update };
}

/** @param {Notice[]} entries of one kind */
function sentence(entries) {
  const [first] = entries;
  if (!first?.person || first.what === "gap") return [];
  const names = [...new Set(entries.map((e) => e.person?.name ?? ""))];
  const what = first.what === "titles" && !first.to ? "untitles" : first.what;
  const said = say(`notice.${what}`, { names: list(names), n: names.length, to: first.to ?? "" });
  return isolated(said, [...names, first.to ?? ""]);
}
