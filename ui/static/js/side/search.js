// Looks for words in what is loaded of the room: a field, and a list below it in
// which arrows choose and Enter goes to the message.

import { jump } from "../log/text.js";
import { icon, make } from "../page/dom.js";
import { day, say, time } from "../page/words.js";
import { search } from "../state/search.js";

/** @import {Hit} from "../state/search.js" */
/** @import {State} from "../state/state.js" */

/** How many are shown. */
const most = 50;

/**
 * @param {() => State} get
 * @returns {() => void} opens it
 */
export function createSearch(get) {
  const list = make("ul", { class: "hits", id: "hits", role: "listbox", "aria-label": say("search.hits") });
  const field = make("input", { class: "field", role: "combobox", "aria-label": say("search.title"), "aria-controls": "hits", "aria-expanded": "false", "aria-autocomplete": "list", placeholder: say("search.title"), autocomplete: "off", enterkeyhint: "search" });
  const note = make("p", { class: "note", "aria-live": "polite" });
  const close = make("button", { type: "button", class: "icon-button", "aria-label": say("app.close") }, icon("close"));
  const form = make("form", { method: "dialog", class: "stack-tight" }, make("div", { class: "field-row" }, field, close), list, note);
  const dialog = make("dialog", { class: "dialog search", id: "search", "aria-label": say("search.title") }, form);
  document.body.append(dialog);
  /** @type {Hit[]} */
  let hits = [];
  let at = 0;

  /** @param {number} to */
  function choose(to) {
    at = (to + hits.length) % hits.length;
    [...list.children].forEach((item, i) => { item.ariaSelected = String(i === at); });
    list.children[at]?.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", `hit-${at}`);
  }

  function look() {
    const { entries, me } = get();
    hits = search(entries, me, field.value, most);
    list.replaceChildren(...hits.map((hit, i) => {
      const item = make("li", { role: "option", id: `hit-${i}` },
        make("span", { class: "soft" }, make("bdi", {}, hit.name), ` · ${day(hit.at, Date.now())}, ${time(hit.at)}`),
        make("span", { dir: "auto" }, hit.before, make("mark", {}, hit.found), hit.after));
      item.addEventListener("click", () => go(hit));
      return item;
    }));
    list.hidden = !hits.length;
    field.ariaExpanded = String(hits.length > 0);
    field.removeAttribute("aria-activedescendant");
    const loaded = entries.filter((e) => e.kind === "message").length;
    note.textContent = field.value.trim() ? say("search.found", { n: hits.length, of: loaded }) : say("search.hint", { n: loaded });
    if (hits.length) choose(0);
  }

  /** @param {Hit | undefined} hit */
  function go(hit) {
    if (!hit) return;
    dialog.close();
    jump(hit.id);
  }

  field.addEventListener("input", look);
  field.addEventListener("keydown", (event) => {
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (to === undefined || !hits.length) return;
    event.preventDefault();
    choose(to);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go(hits[at]);
  });
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });

  return () => {
    if (dialog.open) return;
    look();
    dialog.showModal();
    field.select();
  };
}
