// Buttons that copy or share: data-copy names an element whose text is
// copied (without its spaces, with data-copy-tight), data-copy-text holds the
// text itself, data-share an address for the device's own share sheet.

import { later } from "./later.js";

export function copyButtons() {
  const share = later(() => import("./share.js"));
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-copy], [data-copy-text]"))) {
    button.addEventListener("click", () => share().then(({ copy }) => copy(button), () => {}));
  }
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-share]"))) {
    button.hidden = !navigator.share;
    // The sheet closed without a choice is no failure.
    button.addEventListener("click", () => navigator.share({ url: button.dataset.share }).catch(() => {}));
  }
}
