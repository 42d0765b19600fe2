// The visits of this person: those taken along open at once, the others are taken along first.

import type { App } from "../app.ts";
import { h, show } from "../dom.ts";
import { obstacle, surroundings, type Surroundings } from "../environment.ts";
import { Refused } from "../network.ts";
import { tidyUp } from "../release.ts";
import { t, whenWord } from "../texts.ts";
import type { KnownVisit } from "../vault/vault.ts";
import { languages, refreshState, signInAddress, tooLong, topBar } from "./frame.ts";
import { update } from "./unlock.ts";

type Message = string | null;

export async function visitsScreen(app: App, message: Message = null): Promise<void> {
  app.close();
  draw(app, message, null);
  const here = (): boolean => !app.pack && document.querySelector("[data-screen=visits]") !== null;
  const looked = surroundings();
  await app.loadVisits();
  if (!here()) return;
  draw(app, message, null);
  void app.sync.wake();
  const around = await looked;
  if (!here()) return;
  draw(app, message, around);
  if (app.sync.unsent === 0 && app.sync.state === "sent") tidyUp();
}

function draw(app: App, message: Message, around: Surroundings | null): void {
  app.changed = () => refreshState(app);
  show(
    topBar(app, null, t("Notebook")),
    h("main", { "data-screen": "visits" },
      h("h1", {}, t("Your visits")),
      message ? h("p", { class: "message", role: "alert" }, message) : null,
      around ? warning(around) : null,
      tooLong(app),
      reading(app),
      app.visits.length === 0 ? h("p", { class: "quiet" }, t("No visit is planned for you. When a coordinator adds you to a team, it appears here.")) : null,
      h("ul", { class: "rows" }, app.visits.map((visit) => h("li", {}, visitRow(app, visit, around, message)))),
      h("p", { class: "tools" }, h("a", { class: "button plain", href: "/desk/" }, t("To the office pages")), update()),
      languages(() => void visitsScreen(app, message)),
    ),
  );
}

function warning(around: Surroundings): HTMLElement | null {
  const words = { private: t("This browser keeps nothing: perhaps it is a private window. Open this page in an ordinary window."), install: t("On an iPad or iPhone what is kept here is deleted after seven days unless the page is on the home screen: choose Share, then Add to Home Screen, and open it from there."), files: t("The tablet's own files are not here yet. Wait a moment with a network, then look again.") };
  const found = obstacle(around);
  if (found) return h("p", { class: "alarm", role: "alert", "data-obstacle": found }, words[found]);
  return around.protectedFromClearing ? null : h("p", { class: "message", "data-unprotected": "true" }, t("Not protected: this browser may clear what is kept here when room gets short. Install the app from the browser's menu, and send as often as you can."));
}

/** Why nothing new can be read. What was taken along can be filled all the same. */
function reading(app: App): HTMLElement | null {
  const words: Record<string, string> = {
    sign_in: t("To see what is new and to take a visit along, sign in. What is ready here can be filled without it."),
    somebody_else: t("Somebody else is signed in on this tablet. To take a visit along, sign in as %(name)s.", { name: app.me.name }),
    device: t("This tablet was given up: visits can no longer be taken along on it. What waits is still sent. Set it up anew to go on."),
  };
  const said = words[app.reading];
  if (!said) return null;
  return h("p", { class: "message", role: "alert", "data-reading": app.reading }, said, " ", app.reading === "device" ? null : h("a", { class: "action", href: signInAddress() }, t("Sign in")));
}

function visitRow(app: App, visit: KnownVisit, around: Surroundings | null, message: Message): HTMLElement {
  const ready = app.ready.has(visit.id);
  const words = [visit.kind_title, visit.announced ? t("announced") : t("unannounced"), whenWord(visit.starts_on, visit.ends_on), visit.lead ? t("you are lead") : null].filter(Boolean).join(" · ");
  const state = h("span", { class: "quiet", role: "status" }, ready ? t("ready without a network") : "");
  const blocked = around === null || obstacle(around) !== null;
  const take = async (): Promise<void> => {
    try {
      await app.takeAlong(visit.id, (done, all) => (state.textContent = t("taking along: %(done)s of %(all)s", { done, all })));
      location.hash = `#/visit/${visit.id}`;
    } catch (problem) {
      if (problem instanceof Refused && problem.status === 401) {
        app.reading = problem.code;
        return draw(app, message, around);
      }
      state.textContent = t("It was not taken along: the network broke off. Nothing half is kept; try again.");
    }
  };
  return ready
    ? h("div", { class: "row" }, h("a", { class: "row-link", href: `#/visit/${visit.id}`, "data-visit": visit.id, "data-ready": "true" }, h("strong", {}, visit.title), h("span", { class: "quiet" }, words)), state,
        h("button", { class: "link", type: "button", "data-renew": visit.id, onclick: () => void take() }, t("renew")))
    : h("div", { class: "row" }, h("span", { class: "row-link" }, h("strong", {}, visit.title), h("span", { class: "quiet" }, words)), state,
        h("button", { class: "button primary", type: "button", "data-visit": visit.id, disabled: blocked, onclick: () => void take() }, t("Take along")));
}
