// What somebody wrote, as nodes: text stays text, whatever is in it.

import { make } from "../page/dom.js";
import { say } from "../page/words.js";
import { codePieces, linkPieces } from "./pieces.js";

/** Longer texts are folded until asked for, in characters. */
const foldAt = 2400;

/** A link with more steps is one that somebody made to be large. */
const mostSteps = 40;

const onlyEmoji = /^(?:\p{RGI_Emoji}\s*){1,3}$/v;

/** What may be that: the pattern above takes long to be made, with its first use. */
const short = /^[^a-z]{1,99}$/i;

/** @param {string} text */
export const isEmoji = (text) => short.test(text) && /[^ -~]/.test(text) && onlyEmoji.test(text);

/**
 * The text with its links, folded when it is very long.
 *
 * @param {string} text
 * @returns {HTMLElement[]}
 */
export function textNodes(text) {
  const span = make("span", { class: isEmoji(text.trim()) ? "text emoji" : "text" });
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
  return linkPieces(text).map((piece) =>
    piece.href ? make("a", { href: piece.href, target: "_blank", rel: "noopener noreferrer nofollow" }, ...steps(piece.text)) : piece.text);
}

/**
 * A link with the places where a line may end: behind its slashes and before what
 * it asks for, and within words only where nothing else helps.
 *
 * @param {string} link
 */
function steps(link) {
  const parts = link.split(/(?<=[^/]\/)(?=[^/])|(?=[?&#])/);
  if (parts.length > mostSteps) return [link];
  return parts.flatMap((part, i) => (i ? [make("wbr"), part] : [part]));
}
