// The field in the place of the heading, for another title of the room.

import { make } from "../page/dom.js";
import { say } from "../page/words.js";

/** As many characters as the server takes. */
const longest = 80;

/**
 * @param {HTMLButtonElement} button the heading, which comes back in the end
 * @param {string} title
 * @param {string} plain what stands there without a title
 * @param {(title: string) => void} set
 */
export function retitle(button, title, plain, set) {
  const input = make("input", { class: "field title-field", value: title, maxlength: longest, placeholder: plain, "aria-label": say("room.title"), autocomplete: "off", enterkeyhint: "done" });
  const form = make("form", {}, input);
  let over = false;

  /** @param {boolean} keep */
  function end(keep) {
    if (over) return; // taking the field away takes the focus from it, too
    over = true;
    form.replaceWith(button);
    const text = input.value.trim();
    if (keep && text !== title) set(text);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    end(true);
    button.focus();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    end(false);
    button.focus();
  });
  input.addEventListener("blur", () => end(true));
  button.replaceWith(form);
  input.select();
}
