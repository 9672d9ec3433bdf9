// The page that the service worker shows in place of one it cannot get: it has
// that one's address, so loading it again is all there is to do.

import "./page/theme.js";

/** How often the server is asked for, in milliseconds. */
const often = 5000;

async function look() {
  if (document.hidden) return;
  const answer = await fetch("/health", { cache: "no-store" }).catch(() => undefined);
  if (!answer?.ok) return;
  if (location.pathname === "/offline") location.replace("/"); // somebody came here by its own address
  else location.reload();
}


if (location.pathname === "/offline") look();
setInterval(look, often);
addEventListener("online", look);
document.addEventListener("visibilitychange", look);
