// Home: a new room to hand out, and the way into another one.

import "./page/theme.js";
import "./page/worker.js";
import { roomPath } from "./page/address.js";
import { copyButtons } from "./page/copy.js";
import { byId } from "./page/dom.js";
import { loadAtFirstTouch } from "./page/later.js";
import { nameForm } from "./page/name.js";
import { visitedRooms } from "./page/visited.js";
import { say } from "./page/words.js";

copyButtons();
loadAtFirstTouch();
nameForm();
visitedRooms();

const field = byId("room", HTMLInputElement);
const origins = [location.origin, new URL(byId("link", HTMLElement).textContent, location.href).origin];
const note = byId("join-note", HTMLElement);
const hint = note.textContent;

/** @param {boolean} bad */
function mark(bad) {
  note.textContent = bad ? say("home.join_bad") : hint;
  if (bad) note.dataset.kind = "bad";
  else delete note.dataset.kind;
  field.setAttribute("aria-invalid", String(bad));
}

field.addEventListener("input", () => mark(false));
byId("join", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  const path = roomPath(field.value, origins);
  if (path) return location.assign(path);
  mark(true);
  field.focus();
});
