// The login: the field, and the countdown while the server refuses to listen.

import "./theme.js";
import { codeField } from "./code.js";
import { countdown } from "./countdown.js";
import { byId } from "./dom.js";
import { words } from "./words.js";

const form = byId("login", HTMLFormElement);
const input = byId("code", HTMLInputElement);
codeField(form, input);

const wait = document.getElementById("wait");
if (wait) {
  const button = form.querySelector("button");
  countdown(Number(form.dataset.wait), (left) => {
    input.disabled = left > 0;
    if (button) button.disabled = left > 0;
    wait.textContent = left ? words.tryAgainIn(left) : words.tryAgainNow;
    if (left) return;
    byId("problem", HTMLElement).hidden = true;
    input.removeAttribute("aria-invalid");
    input.focus();
  });
}
