// One sheet: a map of its sections, and one section on the screen.

import type { Definition, SheetResult } from "../../shared/types.ts";
import type { App } from "../app.ts";
import { afterPaint, h, keepFocus, shape, show, swap } from "../dom.ts";
import { suggestion } from "../suggestions.ts";
import { inWords, languageNote, severityWord, t } from "../texts.ts";
import type { SheetRow } from "../vault/pack.ts";
import { refreshState, topBar } from "./frame.ts";
import { questionRow, type Asked } from "./question.ts";
import { unread } from "./typing.ts";
import { mark, spaceOf } from "./visit.ts";

/** What the screen shows of a sheet: the section, and what was true when it was drawn. */
interface Shown {
  app: App;
  sheet: SheetRow;
  definition: Definition;
  section: string;
  result: SheetResult;
}

export function sheetScreen(app: App, sheet: SheetRow, chosen: string, at = ""): void {
  const definition = app.definition(sheet);
  const result = app.result(sheet);
  if (!definition || !result) return;
  const open = openSections(definition, result);
  const section = (open.find((found) => found.key === chosen) ?? open[0])?.key;
  if (section === undefined) return;
  const shown: Shown = { app, sheet, definition, section, result };
  app.changed = () => (editing() ? refreshState(app) : redraw(shown));
  show(
    topBar(app, `#/visit/${app.pack?.visit.id}`, [inWords(definition.titles), sheet.label].filter(Boolean).join(" ")),
    h("main", { class: "sheet" }, sectionMap(shown), sectionBody(shown)),
    bottomBar(shown),
  );
  if (at) document.getElementById(`q-${at}`)?.scrollIntoView({ block: "center" });
}

function openSections(definition: Definition, result: SheetResult): Definition["sections"] {
  return definition.sections.filter((section) => (result.sections[section.key]?.asked ?? 0) > 0);
}

function editing(): boolean {
  return document.activeElement instanceof HTMLTextAreaElement || document.activeElement instanceof HTMLInputElement;
}

/** After a change, here or by a colleague: what looks different now. */
function redraw(shown: Shown): void {
  const result = shown.app.result(shown.sheet);
  const body = document.querySelector(".section");
  if (!result || !body) return refreshState(shown.app);
  const before = openSections(shown.definition, shown.result).map((section) => section.key).join();
  shown.result = result;
  if (openSections(shown.definition, result).map((section) => section.key).join() !== before) return sheetScreen(shown.app, shown.sheet, shown.section);
  keepFocus(() => drawQuestions(body, shown));
  afterPaint(() => body.isConnected && drawAround(shown));
}

/** The map, the counts and the state of sending: the answer that was tapped stands on the screen before them. */
function drawAround(shown: Shown): void {
  refreshState(shown.app);
  keepFocus(() => {
    const map = document.querySelector(".map");
    if (map) swap(map, () => sectionMap(shown));
    document.querySelector(".bottom")?.replaceWith(bottomBar(shown));
  });
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
    redraw: () => redraw(shown),
    problem: () => shown.result.problems[code] ?? null,
    person: app.me.id,
    place: `${sheet.id} ${code}`,
    zone: app.pack?.visit.time_zone ?? "UTC",
    standards: question.standards.map((standard) => inWords(app.pack?.titles.standards[standard])).filter(Boolean).join("; "),
    offered: suggestion(app, sheet, code),
    photos: { app, sheet: sheet.id, taken: app.content(sheet.id, code).photos.length, opening: () => history.replaceState(null, "", `${address(shown, shown.section)}/${code}`) },
  };
}

function sectionBody(shown: Shown): HTMLElement {
  const section = shown.definition.sections.find((found) => found.key === shown.section);
  const note = languageNote(shown.definition.languages);
  const body = h("section", { class: "section" },
    h("h1", {}, inWords(section?.titles)),
    note ? h("p", { class: "language-note" }, note) : null,
  );
  drawQuestions(body, shown);
  return body;
}

/** What each row on the screen shows; a row that would show the same stays as it is, with what is being typed or opened in it. */
const drawn = new WeakMap<Element, string>();

function drawQuestions(body: Element, shown: Shown): void {
  const { app, sheet } = shown;
  const before = new Map([...body.querySelectorAll<HTMLElement>(".question")].map((row) => [row.dataset["question"] ?? "", row]));
  let above: Element | null = body.querySelector(".language-note") ?? body.querySelector("h1");
  for (const asked of askedHere(shown)) {
    const { code } = asked.question;
    const [old, shows] = [before.get(code), look(shown, code)];
    before.delete(code);
    const row = old && drawn.get(old) === shows ? old : drawQuestion(asked, old, above);
    drawn.set(row, shows);
    above = row;
  }
  for (const row of before.values()) row.remove();
  body.querySelector(".space")?.remove();
  if (sheet.per === "room") body.append(spaceLine(app, sheet) ?? "");
}

function drawQuestion(asked: Asked, old: HTMLElement | undefined, above: Element | null): HTMLElement {
  if (!old) {
    const fresh = questionRow(asked);
    above?.after(fresh);
    return fresh;
  }
  const unfolded = old.querySelector("details")?.open ?? false;
  const row = renew(old, questionRow(asked)) ? old : swap(old, () => questionRow(asked));
  row.querySelector("details")?.toggleAttribute("open", unfolded);
  return row;
}

/** Put what is new around the answers of a row, if these are the same as before: a button that has the focus keeps it, and nothing is laid out twice. */
function renew(old: HTMLElement, fresh: HTMLElement): boolean {
  const [answers, others] = [old.querySelector(":scope > .answers"), fresh.querySelector(":scope > .answers")];
  if (!answers || !others || typingIn(old)) return false;
  const [now, next] = [[...answers.children], [...others.children]];
  const same = now.length === next.length && now.every((button, at) => button.matches("button") && button.textContent === next[at]?.textContent);
  if (!same) return false;
  now.forEach((button, at) => button.setAttribute("aria-pressed", next[at]?.getAttribute("aria-pressed") ?? "false"));
  const [before, after] = [siblings(others, "previousSibling").toReversed(), siblings(others, "nextSibling")];
  for (const gone of [...siblings(answers, "previousSibling"), ...siblings(answers, "nextSibling")]) gone.remove();
  answers.before(...before);
  answers.after(...after);
  return true;
}

function typingIn(row: HTMLElement): boolean {
  return document.activeElement !== null && row.contains(document.activeElement) && document.activeElement.matches("input, textarea");
}

function siblings(of: Element, way: "previousSibling" | "nextSibling"): ChildNode[] {
  const found: ChildNode[] = [];
  for (let next = of[way]; next; next = next[way]) found.push(next);
  return found;
}

function askedHere(shown: Shown): Asked[] {
  const visible = new Set(shown.result.visible);
  const codes = shown.definition.sections.find((found) => found.key === shown.section)?.questions ?? [];
  return codes.filter((code) => visible.has(code)).map((code) => askedOf(shown, code)).filter((asked) => asked !== null);
}

/** All that a row shows. */
function look({ app, sheet, result }: Shown, code: string): string {
  const content = app.content(sheet.id, code);
  const heads = app.sides(sheet.id, code).map((side) => side.heads.map((entry) => [entry.id, entry.sent, entry.message]));
  return JSON.stringify([heads, content, result.problems[code], suggestion(app, sheet, code), unread(`${sheet.id} ${code}`), content.photos.filter((name) => app.sync.badPhotos.has(name))]);
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
