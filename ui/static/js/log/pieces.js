// Finds what is more than words in plain text: code, between single backticks on
// one line and between lines that begin with three, and links. It answers with
// pieces, never with markup.

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
