// Finds code in plain text: between single backticks on one line, and between
// lines that begin with three. It answers with pieces, never with markup.

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
