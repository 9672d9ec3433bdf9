// Pages with no work of their own: the switch, and the wait of an error page.

import "./page/theme.js";
import { countdown, remaining } from "./page/countdown.js";
import { say } from "./page/words.js";

const wait = document.getElementById("wait");
if (wait) {
  countdown(Number(wait.dataset.wait), (left) => {
    wait.textContent = left ? say("wait.again", { wait: remaining(left) }) : say("wait.now");
  });
}
