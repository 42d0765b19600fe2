// Keeps the tablet's own files, so that it opens without a network. It knows no data: reading and sending pass it by untouched.

declare const BUILD: string;
declare const FILES: string[];

const worker = self as unknown as ServiceWorkerGlobalScope;
const SHELL = "/tablet/";
const MINE = `tablet-${BUILD}`;

worker.addEventListener("install", (event) => {
  event.waitUntil(fill());
});

/** All files or none: a build that is half here is not here. */
async function fill(): Promise<void> {
  const requests = [SHELL, ...FILES].map((file) => new Request(file, { cache: "reload", credentials: "omit" }));
  const answers = await Promise.all(requests.map((request) => fetch(request)));
  if (answers.some((answer) => !answer.ok || answer.redirected)) throw new Error("the new version is not whole");
  const cache = await caches.open(MINE);
  await Promise.all(answers.map((answer, at) => cache.put(requests[at]!, answer)));
}

worker.addEventListener("activate", (event) => {
  event.waitUntil(worker.clients.claim());
});

worker.addEventListener("message", (event) => {
  if (event.data === "take over") void worker.skipWaiting();
  if (event.data === "tidy") event.waitUntil(tidy());
});

/** The previous version goes when the page says that its drafts are done. */
async function tidy(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("tablet-") && name !== MINE).map((name) => caches.delete(name)));
}

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const address = new URL(request.url);
  if (address.origin !== worker.location.origin || address.pathname.startsWith("/tablet/api/")) return;
  if (request.mode === "navigate" && address.pathname === SHELL) event.respondWith(kept(SHELL, request));
  else if (FILES.includes(address.pathname) || address.pathname.startsWith("/static/build/") || address.pathname.startsWith("/tablet/worker/")) event.respondWith(kept(address.pathname, request));
});

/** Mine first, then a previous version's (a page of it may still be open), then the network. */
async function kept(path: string, request: Request): Promise<Response> {
  const mine = await (await caches.open(MINE)).match(path, { ignoreVary: true });
  return mine ?? (await caches.match(path, { ignoreVary: true })) ?? fetch(request);
}
