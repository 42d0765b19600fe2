// What this browser and this tablet are able to do, before somebody relies on it in a prison.

import { works } from "./storage/index.ts";

const FILES_WITHIN = 10_000;

export interface Surroundings {
  /** An iPad or iPhone deletes what a page keeps after seven days unless the page was put on the home screen. */
  apple: boolean;
  installed: boolean;
  keeps: boolean;
  protectedFromClearing: boolean;
  filesKept: boolean;
}

export async function surroundings(): Promise<Surroundings> {
  return {
    apple: isApple(navigator.userAgent, navigator.maxTouchPoints),
    installed: matchMedia("(display-mode: standalone)").matches || (navigator as { standalone?: boolean }).standalone === true,
    keeps: await works(),
    protectedFromClearing: await protect(),
    filesKept: await filesKept(),
  };
}

/** An iPad calls itself a Mac; a Mac has no fingers. */
export function isApple(agent: string, touchPoints: number): boolean {
  return /iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && touchPoints > 1);
}

/** What stands in the way of working without a network; nothing if all is well. */
export function obstacle(found: Surroundings): "private" | "install" | "files" | null {
  if (!found.keeps) return "private";
  if (found.apple && !found.installed) return "install";
  return found.filesKept ? null : "files";
}

/** Ask the browser not to clear what is kept here when room gets short. */
export async function protect(): Promise<boolean> {
  try {
    return (await navigator.storage?.persisted?.()) || ((await navigator.storage?.persist?.()) ?? false);
  } catch {
    return false;
  }
}

/** Whether the tablet's own files are here and in charge, so that it opens without a network; they get a while to arrive. */
async function filesKept(): Promise<boolean> {
  if (!("serviceWorker" in navigator)) return false;
  const tooLong = new Promise<null>((resolve) => setTimeout(() => resolve(null), FILES_WITHIN));
  const registration = await Promise.race([navigator.serviceWorker.ready, tooLong]);
  return registration !== null && (await caches.keys()).some((name) => name.startsWith("tablet-"));
}
