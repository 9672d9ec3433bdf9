// The line above the field that says what one is writing: an answer to a
// message, or another text for one's own.

import { gist } from "../log/quote.js";
import { byId, icon, make } from "../page/dom.js";
import { say } from "../page/words.js";
import { standing } from "../state/fates.js";

/** @import {Person} from "../wire/events.js" */
/** @import {Said} from "../state/entries.js" */

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
