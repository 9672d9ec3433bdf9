// Asks before a message is deleted.

import { make } from "../page/dom.js";
import { say } from "../page/words.js";

/** @returns {(gist: string) => Promise<boolean>} whether the person means it */
export function createRemoval() {
  const words = make("p", { class: "soft about-text", dir: "auto" });
  const no = make("button", { class: "button quiet" }, say("app.cancel"));
  const yes = make("button", { class: "button danger", value: "yes" }, say("acts.remove"));
  const form = make("form", { method: "dialog", class: "stack" },
    make("h2", { id: "remove-title" }, say("remove.title")), words,
    make("p", {}, say("remove.text")),
    make("div", { class: "dialog-foot" }, no, yes));
  const dialog = make("dialog", { class: "dialog", id: "remove", "aria-labelledby": "remove-title" }, form);
  document.body.append(dialog);

  /** @type {(means: boolean) => void} */
  let settle = () => {};
  // The event comes some time after the dialog closed, when it may be open again.
  dialog.addEventListener("close", () => { if (!dialog.open) settle(dialog.returnValue === "yes"); });

  return (gist) => {
    settle(false);
    words.textContent = gist;
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((done) => { settle = done; });
  };
}
