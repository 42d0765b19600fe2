// The bar on top of every screen: the way back, where one is, whether everything is sent, and the two ways out.

import type { App } from "../app.ts";
import { h } from "../dom.ts";
import type { Sync } from "../sync.ts";
import { choose, language, LANGUAGES, t } from "../texts.ts";

const TOO_LONG = 48 * 60;

export function topBar(app: App, back: string | null, title: string): HTMLElement {
  return h("header", { class: "top" },
    back ? h("a", { class: "back", href: back, "aria-label": t("Back") }, "‹") : null,
    h("strong", { class: "where" }, title),
    h("span", { class: "state", role: "status" }, sentState(app)),
    h("button", { class: "icon", type: "button", "data-lock": "cover", "aria-label": t("Cover the screen"), title: t("Cover the screen"), onclick: () => app.doors.cover() }, padlock()),
    quickExit(() => app.doors.exit()),
    loud(app),
  );
}

/** What cannot wait, on every screen. */
function loud(app: App): HTMLElement {
  const words = app.sync.state === "cleared" ? lostWords(app.sync.lost) : app.unsaved ? unsavedWords(app.unsaved) : "";
  return h("p", { class: "alarm loud", role: "alert", hidden: words === "", "data-lost": app.sync.state === "cleared" ? app.sync.lost : null }, words);
}

export function lostWords(lost: number): string {
  return t("%(count)s unsent changes should be on this tablet and are not: the browser or somebody cleared them. Do not use it further, and tell your coordinator today.", { count: lost });
}

export function unsavedWords(unsaved: number): string {
  return t("%(count)s changes are not on the disk of this tablet: it is full or broken. Keep this page open, make room, and send them.", { count: unsaved });
}

/** Two days without sending are too many: an iPad may delete after seven, and a tablet may be taken away. */
export function tooLong(app: App): HTMLElement | null {
  const { oldest } = app.sync;
  if (oldest === null || Date.now() / 60_000 - oldest < TOO_LONG) return null;
  return h("p", { class: "alarm", role: "alert", "data-too-long": true }, t("Some of what you recorded has waited for more than two days. Find a network today, so that it is not on this tablet alone."));
}

export function sentState(app: App): HTMLElement {
  const { sync } = app;
  const unsent = sync.unsent + app.onTheWay;
  const state = unsent > 0 && sync.state === "sent" ? "waiting" : sync.state;
  const words = app.unsaved && state !== "cleared" ? t("%(count)s not on the disk", { count: app.unsaved }) : sentWords(sync, state, unsent);
  return h("a", { class: `sent sent-${state}`, href: "#/unsent", "data-sent": state, "data-unsent": unsent, "data-unsaved": app.unsaved }, words);
}

export function sentWords(sync: Sync, state = sync.state, count = sync.unsent): string {
  switch (state) {
    case "no_network":
      return count ? t("%(count)s unsent · no network", { count }) : t("no network");
    case "stranger":
      return t("%(count)s unsent · not our server", { count });
    case "cleared":
      return t("%(count)s missing", { count: sync.lost });
    case "device":
      return t("%(count)s unsent · this tablet is not known", { count });
    case "slow_down":
    case "trouble":
      return t("%(count)s unsent · trying again", { count });
    case "waiting":
      return count ? t("sending %(count)s", { count }) : t("checking");
    default:
      return sync.problems ? t("sent · %(count)s to look at", { count: sync.problems }) : t("all sent");
  }
}

/** Draw the state anew without touching the rest of the screen. */
export function refreshState(app: App): void {
  document.querySelector(".sent")?.replaceWith(sentState(app));
  document.querySelector(".loud")?.replaceWith(loud(app));
}

/** To the sign-in page, and back to this screen. */
export function signInAddress(): string {
  return `/sign-in?next=${encodeURIComponent(`/tablet/${location.hash}`)}`;
}

/** Away at once; three times Escape does the same. */
export function quickExit(exit: () => void = () => location.replace("about:blank")): HTMLElement {
  return h("button", { class: "icon", type: "button", "data-exit": "quick", "aria-label": t("Quick exit"), title: t("Quick exit"), onclick: exit }, "✕");
}

export function languages(redraw: () => void): HTMLElement {
  return h("p", { class: "languages" }, Object.entries(LANGUAGES).map(([code, name]) =>
    h("button", { class: "link", type: "button", lang: code, "data-language": code, "aria-pressed": code === language() ? "true" : "false", onclick: () => void choose(code).then(redraw) }, name)));
}

const SVG = "http://www.w3.org/2000/svg";

function padlock(): SVGElement {
  const drawing = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ viewBox: "0 0 20 20", width: "20", height: "20", "aria-hidden": "true" })) drawing.setAttribute(name, value);
  const path = document.createElementNS(SVG, "path");
  for (const [name, value] of Object.entries({ d: "M4 9h12v8H4zM6.5 9V6.5a3.5 3.5 0 0 1 7 0V9", fill: "none", stroke: "currentColor", "stroke-width": "1.8", "stroke-linejoin": "round" })) path.setAttribute(name, value);
  drawing.append(path);
  return drawing;
}
