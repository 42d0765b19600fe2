// One sheet: a map of its sections, and one section on the screen.

import type { Definition, SheetResult } from "../../shared/types.ts";
import type { App } from "../app.ts";
import { h, replace, shape, show } from "../dom.ts";
import { suggestion } from "../suggestions.ts";
import { inWords, languageNote, severityWord, t } from "../texts.ts";
import type { SheetRow } from "../vault/pack.ts";
import { refreshState, topBar } from "./frame.ts";
import { questionRow, type Asked } from "./question.ts";
import { mark, spaceOf } from "./visit.ts";

/** What the screen shows of a sheet: the section, and what was true when it was drawn. */
interface Shown {
  app: App;
  sheet: SheetRow;
  definition: Definition;
  section: string;
  result: SheetResult;
}

export function sheetScreen(app: App, sheet: SheetRow, chosen: string): void {
  const definition = app.definition(sheet);
  const result = app.result(sheet);
  if (!definition || !result) return;
  const open = openSections(definition, result);
  const section = (open.find((found) => found.key === chosen) ?? open[0])?.key;
  if (section === undefined) return;
  const shown: Shown = { app, sheet, definition, section, result };
  app.changed = () => (editing() ? refreshState(app) : redrawAll(shown));
  show(
    topBar(app, `#/visit/${app.pack?.visit.id}`, [inWords(definition.titles), sheet.label].filter(Boolean).join(" ")),
    h("main", { class: "sheet" }, sectionMap(shown), sectionBody(shown)),
    bottomBar(shown),
  );
}

function openSections(definition: Definition, result: SheetResult): Definition["sections"] {
  return definition.sections.filter((section) => (result.sections[section.key]?.asked ?? 0) > 0);
}

function editing(): boolean {
  return document.activeElement instanceof HTMLTextAreaElement || document.activeElement instanceof HTMLInputElement;
}

/** What the other questions of the section look like: which are asked, and which are a problem. */
function outline({ definition, section }: Shown, result: SheetResult, code: string): string {
  const codes = definition.sections.find((found) => found.key === section)?.questions ?? [];
  const visible = new Set(result.visible);
  const others = codes.map((other) => [visible.has(other), other === code ? "" : result.problems[other] ?? ""]);
  return JSON.stringify([openSections(definition, result).map((open) => open.key), others]);
}

/** After a change: the one question, and the rest only if it looks different now. */
function redrawOne(shown: Shown, code: string): void {
  const result = shown.app.result(shown.sheet);
  const old = document.getElementById(`q-${code}`);
  const measured = shown.sheet.per === "room"; // its square metres stand below the questions
  if (!result || !old || measured || outline(shown, result, code) !== outline(shown, shown.result, code)) return redrawAll(shown);
  shown.result = result;
  replace(old, () => {
    const asked = askedOf(shown, code);
    return asked ? questionRow(asked) : old;
  });
  redrawFrame(shown);
}

function redrawAll(shown: Shown): void {
  const result = shown.app.result(shown.sheet);
  if (!result) return;
  const before = openSections(shown.definition, shown.result).map((section) => section.key).join();
  shown.result = result;
  if (openSections(shown.definition, result).map((section) => section.key).join() !== before) return sheetScreen(shown.app, shown.sheet, shown.section);
  const old = document.querySelector(".section");
  if (old) replace(old, () => sectionBody(shown));
  redrawFrame(shown);
}

function redrawFrame(shown: Shown): void {
  refreshState(shown.app);
  const map = document.querySelector(".map");
  if (map) replace(map, () => sectionMap(shown));
  document.querySelector(".bottom")?.replaceWith(bottomBar(shown));
}

function address({ app, sheet }: Shown, section: string): string {
  return `#/visit/${app.pack?.visit.id}/sheet/${sheet.id}/${section}`;
}

