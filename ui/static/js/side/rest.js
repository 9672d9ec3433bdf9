// The parts of a room that can wait until it has been joined: without them it can
// be read and written in.

import "../page/theme.js";
import "../page/worker.js";
import { createAttach } from "../compose/attach.js";
import { createTypingLine } from "../compose/typing.js";
import { copyButtons } from "../page/copy.js";
import { nameForm } from "../page/name.js";
import { wished } from "../page/wish.js";
import { createAnnouncer } from "./announce.js";
import { createKeys } from "./keys.js";
import { createNews, createUnread } from "./news.js";
import { createPeople } from "./people.js";
import { beginning } from "../state/entries.js";

/** @import {Store} from "../page/store.js" */
/** @import {Wire} from "../wire/wire.js" */
/** @import {Action, State} from "../state/state.js" */

/**
 * @param {object} options
 * @param {string} options.room
 * @param {Store<State, Action>} options.store
 * @param {State} options.since what the room was when it had been joined
 * @param {(files: File[]) => void} options.add shows pictures before they are sent
 * @param {Pick<Wire, "history">} options.wire
 */
export function createRest({ room, store, since, add, wire }) {
  const people = createPeople();
  people(store.get(), since);
  const parts = [people, createTypingLine(), createUnread(room), createAnnouncer(), createNews(room)];
  store.subscribe((state, before) => { for (const part of parts) part(state, before); }, since);
  const settle = (/** @type {State} */ { entries }) => wished("album") && import("../page/album.js").then(({ arrived }) => arrived(entries), () => {});
  settle(since);
  store.subscribe((state, before) => { if (state.entries !== before.entries) settle(state); }, since);
  // Where the log begins, did the room, or does it remember no more?
  wire.history({ after: beginning, limit: 1 }, (page) => { if (page?.gap) store.dispatch({ type: "forgot" }); });
  createAttach(add);
  createKeys(store.get);
  copyButtons();
  nameForm((name) => {
    const { me } = store.get();
    store.dispatch({ type: "renamed", person: { ...me, name }, at: Date.now() });
  });
}
