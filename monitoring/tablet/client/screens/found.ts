// The problems found so far, the gravest first, each with the way to its question.

import { SEVERITIES } from "../../shared/evaluation.ts";
import type { App } from "../app.ts";
import { h, show } from "../dom.ts";
import { inWords, t } from "../texts.ts";
import { topBar } from "./frame.ts";
import { valueWords } from "./question.ts";
import { mark } from "./visit.ts";

export function foundScreen(app: App): void {
  const rows = app.sheets().filter((sheet) => sheet.per !== "interview").flatMap((sheet) => {
    const definition = app.definition(sheet);
    return Object.entries(app.result(sheet)?.problems ?? {}).map(([code, severity]) => ({ sheet, definition, code, severity }));
  });
  rows.sort((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity));
  app.changed = () => foundScreen(app);
  show(
    topBar(app, `#/visit/${app.pack?.visit.id}`, t("Found so far")),
    h("main", {},
      h("h1", {}, t("Found so far")),
      rows.length === 0 ? h("p", { class: "quiet" }, t("No problem yet.")) : null,
      h("ul", { class: "rows" }, rows.map(({ sheet, definition, code, severity }) => {
        const question = definition?.questions[code];
        const section = definition?.sections.find((found) => found.questions.includes(code));
        return h("li", {},
          h("a", { class: "row", href: `#/visit/${app.pack?.visit.id}/sheet/${sheet.id}/${section?.key ?? ""}` },
            h("span", {}, h("span", { class: "code" }, code), " ", inWords(question?.texts), " ", h("strong", {}, question ? app.sides(sheet.id, code).map((side) => valueWords(question, side.value)).join(" / ") : "")),
            h("span", { class: "quiet" }, mark(severity), " ", [inWords(definition?.titles), sheet.label].filter(Boolean).join(" ")),
          ),
        );
      })),
    ),
  );
}
