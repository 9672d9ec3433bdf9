// Tells of messages outside the page: a notification of the system, a sound.
// Both only if the person switched them on, and the browser is asked for its
// leave at no other time.

import { asset, byId, tell as show } from "../page/dom.js";
import { say } from "../page/words.js";
import { wish, wished } from "../page/wish.js";
import { gist } from "../log/text.js";
import { chime } from "./chime.js";

/** @import {Said} from "../state/entries.js" */

/** Longer texts are cut: a notification has few lines. */
const mostText = 200;
const path = location.pathname;
const workers = navigator.serviceWorker; // absent over plain http, as notifications are

/** @param {HTMLInputElement} box a switch that was just turned */
export async function choose(box) {
  const key = box.dataset.wish ?? "";
  let problem = "";
  if (key === "notify" && box.checked) problem = await refusal();
  if (problem) box.checked = false;
  wish(key, box.checked);
  const note = byId("notify-note", HTMLElement);
  show(note, problem);
  if (problem) note.scrollIntoView({ block: "nearest" });
  if (key === "sound" && box.checked) chime();
}

/** Asks the browser for leave; answers why it gives none. */
async function refusal() {
  if (!workers || !("Notification" in globalThis)) return say("notify.insecure");
  return (await Notification.requestPermission()) === "granted" ? "" : say("notify.denied");
}

/**
 * @param {Said[]} news
 * @param {number} unread how many there are with those before
 */
export async function tell(news, unread) {
  const last = news.at(-1);
  if (!last) return;
  if (wished("sound")) chime();
  if (!wished("notify") || Notification?.permission !== "granted") return;
  const title = say("notify.from", { name: last.sender.name, room: byId("title-words", HTMLElement).textContent });
  const said = wished("notify:text") ? gist({ text: last.text, deleted: false, picture: last.picture }).slice(0, mostText) : "";
  const body = said && news.length === 1 ? said : say("room.newer", { n: Math.max(unread, news.length) });
  await post({ path, title, body, icon: asset("img/icon-192.png") });
}

/** Takes back what was told of this room. */
export const seen = () => post({ path });

/** @param {object} news see the worker, which shows them unless another tab has the room in view */
const post = async (news) => (await workers?.ready)?.active?.postMessage(news);
