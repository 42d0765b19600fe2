// A private interview: dark and quiet, one question at a time, the next one by tapping the answer. Closed, it is not shown again.

import type { Question } from "../../shared/types.ts";
import type { App } from "../app.ts";
import { h, show } from "../dom.ts";
import { EMPTY } from "../entries.ts";
import type { SheetRow } from "../network.ts";
import { languageNote, t } from "../texts.ts";
import { refreshState, topBar } from "./frame.ts";
import { questionRow } from "./question.ts";

export function interviewScreen(app: App, sheet: SheetRow): void {
  if (sheet.closed) {
    location.replace(`#/visit/${app.pack?.visit.id}`);
    return;
  }
  app.changed = () => refreshState(app);
  step(app, sheet, firstOpen(app, sheet));
}

function visible(app: App, sheet: SheetRow): Question[] {
  const definition = app.definition(sheet);
  const codes = app.result(sheet)?.visible ?? [];
  return codes.map((code) => definition?.questions[code]).filter((question) => question !== undefined);
}

function firstOpen(app: App, sheet: SheetRow): string {
  const questions = visible(app, sheet);
  return (questions.find((question) => app.sides(sheet.id, question.code).length === 0) ?? questions[0])?.code ?? "";
}

function step(app: App, sheet: SheetRow, code: string): void {
  const questions = visible(app, sheet);
  const place = Math.max(0, questions.findIndex((question) => question.code === code));
  const question = questions[place];
  const result = app.result(sheet);
  if (!question || !result) return;
  const go = (target: Question | undefined): void => (target ? step(app, sheet, target.code) : undefined);
  const answered = (): void => {
    const now = visible(app, sheet);
    const next = now[now.findIndex((found) => found.code === question.code) + 1];
    const quick = question.type === "yes_no_partly" || question.type === "choice";
    const value = app.sides(sheet.id, question.code)[0]?.value;
    go(quick && value && value !== "not_assessed" && next ? next : question);
  };
  show(
    topBar(app, `#/visit/${app.pack?.visit.id}`, t("Interview %(label)s", { label: sheet.label })),
    h("main", { class: "interview" },
      h("p", { class: "quiet" }, languageNote(app.definition(sheet)?.languages ?? {})),
      h("p", { class: "quiet" }, t("%(number)s of %(all)s · no names, no dates of birth", { number: place + 1, all: questions.length })),
      questionRow(app, sheet, question, result, answered),
    ),
    h("footer", { class: "bottom" },
      place > 0 ? h("button", { class: "button", onclick: () => go(questions[place - 1]) }, `‹ ${t("Previous")}`) : h("span", {}),
      h("button", { class: "button", "data-close": "interview", onclick: () => void close(app, sheet) }, t("Close and seal")),
      place < questions.length - 1 ? h("button", { class: "button primary", "data-next": "question", onclick: () => go(questions[place + 1]) }, `${t("Next")} ›`) : h("span", {}),
    ),
  );
}

async function close(app: App, sheet: SheetRow): Promise<void> {
  if (!confirm(t("Close this interview? It will not be shown on this tablet again."))) return;
  await app.record(sheet.id, "sheet.closed", { ...EMPTY, value: "yes" });
  location.hash = `#/visit/${app.pack?.visit.id}`;
}
