// Numbers that the tablet knows already: offered beside the question, one tap takes them over. The person has the last word.

import type { App } from "./app.ts";
import type { SheetRow } from "./vault/pack.ts";

const MINUTES_A_DAY = 24 * 60;

export function suggestion(app: App, sheet: SheetRow, code: string): string | null {
  switch (code) {
    case "AC03":
      return minutesBetween(written(app, sheet, "AC01"), written(app, sheet, "AC02"));
    case "AC40":
      return String(app.sheets().filter((row) => row.per === "interview").length + (app.pack?.other_interviews ?? 0));
    default:
      return null;
  }
}

function written(app: App, sheet: SheetRow, code: string): string {
  const value = app.sides(sheet.id, code)[0]?.value;
  return typeof value === "string" ? value : "";
}

/** Minutes from HH:MM to HH:MM, over midnight where the second is earlier. */
export function minutesBetween(from: string, to: string): string | null {
  const [start, end] = [from, to].map((text) => /^(\d\d):(\d\d)$/.exec(text)).map((match) => (match ? Number(match[1]) * 60 + Number(match[2]) : null));
  if (start === null || start === undefined || end === null || end === undefined) return null;
  return String((end - start + MINUTES_A_DAY) % MINUTES_A_DAY);
}
