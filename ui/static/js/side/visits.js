// Keeps what this browser remembers of the room, and agrees with its other tabs
// on what was seen: who read a message in one has read it in all.

import { onVisit, recall, remember } from "../page/rooms.js";
import { titleOf } from "../state/doing.js";

/** @import {Store} from "../page/store.js" */
/** @import {Action, State} from "../state/state.js" */

/**
 * @param {string} room
 * @param {Store<State, Action>} store
 */
export function createVisits(room, store) {
  const last = recall(room);
  remember(room, { title: "", seen: "", unread: 0, ...last, at: Date.now() });

  store.subscribe((state, before) => {
    // What came since the last visit has a line above it.
    if (!before.last && state.last && last?.seen) return store.dispatch({ type: "seen", id: last.seen });
    if (!state.last || state.last === before.last && state.away === before.away && state.unread === before.unread && state.title === before.title) return;
    const visit = recall(room);
    if (!visit) return; // forgotten meanwhile
    const seen = state.away ? visit.seen : state.last;
    const now = { title: titleOf(state), at: state.away ? visit.at : Date.now(), seen, unread: state.away ? state.unread : 0 };
    if (now.title !== visit.title || now.seen !== visit.seen || now.unread !== visit.unread) remember(room, now);
  });
  onVisit((other, visit) => {
    const { away, unread } = store.get();
    if (other === room && visit && away && visit.unread < unread) store.dispatch({ type: "seen", id: visit.seen });
  });
}
