// One question: its answers as big buttons; sources, note, photo and help once it is answered.

import { canonical, toggle } from "../../shared/values.ts";
import type { Question, Severity, Value } from "../../shared/types.ts";
import { clockAt } from "../app.ts";
import { h } from "../dom.ts";
import { EMPTY, type Content, type Side } from "../entries.ts";
import { answerWord, confidenceWord, inWords, reasonWord, sourceWord, t } from "../texts.ts";
import { photoButton, photoList, photoProblem, type Photos } from "./photos.ts";
import { complaint, judge, savedWhileTyping, unread } from "./typing.ts";
import { mark } from "./visit.ts";

const YES_NO = ["yes", "no", "partly", "not_assessed"];
const REASONS = ["no_time", "no_access", "nobody_to_ask", "does_not_apply"];
const SOURCES = ["observation", "detainee", "staff", "document", "medical_file", "outside"];
const CONFIDENCE = ["single_source", "two_sources", "three_or_more", "documented"];

/** What a question needs to know and to do; a sheet and an interview each have their own way. */
export interface Asked {
  readonly question: Question;
  sides(): Side[];
  /** What this person's next change starts from. */
  content(): Content;
  record(content: Content): Promise<void>;
  redraw(): void;
  problem(): Severity | null;
  person: string;
  /** Under which name the field remembers what nobody could read; null where nothing may be remembered. */
  place: string | null;
  zone: string;
  /** The names of the provisions behind the question. */
  standards: string;
  /** What the tablet knows already: one tap takes it over. */
  offered: string | null;
  photos: Photos | null;
}

export function questionRow(asked: Asked): HTMLElement {
  const { question } = asked;
  const sides = asked.sides();
  const head = sides.length === 1 ? sides[0]?.heads.find((entry) => entry.author === asked.person) ?? sides[0]?.heads[0] : undefined;
  const problem = asked.problem();
  return h("article", { class: "question", "data-question": question.code, id: `q-${question.code}` },
    h("p", { class: "text" }, h("span", { class: "code" }, question.code), " ", inWords(question.texts), head ? dot(head.sent) : null),
    sides.length > 1 ? conflict(asked, sides) : answers(asked),
    problem ? h("p", { class: "problem" }, mark(problem)) : null,
    head?.message ? h("p", { class: "message", role: "alert" }, t(head.message)) : null,
    sides.length === 1 ? details(asked) : help(asked),
    asked.photos ? photoProblem(asked.photos, question.code) : null,
  );
}

function dot(sent: string): HTMLElement {
  const words: Record<string, string> = { stored: t("the server has it"), saving: t("being saved"), unsaved: t("not on the disk yet") };
  return h("span", { class: `dot dot-${sent}`, "data-dot": sent, title: words[sent] ?? t("kept on this tablet") });
}

/** The change stands at once; the disk follows, and the dot says when. */
function set(asked: Asked, change: Partial<Content>, redraw = true): void {
  const saved = asked.record({ ...asked.content(), ...change });
  if (redraw) asked.redraw();
  void saved.then(() => document.querySelector(`#q-${CSS.escape(asked.question.code)} .dot-saving`)?.classList.replace("dot-saving", "dot-waiting"));
}

function choose(asked: Asked, value: Value | null): void {
  const { sources } = asked.content();
  const usual = sources.length ? sources : asked.question.sources.slice(0, 1);
  set(asked, { value, reason: null, sources: value === null || value === "not_assessed" ? sources : usual });
}

function button(asked: Asked, key: string, label: string, pressed: boolean, act: () => void): HTMLElement {
  const name = `${asked.question.code}-${key}`;
  return h("button", { class: "answer", type: "button", "aria-pressed": pressed ? "true" : "false", "data-answer": key, "data-focus": name, onclick: act }, label);
}

