// Home: a new room to hand out, and the way into another one.

import "./theme.js";
import { roomPath } from "./address.js";
import { byId } from "./dom.js";
import { nameForm } from "./name.js";
import { copyButtons } from "./share.js";
import { words } from "./words.js";

copyButtons();
nameForm();

const field = byId("room", HTMLInputElement);
const origins = [location.origin, new URL(byId("link", HTMLInputElement).value, location.href).origin];
byId("join", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  const path = roomPath(field.value, origins);
  if (path) return location.assign(path);
  const note = byId("join-note", HTMLElement);
  note.textContent = words.badRoom;
  note.dataset.kind = "bad";
  field.setAttribute("aria-invalid", "true");
  field.focus();
});
