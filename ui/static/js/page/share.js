// Copies, and says on the button whether that worked.

import { icon, make } from "./dom.js";
import { say } from "./words.js";

/** How long a button says that it worked, in milliseconds. */
const thanks = 1800;

/** @param {HTMLButtonElement} button */
export async function copy(button) {
  const source = document.getElementById(button.dataset.copy ?? "");
  let text = source?.textContent ?? button.dataset.copyText ?? "";
  if (button.dataset.copyTight !== undefined) text = text.replace(/\s/g, "");
  const worked = await write(text);
  thank(button, say(worked ? "app.copied" : "app.copy_failed"), worked);
}

/**
 * Plain http on a local network has no clipboard, but may copy what is selected.
 *
 * @param {string} text
 */
export async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const before = document.activeElement;
    const field = make("textarea", { class: "visually-hidden", "aria-hidden": "true" });
    field.value = text;
    document.body.append(field);
    field.select();
    const worked = document.execCommand("copy");
    field.remove();
    if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    return worked;
  }
}

/**
 * @param {HTMLButtonElement} button
 * @param {string} sentence
 * @param {boolean} worked
 */
export function thank(button, sentence, worked) {
  if (button.classList.contains("done")) return;
  const label = button.querySelector("span");
  const [image, name, text] = [button.querySelector("svg"), button.getAttribute("aria-label"), label?.textContent];
  const mark = icon(worked ? "check" : "alert");
  image?.replaceWith(mark);
  button.classList.add("done");
  if (label) label.textContent = sentence;
  else button.setAttribute("aria-label", sentence);
  setTimeout(() => {
    if (image) mark.replaceWith(image);
    button.classList.remove("done");
    if (label) label.textContent = text ?? "";
    else if (name) button.setAttribute("aria-label", name);
  }, thanks);
}
