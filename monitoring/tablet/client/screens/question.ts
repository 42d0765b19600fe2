// One question: its answers as big buttons; sources, note, photo and help once it is answered.

import { canonical, toggle } from "../../shared/values.ts";
import type { Question, SheetResult, Value } from "../../shared/types.ts";
import { clockAt, type App } from "../app.ts";
import { h } from "../dom.ts";
import { EMPTY, type Content, type Side } from "../entries.ts";
import { photoAddress, type SheetRow } from "../network.ts";
import { pictureProblem } from "../pictures.ts";
import type { Photo } from "../storage.ts";
import { suggestion } from "../suggestions.ts";
import { complaint, judge, typing, unread, type Field } from "../typing.ts";
import { answerWord, confidenceWord, inWords, reasonWord, sourceWord, t } from "../texts.ts";
import { mark } from "./visit.ts";

const YES_NO = ["yes", "no", "partly", "not_assessed"];
const REASONS = ["no_time", "no_access", "nobody_to_ask", "does_not_apply"];
const SOURCES = ["observation", "detainee", "staff", "document", "medical_file", "outside"];
const CONFIDENCE = ["single_source", "two_sources", "three_or_more", "documented"];
const MOST_PHOTOS = 5;

/** What a row needs to know to record a change. */
interface Row {
  app: App;
  sheet: SheetRow;
  question: Question;
  /** What this person said last, also when it is not on the disk yet. */
  readonly content: Content;
  redraw: () => void;
}

export function questionRow(app: App, sheet: SheetRow, question: Question, result: SheetResult, redraw: () => void): HTMLElement {
  const sides = app.sides(sheet.id, question.code);
  const head = sides.length === 1 ? sides[0]?.heads.find((entry) => entry.author === app.me.person.id) ?? sides[0]?.heads[0] : undefined;
  const row: Row = { app, sheet, question, get content() { return app.content(sheet.id, question.code); }, redraw };
  const problem = result.problems[question.code];
  return h("article", { class: "question", "data-question": question.code, id: `q-${question.code}` },
    h("p", { class: "text" }, h("span", { class: "code" }, question.code), " ", inWords(question.texts), head ? dot(head.sent) : null),
    sides.length > 1 ? conflict(row, sides) : answers(row),
    problem ? h("p", { class: "problem" }, mark(problem)) : null,
    head?.message ? h("p", { class: "message", role: "alert" }, head.message) : null,
    sides.length === 1 ? details(row) : help(row),
  );
}

function dot(sent: string): HTMLElement {
  return h("span", { class: `dot dot-${sent}`, title: sent === "stored" ? t("the server has it") : t("kept on this tablet") });
}

async function set(row: Row, change: Partial<Content>, redraw = true): Promise<void> {
  await row.app.record(row.sheet.id, row.question.code, { ...row.content, ...change });
  if (redraw) row.redraw();
}

function choose(row: Row, value: Value | null, redraw = true): Promise<void> {
  const sources = row.content.sources.length ? row.content.sources : row.question.sources.slice(0, 1);
  return set(row, { value, reason: null, sources: value === null || value === "not_assessed" ? row.content.sources : sources }, redraw);
}

function button(row: Row, key: string, label: string, pressed: boolean, act: () => Promise<void>): HTMLElement {
  const name = `${row.question.code}-${key}`;
  return h("button", { class: "answer", type: "button", "aria-pressed": pressed ? "true" : "false", "data-answer": key, "data-focus": name, onclick: () => void act() }, label);
}

function answers(row: Row): HTMLElement {
  const { question, content } = row;
  const one = (key: string, label: string): HTMLElement =>
    button(row, key, label, content.value === key, () => choose(row, content.value === key ? null : key));
  switch (question.type) {
    case "yes_no_partly":
      return h("div", { class: "answers four", role: "group" }, YES_NO.map((key) => one(key, answerWord(key))), reasons(row));
    case "choice":
      return h("div", { class: "answers", role: "group" }, question.choices.map((choice) => one(choice.key, inWords(choice.labels))), one("not_assessed", answerWord("not_assessed")), reasons(row));
    case "multi":
      return many(row);
    default:
      return written(row);
  }
}

function many(row: Row): HTMLElement {
  const ticked = Array.isArray(row.content.value) ? row.content.value : [];
  const change = (key: string): Promise<void> => {
    const next = toggle(ticked, key);
    return choose(row, next.length ? next : null);
  };
  return h("div", { class: "answers", role: "group" },
    row.question.choices.map((choice) => button(row, choice.key, inWords(choice.labels), ticked.includes(choice.key), () => change(choice.key))),
    button(row, "not_assessed", answerWord("not_assessed"), row.content.value === "not_assessed", () => choose(row, row.content.value === "not_assessed" ? null : "not_assessed")),
    reasons(row),
  );
}

