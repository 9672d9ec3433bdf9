// One message on the screen. Its element is made once; update() changes what
// changed, so that focus, selection and a loaded picture survive.

import { tag } from "./apart.js";
import { icon, make } from "./dom.js";
import { fullTime, hue, initial, time } from "./format.js";
import { pieces } from "./links.js";
import { inText } from "./load.js";
import { pictureView } from "./picture.js";
import { words } from "./words.js";

/** @import {Said} from "./state.js" */
/** @import {Row} from "./rows.js" */

/** @typedef {Extract<Row, {kind: "message"}>} MessageRow */

/**
 * @typedef {object} Remedies what the person can do about an unsent message
 * @property {(key: string) => void} retry
 * @property {(key: string) => void} remove
 */

/** Longer texts are folded until asked for, in characters. */
const foldAt = 2400;

const marks = { uploading: "clock", queued: "clock", sending: "clock", sent: "check", failed: "alert" };
const onlyEmoji = /^(?:\p{RGI_Emoji}\s*){1,3}$/v;

/**
 * @param {MessageRow} row
 * @param {Remedies} remedies
 */
export function messageView(row, remedies) {
  const { entry } = row;
  const { mine, sender, key } = entry;
  const found = entry.picture ? undefined : inText(entry.text);
  const text = found ? "" : entry.text;

  const bubble = make("div", { class: "bubble" });
  const body = make("div", { class: "body" }, bubble);
  const element = make("li", { class: mine ? "message mine" : "message" }, body);
  const who = make("p", { class: mine ? "visually-hidden" : "who", "data-hue": hue(sender.id) }, make("bdi", {}, mine ? words.you : sender.name), make("span", { class: "tag" }, mine ? "" : tag(sender)));
  const face = make("span", { class: "avatar", "aria-hidden": "true", "data-hue": hue(sender.id) }, initial(sender.name));

  const picture = entry.picture ?? (found && { ...found, url: "" });
  const view = picture && pictureView(picture, words.pictureFrom(sender.name), () => remedies.remove(key), found?.load);
  if (view) {
    bubble.classList.add("pictured");
    bubble.classList.toggle("bare", !text);
    bubble.append(view.element);
    view.element.dataset.caption = `${sender.name}, ${fullTime(entry.at)}`;
  }

  const stamp = make("time", { dir: "auto" });
  const mark = make("span", { class: "mark" });
  const meta = make("span", { class: "meta" }, stamp, mark);
  const content = make("div", { class: "content", dir: "auto" });
  if (text) content.append(...textNodes(text));
  content.append(meta);
  bubble.append(content);
  const remedy = make("div", { class: "remedy" });

  /** @param {MessageRow} now */
  function update({ entry: said, first, last }) {
    element.classList.toggle("first", first);
    element.classList.toggle("last", last);
    element.classList.toggle("failed", said.status === "failed");
    toggle(bubble, who, first);
    if (!mine) toggle(element, face, first);
    stamp.dateTime = new Date(said.at).toISOString();
    stamp.title = fullTime(said.at);
    stamp.textContent = time(said.at);
    if (mine) showStatus(mark, said);
    if (view && said.picture) view.update(said.picture, said.status);
    showRemedy(said);
  }

  /** @param {Said} said */
  function showRemedy({ status, problem }) {
    if ((status === "failed") === remedy.isConnected) return;
    if (status !== "failed") return remedy.remove();
    const retry = make("button", { type: "button" }, words.retry);
    const remove = make("button", { type: "button" }, words.remove);
    retry.addEventListener("click", () => remedies.retry(key));
    remove.addEventListener("click", () => remedies.remove(key));
    remedy.replaceChildren(make("span", {}, problem ?? words.notSent), retry, remove);
    body.append(remedy);
  }

  update(row);
  return { element, update };
}

/**
 * @param {HTMLElement} mark
 * @param {Said} said
 */
function showStatus(mark, { status }) {
  if (mark.dataset.status === status) return;
  mark.dataset.status = status;
  const word = { uploading: words.uploading, queued: words.queued, sending: words.sending, sent: words.sent, failed: words.notSent }[status];
  mark.title = word;
  mark.replaceChildren(icon(marks[status]), make("span", { class: "visually-hidden" }, word));
}

/**
 * Adds or removes a first child.
 *
 * @param {HTMLElement} parent
 * @param {HTMLElement} child
 * @param {boolean} wanted
 */
function toggle(parent, child, wanted) {
  if (wanted && !child.isConnected && child.parentNode !== parent) parent.prepend(child);
  if (!wanted) child.remove();
}

/**
 * The text with its links, folded when it is very long.
 *
 * @param {string} text
 * @returns {HTMLElement[]}
 */
function textNodes(text) {
  const span = make("span", { class: onlyEmoji.test(text.trim()) ? "text emoji" : "text" });
  if (text.length <= foldAt) {
    span.append(...linked(text));
    return [span];
  }
  span.append(...linked(text.slice(0, foldAt)), "…");
  const more = make("button", { type: "button", class: "more" }, words.showMore);
  more.addEventListener("click", () => {
    span.replaceChildren(...linked(text));
    more.remove();
  });
  return [span, more];
}

/** @param {string} text */
function linked(text) {
  return pieces(text).map((piece) =>
    piece.href ? make("a", { href: piece.href, target: "_blank", rel: "noopener noreferrer nofollow" }, piece.text) : piece.text);
}
