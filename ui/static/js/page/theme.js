// The switch between light and dark. A choice that equals the system's is
// forgotten, so that the page follows the system again.

import { say } from "./words.js";

const dark = matchMedia("(prefers-color-scheme: dark)");
const root = document.documentElement;

function isDark() {
  return root.dataset.theme ? root.dataset.theme === "dark" : dark.matches;
}

function flip() {
  const wanted = isDark() ? "light" : "dark";
  const system = dark.matches ? "dark" : "light";
  try {
    if (wanted === system) localStorage.removeItem("theme");
    else localStorage.setItem("theme", wanted);
  } catch {
    // Storage may be forbidden; the choice lasts until the next page.
  }
  if (wanted === system) delete root.dataset.theme;
  else root.dataset.theme = wanted;
}

const button = document.getElementById("theme");
/** Says what the switch does, and gives the browser's own frame the same theme. */
function label() {
  button?.setAttribute("aria-label", say(isDark() ? "theme.light" : "theme.dark"));
  for (const meta of /** @type {NodeListOf<HTMLMetaElement>} */ (document.querySelectorAll("meta[data-theme]"))) {
    meta.media = root.dataset.theme ? (root.dataset.theme === meta.dataset.theme ? "" : "not all") : `(prefers-color-scheme: ${meta.dataset.theme})`;
  }
}

button?.addEventListener("click", () => {
  flip();
  label();
});
dark.addEventListener("change", label);
label();
