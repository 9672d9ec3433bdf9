// What somebody wrote, as nodes: text stays text, whatever is in it. Code, between
// single backticks on one line and between lines that begin with three, and links
// are found as pieces, never as markup. A few words of it lead to it from an answer.

import { make } from "../page/dom.js";
import { say } from "../page/words.js";
import { hue } from "../state/people.js";
import { isInline } from "../state/entries.js";

/** @import {Quote} from "../state/rows.js" */

/** Longer texts are folded until asked for, in characters. */
const foldAt = 2400;

/** A link with more steps is one that somebody made to be large. */
const mostSteps = 40;

/** What may be nothing but emoji: the pattern that knows takes long to be made. */
const short = /^[^a-z]{1,99}$/i;

/** @type {RegExp | undefined} */
let onlyEmoji;

/** @param {string} text */
export const isEmoji = (text) => short.test(text) && /[^ -~]/.test(text) && (onlyEmoji ??= /^(?:\p{RGI_Emoji}\s*){1,3}$/v).test(text);

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

/** @typedef {{kind: "text" | "code" | "block", text: string}} CodePiece */

const fenced = /^\u0060{3}[\w+-]*\n([\s\S]*?)\n\u0060{3}(?:\n|$)/gm;
const inline = /\u0060((?! )[^\u0060\n]+)(?<! )\u0060/g;

/**
 * @param {string} text
 * @returns {CodePiece[]}
 */
export function codePieces(text) {
  return split(text, fenced, "block").flatMap((piece) => (piece.kind === "text" ? split(piece.text, inline, "code") : [piece]));
}

/**
 * @param {string} text
 * @param {RegExp} pattern
 * @param {"code" | "block"} kind
 */
function split(text, pattern, kind) {
  /** @type {CodePiece[]} */
  const found = [];
  let done = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > done) found.push({ kind: "text", text: text.slice(done, match.index) });
    found.push({ kind, text: match[1] ?? "" });
    done = match.index + match[0].length;
  }
  if (done < text.length) found.push({ kind: "text", text: text.slice(done) });
  return found;
}

/** @typedef {{text: string, href?: string}} LinkPiece */

const candidate = /\bhttps?:\/\/[^\s<>"'\u0060\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/gi;

/**
 * Splits text into plain pieces and http(s) links. Punctuation that ends a
 * sentence, and a bracket that was opened before the link, stay outside.
 * Invisible and direction characters end a link, so that what is shown is
 * where it leads; so does a user name, which mostly pretends to be a host.
 *
 * @param {string} text
 * @returns {LinkPiece[]}
 */
export function linkPieces(text) {
  /** @type {LinkPiece[]} */
  const found = [];
  let done = 0;
  for (const match of text.matchAll(candidate)) {
    const shown = trimmed(match[0]);
    const href = address(shown);
    if (!href) continue;
    if (match.index > done) found.push({ text: text.slice(done, match.index) });
    found.push({ text: shown, href });
    done = match.index + shown.length;
  }
  if (done < text.length) found.push({ text: text.slice(done) });
  return found;
}

/** Longer ones are no links that anybody reads, and would take long to look at. */
const longest = 2048;

/** @param {string} match */
function trimmed(match) {
  let link = match.slice(0, longest);
  for (;;) {
    const last = link.at(-1) ?? "";
    const open = { ")": "(", "]": "[", "}": "{" }[last];
    const unmatched = open !== undefined && link.split(open).length < link.split(last).length;
    if (!unmatched && !/[.,:;!?*_~…]/.test(last)) return link;
    link = link.slice(0, -1);
  }
}

/** @param {string} link */
function address(link) {
  if (!URL.canParse(link)) return "";
  const url = new URL(link);
  const plain = (url.protocol === "https:" || url.protocol === "http:") && !url.username && !url.password;
  return plain ? url.href : "";
}

/** More than two lines hold is not shown, in characters. */
const most = 240;

/**
 * What a message says, in a few words.
 *
 * @param {{text: string, deleted: boolean, picture: unknown}} message
 */
export function gist({ text, deleted, picture }) {
  if (deleted) return say("message.deleted");
  return text && !isInline(text) ? text.slice(0, most) : picture || text ? say("picture.name") : "";
}

/**
 * @param {Quote} quote
 * @param {(id: string) => void} seek brings a message that the page does not hold
 */
export function quoteView({ id, by, name, ...quoted }, seek) {
  const element = make("button", { type: "button", class: by ? "quote" : "quote unknown", "data-hue": by && hue(by) });
  element.append(make("bdi", {}, name), make("span", { dir: "auto" }, by ? gist(quoted) : say("quote.unknown")));
  element.addEventListener("click", () => (by ? jump(id) : seek(id)));
  return element;
}

/**
 * Brings a message of the log to the screen, and points to it.
 *
 * @param {string} id
 */
export function jump(id) {
  const line = document.getElementById(`m-${id}`);
  if (!line) return;
  line.scrollIntoView({ block: "center" });
  line.tabIndex = -1;
  line.focus({ preventScroll: true });
  line.classList.add("found");
  line.addEventListener("animationend", () => line.classList.remove("found"), { once: true });
}
