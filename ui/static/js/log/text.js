// What somebody wrote, as nodes: text stays text, whatever is in it.

import { make } from "../page/dom.js";
import { say } from "../page/words.js";
import { codePieces } from "./code.js";
import { pieces } from "./links.js";

/** Longer texts are folded until asked for, in characters. */
const foldAt = 2400;

const onlyEmoji = /^(?:\p{RGI_Emoji}\s*){1,3}$/v;

/**
 * Whether a text may be a picture as a data: address. Its bytes decide.
 *
 * @param {string} text
 */
export const isInline = (text) => /^data:image\/[a-z]+;base64,[\w+/]/.test(text);

/**
 * The text with its links, folded when it is very long.
 *
 * @param {string} text
 * @returns {HTMLElement[]}
 */
export function textNodes(text) {
  const span = make("span", { class: onlyEmoji.test(text.trim()) ? "text emoji" : "text" });
  if (text.length <= foldAt) {
    span.append(...marked(text));
    return [span];
  }
  span.append(...marked(text.slice(0, foldAt)), "…");
  const more = make("button", { type: "button", class: "more" }, say("message.more"));
  more.addEventListener("click", () => {
    span.replaceChildren(...marked(text));
    more.remove();
  });
  return [span, more];
}

/**
 * Code as it is, and all else with its links.
 *
 * @param {string} text
 * @returns {(Node | string)[]}
 */
function marked(text) {
  return codePieces(text).flatMap(/** @returns {(Node | string)[]} */ (piece) => {
    if (piece.kind === "block") return [make("pre", {}, make("code", {}, piece.text))];
    return piece.kind === "code" ? [make("code", {}, piece.text)] : linked(piece.text);
  });
}

/** @param {string} text */
function linked(text) {
  return pieces(text).map((piece) =>
    piece.href ? make("a", { href: piece.href, target: "_blank", rel: "noopener noreferrer nofollow" }, piece.text) : piece.text);
}
