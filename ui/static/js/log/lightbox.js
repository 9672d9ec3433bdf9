// A picture alone, over the page. The dialog gives Escape, keeps the focus
// inside and returns it; the arrows walk through what the log shows.

import { byId } from "../page/dom.js";

/** @returns {(picture: HTMLElement) => void} opens one of the log's pictures */
export function createLightbox() {
  const log = byId("log", HTMLElement);
  const dialog = byId("lightbox", HTMLDialogElement);
  const image = byId("lightbox-picture", HTMLImageElement);
  const save = byId("lightbox-save", HTMLAnchorElement);
  const caption = byId("lightbox-caption", HTMLElement);
  const back = byId("lightbox-back", HTMLButtonElement);
  const close = byId("lightbox-close", HTMLButtonElement);
  const forward = byId("lightbox-forward", HTMLButtonElement);
  /** @type {HTMLElement[]} */
  let pictures = [];
  let [from, at] = [0, 0];
  /** The frame of a picture that was loaded for this, and is let go again. @type {Element | undefined} */
  let far;

  /** @param {number} to */
  function show(to) {
    const picture = pictures[to];
    if (!picture) return;
    if (far && far !== picture.parentElement) far.dispatchEvent(new Event("far"));
    far = undefined;
    at = to;
    const url = picture.dataset.url ?? "";
    save.hidden = image.hidden = !url;
    image.src = save.href = url;
    image.alt = picture.querySelector("img")?.alt ?? "";
    save.download = `picture-${to + 1}`;
    caption.textContent = [picture.parentElement?.dataset.caption, picture.closest(".bubble")?.querySelector(".text")?.textContent].filter(Boolean).join(" · ");
    back.disabled = to === 0;
    forward.disabled = to === pictures.length - 1;
    back.hidden = forward.hidden = pictures.length === 1;
    if (document.activeElement?.matches(":disabled")) close.focus(); // or the keys would go nowhere
    if (!url) load(picture, to);
  }

  /**
   * Has a picture loaded that was too far from the screen for it. If that fails,
   * its tile says why.
   *
   * @param {HTMLElement} picture
   * @param {number} to
   */
  function load(picture, to) {
    const frame = picture.parentElement;
    if (!frame) return;
    frame.addEventListener("settled", () => {
      if (at !== to || !dialog.open) return;
      if (!picture.dataset.url) return caption.replaceChildren(frame.querySelector(".tile span")?.textContent ?? "");
      show(to);
      far = frame;
    }, { once: true });
    frame.dispatchEvent(new Event("near"));
  }

  back.addEventListener("click", () => show(at - 1));
  forward.addEventListener("click", () => show(at + 1));
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") show(at - 1);
    if (event.key === "ArrowRight") show(at + 1);
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target === image) dialog.close();
  });
  dialog.addEventListener("close", () => {
    image.removeAttribute("src");
    // The browser returns to where one came from; with arrows that has moved.
    pictures[at]?.focus({ preventScroll: at === from });
  });

  return (picture) => {
    pictures = [...log.querySelectorAll("button.picture")].filter((p) => p instanceof HTMLElement);
    from = pictures.indexOf(picture);
    dialog.showModal();
    close.focus(); // and not the first one, which downloads
    show(from);
  };
}
