// Buttons that copy or share: data-copy names an element whose text is
// copied (without its spaces, with data-copy-tight), data-copy-text holds the
// text itself, data-share an address for the device's own share sheet.

import { icon } from "./dom.js";
import { say } from "./words.js";

/** How long a button says that it worked, in milliseconds. */
const thanks = 1800;

export function copyButtons() {
  for (const button of document.querySelectorAll("button[data-copy], button[data-copy-text]")) {
    if (button instanceof HTMLButtonElement) button.addEventListener("click", () => copy(button));
  }
  for (const button of document.querySelectorAll("button[data-share]")) {
    if (!(button instanceof HTMLButtonElement) || !navigator.share) continue;
    button.hidden = false;
    // The sheet closed without a choice is no failure.
    button.addEventListener("click", () => navigator.share({ url: button.dataset.share }).catch(() => {}));
  }
}

/** @param {HTMLButtonElement} button */
async function copy(button) {
  const source = document.getElementById(button.dataset.copy ?? "");
  let text = source?.textContent ?? button.dataset.copyText ?? "";
  if (button.dataset.copyTight !== undefined) text = text.replace(/\s/g, "");
  const worked = await write(text, source);
  thank(button, say(worked ? "app.copied" : "app.copy_failed"), worked);
}

/**
 * Plain http on a local network has no clipboard, but may still select.
 *
 * @param {string} text
 * @param {HTMLElement | null} source
 */
async function write(text, source) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const shown = source ?? document.getElementById("link");
    if (shown?.textContent !== text) return false;
    getSelection()?.selectAllChildren(shown);
    return document.execCommand("copy");
  }
}

/**
 * @param {HTMLButtonElement} button
 * @param {string} sentence
 * @param {boolean} worked
 */
function thank(button, sentence, worked) {
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
