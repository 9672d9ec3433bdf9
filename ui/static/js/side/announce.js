// Tells those who listen to the page what is said, and done to what was said, as
// it happens. The log itself is silent: an older page that is put into it is no
// news.

import { byId, make } from "../page/dom.js";
import { say } from "../page/words.js";
import { gist } from "../log/text.js";
import { standing } from "../state/fates.js";

/** @import {Said} from "../state/entries.js" */
/** @import {State} from "../state/state.js" */

/** More at once are counted, longer ones cut, and older ones removed. */
const [mostMessages, mostText, mostLines] = [3, 300, 8];

/** @returns {(state: State, before: State) => void} */
export function createAnnouncer() {
  const region = byId("announce", HTMLElement);

  /** @param {string} sentence */
  function announce(sentence) {
    region.append(make("p", {}, sentence));
    while (region.childElementCount > mostLines) region.firstElementChild?.remove();
  }

  return (state, before) => {
    if (state.entries === before.entries || !before.last) return;
    const news = said(state).filter((e) => e.id !== undefined && e.id > before.last && !e.mine);
    if (news.length > mostMessages) announce(say("room.newer", { n: news.length }));
    else for (const e of news) announce(heard(e, state.me));
    const done = changes(state, before);
    if (done.length <= mostMessages) done.forEach(announce);
    const failed = new Set(said(before).filter((e) => e.status === "failed").map((e) => e.key));
    for (const { key, status, problem } of said(state)) if (status === "failed" && !failed.has(key)) announce(problem ?? say("sent.failed"));
  };
}

/**
 * A message, as it is heard.
 *
 * @param {Said} message
 * @param {State["me"]} me
 */
export const heard = (message, me) => `${message.sender.name}: ${gist({ ...standing(message, me), picture: message.picture }).slice(0, mostText)}`;

/**
 * What others did to messages between two states. What they did to one that is
 * itself new is in what is said of that.
 *
 * @param {State} state
 * @param {State} before
 */
export function changes(state, { last }) {
  return said(state).filter((e) => e.fate && e.id !== undefined && e.id <= last).flatMap((e) => {
    const { edit, gone = "", marks = [] } = e.fate ?? {};
    const [name, text] = [e.sender.name, gist({ ...standing(e, state.me), picture: e.picture }).slice(0, mostText)];
    if (gone) return gone > last && !e.mine ? [say("heard.deleted", { name })] : [];
    const edited = edit && edit.id > last && !e.mine ? [say("heard.edited", { name, text })] : [];
    const fresh = marks.filter((m) => m.on && m.id > last && m.person.id !== state.me.id);
    return [...edited, ...fresh.map(({ person, emoji }) => say("heard.reacted", { name: person.name, emoji, text }))];
  });
}

/**
 * @param {State} state
 * @returns {Said[]}
 */
const said = ({ entries }) => entries.filter((e) => e.kind === "message");
