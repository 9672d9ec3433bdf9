// One message on the screen, with the reactions to it. Its element is made once;
// update() changes what changed, so that focus, selection and a loaded picture
// survive.

import { byId, icon, make } from "../page/dom.js";
import { fullTime, inTime, initial, list, say, time } from "../page/words.js";
import { hue, tag } from "../state/people.js";
import { isInline } from "../state/entries.js";
import { standing } from "../state/fates.js";
import { pictureView } from "./picture.js";
import { quoteView, textNodes } from "./text.js";

/** @import {Said, Status} from "../state/entries.js" */
/** @import {Tally} from "../state/fates.js" */
/** @import {Quote, Row} from "../state/rows.js" */
/** @import {Person} from "../wire/events.js" */

/** @typedef {Extract<Row, {kind: "message"}>} MessageRow */

/**
 * @typedef {object} Deeds what the person can do about a message
 * @property {(key: string) => void} retry to send it
 * @property {(key: string) => void} remove the unsent
 * @property {(id: string, emoji: string, on: boolean) => void} react
 * @property {(id: string) => void} seek
 * @property {() => Person} me
 */

const icons = { uploading: "clock", queued: "clock", sending: "clock", sent: "check", failed: "alert" };

/**
 * @param {MessageRow} row
 * @param {Deeds} deeds
 */
export function messageView(row, deeds) {
  const { entry } = row;
  const { mine, sender, key } = entry;
  const inline = !entry.picture && isInline(entry.text);

  const bubble = make("div", { class: "bubble" });
  const body = make("div", { class: "body" }, make("div", { class: "hold" }, bubble));
  const element = make("li", { class: mine ? "message mine" : "message" }, body);
  const who = make("p", { class: mine ? "visually-hidden" : "who", "data-hue": hue(sender.id) }, make("bdi", {}, mine ? say("room.you") : sender.name), make("span", { class: "tag" }, mine ? "" : tag(sender)));
  const face = make("span", { class: "avatar", "aria-hidden": "true", "data-hue": hue(sender.id) }, initial(sender.name));

  const edited = make("span", {}, say("message.edited"));
  const stamp = make("time", { dir: "auto" });
  stamp.addEventListener("pointerover", () => { stamp.title = fullTime(Date.parse(stamp.dateTime)); });
  const mark = make("span", { class: "mark" });
  const meta = make("span", { class: "meta" }, stamp, mark);
  const content = make("div", { class: "content", dir: "auto" }, meta);
  let view = !entry.picture && !inline ? undefined : pictureView({
    picture: entry.picture ?? { url: "", width: 0, height: 0 },
    label: say("picture.from", { name: sender.name }),
    cancel: () => deeds.remove(key),
    get: inline ? fromText : undefined,
  });
  if (view) {
    bubble.classList.add("pictured");
    bubble.append(view.element);
    const { dataset } = view.element;
    inTime(() => { dataset.caption = `${sender.name}, ${fullTime(entry.at)}`; });
  }
  bubble.append(content);

  let words = "";
  write(inline ? "" : entry.text);

  /** @param {string} text */
  function write(text) {
    words = text;
    bubble.classList.toggle("bare", !text && view !== undefined);
    content.replaceChildren(...(text ? textNodes(text) : []), meta);
  }

  function dropPicture() {
    view?.dispose();
    view?.element.remove();
    view = undefined;
    bubble.classList.remove("pictured");
  }

  /** The picture in a text; if there is none after all, the text is shown. */
  async function fromText() {
    const { loadInline } = await import("../image/load.js");
    return loadInline(entry.text).catch((reason) => {
      dropPicture();
      write(entry.text);
      throw reason;
    });
  }

  /** @type {ReturnType<typeof marksView> | undefined} */
  let marks;

  /** @param {Said} said */
  function stand(said) {
    const me = deeds.me();
    const now = standing(said, me);
    const text = now.deleted ? say("message.deleted") : inline && view && now.text === entry.text ? "" : now.text;
    if (now.deleted || inline && text) dropPicture();
    if (text !== words) write(text);
    element.classList.toggle("deleted", now.deleted);
    toggle(meta, edited, now.edited && !now.deleted);
    if (now.tallies.length && !marks) marks = marksView((emoji, on) => said.id && deeds.react(said.id, emoji, on));
    marks?.update(now.tallies, me);
    if (!now.tallies.length) marks?.element.remove();
    else if (marks && !marks.element.isConnected) body.append(marks.element);
  }

  const remedy = make("div", { class: "remedy" });
  /** @type {Quote | undefined} */
  let quoted;
  /** @type {HTMLElement | undefined} */
  let quote;

  /** @param {Quote | undefined} now */
  function showQuote(now) {
    if (JSON.stringify(now) === JSON.stringify(quoted)) return;
    quoted = now;
    quote?.remove();
    quote = now && quoteView(now, deeds.seek);
    if (quote) bubble.insertBefore(quote, view?.element ?? content);
  }

  /** @param {MessageRow} now */
  function update({ entry: said, first, last, quote }) {
    if (said.id) element.id = `m-${said.id}`;
    element.classList.toggle("first", first);
    element.classList.toggle("last", last);
    element.classList.toggle("failed", said.status === "failed");
    toggle(bubble, who, first);
    if (!mine) toggle(element, face, first);
    stamp.dateTime = new Date(said.at).toISOString();
    inTime(() => { stamp.textContent = time(said.at); });
    stand(said);
    showQuote(element.classList.contains("deleted") ? undefined : quote);
    // What is done to it is on its way like a message.
    if (mine) showStatus(mark, said.doing?.some((d) => d.event !== "react") ? "sending" : said.status);
    if (view && said.picture) view.update(said.picture, said.status);
    showRemedy(said);
  }

  /** @param {Said} said */
  function showRemedy({ status, problem }) {
    if ((status === "failed") === remedy.isConnected) return;
    if (status !== "failed") return remedy.remove();
    const retry = make("button", { type: "button" }, say("app.retry"));
    const remove = make("button", { type: "button" }, say("sent.remove"));
    retry.addEventListener("click", () => deeds.retry(key));
    remove.addEventListener("click", () => deeds.remove(key));
    remedy.replaceChildren(make("span", {}, problem ?? say("sent.failed")), retry, remove);
    body.append(remedy);
  }

  update(row);
  return { element, update, dispose: () => view?.dispose() };
}

