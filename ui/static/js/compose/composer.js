// Where one writes, with the line above the field that says what: an answer to a
// message, or another text for one's own.

import { gist } from "../log/text.js";
import { byId, icon, make, tell } from "../page/dom.js";
import { keep, kept } from "../page/kept.js";
import { say, size } from "../page/words.js";
import { standing } from "../state/fates.js";

/** @import {Said} from "../state/entries.js" */
/** @import {Person} from "../wire/events.js" */

/**
 * @typedef {object} Composing
 * @property {string} room
 * @property {number} maxText bytes
 * @property {(text: string, replyTo?: string) => void} send
 * @property {(id: string, text: string) => void} amend gives a message another text
 * @property {() => Subject | undefined} last message that may be edited
 * @property {(text: string) => void} edited
 */

const encoder = new TextEncoder();
const touch = matchMedia("(hover: none) and (pointer: coarse)");

/**
 * @param {Composing} options
 * @returns {(subject: Subject) => void} begins an answer or an edit
 */
export function createComposer({ room, maxText, send, amend, last, edited }) {
  const form = byId("composer", HTMLFormElement);
  const text = byId("text", HTMLTextAreaElement);
  const over = byId("over", HTMLElement);
  const [draft, reply] = [`draft:${room}`, `reply:${room}`];
  const showAbout = createAbout(() => turn(undefined));
  /** @type {Subject | undefined} */
  let subject;
  /** What was being written before an edit. */
  let aside = "";

  function changed() {
    grow(text);
    keep(draft, subject?.kind === "edit" ? aside : text.value);
    if (fits()) tell(over, "");
  }

  const fits = () => maxText <= 0 || encoder.encode(text.value.trim()).length <= maxText;

  /** @param {Subject | undefined} to */
  function turn(to) {
    if (subject?.kind !== "edit" && to?.kind === "edit") aside = text.value;
    if (to?.kind === "edit") text.value = to.text;
    else if (subject?.kind === "edit") text.value = aside;
    subject = to;
    showAbout(to);
    keep(reply, to?.kind === "reply" ? to.id : "");
    changed();
    text.focus();
  }

  function submit() {
    const message = text.value.trim();
    if (!message && !(subject?.kind === "edit" && subject.picture)) return;
    if (!fits()) return tell(over, say("compose.too_long", { size: size(maxText) }));
    const about = subject;
    if (about?.kind !== "edit") text.value = "";
    turn(undefined);
    edited("");
    if (about?.kind !== "edit") send(message, about?.id);
    else if (message !== about.text) amend(about.id, message);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
    text.focus();
  });
  // The button must not take the focus: a phone would close its keyboard.
  byId("send", HTMLButtonElement).addEventListener("pointerdown", (event) => event.preventDefault());

  text.addEventListener("input", () => {
    changed();
    edited(text.value);
  });
  text.addEventListener("blur", () => edited(""));
  text.addEventListener("keydown", (event) => {
    // 229 is how Safari marks the Enter that ends a composition.
    if (event.isComposing || event.keyCode === 229 || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && subject) turn(undefined);
    if (event.key === "ArrowUp" && !text.value && !subject) {
      const to = last();
      if (!to) return;
      turn(to);
      event.preventDefault(); // or the caret would be at the beginning
    }
    if (event.key !== "Enter" || touch.matches) return;
    event.preventDefault();
    submit();
  });

  if (touch.matches) text.enterKeyHint = "enter";
  text.value = kept(draft);
  changed();
  if (!touch.matches) text.focus();
  return turn;
}

/**
 * A copy of the text behind the field gives it its height; see .grow.
 *
 * @param {HTMLTextAreaElement} text
 */
export function grow(text) {
  if (text.parentElement) text.parentElement.dataset.text = text.value;
}

/** @typedef {{kind: "reply" | "edit", id: string, name: string, gist: string, text: string, picture: boolean}} Subject */

/**
 * @param {Said} said
 * @param {Person} me
 * @param {Subject["kind"]} kind
 * @returns {Subject}
 */
export function subjectOf(said, me, kind) {
  const { text, deleted } = standing(said, me);
  const picture = said.picture !== undefined;
  return { kind, id: said.id ?? "", name: said.sender.name, gist: gist({ text, deleted, picture }), text, picture };
}

/**
 * @param {() => void} drop the person thinks better of it
 * @returns {(subject: Subject | undefined) => void}
 */
export function createAbout(drop) {
  const form = byId("composer", HTMLFormElement);
  const send = byId("send", HTMLButtonElement);
  const what = make("b");
  const few = make("span", { dir: "auto" });
  const close = make("button", { type: "button", class: "icon-button", "aria-label": say("app.cancel") }, icon("close"));
  const line = make("div", { class: "about", role: "status" }, make("p", {}, what, few), close);
  close.addEventListener("click", drop);

  return (subject) => {
    const editing = subject?.kind === "edit";
    send.replaceChildren(icon(editing ? "check" : "send"));
    send.ariaLabel = editing ? say("name.save") : say("compose.send");
    if (!subject) return line.remove();
    what.textContent = editing ? say("about.edit") : subject.name ? say("about.reply", { name: subject.name }) : say("acts.reply");
    few.textContent = subject.gist;
    form.prepend(line);
  };
}
