// Whether the visitor may still be here.

/**
 * Asks the server for this very page. Without a session it answers with a
 * redirect to the login, which fetch reports without following. When the
 * server cannot be asked, the session is presumed to live.
 */
export async function sessionLives() {
  try {
    const answer = await fetch(location.href, { method: "HEAD", redirect: "manual", cache: "no-store" });
    return answer.type !== "opaqueredirect" && answer.status !== 401;
  } catch {
    return true;
  }
}

let leaving = false;
addEventListener("submit", (event) => {
  if (event.target instanceof HTMLFormElement && event.target.action.endsWith("/logout")) leaving = true;
});

/** Goes to the login, which leads back here, unless the person is logging out. */
export function endSession() {
  if (!leaving) location.assign(`/auth?next=${encodeURIComponent(location.pathname)}`);
}
