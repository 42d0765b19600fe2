// One sheet: a map of its sections, and one section on the screen.

import type { Question, SheetResult } from "../../shared/types.ts";
import type { App } from "../app.ts";
import { h, keepFocus, shape, show, swap } from "../dom.ts";
import type { SheetRow } from "../network.ts";
import { suggestion } from "../suggestions.ts";
import { inWords, languageNote, severityWord, t } from "../texts.ts";
import { refreshState, topBar } from "./frame.ts";
import { questionRow } from "./question.ts";
import { mark, spaceOf } from "./visit.ts";

export function sheetScreen(app: App, sheet: SheetRow, chosen: string): void {
  const definition = app.definition(sheet);
  const result = app.result(sheet);
  if (!definition || !result) return;
  const shown = definition.sections.filter((section) => (result.sections[section.key]?.asked ?? 0) > 0);
  const section = shown.find((found) => found.key === chosen) ?? shown[0];
  if (!section) return;
  const title = [inWords(definition.titles), sheet.label].filter(Boolean).join(" ");
  const redraw = (): void => {
    refreshState(app);
    const fresh = app.result(sheet);
    const body = document.querySelector(".section");
    const map = document.querySelector(".map");
    if (!fresh || !body || !map) return;
    const added = Object.keys(fresh.sections).some((key) => (fresh.sections[key]?.asked ?? 0) > 0 && !shown.some((known) => known.key === key));
    if (added) return sheetScreen(app, sheet, section.key);
    keepFocus(() => {
      swap(map, () => sectionMap(app, sheet, fresh, section.key));
      drawQuestions(body, app, sheet, fresh, section.key, redraw);
      document.querySelector(".bottom")?.replaceWith(bottomBar(app, sheet, fresh, section.key));
    });
  };
  app.changed = () => (editing() ? refreshState(app) : redraw());
  show(
    topBar(app, `#/visit/${app.pack?.visit.id}`, title),
    h("main", { class: "sheet" }, sectionMap(app, sheet, result, section.key), sectionBody(app, sheet, result, section.key, redraw)),
    bottomBar(app, sheet, result, section.key),
  );
}

function editing(): boolean {
  return document.activeElement instanceof HTMLTextAreaElement || document.activeElement instanceof HTMLInputElement;
}

function address(app: App, sheet: SheetRow, section: string): string {
  return `#/visit/${app.pack?.visit.id}/sheet/${sheet.id}/${section}`;
}

function sectionMap(app: App, sheet: SheetRow, result: SheetResult, current: string): HTMLElement {
  const sections = app.definition(sheet)?.sections.filter((section) => (result.sections[section.key]?.asked ?? 0) > 0) ?? [];
  return h("nav", { class: "map", "aria-label": t("Sections") },
    h("ol", {}, sections.map((section) => {
      const count = result.sections[section.key];
      const levels = Object.keys(count?.problems ?? {});
      const gravest = ["critical", "high", "medium", "low"].find((level) => levels.includes(level));
      return h("li", {},
        h("a", { href: address(app, sheet, section.key), "aria-current": section.key === current ? "true" : null, "data-section": section.key, "data-focus": `map-${section.key}` },
          h("span", {}, inWords(section.titles)),
          h("span", { class: "quiet" }, `${count?.answered ?? 0}/${count?.asked ?? 0} `, gravest ? h("span", { class: `severity-${gravest}`, title: severityWord(gravest) }, shape(gravest)) : null),
        ),
      );
    })),
  );
}

function sectionBody(app: App, sheet: SheetRow, result: SheetResult, key: string, redraw: () => void): HTMLElement {
  const definition = app.definition(sheet);
  const section = definition?.sections.find((found) => found.key === key);
  const note = languageNote(definition?.languages ?? {});
  const body = h("section", { class: "section" },
    h("h1", {}, inWords(section?.titles)),
    note ? h("p", { class: "language-note" }, note) : null,
  );
  drawQuestions(body, app, sheet, result, key, redraw);
  return body;
}

/** What each row on the screen shows; a row that would show the same stays as it is, with what is being typed or opened in it. */
const drawn = new WeakMap<Element, string>();

function drawQuestions(body: Element, app: App, sheet: SheetRow, result: SheetResult, key: string, redraw: () => void): void {
  const before = new Map([...body.querySelectorAll<HTMLElement>(".question")].map((row) => [row.dataset["question"] ?? "", row]));
  let above: Element | null = body.querySelector(".language-note") ?? body.querySelector("h1");
  for (const question of asked(app, sheet, result, key)) {
    const old = before.get(question.code);
    const shows = look(app, sheet, question.code, result);
    before.delete(question.code);
    if (old && shows !== null && drawn.get(old) === shows) {
      above = old;
      continue;
    }
    const fresh = (): HTMLElement => questionRow(app, sheet, question, result, redraw);
    const row = old ? swap(old, fresh) : fresh();
    if (!old) above?.after(row);
    if (shows !== null) drawn.set(row, shows);
    above = row;
  }
  for (const row of before.values()) row.remove();
  body.querySelector(".space")?.remove();
  if (sheet.per === "room") body.append(spaceLine(app, sheet) ?? "");
}

function asked(app: App, sheet: SheetRow, result: SheetResult, key: string): Question[] {
  const definition = app.definition(sheet);
  const visible = new Set(result.visible);
  const codes = definition?.sections.find((found) => found.key === key)?.questions.filter((code) => visible.has(code)) ?? [];
  return codes.map((code) => definition?.questions[code]).filter((question) => question !== undefined);
}

/** All that a row shows; null where it cannot be told from here: what became of a photo lies in the storage. */
function look(app: App, sheet: SheetRow, code: string, result: SheetResult): string | null {
  const content = app.content(sheet.id, code);
  if (content.photos.length > 0) return null;
  const heads = app.sides(sheet.id, code).map((side) => side.heads.map((entry) => [entry.id, entry.sent, entry.message]));
  return JSON.stringify([heads, content, result.problems[code], suggestion(app, sheet, code)]);
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

function bottomBar(app: App, sheet: SheetRow, result: SheetResult, key: string): HTMLElement {
  const sections = app.definition(sheet)?.sections.filter((section) => (result.sections[section.key]?.asked ?? 0) > 0) ?? [];
  const place = sections.findIndex((section) => section.key === key);
  const before = sections[place - 1];
  const after = sections[place + 1];
  const count = result.sections[key];
  const open = (count?.asked ?? 0) - (count?.answered ?? 0);
  return h("footer", { class: "bottom" },
    before ? h("a", { class: "button", href: address(app, sheet, before.key) }, `‹ ${t("Previous")}`) : h("span", {}),
    h("span", { class: "quiet", "data-open-here": open }, open ? t("%(count)s open here", { count: open }) : t("all answered here")),
    after ? h("a", { class: "button primary", href: address(app, sheet, after.key) }, `${t("Next")} ›`) : h("a", { class: "button primary", href: `#/visit/${app.pack?.visit.id}` }, t("Done")),
  );
}
