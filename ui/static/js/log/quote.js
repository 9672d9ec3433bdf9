// The message that another one answers, as a few words of it that lead there.

import { make } from "../page/dom.js";
import { say } from "../page/words.js";
import { hue } from "../state/apart.js";
import { isInline } from "../state/entries.js";

/** @import {Quote} from "../state/rows.js" */

/** More than two lines hold is not shown, in characters. */
const most = 240;

/**
 * What a message says, in a few words.
 *
 * @param {{text: string, deleted: boolean, picture: unknown}} message
 */
export function gist({ text, deleted, picture }) {
  if (deleted) return say("message.deleted");
  return text && !isInline(text) ? text.slice(0, most) : picture || text ? say("picture.name") : "";
}

/**
 * @param {Quote} quote
 * @param {(id: string) => void} seek brings a message that the page does not hold
 */
export function quoteView({ id, by, name, ...quoted }, seek) {
  const element = make("button", { type: "button", class: by ? "quote" : "quote unknown", "data-hue": by && hue(by) });
  element.append(make("bdi", {}, name), make("span", { dir: "auto" }, by ? gist(quoted) : say("quote.unknown")));
  element.addEventListener("click", () => (by ? jump(id) : seek(id)));
  return element;
}

/**
 * Brings a message of the log to the screen, and points to it.
 *
 * @param {string} id
 */
export function jump(id) {
  const line = document.getElementById(`m-${id}`);
  if (!line) return;
  line.scrollIntoView({ block: "center" });
  line.tabIndex = -1;
  line.focus({ preventScroll: true });
  line.classList.add("found");
  line.addEventListener("animationend", () => line.classList.remove("found"), { once: true });
}
