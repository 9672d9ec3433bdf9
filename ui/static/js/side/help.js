// What the keyboard can do here.

import { icon, make } from "../page/dom.js";
import { say } from "../page/words.js";

/** @returns {() => void} opens it */
export function createHelp() {
  const mac = /Mac|iP/.test(navigator.platform);
  /** @type {[string, string][]} */
  const keys = [
    ["Enter", say("keys.send")],
    ["Shift+Enter", say("keys.line")],
    ["↑", say("keys.edit")],
    [":", say("keys.emoji")],
    ["Esc", say("keys.escape")],
    [mac ? "⌘+K" : "Ctrl+K", say("search.title")],
    ["Tab", say("keys.acts")],
    ["←+→+↑+↓", say("keys.walk")],
    ["?", say("keys.title")],
  ];
  const rows = keys.flatMap(([combination, what]) => [
    make("dt", {}, ...combination.split("+").map((key) => make("kbd", {}, key))), make("dd", {}, what),
  ]);
  const close = make("button", { type: "button", class: "icon-button", "aria-label": say("app.close") }, icon("close"));
  const dialog = make("dialog", { class: "dialog", id: "help", "aria-labelledby": "help-title" },
    make("div", { class: "dialog-head" }, make("h2", { id: "help-title" }, say("keys.title")), close),
    make("dl", { class: "keys" }, ...rows));
  document.body.append(dialog);
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  return () => { if (!dialog.open) dialog.showModal(); };
}
