// The bar on top of every screen: the way back, where one is, and whether everything is sent.

import type { App } from "../app.ts";
import { h } from "../dom.ts";
import { t } from "../texts.ts";

export function topBar(app: App, back: string | null, title: string): HTMLElement {
  return h("header", { class: "top" },
    back ? h("a", { class: "back", href: back, "aria-label": t("Back") }, "‹") : null,
    h("strong", { class: "where" }, title),
    sentState(app),
  );
}

export function sentState(app: App): HTMLElement {
  const said = app.sync.state === "sign_in" ? h("a", { class: "action", href: signInAddress() }, words(app)) : words(app);
  return h("span", { class: `sent sent-${app.sync.state}`, role: "status", "data-sent": app.sync.state, "data-unsent": app.sync.unsent }, said);
}

/** To the sign-in page, and back to this screen. */
export function signInAddress(): string {
  return `/sign-in?next=${encodeURIComponent(`/tablet/${location.hash}`)}`;
}

function words(app: App): string {
  const count = app.sync.unsent;
  switch (app.sync.state) {
    case "no_network":
      return t("%(count)s unsent · no network", { count });
    case "sign_in":
      return t("%(count)s unsent · sign in again", { count });
    case "trouble":
      return t("%(count)s unsent · trying again", { count });
    case "waiting":
      return count ? t("sending %(count)s", { count }) : t("checking");
    default:
      return t("all sent");
  }
}

/** Draw the state anew without touching the rest of the screen. */
export function refreshState(app: App): void {
  document.querySelector(".sent")?.replaceWith(sentState(app));
}
