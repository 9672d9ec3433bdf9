// The form for one's name, saved without leaving the page.

import { byId } from "./dom.js";
import { say } from "./words.js";

/** How long it says that it worked, in milliseconds. */
const thanks = 2000;

/** @param {(name: string) => void} [saved] */
export function nameForm(saved) {
  const form = byId("name-form", HTMLFormElement);
  const input = byId("name", HTMLInputElement);
  const note = byId("name-note", HTMLElement);
  const hint = note.textContent;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const name = input.value.trim();
    const problem = await save(form.action, name);
    note.textContent = problem || say("name.saved");
    note.dataset.kind = problem ? "bad" : "good";
    input.setAttribute("aria-invalid", String(problem !== ""));
    clearTimeout(timer);
    if (problem) return;
    saved?.(name);
    timer = setTimeout(() => {
      note.textContent = hint;
      delete note.dataset.kind;
    }, thanks);
  });
}

/**
 * Answers what was wrong, or nothing.
 *
 * @param {string} address
 * @param {string} name
 * @returns {Promise<string>}
 */
async function save(address, name) {
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams({ name }),
    });
    if (answer.ok) return "";
    const { error } = await answer.json();
    return error?.message ?? say("name.failed");
  } catch {
    return say("name.failed");
  }
}
