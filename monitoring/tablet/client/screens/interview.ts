// A private interview: dark and quiet, one question at a time, the next one by tapping the answer. It lives in the vault's worker; closed or shut,
// nothing of it is left on this tablet that anybody could read.

import type { Question, Severity } from "../../shared/types.ts";
import type { App } from "../app.ts";
import { h, show, stillHere } from "../dom.ts";
import { inWords, languageNote, t } from "../texts.ts";
import type { SheetRow } from "../vault/pack.ts";
import type { Step } from "../vault/interviews.ts";
import { refreshState, topBar } from "./frame.ts";
import { questionRow, type Asked } from "./question.ts";
import { mark } from "./visit.ts";

/** The one question whose length is proposed from the times of the answers. */
const LENGTH = "PI50";

export async function interviewScreen(app: App, sheet: SheetRow): Promise<void> {
  app.changed = () => refreshState(app);
  if (sheet.closed || !(await app.vault.isOpen(sheet.id))) return void location.replace(`#/visit/${app.pack?.visit.id}`);
  await go(app, sheet, null);
}

async function go(app: App, sheet: SheetRow, wanted: string | null, alert: Severity | null = null): Promise<void> {
  const wantedStill = stillHere();
  const step = await app.vault.step(sheet.id, wanted);
  if (!wantedStill()) return;
  const question = step ? app.definition(sheet)?.questions[step.question] : undefined;
  if (step && question) draw(app, sheet, step, question, alert);
}

function draw(app: App, sheet: SheetRow, step: Step, question: Question, alert: Severity | null): void {
  const wanted = stillHere();
  let { content } = step;
  let after = Promise.resolve<Severity | null>(null);
  const lost = (): void => {
    content = step.content;
    say(t("This answer could not be kept: the disk of this tablet is full or broken. Make room, then tap it again."));
  };
  const asked: Asked = {
    question,
    sides: () => step.sides,
    content: () => content,
    record: async (changed) => {
      content = changed;
      after = app.answer(sheet.id, question.code, changed);
      await after.catch(lost);
    },
    redraw: () => void after.then((problem) => (wanted() ? next(app, sheet, question, step, content.value, problem) : undefined), lost),
    problem: () => step.problem,
    person: app.me.id,
    place: null,
    zone: app.pack?.visit.time_zone ?? "UTC",
    standards: question.standards.map((code) => inWords(app.pack?.titles.standards[code])).filter(Boolean).join("; "),
    offered: question.code === LENGTH ? step.minutes : null,
    photos: null,
  };
  show(
    topBar(app, `#/visit/${app.pack?.visit.id}`, t("Interview %(label)s", { label: sheet.label })),
    h("main", { class: "interview" },
      alert === "critical" ? h("p", { class: "alarm", role: "alert", "data-alert": "critical" }, mark("critical"), " ", t("What was just said is critical. Ask what the person wishes; tell the lead of the visit now. This tablet does not show it again.")) : null,
      h("p", { class: "quiet" }, languageNote(app.definition(sheet)?.languages ?? {})),
      h("p", { class: "quiet" }, t("%(number)s of %(all)s · no names, no dates of birth", { number: step.number, all: step.all })),
      questionRow(asked),
    ),
    h("footer", { class: "bottom" },
      step.before ? h("button", { class: "button", onclick: () => void go(app, sheet, step.before) }, `‹ ${t("Previous")}`) : h("span", {}),
      h("button", { class: "button", "data-close": "interview", onclick: () => void close(app, sheet) }, t("Close and seal")),
      step.after ? h("button", { class: "button primary", "data-next": "question", onclick: () => void go(app, sheet, step.after) }, `${t("Next")} ›`) : h("span", {}),
    ),
  );
}

function say(words: string): void {
  document.querySelector(".interview > .alarm")?.remove();
  document.querySelector(".interview")?.prepend(h("p", { class: "alarm", role: "alert" }, words));
}

/** After a tap on an answer the next question comes by itself; after anything else the same one stays. */
function next(app: App, sheet: SheetRow, question: Question, step: Step, value: unknown, problem: Severity | null): Promise<void> {
  const quick = (question.type === "yes_no_partly" || question.type === "choice") && value !== null && value !== "not_assessed";
  const alert = problem === "critical" && step.problem !== "critical" ? problem : null;
  if (!quick) return go(app, sheet, question.code, alert);
  return app.vault.step(sheet.id, question.code).then((now) => go(app, sheet, now?.after ?? question.code, alert));
}

async function close(app: App, sheet: SheetRow): Promise<void> {
  if (!confirm(t("Close this interview? It will not be shown on this tablet again."))) return;
  try {
    await app.closeInterview(sheet);
  } catch {
    return say(t("This interview could not be closed: the disk of this tablet is full or broken. Make room, then try again."));
  }
  location.hash = `#/visit/${app.pack?.visit.id}`;
}
