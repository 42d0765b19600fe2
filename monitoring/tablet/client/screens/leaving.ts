// Before the team leaves: what must not be forgotten, and the one tap that lets the counts of interviews go.

import type { App } from "../app.ts";
import { h, show, stillHere } from "../dom.ts";
import { t } from "../texts.ts";
import { counted } from "../vault/tally.ts";
import { topBar } from "./frame.ts";

export async function leavingScreen(app: App): Promise<void> {
  const wanted = stillHere();
  const files = await app.storage.outgoingFiles();
  const pack = app.pack;
  if (!pack || !wanted()) return;
  // what the server misses, or what it does not even know to be missing yet
  const missing = Math.max(app.photosMissing, files.filter((file) => file.visit === pack.visit.id && file.fate === "waiting").length);
  const sheets = app.sheets();
  const open = sheets.filter((sheet) => sheet.per === "interview" && sheet.opened_by === app.me.id && !sheet.closed);
  const unanswered = sheets.filter((sheet) => sheet.per !== "interview").reduce((sum, sheet) => {
    const result = app.result(sheet);
    return sum + (result ? result.asked - result.answered : 0);
  }, 0);
  const conflicts = sheets.reduce((sum, sheet) => sum + (app.result(sheet)?.conflicts.length ?? 0), 0);
  const held = Object.values(app.tally.held).reduce((sum, count) => sum + count, 0);
  app.changed = () => void leavingScreen(app);
  const leave = async (): Promise<void> => {
    await app.leaveVisit();
    await leavingScreen(app);
  };
  show(
    topBar(app, `#/visit/${pack.visit.id}`, t("Before leaving")),
    h("main", {},
      h("h1", {}, t("Before leaving")),
      h("ul", { class: "checks" },
        check(unanswered === 0, t("Every question is answered or has a reason"), unanswered ? t("%(count)s are open", { count: unanswered }) : ""),
        check(conflicts === 0, t("No two answers disagree"), conflicts ? t("%(count)s disagree: decide now, while both are here", { count: conflicts }) : ""),
        check(open.length === 0, t("Every interview is closed"), open.map((sheet) => sheet.label).join(", ")),
        check(missing === 0, t("Every photo has arrived"), missing ? t("%(count)s are still on a tablet", { count: missing }) : ""),
        check(app.sync.unsent === 0, t("Everything has been sent"), app.sync.unsent ? t("%(count)s wait; they are sent by themselves", { count: app.sync.unsent }) : ""),
      ),
      h("p", {}, t("Those who spoke with you: did each hear how to report pressure, and is a return visit needed?")),
      h("p", {}, t("Interviews: %(people)s", { people: counted(app.tally).people })),
      held
        ? h("p", {}, h("button", { class: "button primary", type: "button", "data-leave": "visit", onclick: () => void leave() }, t("We have left: send the counts of interviews")))
        : h("p", { class: "quiet", "data-left": "true" }, t("The counts of interviews have been sealed for sending, in no order.")),
    ),
  );
}

function check(done: boolean, words: string, more: string): HTMLElement {
  return h("li", { "data-done": done ? "true" : "false" }, h("span", { "aria-hidden": "true" }, done ? "✓" : "○"), " ", words, more ? h("span", { class: "quiet" }, ` · ${more}`) : null, h("span", { class: "visually-hidden" }, done ? ` (${t("done")})` : ` (${t("not yet")})`));
}