function answers(asked: Asked): HTMLElement {
  const { question } = asked;
  const { value } = asked.content();
  const one = (key: string, label: string): HTMLElement => button(asked, key, label, value === key, () => choose(asked, asked.content().value === key ? null : key));
  switch (question.type) {
    case "yes_no_partly":
      return h("div", { class: "answers four", role: "group" }, YES_NO.map((key) => one(key, answerWord(key))), reasons(asked));
    case "choice":
      return h("div", { class: "answers", role: "group" }, question.choices.map((choice) => one(choice.key, inWords(choice.labels))), one("not_assessed", answerWord("not_assessed")), reasons(asked));
    case "multi":
      return many(asked);
    default:
      return written(asked);
  }
}

function many(asked: Asked): HTMLElement {
  const ticked = (): string[] => {
    const { value } = asked.content();
    return Array.isArray(value) ? value : [];
  };
  const change = (key: string): void => {
    const next = toggle(ticked(), key);
    choose(asked, next.length ? next : null);
  };
  return h("div", { class: "answers", role: "group" },
    asked.question.choices.map((choice) => button(asked, choice.key, inWords(choice.labels), ticked().includes(choice.key), () => change(choice.key))),
    button(asked, "not_assessed", answerWord("not_assessed"), asked.content().value === "not_assessed", () => choose(asked, asked.content().value === "not_assessed" ? null : "not_assessed")),
    reasons(asked),
  );
}

function reasons(asked: Asked, keys = REASONS): HTMLElement | null {
  const { value, reason } = asked.content();
  if (value !== "not_assessed") return null;
  return h("div", { class: "chips", role: "group", "aria-label": t("Why not?") },
    h("span", { class: "quiet" }, t("Why not?")),
    keys.map((key) => chip(reasonWord(key), reason === key, `${asked.question.code}-why-${key}`, () => set(asked, { reason: key }))),
  );
}

function chip(label: string, pressed: boolean, name: string, act: () => void): HTMLElement {
  return h("button", { class: "chip", type: "button", "aria-pressed": pressed ? "true" : "false", "data-focus": name, onclick: act }, label);
}

function written(asked: Asked): HTMLElement {
  const { question } = asked;
  const content = asked.content();
  const wrong = unread(asked.place);
  const value = wrong ?? (typeof content.value === "string" && content.value !== "not_assessed" ? content.value : "");
  const label = inWords(question.texts);
  const common = { "aria-label": label, "data-field": question.code, "data-focus": `${question.code}-field`, autocomplete: "off" };
  if (question.type === "text") return h("div", {}, typed(asked, textArea(value, common)));
  if (question.type === "photo") return h("div", {}, asked.photos ? photoButton(asked.photos, question.code, (name) => withPhoto(asked, name)) : null);
  const kinds: Record<string, string> = { number: "text", time: "time", date: "date" };
  const unit = inWords(question.units);
  const field = typed(asked, h("input", { ...common, type: kinds[question.type] ?? "text", inputmode: question.type === "number" ? "decimal" : null, value, "aria-invalid": wrong !== undefined }));
  const number = question.type === "number";
  return h("div", {}, h("div", { class: "answers" },
    h("span", { class: "with-unit" }, field, unit ? h("span", { class: "unit" }, unit) : null),
    offered(asked, unit),
    question.type === "time" ? h("button", { class: "answer", type: "button", "data-answer": "now", onclick: () => choose(asked, clockAt(asked.zone, new Date())) }, t("now")) : null,
    button(asked, "could_not_measure", number ? t("could not measure") : answerWord("not_assessed"), content.value === "not_assessed",
      () => set(asked, asked.content().value === "not_assessed" ? { value: null, reason: null } : { value: "not_assessed", reason: number ? "could_not_measure" : null })),
    number ? null : reasons(asked),
  ), wrong === undefined ? null : complaint(numberPlease()));
}

function numberPlease(): string {
  return t("Write a number, such as 4 or 2.5.");
}

/** Saved while it is typed; drawn anew only when the field is left, so that the cursor stays where it is. */
function typed<T extends HTMLInputElement | HTMLTextAreaElement>(asked: Asked, field: T): T {
  return savedWhileTyping(field, (text, left) => {
    const value = canonical(asked.question.type, text);
    if (left) judge(field, asked.place, value === undefined ? numberPlease() : null);
    const before = asked.content().value;
    if (value === undefined) return;
    if (value === before || (value === null && before === "not_assessed")) return left ? asked.redraw() : undefined;
    const { sources } = asked.content();
    set(asked, { value, reason: null, sources: sources.length ? sources : asked.question.sources.slice(0, 1) }, left);
  });
}

