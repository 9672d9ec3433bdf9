// Finds the room in what somebody pasted.

/**
 * The path of a room of this site, or nothing. A link to another site is not
 * followed: its room is not here.
 *
 * @param {string} pasted a link or a name
 * @param {string[]} origins this site's: as the browser sees it, and as its links say
 */
export function roomPath(pasted, origins) {
  const text = pasted.trim();
  if (/^[A-Za-z0-9_-]{1,128}$/.test(text)) return `/chat/${text}`;
  if (!URL.canParse(text)) return "";
  const url = new URL(text);
  const room = /^\/chat\/([A-Za-z0-9_-]{1,128})\/?$/.exec(url.pathname);
  return room && origins.includes(url.origin) ? `/chat/${room[1]}` : "";
}
