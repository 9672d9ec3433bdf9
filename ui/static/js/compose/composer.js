// Where one writes.

import { byId, tell } from "../page/dom.js";
import { keep, kept } from "../page/kept.js";
import { say, size } from "../page/words.js";

/**
 * @typedef {object} Composing
 * @property {string} room
 * @property {number} maxText bytes
 * @property {(text: string) => void} send
 * @property {(text: string) => void} edited
 */

const encoder = new TextEncoder();
const touch = matchMedia("(hover: none) and (pointer: coarse)");

/** @param {Composing} options */
export function createComposer({ room, maxText, send, edited }) {
  const form = byId("composer", HTMLFormElement);
  const text = byId("text", HTMLTextAreaElement);
  const over = byId("over", HTMLElement);
  const draft = `draft:${room}`;

  function changed() {
    grow(text);
    keep(draft, text.value);
    if (fits()) tell(over, "");
  }

  const fits = () => maxText <= 0 || encoder.encode(text.value.trim()).length <= maxText;

  function submit() {
    const message = text.value.trim();
    if (!message) return;
    if (!fits()) return tell(over, say("compose.too_long", { size: size(maxText) }));
    text.value = "";
    changed();
    edited("");
    send(message);
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
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
    if (event.shiftKey || event.ctrlKey || event.metaKey || event.altKey || touch.matches) return;
    event.preventDefault();
    submit();
  });

  if (touch.matches) text.enterKeyHint = "enter";
  text.value = kept(draft);
  changed();
  if (!touch.matches) text.focus();
}

/**
 * A copy of the text behind the field gives it its height; see .grow.
 *
 * @param {HTMLTextAreaElement} text
 */
export function grow(text) {
  if (text.parentElement) text.parentElement.dataset.text = text.value;
}
