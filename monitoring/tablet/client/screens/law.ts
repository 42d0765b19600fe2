// The card to show at the gate: what the law says, in the reader's language.

import type { App } from "../app.ts";
import { h, show } from "../dom.ts";
import { foreign, inWords, t } from "../texts.ts";
import { topBar } from "./frame.ts";

export function lawScreen(app: App): void {
  const pack = app.pack;
  if (!pack) return;
  app.changed = () => undefined;
  show(
    topBar(app, `#/visit/${pack.visit.id}`, t("Legal card")),
    h("main", { class: "card" },
      h("h1", {}, inWords(pack.law.mechanism)),
      h("p", {}, inWords(pack.law.mandate)),
      h("ul", { class: "rows" }, pack.law.provisions.map((provision) =>
        h("li", {}, h("p", {}, h("strong", {}, `${inWords(provision.instrument)}, ${provision.provision}`), provision.binds ? null : h("span", { class: "quiet" }, ` ${t("a measuring stick here")}`)), h("p", { lang: foreign(provision.requirement) }, inWords(provision.requirement))))),
    ),
  );
}
