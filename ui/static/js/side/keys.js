// The keys of the whole page, and the buttons that do the same.

import { byId, sheet } from "../page/dom.js";
import { later } from "../page/later.js";

/** @import {State} from "../state/state.js" */

/** @param {() => State} get */
export function createKeys(get) {
  const search = later(async () => {
    await sheet("dialogs");
    return (await import("./search.js")).createSearch(get);
  });
  const help = later(async () => {
    await sheet("dialogs");
    return (await import("./help.js")).createHelp();
  });
  const run = (/** @type {() => Promise<() => void>} */ part) => part().then((open) => open(), () => {});

  byId("find", HTMLButtonElement).addEventListener("click", () => run(search));
  byId("keys", HTMLButtonElement).addEventListener("click", () => run(help));
  addEventListener("keydown", (event) => {
    const { key, ctrlKey, metaKey, altKey, target } = event;
    const typing = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
    if (altKey || document.querySelector("dialog[open]")) return;
    if ((ctrlKey || metaKey) && key.toLowerCase() === "k") run(search);
    else if (key === "?" && !ctrlKey && !metaKey && !typing) run(help);
    else return;
    event.preventDefault();
  });
}