function reasons(row: Row, keys = REASONS): HTMLElement | null {
  if (row.content.value !== "not_assessed") return null;
  return h("div", { class: "chips", role: "group", "aria-label": t("Why not?") },
    h("span", { class: "quiet" }, t("Why not?")),
    keys.map((key) => chip(reasonWord(key), row.content.reason === key, `${row.question.code}-why-${key}`, () => set(row, { reason: key }))),
  );
}

function chip(label: string, pressed: boolean, name: string, act: () => Promise<void>): HTMLElement {
  return h("button", { class: "chip", type: "button", "aria-pressed": pressed ? "true" : "false", "data-focus": name, onclick: () => void act() }, label);
}

function written(row: Row): HTMLElement {
  const { question, content } = row;
  const said = (): string => (typeof row.content.value === "string" && row.content.value !== "not_assessed" ? row.content.value : "");
  const value = said();
  const label = inWords(question.texts);
  const name = `${question.code}-field`;
  const place = `${row.sheet.id} ${question.code}`;
  const save = async (field: Field, left: boolean): Promise<void> => {
    const typed = canonical(question.type, field.value);
    if (left) judge(field, place, typed === undefined ? t("Write a number, such as 4 or 2.5.") : null);
    if (typed !== undefined && typed !== (said() || null)) await choose(row, typed, left);
    else if (left && said() !== value) row.redraw();
  };
  const common = { "aria-label": label, "data-field": question.code, "data-focus": name, ...typing((field, left) => void save(field, left)) };
  if (question.type === "text") return h("div", {}, textArea(value, common));
  if (question.type === "photo") return h("div", {}, photoButton(row));
  const kinds: Record<string, string> = { number: "text", time: "time", date: "date" };
  const unit = inWords(question.units);
  const now = (): Promise<void> => choose(row, clockAt(row.app.pack?.visit.time_zone ?? "UTC", new Date()));
  const typed = unread(place);
  return h("div", {}, h("div", { class: "answers" },
    h("span", { class: "with-unit" },
      h("input", { ...common, type: kinds[question.type] ?? "text", inputmode: question.type === "number" ? "decimal" : null, value: typed ?? value, "aria-invalid": typed !== undefined }),
      unit ? h("span", { class: "unit" }, unit) : null,
    ),
    offered(row, unit),
    question.type === "time" ? h("button", { class: "answer", type: "button", "data-answer": "now", onclick: () => void now() }, t("now")) : null,
    button(row, "could_not_measure", question.type === "number" ? t("could not measure") : answerWord("not_assessed"), content.value === "not_assessed",
      () => set(row, content.value === "not_assessed" ? { value: null, reason: null } : { value: "not_assessed", reason: question.type === "number" ? "could_not_measure" : null })),
    question.type === "number" ? null : reasons(row),
  ), typed === undefined ? null : complaint(place, t("Write a number, such as 4 or 2.5.")));
}

function offered(row: Row, unit: string): HTMLElement | null {
  const known = suggestion(row.app, row.sheet, row.question.code);
  if (known === null || known === row.content.value) return null;
  return h("button", { class: "answer offered", type: "button", "data-answer": "offered", onclick: () => void choose(row, known) }, t("take over %(value)s", { value: `${known} ${unit}`.trim() }));
}

function textArea(value: string, attributes: Record<string, string | ((event: Event) => void)>): HTMLTextAreaElement {
  const field = h("textarea", { ...attributes, rows: "3" });
  field.value = value;
  return field;
}

function conflict(row: Row, sides: Side[]): HTMLElement {
  return h("div", { class: "conflict", role: "group", "aria-label": t("Two answers disagree") },
    h("p", { class: "quiet" }, t("Two answers disagree. Both are kept until somebody decides.")),
    sides.map((side) => {
      const names = side.heads.map((entry) => entry.author_name ?? "").join(", ");
      const stand = (): Promise<void> => set({ ...row, content: side.heads[0]?.content ?? EMPTY }, {});
      return h("div", { class: "side" },
        h("span", {}, h("strong", {}, valueWords(row.question, side.value)), ` ${names}`, side.heads.map((entry) => (entry.content.note ? h("span", { class: "said" }, entry.content.note) : null))),
        h("button", { class: "button", type: "button", "data-stand": JSON.stringify(side.value), onclick: () => void stand() }, t("Let this stand")),
      );
    }),
  );
}

