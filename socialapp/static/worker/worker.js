// @ts-check
/* The service worker of /sw.js, which puts HOUSE before it: build, shell, icon, badge.
 *
 * It answers for three things: a page when there is no network, the files of the frame,
 * and what another app shares. Pages, media and the API are never kept: they are
 * somebody's, and may be taken down.
 */

/** @type {any} */
const worker = self;

const SHELL = `troupe-shell-${HOUSE.build}`;
const STATIC = `troupe-static-${HOUSE.build}`;
const SHARED = "troupe-shared";
const OURS = [SHELL, STATIC, SHARED];
const OFFLINE = "/offline/";
const PICTURE = "/share/picture";

/** A file whose name is that of its content never changes. */
const HASHED = /^\/static\/.+\.[0-9a-f]{12}\.\w+$/;
const MOST_STATIC = 300;

worker.addEventListener("install", (/** @type {any} */ event) => {
  event.waitUntil(keepShell());
});

worker.addEventListener("activate", (/** @type {any} */ event) => {
  event.waitUntil(begin());
});

worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== worker.location.origin) return;
  if (request.method === "POST" && url.pathname === "/share/") {
    event.respondWith(take(request));
  } else if (request.method !== "GET" || request.headers.has("range")) {
    return;
  } else if (request.mode === "navigate") {
    event.respondWith(page(event));
  } else if (HASHED.test(url.pathname)) {
    event.respondWith(file(request));
  }
});

worker.addEventListener("push", (/** @type {any} */ event) => {
  event.waitUntil(tell(event.data));
});

worker.addEventListener("notificationclick", (/** @type {any} */ event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data?.url ?? "/notices/"));
});

worker.addEventListener("message", (/** @type {any} */ event) => {
  if (event.data === "take-over") void worker.skipWaiting();
  // Whoever sits here next finds nothing of the last one.
  if (event.data === "signed-out") event.waitUntil(forget());
});

async function keepShell() {
  const cache = await caches.open(SHELL);
  // Without cookies: what is kept is nobody's page.
  const files = [OFFLINE, ...HOUSE.shell].map(
    (url) => new Request(url, { credentials: "omit", cache: "reload" }),
  );
  await cache.addAll(files);
}

async function begin() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("troupe-") && !OURS.includes(name));
  await Promise.all(old.map((name) => caches.delete(name)));
  await worker.registration.navigationPreload?.enable();
  await worker.clients.claim();
}

/** @param {any} event */
async function page(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch (error) {
    const kept = await caches.match(OFFLINE, { cacheName: SHELL, ignoreVary: true });
    if (kept) return kept;
    throw error;
  }
}

/** @param {Request} request */
async function file(request) {
  const kept = await caches.match(request.url, { ignoreVary: true });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok && answer.type === "basic") {
    const copy = answer.clone();
    const cache = await caches.open(STATIC);
    const files = await cache.keys();
    if (files.length >= MOST_STATIC && files[0]) await cache.delete(files[0]);
    await cache.put(request.url, copy).catch(() => {
      // The phone is full: it works without.
    });
  }
  return answer;
}

/** @param {Request} request */
async function take(request) {
  const told = new URLSearchParams();
  try {
    const form = await request.formData();
    const words = ["title", "text", "url"].map((name) => String(form.get(name) ?? "").trim());
    told.set("text", [...new Set(words.filter(Boolean))].join("\n").slice(0, 2000));
    const picture = form.get("picture");
    if (picture instanceof File && picture.size) {
      const cache = await caches.open(SHARED);
      const headers = { "Content-Type": picture.type };
      await cache.put(PICTURE, new Response(picture, { headers }));
      told.set("picture", "1");
    }
  } catch {
    told.set("lost", "1");
  }
  return Response.redirect(`/share/#${told}`, 303);
}

/** @param {any} data */
async function tell(data) {
  /** @type {{ title?: string, body?: string, url?: string, tag?: string }} */
  let news = {};
  try {
    news = data?.json() ?? {};
  } catch {
    // A push must show something; what it was waits in the notices.
  }
  await worker.registration.showNotification(news.title || "There is news", {
    body: news.body ?? "",
    tag: news.tag ?? "news",
    icon: HOUSE.icon,
    badge: HOUSE.badge,
    data: { url: news.url ?? "/notices/" },
  });
  for (const client of await worker.clients.matchAll()) client.postMessage("news");
}

/** @param {string} path */
async function show(path) {
  const url = new URL(path, worker.location.origin);
  if (url.origin !== worker.location.origin) return;
  const open = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = open.find((/** @type {any} */ one) => one.url === url.href);
  if (there) await there.focus();
  else await worker.clients.openWindow(url.href);
}

async function forget() {
  await caches.delete(SHARED);
  const shown = await worker.registration.getNotifications();
  for (const one of shown) one.close();
}
