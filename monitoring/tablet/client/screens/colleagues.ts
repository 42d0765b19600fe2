// The team: who fills what, when their answers last arrived, and what is known of this place from before.

import type { App } from "../app.ts";
import { h, show } from "../dom.ts";
import { dayWord, inWords, severityWord, t } from "../texts.ts";
import { signInAddress, topBar } from "./frame.ts";

export function colleaguesScreen(app: App): void {
  const pack = app.pack;
  if (!pack) return;
  app.changed = () => colleaguesScreen(app);
  const entries = app.book.all();
  show(
    topBar(app, `#/visit/${pack.visit.id}`, t("Colleagues")),
    h("main", {},
      h("h1", {}, t("Colleagues")),
      app.sync.signIn ? h("p", { class: "message" }, t("Colleagues' answers arrive again after you sign in. Yours are sent all the same."), " ", h("a", { class: "action", href: signInAddress() }, t("Sign in"))) : null,
      h("ul", { class: "rows" }, pack.team.map((member) => {
        const theirs = entries.filter((entry) => entry.author === member.id && !entry.question.startsWith("sheet."));
        const last = theirs.map((entry) => entry.device_time).sort().at(-1);
        return h("li", {}, h("span", { class: "row" }, h("strong", {}, `${member.letter} · ${member.name}`, member.lead ? ` (${t("lead")})` : ""),
          h("span", { class: "quiet" }, theirs.length ? t("%(count)s answers, the last at %(time)s", { count: theirs.length, time: last?.slice(11, 16) ?? "" }) : t("nothing has arrived yet"))));
      })),
      pack.before.findings.length ? h("section", {}, h("h2", {}, t("Found here before")), h("ul", { class: "rows" }, pack.before.findings.map((finding) =>
        h("li", {}, h("p", {}, inWords(finding.text)), h("p", { class: "quiet" }, [finding.severity ? severityWord(finding.severity) : t("good practice"), dayWord(finding.visit_ended_on)].join(" · ")))))) : null,
      pack.before.recommendations.length ? h("section", {}, h("h2", {}, t("Still open")), h("ul", { class: "rows" }, pack.before.recommendations.map((open) =>
        h("li", {}, h("p", {}, inWords(open.text)), h("p", { class: "quiet" }, `${inWords(open.authority)} · ${dayWord(open.due_on)}`))))) : null,
    ),
  );
}
