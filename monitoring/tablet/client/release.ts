// The tablet's own files: kept by the service worker. A new version waits until somebody takes it at a quiet moment.

import { serviceWorkerAddress } from "./trusted.ts";

const LOOK_EVERY = 60 * 60_000;

let registration: ServiceWorkerRegistration | null = null;
let waiting = false;
/** Told when a new version is here and waits. */
export const news = new EventTarget();

export async function keepFiles(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  try {
    registration = await navigator.serviceWorker.register(serviceWorkerAddress(), { scope: "/tablet/", updateViaCache: "none" });
  } catch {
    return; // no network, or a browser that forbids it: the check before departure says so
  }
  look();
  registration.addEventListener("updatefound", () => registration?.installing?.addEventListener("statechange", look));
  setInterval(() => void registration?.update().catch(() => undefined), LOOK_EVERY);
}

function look(): void {
  if (!registration?.waiting || !navigator.serviceWorker.controller) return;
  waiting = true;
  news.dispatchEvent(new Event("waiting"));
}

export function newVersionWaits(): boolean {
  return waiting;
}

/** Change to the new version: only ever on somebody's tap. */
export function takeNewVersion(): void {
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  registration?.waiting?.postMessage("take over");
}

/** No draft of the previous version is left: its files may go. */
export function tidyUp(): void {
  navigator.serviceWorker?.controller?.postMessage("tidy");
}
