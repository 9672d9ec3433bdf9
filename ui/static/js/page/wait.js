// A form that is closed while the server refuses to listen.

import { countdown, remaining } from "./countdown.js";
import { byId } from "./dom.js";
import { say } from "./words.js";

/**
 * Counts the form's data-wait down in #wait, if the page has one, and opens the
 * fields when it is over.
 *
 * @param {HTMLFormElement} form
 * @param {HTMLInputElement[]} inputs
 */
export function waitForm(form, inputs) {
  const wait = document.getElementById("wait");
  if (!wait) return;
  const button = form.querySelector("button");
  countdown(Number(form.dataset.wait), (left) => {
    for (const input of inputs) input.disabled = left > 0;
    if (button) button.disabled = left > 0;
    wait.textContent = left ? say("wait.again", { wait: remaining(left) }) : say("wait.now");
    if (left) return;
    byId("problem", HTMLElement).hidden = true;
    for (const input of inputs) input.removeAttribute("aria-invalid");
    inputs[0]?.focus();
  });
}
