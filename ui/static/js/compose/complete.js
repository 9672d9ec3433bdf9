// Completes :names: of emoji in a text field: a list over the field, in which
// arrows choose, Enter and Tab take, and Escape sends it away.

import { make } from "../page/dom.js";
import { say } from "../page/words.js";
import { emojiOf, matching, shortcode } from "./emoji.js";

/** @import {Named} from "./emoji.js" */

/** How many are offered. */
const most = 7;

/** @param {HTMLTextAreaElement} text */
export function completeEmoji(text) {
  const list = make("ul", { class: "choices", id: "choices", role: "listbox", "aria-label": say("emoji.label"), hidden: true });
  text.form?.before(list);
  text.setAttribute("aria-autocomplete", "list");
  /** @type {Named[]} */
  let found = [];
  let at = 0;

  function close() {
    found = [];
    list.hidden = true;
    for (const name of ["aria-controls", "aria-activedescendant"]) text.removeAttribute(name);
  }

  const typed = () => (text.selectionStart === text.selectionEnd ? shortcode(text.value.slice(0, text.selectionStart)) : null);

  /** @param {string | undefined} emoji @param {string} after */
  function take(emoji, after) {
    const code = typed();
    if (!code || !emoji) return;
    text.setRangeText(emoji + after, text.selectionStart - code.length, text.selectionStart, "end");
    close();
    text.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }

  /** @param {number} to */
  function choose(to) {
    at = (to + found.length) % found.length;
    [...list.children].forEach((item, i) => { item.ariaSelected = String(i === at); });
    text.setAttribute("aria-activedescendant", `choice-${at}`);
  }

  function look() {
    const code = typed();
    if (code?.closed) return take(emojiOf(code.name), "");
    found = code ? matching(code.name, most) : [];
    if (!found.length) return close();
    list.replaceChildren(...found.map(({ name, emoji }, i) => {
      const item = make("li", { role: "option", id: `choice-${i}` }, make("span", {}, emoji), `:${name}:`);
      item.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays
      item.addEventListener("click", () => take(emoji, " "));
      return item;
    }));
    list.hidden = false;
    text.setAttribute("aria-controls", list.id);
    choose(0);
  }

  text.addEventListener("input", (event) => {
    if (!(event instanceof InputEvent && event.isComposing)) look();
  });
  text.addEventListener("blur", close);
  // Before the field's own keys, which send and cancel.
  text.form?.addEventListener("keydown", (event) => {
    if (event.target !== text || !found.length || event.isComposing) return;
    if (event.key === "ArrowDown") choose(at + 1);
    else if (event.key === "ArrowUp") choose(at - 1);
    else if (event.key === "Enter" || event.key === "Tab") take(found[at]?.emoji, " ");
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
}
