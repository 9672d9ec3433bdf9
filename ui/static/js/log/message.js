// One message on the screen. Its element is made once; update() changes what
// changed, so that focus, selection and a loaded picture survive.

import { icon, make } from "../page/dom.js";
import { fullTime, initial, time } from "../page/format.js";
import { say } from "../page/words.js";
import { hue, tag } from "../state/apart.js";
import { pictureView } from "./picture.js";
import { isInline, textNodes } from "./text.js";

/** @import {Said} from "../state/entries.js" */
/** @import {Row} from "../state/rows.js" */

/** @typedef {Extract<Row, {kind: "message"}>} MessageRow */

/**
 * @typedef {object} Remedies what the person can do about an unsent message
 * @property {(key: string) => void} retry
 * @property {(key: string) => void} remove
 */

const marks = { uploading: "clock", queued: "clock", sending: "clock", sent: "check", failed: "alert" };

/**
 * @param {MessageRow} row
 * @param {Remedies} remedies
 */
export function messageView(row, remedies) {
  const { entry } = row;
  const { mine, sender, key } = entry;
  const inline = !entry.picture && isInline(entry.text);

  const bubble = make("div", { class: "bubble" });
  const body = make("div", { class: "body" }, bubble);
  const element = make("li", { class: mine ? "message mine" : "message" }, body);
  const who = make("p", { class: mine ? "visually-hidden" : "who", "data-hue": hue(sender.id) }, make("bdi", {}, mine ? say("room.you") : sender.name), make("span", { class: "tag" }, mine ? "" : tag(sender)));
  const face = make("span", { class: "avatar", "aria-hidden": "true", "data-hue": hue(sender.id) }, initial(sender.name));

  const stamp = make("time", { dir: "auto" });
  const mark = make("span", { class: "mark" });
  const meta = make("span", { class: "meta" }, stamp, mark);
  const content = make("div", { class: "content", dir: "auto" }, meta);
  const view = !entry.picture && !inline ? undefined : pictureView({
    picture: entry.picture ?? { url: "", width: 0, height: 0 },
    label: say("picture.from", { name: sender.name }),
    cancel: () => remedies.remove(key),
    get: inline ? fromText : undefined,
  });
  if (view) {
    bubble.classList.add("pictured");
    bubble.append(view.element);
    view.element.dataset.caption = `${sender.name}, ${fullTime(entry.at)}`;
  }
  if (inline || !entry.text) bubble.classList.toggle("bare", view !== undefined);
  else content.prepend(...textNodes(entry.text));
  bubble.append(content);

  /** The picture in a text; if there is none after all, the text is shown. */
  async function fromText() {
    const { loadInline } = await import("../image/load.js");
    return loadInline(entry.text).catch((reason) => {
      view?.dispose();
      bubble.classList.remove("pictured", "bare");
      content.prepend(...textNodes(entry.text));
      bubble.replaceChildren(content);
      throw reason;
    });
  }

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
    const retry = make("button", { type: "button" }, say("app.retry"));
    const remove = make("button", { type: "button" }, say("sent.remove"));
    retry.addEventListener("click", () => remedies.retry(key));
    remove.addEventListener("click", () => remedies.remove(key));
    remedy.replaceChildren(make("span", {}, problem ?? say("sent.failed")), retry, remove);
    body.append(remedy);
  }

  update(row);
  return { element, update, dispose: () => view?.dispose() };
}

/**
 * @param {HTMLElement} mark
 * @param {Said} said
 */
function showStatus(mark, { status }) {
  if (mark.dataset.status === status) return;
  mark.dataset.status = status;
  const word = say(`sent.${status}`);
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
