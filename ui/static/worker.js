// The service worker: shows the offline page while the server cannot be
// reached, and notifications. It stores that page and the files it links to,
// which hold nothing of anybody, and nothing else. Every other page comes from
// the server or not at all, so none is ever older than the server.
//
// The server writes version and files, see ui/worker.go. A new version is a
// new worker, which stores its files beside the old ones before it takes over.

/** @type {ServiceWorkerGlobalScope} */
const worker = /** @type {any} */ (self);

const version = "VERSION";
const files = ["FILES"];
const shell = "/offline";

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(activate()));

async function install() {
  const cache = await caches.open(version);
  await cache.addAll([new Request(shell, { cache: "no-store" }), ...files]);
  await worker.skipWaiting();
}

async function activate() {
  for (const name of await caches.keys()) if (name !== version) await caches.delete(name);
  await worker.registration.navigationPreload?.enable(); // or each page waited for the worker to start
}

worker.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  if (method !== "GET") return;
  if (mode === "navigate") event.respondWith(page(event));
  else if (files.includes(new URL(url).pathname)) event.respondWith(file(event.request));
});

/** @param {FetchEvent} event */
async function page(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return (await stored(shell)) ?? Response.error();
  }
}

/**
 * A file's address holds its hash, so the stored one is the one.
 *
 * @param {Request} request
 */
const file = async (request) => (await stored(request)) ?? fetch(request);

/** @param {Request | string} request */
const stored = (request) => caches.match(request, { cacheName: version, ignoreVary: true });

/** @typedef {{path: string, title?: string, body?: string, icon?: string}} News of a room; without a title, somebody has seen them */

worker.addEventListener("message", (event) => event.waitUntil(notify(event.data)));

/** @param {News} news */
async function notify({ path, title, body, icon }) {
  if (!title) {
    for (const shown of await worker.registration.getNotifications({ tag: path })) shown.close();
  } else if (!(await windowsOf(path)).some((w) => w.focused && w.visibilityState === "visible")) {
    // The room's sound is the page's to make.
    await worker.registration.showNotification(title, { body, icon, tag: path, silent: true });
  }
}

worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(visit(event.notification.tag));
});

/** @param {string} path */
async function visit(path) {
  const [open] = await windowsOf(path);
  return open ? open.focus() : worker.clients.openWindow(path);
}

/**
 * The windows that show a room, also those opened before the worker was there.
 *
 * @param {string} path
 */
async function windowsOf(path) {
  const all = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  return all.filter((w) => new URL(w.url).pathname === path);
}
