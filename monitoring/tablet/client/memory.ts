// The entries of the open visit in memory, by sheet and question; what they add up to is worked out once, until something changes.

import type { Sides } from "../shared/types.ts";
import { sidesOf, type Entry, type Side } from "./entries.ts";

interface Question {
  entries: Entry[];
  sides?: Side[] | undefined;
}

export class Memory {
  entries: Entry[] = [];
  private readonly sheets = new Map<string, Map<string, Question>>();

  /** Take other entries instead of those that were here. */
  replace(entries: Entry[]): void {
    this.entries = [];
    this.sheets.clear();
    for (const entry of entries) this.add(entry);
  }

  add(entry: Entry): void {
    this.entries.push(entry);
    const sheet = this.sheets.get(entry.sheet) ?? new Map<string, Question>();
    const question = sheet.get(entry.question) ?? { entries: [] };
    question.entries.push(entry);
    question.sides = undefined;
    this.sheets.set(entry.sheet, sheet.set(entry.question, question));
  }

  of(sheet: string): Entry[] {
    return [...(this.sheets.get(sheet)?.values() ?? [])].flatMap((question) => question.entries);
  }

  about(sheet: string, question: string): Entry[] {
    return this.sheets.get(sheet)?.get(question)?.entries ?? [];
  }

  sides(sheet: string, question: string): Side[] {
    const found = this.sheets.get(sheet)?.get(question);
    return found ? (found.sides ??= sidesOf(found.entries)) : [];
  }

  /** The current values of every question of a sheet that has one. */
  values(sheet: string): Sides {
    const found: Sides = {};
    for (const question of this.sheets.get(sheet)?.keys() ?? []) {
      const sides = this.sides(sheet, question);
      if (sides.length > 0) found[question] = sides.map((side) => side.value);
    }
    return found;
  }
}
