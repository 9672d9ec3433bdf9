// Keeps the log at its end while the reader is there, and leaves it alone
// otherwise: then a pill counts what came meanwhile.

import { byId, icon } from "../page/dom.js";
import { say } from "../page/words.js";

/** @import {State} from "../state/state.js" */

/** Closer to the end than this counts as there, in CSS pixels. */
const near = 48;

/**
 * @param {(following: boolean) => void} moved the reader came to the end or left it
 * @returns {(state: State, before: State) => void} call after the log has followed the state
 */
export function createScroll(moved) {
  const log = byId("log", HTMLElement);
  const pill = byId("newer", HTMLButtonElement);
  let atEnd = true;
  let newer = 0;
  let size = "";

  const toEnd = () => { log.scrollTop = log.scrollHeight; };

  function showPill() {
    pill.hidden = atEnd;
    pill.classList.toggle("some", newer > 0);
    const label = newer ? say("room.newer", { n: newer }) : say("room.latest");
    if (!atEnd && pill.textContent !== label) pill.replaceChildren(icon("down"), label);
  }

  log.addEventListener("scroll", () => {
    // A change of size scrolls too, before the observer below can tell of it.
    const now = `${log.clientWidth}x${log.clientHeight}`;
    const resized = now !== size;
    size = now;
    if (resized && atEnd) return toEnd();
    atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < near;
    if (atEnd) newer = 0;
    moved(atEnd);
    showPill();
  }, { passive: true });

  pill.addEventListener("click", () => {
    atEnd = true;
    newer = 0;
    toEnd();
    showPill();
    byId("text", HTMLTextAreaElement).focus({ preventScroll: true });
  });

  // A keyboard that opens, a composer that grows, a remedy that appears.
  const follow = new ResizeObserver(() => { if (atEnd) toEnd(); });
  follow.observe(log);
  follow.observe(byId("rows", HTMLElement));

  return (state, before) => {
    if (state.entries === before.entries) return;
    const known = new Set(before.entries.map((e) => e.key));
    const added = state.entries.filter((e) => e.kind === "message" && !known.has(e.key));
    const wrote = added.some((e) => e.kind === "message" && e.mine && e.status !== "sent");
    if (wrote) atEnd = true;
    if (atEnd) toEnd();
    else newer += added.length;
    showPill();
  };
}