export function valueWords(question: Question, value: Value): string {
  const one = (key: string): string => {
    const choice = question.choices.find((found) => found.key === key);
    return choice ? inWords(choice.labels) : answerWord(key);
  };
  if (Array.isArray(value)) return value.map(one).join(", ");
  return question.type === "number" && value !== "not_assessed" ? `${value} ${inWords(question.units)}`.trim() : one(value);
}

function details(row: Row): HTMLElement {
  const { content, question } = row;
  const flip = (key: string): Promise<void> => set(row, { sources: content.sources.includes(key) ? content.sources.filter((other) => other !== key) : [...content.sources, key].sort() });
  const offered = [...question.sources, ...SOURCES.filter((key) => !question.sources.includes(key))];
  const note = textArea(content.note, {
    "aria-label": t("Note"), placeholder: t("Note: what was seen or said, without names"), "data-note": question.code, "data-focus": `${question.code}-note`,
    ...typing((field) => {
      const text = field.value.normalize("NFC").trim();
      if (text !== row.content.note) void set(row, { note: text }, false);
    }),
  });
  note.rows = 1;
  return h("div", { class: "details" },
    h("div", { class: "chips", role: "group", "aria-label": t("Where it comes from") }, offered.map((key) => chip(sourceWord(key), content.sources.includes(key), `${question.code}-source-${key}`, () => flip(key)))),
    h("div", { class: "written" }, note, question.type === "photo" ? null : photoButton(row)),
    content.photos.length ? h("div", { class: "chips" }, photos(row)) : null,
    h("details", {}, h("summary", {}, t("How sure, and why this is asked")),
      h("div", { class: "chips", role: "group", "aria-label": t("How sure") }, CONFIDENCE.map((key) => chip(confidenceWord(key), content.confidence === key, `${question.code}-sure-${key}`, () => set(row, { confidence: content.confidence === key ? null : key })))),
      why(row),
    ),
  );
}

function help(row: Row): HTMLElement | null {
  const lines = why(row);
  return lines.length ? h("details", {}, h("summary", {}, t("Why this is asked")), lines) : null;
}

function why({ app, question }: Row): HTMLElement[] {
  const standards = question.standards.map((code) => app.pack?.titles.standards[code]).filter(Boolean).join("; ");
  return [inWords(question.helps), standards].filter(Boolean).map((line) => h("p", { class: "quiet" }, line));
}

function photoButton(row: Row): HTMLElement | null {
  if (row.content.photos.length >= MOST_PHOTOS) return null;
  const take = async (event: Event): Promise<void> => {
    const field = event.target as HTMLInputElement;
    const file = field.files?.[0];
    if (!file) return;
    const problem = await pictureProblem(file);
    if (problem) return say(field, problem);
    const sha256 = await row.app.addPhoto(row.sheet.id, file);
    const value = row.question.type === "photo" ? "photo" : row.content.value;
    await set(row, { value, photos: [...new Set([...row.content.photos, sha256])] });
  };
  return h("label", { class: "button photo" }, t("Photo"), h("input", { type: "file", accept: "image/*", capture: "environment", "data-photo": row.question.code, onchange: (event: Event) => void take(event) }));
}

/** Say below the question what is wrong with what was chosen. */
function say(field: HTMLInputElement, problem: string): void {
  const question = field.closest(".question");
  question?.querySelector(".photo-problem")?.remove();
  question?.append(h("p", { class: "message photo-problem", role: "alert" }, problem));
  field.value = "";
}

function photos(row: Row): HTMLElement[] {
  return row.content.photos.map((sha256) => {
    const image = h("img", { class: "thumb", alt: t("Photo"), width: 96, height: 72 });
    const figure = h("span", { class: "photo-kept" }, image);
    void row.app.storage.photo(sha256).then((kept) => {
      image.src = kept ? URL.createObjectURL(kept.blob) : photoAddress(row.app.pack?.visit.id ?? "", row.sheet.id, sha256);
      if (kept?.message && !kept.sent) figure.append(notTaken(row, kept, kept.message));
    });
    return figure;
  });
}

/** A photo that the server does not take: why, and the way to be rid of it. */
function notTaken(row: Row, photo: Photo, message: string): HTMLElement {
  const remove = async (): Promise<void> => {
    await row.app.storage.savePhoto({ ...photo, sent: true });
    await set(row, { photos: row.content.photos.filter((other) => other !== photo.sha256) });
  };
  return h("span", { class: "message", role: "alert" }, message, " ", h("button", { class: "link", type: "button", onclick: () => void remove() }, t("Remove this photo")));
}
