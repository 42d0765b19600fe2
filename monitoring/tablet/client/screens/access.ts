// What was asked for under OPCAT Art. 20 and what came of it: each event is an entry of its own on the visit's sheet.

import { clockAt, type App } from "../app.ts";
import { h, replace, show } from "../dom.ts";
import { EMPTY, type Content, type Side } from "../entries.ts";
import { t } from "../texts.ts";
import { refreshState, topBar } from "./frame.ts";
import { savedWhileTyping } from "./typing.ts";

const DOUBLE_TAP = 600;
const ANSWERS = ["asked", "given", "given_with_limits", "delayed", "refused"];

export function accessWord(answer: string): string {
  const words: Record<string, string> = {
    asked: t("asked for"), given: t("given"), given_with_limits: t("given with limits"), delayed: t("delayed"), refused: t("refused"),
  };
  return words[answer] ?? answer;
}

function itemWords(): [string, string][] {
  return [
    ["a", t("numbers and places of people held")],
    ["b", t("information on treatment and conditions")],
    ["c", t("all places and their installations")],
    ["d", t("private interviews")],
    ["e", t("choice of places and people")],
    ["f", t("contact with the Subcommittee")],
  ];
}

/** The events of the visit: question code and its sides, in the order in which they happened. */
export function accessEvents(app: App): [string, Side[]][] {
  const sheet = app.pack?.visit_sheet ?? "";
  const codes = new Set(app.of(sheet).map((entry) => entry.question).filter((code) => code.startsWith("access.")));
  const found = [...codes].map((code): [string, Side[]] => [code, app.sides(sheet, code)]).filter(([, sides]) => sides.length > 0);
  const at = (sides: Side[]): string => sides[0]?.heads[0]?.content.access?.at ?? "";
  return found.toSorted(([codeA, a], [codeB, b]) => at(a).localeCompare(at(b)) || (codeA < codeB ? -1 : 1));
}

export function accessScreen(app: App): void {
  const fresh = (): void => {
    refreshState(app);
    const old = document.querySelector("main");
    if (old) replace(old, () => content(app, fresh));
  };
  app.changed = () => (editing() ? refreshState(app) : fresh());
  show(topBar(app, `#/visit/${app.pack?.visit.id}`, t("Refused or demanded")), content(app, fresh));
}

function editing(): boolean {
  return document.activeElement instanceof HTMLInputElement || document.activeElement instanceof HTMLTextAreaElement;
}

function content(app: App, fresh: () => void): HTMLElement {
  return h("main", {},
    h("h1", {}, t("What was asked for, and what came of it")),
    h("p", { class: "quiet" }, law(app)),
    h("section", {}, accessEvents(app).map(([code, sides]) => event(app, code, sides, fresh))),
    h("h2", {}, t("Write down another")),
    h("div", { class: "answers" }, itemWords().map(([item, words]) =>
      h("button", { class: "answer", type: "button", "data-access-item": item, "data-focus": `new-${item}`, onclick: () => add(app, item, fresh) }, words),
    )),
  );
}

function law(app: App): string {
  return app.pack?.visit.country === "TJ"
    ? t("Tajikistan has not joined OPCAT: Article 20 is a measuring stick here, and your agreement with the Ombudsman is what you show.")
    : t("Article 20 of OPCAT knows no exception for a national mechanism. The grounds of Article 14 are for the Subcommittee alone.");
}

let adding = false;

/** Write down one more, also when the tap was a double one. */
function add(app: App, item: string, fresh: () => void): void {
  if (adding) return;
  adding = true;
  setTimeout(() => { adding = false; }, DOUBLE_TAP);
  const now = clockAt(app.pack?.visit.time_zone ?? "UTC", new Date());
  const code = `access.${item}.${crypto.randomUUID().slice(0, 8)}`;
  void app.record(app.pack?.visit_sheet ?? "", code, { ...EMPTY, value: "asked", sources: ["observation"], access: { at: now, who: "", ground: "" } });
  fresh();
  document.querySelector(`[data-event="${code}"]`)?.scrollIntoView({ block: "center" });
}

function event(app: App, code: string, sides: Side[], fresh: () => void): HTMLElement {
  const sheet = app.pack?.visit_sheet ?? "";
  const now = app.content(sheet, code);
  const fact = (): NonNullable<Content["access"]> => app.content(sheet, code).access ?? { at: "", who: "", ground: "" };
  const save = (change: Partial<Content>, draw: boolean): void => {
    void app.record(sheet, code, { ...app.content(sheet, code), access: fact(), ...change });
    if (draw) fresh();
  };
  const words = itemWords().find(([item]) => code.startsWith(`access.${item}.`))?.[1] ?? code;
  const field = (name: "at" | "who" | "ground", label: string, type = "text"): HTMLElement =>
    h("label", { class: "field" }, h("span", { class: "quiet" }, label),
      savedWhileTyping(h("input", {
        type, value: fact()[name], maxlength: name === "ground" ? 2000 : 200, "data-access": name, "data-focus": `${code}-${name}`, autocomplete: "off",
      }), (text) => {
        const said = text.normalize("NFC").trim();
        if (said !== fact()[name]) save({ access: { ...fact(), [name]: said } }, false);
      }));
  return h("article", { class: "question", "data-event": code },
    h("p", { class: "text" }, words, sides.length > 1 ? h("span", { class: "quiet" }, ` ${t("two people wrote different answers")}`) : null),
    h("div", { class: "answers", role: "group" }, ANSWERS.map((answer) =>
      h("button", {
        class: "answer", type: "button", "aria-pressed": now.value === answer ? "true" : "false", "data-access-answer": answer, "data-focus": `${code}-${answer}`,
        onclick: () => save({ value: answer }, true),
      }, accessWord(answer)),
    )),
    h("div", { class: "fields" }, field("at", t("At what time"), "time"), field("who", t("By whom: function, not name")), field("ground", t("On what ground, in their words"))),
    h("button", { class: "link", type: "button", onclick: () => save({ value: null }, true) }, t("Take this back")),
  );
}
