// The words of the client: English in the code, other languages from a file that the build makes of the catalogues.

import { texts } from "./network.ts";

export const LANGUAGES: Record<string, string> = { en: "English", ru: "Русский", kk: "Қазақша", ky: "Кыргызча", tg: "Тоҷикӣ" };
const CHOSEN = "language";
const LAST = "language-last";

let known: Record<string, string> = {};
let current = "en";

export function t(text: string, values: Record<string, string | number> = {}): string {
  return (known[text] ?? text).replace(/%\((\w+)\)s/g, (whole, name: string) => String(values[name] ?? whole));
}

export function language(): string {
  return current;
}

/** The language of this tablet: what was chosen here, else the person's, else the one spoken here last, else the browser's. */
export function chosenLanguage(persons = ""): string {
  const wanted = [localStorage.getItem(CHOSEN) ?? "", persons, localStorage.getItem(LAST) ?? "", navigator.language.slice(0, 2)];
  return wanted.find((code) => code in LANGUAGES) ?? "en";
}

export function choose(code: string): Promise<void> {
  localStorage.setItem(CHOSEN, code);
  return learn(code);
}

export async function learn(code: string): Promise<void> {
  known = code === "en" ? {} : await texts(code);
  current = code;
  localStorage.setItem(LAST, code);
  document.documentElement.lang = code;
  document.title = t("Notebook");
}

/** A text kept in several languages. */
export function inWords(texts: Record<string, string> | undefined): string {
  return understood().map((tried) => texts?.[tried]).find(Boolean) ?? "";
}

/** In which language that is, where it is not the reader's own. */
export function foreign(texts: Record<string, string> | undefined): string | null {
  const found = understood().find((tried) => texts?.[tried]);
  return found === undefined || found === current ? null : found;
}

/** Who reads Kazakh, Kyrgyz or Tajik reads Russian before English (core.i18n.understood). */
function understood(): string[] {
  return current === "en" || current === "ru" ? [current, "en"] : [current, "ru", "en"];
}

/** A day as people say it: 28 November; with its year if that is not this one. */
export function dayWord(day: string, today: Date = new Date()): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  if (current !== "en" && current !== "ru") return `${String(date).padStart(2, "0")}.${String(month).padStart(2, "0")}.${year}`; // browsers do not know these months
  const form: Intl.DateTimeFormatOptions = { day: "numeric", month: "long" };
  if (year !== today.getFullYear()) form.year = "numeric";
  return new Intl.DateTimeFormat(current === "en" ? "en-GB" : current, form).format(new Date(year, month - 1, date));
}

/** When a visit is: today, on which of its days, or from when to when. */
export function whenWord(first: string, last: string, now: Date = new Date()): string {
  const midnight = (day: string): number => new Date(`${day}T00:00`).getTime();
  const today = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
  if (today < midnight(first) || today > midnight(last)) return first === last ? dayWord(first, now) : `${dayWord(first, now)} – ${dayWord(last, now)}`;
  if (first === last) return t("today");
  const days = (from: number, to: number): number => Math.round((to - from) / 86_400_000) + 1;
  return t("today, day %(day)s of %(days)s", { day: days(midnight(first), today), days: days(midnight(first), midnight(last)) });
}

/** What a reader should know about the language of a form: nothing when it is the original or was reviewed. */
export function languageNote(states: Record<string, string>): string {
  if (!states[current]) return t("This form is not in your language yet.");
  return states[current] === "unreviewed" ? t("This translation has not been reviewed yet.") : "";
}

export function severityWord(level: string): string {
  const words: Record<string, string> = { low: t("low"), medium: t("medium"), high: t("high"), critical: t("critical") };
  return words[level] ?? level;
}

export function answerWord(key: string): string {
  const words: Record<string, string> = { yes: t("yes"), no: t("no"), partly: t("partly"), not_assessed: t("not assessed") };
  return words[key] ?? key;
}

export function sourceWord(key: string): string {
  const words: Record<string, string> = {
    observation: t("observation"),
    detainee: t("person held"),
    staff: t("staff"),
    document: t("document"),
    medical_file: t("medical file"),
    outside: t("somebody outside"),
  };
  return words[key] ?? key;
}

export function reasonWord(key: string): string {
  const words: Record<string, string> = {
    no_time: t("no time"),
    no_access: t("no access"),
    nobody_to_ask: t("nobody to ask"),
    does_not_apply: t("does not apply"),
    could_not_measure: t("could not measure"),
    does_not_want_to_say: t("does not want to say"),
  };
  return words[key] ?? key;
}

export function confidenceWord(key: string): string {
  const words: Record<string, string> = {
    single_source: t("one source"),
    two_sources: t("two sources"),
    three_or_more: t("three or more sources"),
    documented: t("documented"),
  };
  return words[key] ?? key;
}
