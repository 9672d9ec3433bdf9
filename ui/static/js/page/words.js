// Every sentence the scripts say, in one place: to be read in one go for tone,
// and to be translated.

/**
 * @param {number} n
 * @param {string} one
 * @param {string} many
 */
const count = (n, one, many) => `${n} ${n === 1 ? one : many}`;

/** @param {number} bytes */
export const size = (bytes) =>
  bytes >= 1 << 20 ? `${(bytes / (1 << 20)).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} KB`;

/**
 * "Ann", "Ann and Bo", "Ann, Bo and Cy", "Ann, Bo and 3 others".
 *
 * @param {string[]} names
 */
export function list(names) {
  if (names.length > 3) return `${names[0]}, ${names[1]} and ${names.length - 2} others`;
  if (names.length < 2) return names[0] ?? "";
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/**
 * A wait in seconds as "4:05" or "12 s".
 *
 * @param {number} seconds
 */
export function wait(seconds) {
  if (seconds < 60) return `${seconds} s`;
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const clock = [hours, minutes, seconds % 60].map((n) => String(n).padStart(2, "0"));
  return (hours ? clock : clock.slice(1)).join(":").replace(/^0/, "");
}

export const words = {
  today: "Today",
  yesterday: "Yesterday",
  unread: "New",
  you: "you",

  copied: "Copied",
  copyFailed: "Copy it by hand: the browser does not allow it.",
  toDark: "Switch to the dark theme",
  toLight: "Switch to the light theme",

  /** @param {number} seconds */
  tryAgainIn: (seconds) => `You can try again in ${wait(seconds)}.`,
  tryAgainNow: "You can try again now.",

  nameSaved: "Saved.",
  nameFailed: "That did not work. Try again.",
  badRoom: "That is neither a link to a room here nor a room's name.",

  connecting: "Connecting…",
  reconnecting: "Reconnecting…",
  offline: "Offline",
  joined: "Connected",
  bannerOffline: "You are offline. What you write is kept here and sent when you are back.",
  bannerRefused: "This room could not be opened.",

  /** @param {number} n */
  people: (n) => count(n, "person here. Show people and invitation", "people here. Show people and invitation"),
  /** @param {number} n */
  newer: (n) => (n ? count(n, "new message", "new messages") : "Latest"),
  /** @param {string[]} names */
  typing: (names) => `${list(names)} ${names.length === 1 ? "is" : "are"} typing`,
  happened: {
    joins: "joined",
    leaves: "left",
    renames: "is now",
    gap: "You were offline. What others said meanwhile is not shown.",
  },

  queued: "Waiting to be sent",
  sending: "Sending",
  sent: "Sent",
  notSent: "Not sent.",
  keptUnsent: "Not sent before you left the page.",
  unsure: "No answer from the server. It may have arrived.",
  retry: "Retry",
  remove: "Delete",
  cancel: "Cancel",
  showMore: "Show all",
  /** @param {number} limit */
  tooLong: (limit) => `Too long: a message holds ${size(limit)} of text.`,
  /** @type {Record<string, string>} */
  refused: {
    too_long: "Not sent: it is too long.",
    empty: "Not sent: it is empty.",
    no_file: "Not sent: the server no longer has the picture.",
    bad_payload: "Not sent: the server did not understand it.",
    too_many_rooms: "Not sent: you are in too many rooms.",
  },

  picture: "Picture",
  /** @param {string} name */
  pictureFrom: (name) => `Picture from ${name}`,
  preview: "Send picture",
  /** @param {number} n */
  previewMany: (n) => `Send ${count(n, "picture", "pictures")}`,
  prepared: "Preparing…",
  uploading: "Uploading",
  uploadFailed: "The picture did not get through.",
  uploadWaits: "The picture waits for the connection.",
  /** @param {string} name */
  notPicture: (name) => `${name} is not a PNG, JPEG, GIF or WebP picture, so it was left out.`,
  /** @param {string} name */
  tooManyPixels: (name) => `${name} has more than 24 megapixels, which is more than a page should hold. It was left out.`,
  /** @param {string} name */
  undecodable: (name) => `This browser cannot read ${name}. It was left out.`,
  /** @param {string} name @param {number} limit */
  tooHeavy: (name, limit) => `${name} is larger than ${size(limit)}. It was left out.`,
  loadFailed: "The picture could not be loaded.",
  fileGone: "The picture is no longer on the server.",
  notShown: "This file is not a picture that can be shown.",
  tooLarge: "This picture is too large to be shown.",
  notLoaded: "That needs the connection once. Try again when you are back.",
  download: "Download",
  open: "Open picture",
};
