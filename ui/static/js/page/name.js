// The form for one's name, saved without leaving the page.

import { byId } from "./dom.js";
import { say } from "./words.js";

/** @param {(name: string) => void} [saved] */
export function nameForm(saved) {
  const form = byId("name-form", HTMLFormElement);
  const input = byId("name", HTMLInputElement);
  const note = byId("name-note", HTMLElement);

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const name = input.value.trim();
    const problem = await save(form.action, name);
    note.textContent = problem || say("name.saved");
    note.dataset.kind = problem ? "bad" : "good";
    input.toggleAttribute("aria-invalid", problem !== "");
    if (!problem) saved?.(name);
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
