// The conversation on the screen: makes the DOM follow the rows, and touches
// only what changed.

import { byId, isolated, make } from "../page/dom.js";
import { day } from "../page/format.js";
import { messageView } from "./message.js";
import { layout } from "../state/rows.js";
import { list, say } from "../page/words.js";

/** @import {Notice} from "../state/entries.js" */
/** @import {State} from "../state/state.js" */
/** @import {Row} from "../state/rows.js" */
/** @import {Remedies} from "./message.js" */

/** @typedef {{element: HTMLElement, update?: (row: any) => void, dispose?: () => void, row: Row}} View */

/**
 * @param {Remedies} remedies
 * @returns {(state: State) => void}
 */
export function createLog(remedies) {
  const list = byId("rows", HTMLOListElement);
  const empty = byId("empty", HTMLElement);
  /** @type {Map<string, View>} */
  let views = new Map();

  return (state) => {
    const rows = layout(state.entries, state.unreadFrom);
    empty.hidden = state.entries.some((e) => e.kind === "message");
    /** @type {Map<string, View>} */
    const next = new Map();
    for (const row of rows) next.set(row.key, follow(views.get(row.key), row, remedies));
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
 * @param {Remedies} remedies
 * @returns {View}
 */
function follow(view, row, remedies) {
  if (!view) return { row, ...made(row, remedies) };
  const before = view.row;
  view.row = row;
  if (row.kind === "notice" && before.kind === "notice" && row.entries.length !== before.entries.length) view.update?.(row);
  if (row.kind !== "message" || before.kind !== "message") return view;
  if (row.entry !== before.entry || row.first !== before.first || row.last !== before.last) view.update?.(row);
  return view;
}

/**
 * @param {Row} row
 * @param {Remedies} remedies
 */
function made(row, remedies) {
  switch (row.kind) {
    case "message":
      return messageView(row, remedies);
    case "day":
      return { element: make("li", { class: "day" }, day(row.at, Date.now())) };
    case "unread":
      return { element: make("li", { class: "unread" }, say("room.unread")) };
    case "notice":
      return noticeView(row);
  }
}

/** @param {Extract<Row, {kind: "notice"}>} row */
function noticeView(row) {
  const text = make("span", {});
  const update = (/** @type {typeof row} */ now) => text.replaceChildren(...sentence(now.entries));
  update(row);
  return { element: make("li", { class: "line" }, text), update };
}

/** @param {Notice[]} entries of one kind */
function sentence(entries) {
  const [first] = entries;
  if (!first?.person || first.what === "gap") return [say("notice.gap")];
  const names = [...new Set(entries.map((e) => e.person?.name ?? ""))];
  const said = say(`notice.${first.what}`, { names: list(names), n: names.length, to: first.to ?? "" });
  return isolated(said, [...names, first.to ?? ""]);
}