function offered(asked: Asked, unit: string): HTMLElement | null {
  const known = asked.offered;
  if (known === null || known === asked.content().value) return null;
  return h("button", { class: "answer offered", type: "button", "data-answer": "offered", onclick: () => choose(asked, known) }, t("take over %(value)s", { value: `${known} ${unit}`.trim() }));
}

function textArea(value: string, attributes: Record<string, string>): HTMLTextAreaElement {
  const field = h("textarea", { ...attributes, rows: "3" });
  field.value = value;
  return field;
}

function conflict(asked: Asked, sides: Side[]): HTMLElement {
  return h("div", { class: "conflict", role: "group", "aria-label": t("Two answers disagree") },
    h("p", { class: "quiet" }, t("Two answers disagree. Both are kept until somebody decides.")),
    sides.map((side) => {
      const names = side.heads.map((entry) => entry.author_name).join(", ");
      const stand = (): void => {
        void asked.record(side.heads[0]?.content ?? EMPTY);
        asked.redraw();
      };
      return h("div", { class: "side" },
        h("span", {}, h("strong", {}, valueWords(asked.question, side.value)), ` ${names}`, side.heads.map((entry) => (entry.content.note ? h("span", { class: "said" }, entry.content.note) : null))),
        h("button", { class: "button", type: "button", "data-stand": JSON.stringify(side.value), onclick: stand }, t("Let this stand")),
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

function details(asked: Asked): HTMLElement {
  const { question, photos } = asked;
  const content = asked.content();
  const flip = (key: string): void => {
    const { sources } = asked.content();
    set(asked, { sources: sources.includes(key) ? sources.filter((other) => other !== key) : [...sources, key].sort() });
  };
  const known = [...question.sources, ...SOURCES.filter((key) => !question.sources.includes(key))];
  const note = textArea(content.note, { "aria-label": t("Note"), placeholder: t("Note: what was seen or said, without names"), "data-note": question.code, "data-focus": `${question.code}-note`, autocomplete: "off" });
  note.rows = 1;
  savedWhileTyping(note, (text) => {
    const tidy = text.normalize("NFC").trim();
    if (tidy !== asked.content().note) set(asked, { note: tidy }, false);
  });
  const sure = (key: string): void => set(asked, { confidence: asked.content().confidence === key ? null : key });
  return h("div", { class: "details" },
    h("div", { class: "chips", role: "group", "aria-label": t("Where it comes from") }, known.map((key) => chip(sourceWord(key), content.sources.includes(key), `${question.code}-source-${key}`, () => flip(key)))),
    h("div", { class: "written" }, note, question.type === "photo" || !photos ? null : photoButton(photos, question.code, (name) => withPhoto(asked, name))),
    photos && content.photos.length ? h("div", { class: "chips" }, photoList(photos, content.photos, (name) => set(asked, { photos: asked.content().photos.filter((other) => other !== name) }))) : null,
    h("details", {}, h("summary", {}, t("How sure, and why this is asked")),
      h("div", { class: "chips", role: "group", "aria-label": t("How sure") }, CONFIDENCE.map((key) => chip(confidenceWord(key), content.confidence === key, `${question.code}-sure-${key}`, () => sure(key)))),
      why(asked),
    ),
  );
}

function withPhoto(asked: Asked, name: string): void {
  const content = asked.content();
  const value = asked.question.type === "photo" ? "photo" : content.value;
  set(asked, { value, photos: [...new Set([...content.photos, name])] });
}

function help(asked: Asked): HTMLElement | null {
  const lines = why(asked);
  return lines.length ? h("details", {}, h("summary", {}, t("Why this is asked")), lines) : null;
}

function why({ question, standards }: Asked): HTMLElement[] {
  return [inWords(question.helps), standards].filter(Boolean).map((line) => h("p", { class: "quiet" }, line));
}
