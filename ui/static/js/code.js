// The field for six digits.

/**
 * Sends the form by itself once six digits are in, and never again until they
 * are edited: a wrong code must not be sent twice, for each try counts.
 *
 * @param {HTMLFormElement} form
 * @param {HTMLInputElement} input
 */
export function codeField(form, input) {
  let sent = "";
  const button = form.querySelector("button");

  input.addEventListener("input", () => {
    const digits = input.value.replace(/\D/g, "");
    if (digits !== sent) sent = "";
    if (digits.length === 6 && /^[\s\d]*$/.test(input.value) && !sent) form.requestSubmit();
  });

  form.addEventListener("submit", (event) => {
    const digits = input.value.replace(/\D/g, "");
    if (digits === sent) return event.preventDefault(); // on its way already
    sent = digits;
    button?.setAttribute("aria-busy", "true");
  });

  // Back from the next page, the browser shows this one as it was.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    input.value = sent = "";
    button?.removeAttribute("aria-busy");
  });
}
