// The fields for six digits.

/**
 * Sends the form by itself once each field has six digits, and never again
 * until they are edited: a wrong code must not be sent twice, for each try
 * counts. A field that is full leads on to the next empty one.
 *
 * @param {HTMLFormElement} form
 * @param {HTMLInputElement[]} inputs
 */
export function codeFields(form, inputs) {
  let sent = "";
  const button = form.querySelector("button");
  const digits = (/** @type {HTMLInputElement} */ input) => input.value.replace(/\D/g, "");
  const full = (/** @type {HTMLInputElement} */ input) =>
    digits(input).length === 6 && /^[\s\d]*$/.test(input.value);
  const all = () => inputs.map(digits).join(" ");

  for (const input of inputs) {
    input.addEventListener("input", () => {
      if (all() !== sent) sent = "";
      if (!full(input)) return;
      const empty = inputs.find((other) => !other.value);
      if (empty) empty.focus();
      else if (inputs.every(full) && !sent) form.requestSubmit();
    });
  }

  form.addEventListener("submit", (event) => {
    if (all() === sent) return event.preventDefault(); // on its way already
    sent = all();
    button?.setAttribute("aria-busy", "true");
  });

  // Back from the next page, the browser shows this one as it was.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const input of inputs) input.value = "";
    sent = "";
    button?.removeAttribute("aria-busy");
  });
}
