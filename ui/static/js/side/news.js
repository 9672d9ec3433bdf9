// Messages that come while nobody looks: their number in the title and the icon of
// the tab and, if the person wants that, a notice. What it takes to give one is
// loaded with the first need.

import { byId } from "../page/dom.js";
import { later } from "../page/later.js";
import { muted, wished } from "../page/wish.js";
import { titleOf } from "../state/doing.js";

/** @import {Said} from "../state/entries.js" */
/** @import {State} from "../state/state.js" */

/**
 * @param {string} room
 * @returns {(state: State, before: State) => void}
 */
export function createNews(room) {
  const notify = later(() => import("./notify.js"));
  for (const box of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("input[data-wish]"))) {
    box.checked = wished(box.dataset.wish ?? "");
    box.addEventListener("change", async () => (await notify()).choose(box));
  }

  return (state, before) => {
    const news = state.away && before.last ? fresh(state, before) : [];
    const quiet = !(wished("notify") || wished("sound")) || muted(room);
    if (news.length && !quiet) notify().then((n) => n.tell(news, state.unread), () => {});
    if (before.away && !state.away && wished("notify")) notify().then((n) => n.seen(), () => {});
  };
}

/**
 * What others said between two states. A message that was changed is no news.
 *
 * @param {State} state
 * @param {State} before
 * @returns {Said[]}
 */
export function fresh({ entries }, before) {
  if (entries === before.entries) return [];
  return entries.filter((e) => e.kind === "message").filter((e) => !e.mine && e.id !== undefined && e.id > before.last);
}

/**
 * @param {string} room
 * @returns {(state: State) => void}
 */
export function createUnread(room) {
  const link = byId("favicon", HTMLLinkElement);
  const [plain, calm] = [document.title, link.href];

  return (state) => {
    const unread = state.unread && !muted(room) ? state.unread : 0;
    const name = titleOf(state);
    const title = name ? `${name} · chat` : plain;
    const whole = unread ? `(${unread}) ${title}` : title;
    if (document.title === whole) return;
    document.title = whole;
    link.href = unread ? (link.dataset.unread ?? calm) : calm;
  };
}
