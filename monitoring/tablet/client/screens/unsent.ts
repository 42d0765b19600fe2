// What has not been sent, since when, and why; and the way to send it now.

import type { App } from "../app.ts";
import { h, show, stillHere } from "../dom.ts";
import { surroundings } from "../environment.ts";
import { removals } from "../ledger.ts";
import type { Fate, Outgoing, OutgoingFile } from "../storage/index.ts";
import { t } from "../texts.ts";
import { sentWords, signInAddress, tooLong, topBar } from "./frame.ts";

type Item = Outgoing | OutgoingFile;

export async function unsentScreen(app: App): Promise<void> {
  const wanted = stillHere();
  const [entries, files, around] = await Promise.all([app.storage.outbox(), app.storage.outgoingFiles(), surroundings()]);
  if (!wanted()) return;
  const items: Item[] = [...entries, ...files];
  const of = (fate: Fate): Item[] => items.filter((item) => item.fate === fate);
  app.changed = () => void unsentScreen(app);
  show(
    topBar(app, app.pack ? `#/visit/${app.pack.visit.id}` : "#/", t("Sending")),
    h("main", {},
      h("h1", {}, t("Sending")),
      h("p", { "data-state": app.sync.state }, why(app)),
      tooLong(app),
      h("p", { class: "tools" }, app.sync.state === "device" ? h("a", { class: "button", href: signInAddress() }, t("Sign in")) : null,
        h("button", { class: "button primary", type: "button", "data-send": "now", onclick: () => void app.sync.wake(true) }, t("Send now"))),
      h("dl", { class: "facts" },
        line(t("Waits to be sent"), of("waiting").length, since(of("waiting"))),
        line(t("The server has it"), of("stored").length, t("the sealed copy stays here until a backup of the server was verified")),
        line(t("Waits for the lead's decision"), of("quarantined").length, ""),
        line(t("Could not be taken"), of("refused").length + of("parked").length, ""),
      ),
      problems(of("refused"), of("parked"), of("quarantined")),
      around.protectedFromClearing ? null : h("p", { class: "alarm" }, t("This browser may clear what is kept here when room gets short. Install the app, and send as often as you can.")),
      history(),
    ),
  );
}

function line(words: string, count: number, more: string): HTMLElement[] {
  return [h("dt", {}, words), h("dd", {}, h("strong", {}, count), more && count ? h("span", { class: "quiet" }, ` ${more}`) : null)];
}

function since(items: Item[]): string {
  if (items.length === 0) return "";
  const oldest = new Date(Math.min(...items.map((item) => item.at)) * 60_000);
  const pad = (value: number): string => String(value).padStart(2, "0");
  return t("the oldest since %(when)s", { when: `${pad(oldest.getDate())}.${pad(oldest.getMonth() + 1)}. ${pad(oldest.getHours())}:${pad(oldest.getMinutes())}` });
}

/** The reason in a sentence, and what to do. */
function why(app: App): string {
  if (app.sync.unsent === 0 && app.sync.state === "sent") return t("Everything has been sent.");
  const reasons: Record<string, string> = {
    no_network: t("There is no way to the server just now. It is tried again and again by itself; nothing is lost."),
    stranger: t("Something answers in place of the server: perhaps a sign-in page of this network. Open any page in the browser, or use another network."),
    device: t("The server does not know this tablet any more, perhaps because it was restored from a backup. Sign in once, and it is made known again. What you recorded stays here until then."),
    slow_down: t("The server asks to wait a little. It goes on by itself."),
    cleared: t("What was kept on this tablet is gone. What is written now may be lost too."),
    trouble: t("The server does not take it just now. It is tried again by itself; nothing is lost."),
  };
  return reasons[app.sync.state] ?? sentWords(app.sync);
}

function problems(...groups: Item[][]): HTMLElement | null {
  const counted = new Map<string, number>();
  for (const item of groups.flat()) {
    const said = item.message ? t(item.message) : t("no reason was given");
    counted.set(said, (counted.get(said) ?? 0) + 1);
  }
  if (counted.size === 0) return null;
  return h("section", {}, h("h2", {}, t("What the server said")), h("ul", {}, [...counted].map(([message, count]) => h("li", {}, `${message} (${count})`))));
}

function history(): HTMLElement | null {
  const gone = removals();
  if (gone.length === 0) return null;
  const words = { passed: t("sealed copies that a verified backup holds"), forgotten: t("readable copies of a visit"), destroyed: t("destroyed by hand"), cleared: t("cleared by the browser or by somebody") };
  return h("details", {}, h("summary", {}, t("What left this tablet")), h("ul", {}, gone.map((removal) => h("li", {}, `${removal.day}: ${removal.count} · ${words[removal.what]}`))));
}