function sectionMap(shown: Shown): HTMLElement {
  const { definition, result } = shown;
  return h("nav", { class: "map", "aria-label": t("Sections") },
    h("ol", {}, openSections(definition, result).map((section) => {
      const count = result.sections[section.key];
      const levels = Object.keys(count?.problems ?? {});
      const gravest = ["critical", "high", "medium", "low"].find((level) => levels.includes(level));
      return h("li", {},
        h("a", { href: address(shown, section.key), "aria-current": section.key === shown.section ? "true" : null, "data-section": section.key, "data-focus": `map-${section.key}` },
          h("span", {}, inWords(section.titles)),
          h("span", { class: "quiet" }, `${count?.answered ?? 0}/${count?.asked ?? 0} `, gravest ? h("span", { class: `severity-${gravest}`, title: severityWord(gravest) }, shape(gravest)) : null),
        ),
      );
    })),
  );
}

function askedOf(shown: Shown, code: string): Asked | null {
  const { app, sheet, definition } = shown;
  const question = definition.questions[code];
  if (!question) return null;
  return {
    question,
    sides: () => app.sides(sheet.id, code),
    content: () => app.content(sheet.id, code),
    record: (content) => app.record(sheet.id, code, content),
    redraw: () => redrawOne(shown, code),
    problem: () => shown.result.problems[code] ?? null,
    person: app.me.id,
    zone: app.pack?.visit.time_zone ?? "UTC",
    standards: question.standards.map((standard) => inWords(app.pack?.titles.standards[standard])).filter(Boolean).join("; "),
    offered: suggestion(app, sheet, code),
    photos: { app, sheet: sheet.id, taken: app.content(sheet.id, code).photos.length },
  };
}

function sectionBody(shown: Shown): HTMLElement {
  const { app, sheet, definition, result } = shown;
  const section = definition.sections.find((found) => found.key === shown.section);
  const visible = new Set(result.visible);
  const note = languageNote(definition.languages);
  return h("section", { class: "section" },
    h("h1", {}, inWords(section?.titles)),
    note ? h("p", { class: "language-note" }, note) : null,
    section?.questions.filter((code) => visible.has(code)).map((code) => {
      const asked = askedOf(shown, code);
      return asked ? questionRow(asked) : null;
    }),
    sheet.per === "room" ? spaceLine(app, sheet) : null,
  );
}

function spaceLine(app: App, sheet: SheetRow): HTMLElement | null {
  const found = spaceOf(app, sheet);
  if (!found) return null;
  const meanings = {
    far: t("far too little: less than 2 m² per person"),
    little: t("too little: less than 3 m² per person"),
    below: t("below the European standard of 4 m² per person"),
    single: t("a cell for one person should have 6 m²"),
    enough: t("at least 4 m² per person, the European standard"),
  };
  return h("p", { class: "space", "data-space": found.perPerson.toFixed(2) },
    h("strong", {}, t("%(area)s m² per person", { area: found.perPerson.toFixed(1) })), ` ${meanings[found.meaning]} `, found.severity ? mark(found.severity) : null);
}

function bottomBar(shown: Shown): HTMLElement {
  const { app, definition, result, section } = shown;
  const sections = openSections(definition, result);
  const place = sections.findIndex((found) => found.key === section);
  const before = sections[place - 1];
  const after = sections[place + 1];
  const count = result.sections[section];
  const open = (count?.asked ?? 0) - (count?.answered ?? 0);
  return h("footer", { class: "bottom" },
    before ? h("a", { class: "button", href: address(shown, before.key) }, `‹ ${t("Previous")}`) : h("span", {}),
    h("span", { class: "quiet", "data-open-here": open }, open ? t("%(count)s open here", { count: open }) : t("all answered here")),
    after ? h("a", { class: "button primary", href: address(shown, after.key) }, `${t("Next")} ›`) : h("a", { class: "button primary", href: `#/visit/${app.pack?.visit.id}` }, t("Done")),
  );
}
