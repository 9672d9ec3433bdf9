// One picture in the log: its space is reserved before it is there, it loads
// when it comes near the screen and is let go when it is far away, and what
// cannot be shown is a tile that says so.

import { icon, make } from "../page/dom.js";
import { say } from "../page/words.js";

/** @import {Picture, Status} from "../state/entries.js" */
/** @import {Shown, NotShown} from "../image/load.js" */

/** The largest and smallest side on the screen, in CSS pixels. */
const [largest, smallest] = [352, 112];

/**
 * @typedef {object} PictureView
 * @property {HTMLElement} element
 * @property {(picture: Picture, status: Status) => void} update
 * @property {() => void} dispose
 */

/**
 * @typedef {object} PictureOptions
 * @property {Picture} picture
 * @property {string} label who sent it
 * @property {() => void} cancel stops the upload
 * @property {() => Promise<Shown>} [get] where the picture comes from, when not from its address
 */

/**
 * @param {PictureOptions} options
 * @returns {PictureView}
 */
export function pictureView({ picture, label, cancel, get }) {
  const button = make("button", { type: "button", class: "picture", disabled: true, "aria-label": `${say("picture.open")}: ${label}` });
  const element = make("div", { class: "frame" }, button);
  const upload = uploadBar(cancel);
  let sent = !picture.own;
  /** The blob: address of what is shown, to be given back. */
  let url = "";
  let gone = false;

  /** @param {Shown | Picture} shown */
  function show(shown) {
    if (gone) return URL.revokeObjectURL(shown.url);
    url = shown.url;
    const img = make("img", { alt: label, src: url, decoding: "async" });
    img.addEventListener("error", () => fail(say("picture.load_failed"), true));
    button.replaceChildren(img);
    button.disabled = false;
    button.dataset.url = url;
    reserve(element, button, shown.width, shown.height);
  }

  function hide() {
    if (url) URL.revokeObjectURL(url);
    url = "";
    button.replaceChildren();
    button.disabled = true;
    delete button.dataset.url;
    if (picture.blur) stand().catch(() => {}); // without it the space is plain
  }

  /** Shows what stands in for the picture, whose space is there already. */
  async function stand() {
    const { blurred } = await import("../image/blur.js");
    const blur = blurred(picture.blur);
    if (blur && !url) button.replaceChildren(blur);
  }

  /**
   * @param {string} sentence
   * @param {boolean} retry it may go better another time
   * @param {boolean} [keep] it can still be downloaded
   */
  function fail(sentence, retry, keep) {
    hide();
    watched.stop();
    const bubble = element.closest(".bubble");
    const bare = bubble?.classList.contains("bare");
    const tile = make("div", { class: "tile" }, icon("picture"), make("span", {}, sentence));
    if (keep && picture.url) tile.append(make("a", { href: picture.url, download: "file" }, say("picture.download")));
    if (retry) {
      const again = make("button", { type: "button" }, say("app.retry"));
      again.addEventListener("click", () => {
        element.classList.remove("gone");
        bubble?.classList.toggle("bare", bare);
        element.replaceChildren(button);
        watched.start();
      });
      tile.append(again);
    }
    element.replaceChildren(tile);
    element.classList.add("gone");
    bubble?.classList.remove("bare");
  }

  let loading = false;

  async function fetchIt() {
    if (url || loading) return;
    loading = true;
    try {
      const { load } = await import("../image/load.js");
      show(await (get ? get() : load(picture)));
    } catch (reason) {
      const known = /** @type {Partial<NotShown>} */ (reason instanceof Error && "retry" in reason ? reason : {});
      fail(known.retry === undefined ? say("picture.load_failed") : known.message ?? "", known.retry ?? true, known.keep);
    }
    loading = false;
    element.dispatchEvent(new Event("settled"));
  }

  reserve(element, button, picture.width, picture.height);
  const watched = watch(element, fetchIt, () => { if (sent) hide(); });
  if (picture.own) show(picture);
  else hide();
  watched.start();

  return {
    element,
    update(now, status) {
      // Once the server has it, one's own picture is as any other.
      sent = status === "sent";
      if (sent && now.name) picture = { ...now, url: `${location.pathname}/files/${now.name}` };
      upload.update(element, status === "uploading", now.progress ?? 0);
    },
    dispose() {
      gone = true;
      watched.stop();
      hide();
    },
  };
}

/** @param {() => void} cancel */
function uploadBar(cancel) {
  const bar = make("progress", { max: 1, value: 0, "aria-label": say("sent.uploading") });
  const stop = make("button", { type: "button", "aria-label": say("app.cancel") }, icon("close"));
  const line = make("div", { class: "upload" }, bar, stop);
  stop.addEventListener("click", cancel);
  return {
    /**
     * @param {HTMLElement} frame
     * @param {boolean} busy
     * @param {number} progress
     */
    update(frame, busy, progress) {
      bar.value = progress;
      if (busy && !line.isConnected) frame.append(line);
      if (!busy) line.remove();
    },
  };
}

/**
 * The size on the screen follows from what the sender said, within limits: a
 * wrong claim may make an ugly frame and no more. The picture keeps its own
 * proportions inside.
 *
 * @param {HTMLElement} element
 * @param {HTMLElement} button
 * @param {number} width
 * @param {number} height
 */
function reserve(element, button, width, height) {
  const sane = width > 0 && height > 0 && Number.isFinite(width / height);
  const ratio = sane ? Math.min(4, Math.max(1 / 3, width / height)) : 4 / 3;
  const fit = Math.min(largest, sane ? width : largest, largest * ratio);
  element.style.width = `${Math.max(smallest, Math.round(fit))}px`;
  button.style.aspectRatio = String(ratio);
}

/** Distances from the screen, in CSS pixels. */
const [near, far] = [600, 4000];

/** @param {number} margin @param {string} event */
function observer(margin, event) {
  return new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) {
      if (isIntersecting === (event === "near")) target.dispatchEvent(new Event(event));
    }
  }, { root: document.getElementById("log"), rootMargin: `${margin}px` });
}

const observers = [observer(near, "near"), observer(far, "far")];

/**
 * Tells when an element of the log comes near the screen, and when it is far away
 * again.
 *
 * @param {HTMLElement} element
 * @param {() => void} came
 * @param {() => void} went
 */
function watch(element, came, went) {
  element.addEventListener("near", came);
  element.addEventListener("far", went);
  return {
    start() { for (const o of observers) o.observe(element); },
    stop() { for (const o of observers) o.unobserve(element); },
  };
}
