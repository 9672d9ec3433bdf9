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
byId("join", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  const path = roomPath(field.value, origins);
  if (path) return location.assign(path);
  const note = byId("join-note", HTMLElement);
  note.textContent = say("home.join_bad");
  note.dataset.kind = "bad";
  field.setAttribute("aria-invalid", "true");
  field.focus();
});
