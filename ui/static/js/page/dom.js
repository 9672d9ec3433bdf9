// The few verbs of the DOM the other modules use. Text goes in by textContent
// and nothing else; there is no way here to make markup of a string.

/**
 * The element with that id. The page's template promises it; a missing one is
 * a mistake in the template, found at once.
 *
 * @template {Element} T
 * @param {string} id
 * @param {{new(): T}} type
 * @returns {T}
 */
export function byId(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`no ${type.name} with id ${id}`);
  return found;
}

/**
 * Makes an element. Attributes set to false or undefined are left out.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | number | boolean | undefined>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children);
  return element;
}

/**
 * The address of a file that lies in the same tree as this module, under the same
 * hash, wherever in it this module was joined to others.
 *
 * @param {string} name
 */
export const asset = (name) => new URL(import.meta.url).pathname.replace(/\/js\/.*/, `/${name}`);

const svg = "http://www.w3.org/2000/svg";

/**
 * An icon of the page, hidden from assistive technology.
 *
 * @param {string} name
 */
export function icon(name) {
  const element = document.createElementNS(svg, "svg");
  element.setAttribute("class", "icon");
  element.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(svg, "use");
  use.setAttribute("href", `#icon-${name}`);
  element.append(use);
  return element;
}

/**
 * Loads a sheet of a part that is loaded later, and waits for it.
 *
 * @param {string} name
 * @returns {Promise<void>}
 */
export function sheet(name) {
  const href = asset(`css/${name}.css`);
  if (document.querySelector(`link[href="${href}"]`)) return Promise.resolve();
  const link = make("link", { rel: "stylesheet", href });
  return new Promise((resolve, reject) => {
    link.addEventListener("load", () => resolve());
    link.addEventListener("error", () => {
      link.remove();
      reject(new Error(`loading ${name}.css`));
    });
    document.head.append(link);
  });
}

/**
 * A sentence with each name in an element of its own, so that a name in another
 * direction does not turn the words around it. The names stand in the order of
 * the sentence; one that it does not say is passed over.
 *
 * @param {string} sentence
 * @param {string[]} names
 */
export function isolated(sentence, names) {
  /** @type {(Node | string)[]} */
  const parts = [];
  let rest = sentence;
  for (const name of names) {
    const at = rest.indexOf(name);
    if (!name || at < 0) continue;
    parts.push(rest.slice(0, at), make("bdi", {}, name));
    rest = rest.slice(at + name.length);
  }
  return [...parts, rest];
}

/**
 * Shows a sentence in an element, or hides the element when there is none.
 *
 * @param {HTMLElement} element
 * @param {string} sentence
 */
export function tell(element, sentence) {
  element.textContent = sentence;
  element.hidden = sentence === "";
}