/**
 * @param {HTMLElement} mark
 * @param {Status} status
 */
function showStatus(mark, status) {
  if (mark.dataset.status === status) return;
  mark.dataset.status = status;
  const word = say(`sent.${status}`);
  mark.title = word;
  mark.replaceChildren(icon(icons[status]), make("span", { class: "visually-hidden" }, word));
}

/**
 * Adds or removes a first child.
 *
 * @param {HTMLElement} parent
 * @param {HTMLElement} child
 * @param {boolean} wanted
 */
function toggle(parent, child, wanted) {
  if (wanted && child.parentNode !== parent) parent.prepend(child);
  if (!wanted) child.remove();
}

/**
 * A chip for each emoji, with how many people say so, that adds one's own or takes
 * it back.
 *
 * @param {(emoji: string, on: boolean) => void} react
 */
function marksView(react) {
  const element = make("div", { class: "marks", role: "group", "aria-label": say("marks.label") });
  /** @type {Map<string, HTMLButtonElement>} */
  const chips = new Map();

  /** @param {string} emoji */
  function chip(emoji) {
    const button = make("button", { type: "button", class: "chip" }, make("bdi", {}, emoji), make("span"), make("span", { class: "visually-hidden" }));
    button.addEventListener("click", () => react(emoji, button.ariaPressed !== "true"));
    chips.set(emoji, button);
    return button;
  }

  return {
    element,
    /**
     * @param {Tally[]} tallies
     * @param {Person} me
     */
    update(tallies, me) {
      for (const [emoji, button] of chips) {
        if (tallies.some((t) => t.emoji === emoji)) continue;
        // The focus must not get lost with the last who said so.
        if (button === document.activeElement) byId("log", HTMLElement).focus({ preventScroll: true });
        button.remove();
        chips.delete(emoji);
      }
      for (const { emoji, people, mine } of tallies) {
        const button = chips.get(emoji) ?? chip(emoji);
        const names = list(people.map((p) => (p.id === me.id ? say("room.you") : p.name)));
        button.ariaPressed = String(mine);
        button.title = names;
        const [, count, by] = button.children;
        if (count) count.textContent = ` ${people.length}`;
        if (by) by.textContent = `: ${names}`;
        if (button.parentNode !== element) element.append(button);
      }
    },
  };
}
