// Keeps the log at its end while the reader is there, and where it is
// otherwise, also when lines come or go above: then a pill counts what came
// meanwhile.

import { byId, icon } from "../page/dom.js";
import { say } from "../page/words.js";
import { atEnd } from "../state/window.js";
import { jump } from "./text.js";

/** @import {State} from "../state/state.js" */
/** @import {Near} from "../wire/pages.js" */

/** Closer to the end than this counts as there, and than this as near an end, in CSS pixels. */
const [close, near] = [48, 900];

/** @typedef {(state: State, before: State) => void} Part */

/**
 * @param {object} options
 * @param {Part} options.log draws the log
 * @param {(at: {atEnd: boolean, upper: boolean}, near: Near) => void} options.moved
 * @param {() => void} options.latest the reader wants what the page does not hold
 * @returns {Part}
 */
export function createScroll({ log: draw, moved, latest }) {
  const log = byId("log", HTMLElement);
  const list = byId("rows", HTMLOListElement);
  const pill = byId("newer", HTMLButtonElement);
  let sticky = true;
  let size = "";
  let whole = true;
  let end = 0; // where the log was when it was last at its end

  function toEnd() {
    log.scrollTop = log.scrollHeight;
    end = log.scrollTop;
  }

  /** Whether the size is another one than when this was last asked. */
  function resized() {
    const before = size;
    size = `${log.clientWidth}x${log.clientHeight}`;
    return size !== before;
  }

  function look() {
    const below = log.scrollHeight - log.scrollTop - log.clientHeight;
    moved({ atEnd: sticky, upper: firstVisible(log, list) < list.childElementCount / 2 }, { top: log.scrollTop < near, bottom: below < near });
  }

  log.addEventListener("scroll", () => {
    // A change of size scrolls too, before the observer below can tell of it.
    if (resized() && sticky) return toEnd();
    const there = log.scrollHeight - log.scrollTop - log.clientHeight < close;
    // Nobody went up: the log has grown since it was taken to its end.
    if (sticky && !there && log.scrollTop >= end) return toEnd();
    // The end of what is held, but not of the log, is no place to stay.
    sticky = there && (whole || sticky);
    if (there) end = log.scrollTop;
    look();
  }, { passive: true });

  pill.addEventListener("click", () => {
    sticky = true;
    if (!whole) latest();
    toEnd();
    look();
    byId("text", HTMLTextAreaElement).focus({ preventScroll: true });
  });

  // A keyboard that opens, a composer that grows, a remedy that appears.
  const follow = new ResizeObserver(() => {
    resized(); // or the reader's next scroll would be taken for it
    if (sticky) toEnd();
  });
  follow.observe(log);
  follow.observe(list);

  /** @param {State} state */
  function showPill(state) {
    whole = atEnd(state);
    pill.hidden = state.following || state.entries.length === 0;
    pill.classList.toggle("some", state.newer > 0);
    const label = state.newer ? say("room.newer", { n: state.newer }) : say("room.latest");
    if (!pill.hidden && pill.textContent !== label) pill.replaceChildren(icon("down"), label);
  }

  return (state, before) => {
    if (state.entries !== before.entries || state.reading !== before.reading || state.unreadFrom !== before.unreadFrom || state.older !== before.older || state.forgot !== before.forgot) {
      const keep = sticky ? [] : anchors(log, list);
      draw(state, before);
      if (wrote(state, before)) {
        sticky = true;
        if (!atEnd(state)) latest();
      }
      if (sticky) toEnd();
      else restore(log, keep);
      look();
    }
    if (state.sought !== before.sought && state.sought?.end === "found") {
      sticky = false;
      jump(state.sought.id);
    }
    showPill(state);
  };
}

/**
 * @param {State} state
 * @param {State} before
 */
function wrote(state, before) {
  const last = state.entries.at(-1);
  return last?.kind === "message" && last.id === undefined && last.status !== "failed" && last.key !== before.entries.at(-1)?.key
    && !before.entries.some((e) => e.key === last.key);
}

/**
 * The index of the first line that can be seen.
 *
 * @param {HTMLElement} log
 * @param {HTMLElement} list
 */
function firstVisible(log, list) {
  const top = log.getBoundingClientRect().top;
  let [from, to] = [0, list.childElementCount];
  while (from < to) {
    const middle = (from + to) >> 1;
    const line = list.children[middle];
    if (line && line.getBoundingClientRect().bottom <= top) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** @typedef {{line: Element, top: number}} Anchor */

/**
 * Some lines that can be seen and where they are. One of them may go.
 *
 * @param {HTMLElement} log
 * @param {HTMLElement} list
 * @returns {Anchor[]}
 */
function anchors(log, list) {
  const first = firstVisible(log, list);
  return [...list.children].slice(first, first + 8)
    .filter((line) => line.classList.contains("message"))
    .map((line) => ({ line, top: line.getBoundingClientRect().top }));
}

/**
 * Scrolls so that what was seen stays where it was.
 *
 * @param {HTMLElement} log
 * @param {Anchor[]} kept
 */
function restore(log, kept) {
  const anchor = kept.find(({ line }) => line.isConnected);
  if (anchor) log.scrollTop += anchor.line.getBoundingClientRect().top - anchor.top;
}
