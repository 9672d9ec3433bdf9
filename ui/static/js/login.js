// The login: the fields, and the countdown while the server refuses to listen.

import "./page/theme.js";
import { codeFields } from "./page/code.js";
import { countdown } from "./page/countdown.js";
import { byId } from "./page/dom.js";
import { words } from "./page/words.js";

const form = byId("login", HTMLFormElement);
const inputs = [.../** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("input.code"))];
codeFields(form, inputs);

const wait = document.getElementById("wait");
if (wait) {
  const button = form.querySelector("button");
  countdown(Number(form.dataset.wait), (left) => {
    for (const input of inputs) input.disabled = left > 0;
    if (button) button.disabled = left > 0;
    wait.textContent = left ? words.tryAgainIn(left) : words.tryAgainNow;
    if (left) return;
    byId("problem", HTMLElement).hidden = true;
    for (const input of inputs) input.removeAttribute("aria-invalid");
    inputs[0]?.focus();
  });
}
