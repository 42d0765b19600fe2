// The visits of this person.

import type { App } from "../app.ts";
import { h, show } from "../dom.ts";
import { t, whenWord } from "../texts.ts";
import { refreshState, topBar } from "./frame.ts";

export async function visitsScreen(app: App, message = ""): Promise<void> {
  app.pack = null;
  await app.loadVisits();
  app.changed = () => refreshState(app);
  void app.sync.wake();
  show(
    topBar(app, null, t("Detention Monitoring")),
    h("main", {},
      h("h1", {}, t("Your visits")),
      message ? h("p", { class: "message" }, message) : null,
      app.visits.length === 0 ? h("p", { class: "quiet" }, t("No visit is planned for you. When a coordinator adds you to a team, it appears here.")) : null,
      h("ul", { class: "rows" },
        app.visits.map((visit) =>
          h("li", {},
            h("a", { class: "row", href: `#/visit/${visit.id}`, "data-visit": visit.id },
              h("strong", {}, visit.title),
              h("span", { class: "quiet" }, [visit.kind_title, visit.announced ? t("announced") : t("unannounced"), whenWord(visit.starts_on, visit.ends_on), visit.lead ? t("you are lead") : null].filter(Boolean).join(" · ")),
            ),
          ),
        ),
      ),
      h("p", {}, h("a", { class: "button plain", href: "/desk/" }, t("To the office pages"))),
    ),
  );
}
