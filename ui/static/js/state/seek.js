// The way back to a message that the page does not hold, because another one
// answers it: older pages are read until it is there, within limits. Pure.

/** @import {State} from "./state.js" */

/**
 * What is looked for, and how many pages may yet be read for it. In the end it
 * is found, or gone from the log, or too far back, or a page failed.
 *
 * @typedef {{id: string, left: number, end?: "found" | "gone" | "far" | "failed"}} Sought
 */

/** How many pages are read for one message. */
export const mostPages = 12;

/** @param {Pick<State, "sought">} state */
export const seeking = ({ sought }) => sought !== undefined && !sought.end;

/**
 * @param {State} state
 * @param {string} id
 * @returns {State}
 */
export function seek(state, id) {
  const reading = state.reading?.failed ? undefined : state.reading;
  return settled({ ...state, reading, sought: { id, left: mostPages } });
}

/**
 * Looks where the search stands: at its beginning, and after each page.
 *
 * @param {State} state
 * @returns {State}
 */
export function settled(state) {
  const { sought } = state;
  if (!sought || sought.end) return state;
  const { id, left } = sought;
  const end = state.entries.some((e) => e.kind === "message" && e.id === id) ? "found"
    : id >= state.oldest || !state.older ? "gone"
    : state.reading?.failed || state.connection !== "joined" ? "failed"
    : left ? undefined : "far";
  return { ...state, sought: { id, left: left - 1, end } };
}
