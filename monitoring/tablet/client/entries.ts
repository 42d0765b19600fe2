// Entries, and what they add up to (visits/sheets/rules/current.py): the sides that no other entry replaces.

import type { Sides, Value } from "../shared/types.ts";

export interface Content {
  value: Value | null;
  reason: string | null;
  note: string;
  sources: string[];
  by_source: Record<string, string>;
  confidence: string | null;
  photos: string[];
  access?: { at: string; who: string; ground: string };
}

export interface Opened {
  version: string;
  label: string;
  about: string | null;
  /** The interview that this one goes on from: both count as one person. */
  joins?: string;
}

/** saving: not on the disk yet; unsaved: the disk did not take it; waiting: on this tablet only; stored: the server has it; otherwise what the server said. */
export type Sent = "saving" | "unsaved" | "waiting" | "stored" | "quarantined" | "refused" | "parked";

export interface Entry {
  id: string;
  visit: string;
  sheet: string;
  question: string;
  content: Content;
  bases: string[];
  device_time: string;
  opened?: Opened;
  author: string;
  author_name: string;
  seq?: number | null;
  sent: Sent;
  message?: string;
}

export interface Side {
  value: Value;
  heads: Entry[];
}

export const EMPTY: Content = { value: null, reason: null, note: "", sources: [], by_source: {}, confidence: null, photos: [] };

/** The entries that nobody replaced; the order in which they came does not matter. */
export function heads(entries: Entry[]): Entry[] {
  const counted = entries.filter((entry) => entry.sent !== "refused");
  const replaced = new Set(counted.flatMap((entry) => entry.bases.filter((base) => base !== entry.id)));
  const found = counted.filter((entry) => !replaced.has(entry.id));
  return (found.length > 0 ? found : counted).toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** What a person's next change starts from: their own last word, else that of whoever answered. */
export function startingFrom(entries: Entry[], person: string): Content {
  const said = sidesOf(entries).flatMap((side) => side.heads);
  return (said.find((entry) => entry.author === person) ?? said[0] ?? heads(entries)[0])?.content ?? EMPTY;
}

export function sidesOf(entries: Entry[]): Side[] {
  const byValue = new Map<string, Side>();
  for (const head of heads(entries)) {
    if (head.content.value === null) continue;
    const key = JSON.stringify(head.content.value);
    const side = byValue.get(key) ?? { value: head.content.value, heads: [] };
    side.heads.push(head);
    byValue.set(key, side);
  }
  return [...byValue.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, side]) => side);
}

/** All questions of one sheet: their entries, by question. */
export function byQuestion(entries: Entry[]): Map<string, Entry[]> {
  const found = new Map<string, Entry[]>();
  for (const entry of entries) found.set(entry.question, [...(found.get(entry.question) ?? []), entry]);
  return found;
}

export function valuesOf(entries: Entry[]): Sides {
  const found: Sides = {};
  for (const [question, members] of byQuestion(entries)) {
    const sides = sidesOf(members);
    if (sides.length > 0) found[question] = sides.map((side) => side.value);
  }
  return found;
}

/** The entries of a visit, found by sheet and question without looking through all of them. */
export class Book {
  private readonly sheets = new Map<string, Map<string, Entry[]>>();
  private readonly byId = new Map<string, Entry>();
  private readonly values = new Map<string, Sides>();

  constructor(entries: Entry[] = []) {
    for (const entry of entries) this.add(entry);
  }

  add(entry: Entry): void {
    if (this.byId.has(entry.id)) return;
    this.byId.set(entry.id, entry);
    const sheet = this.sheets.get(entry.sheet) ?? new Map<string, Entry[]>();
    sheet.set(entry.question, [...(sheet.get(entry.question) ?? []), entry]);
    this.sheets.set(entry.sheet, sheet);
    this.values.delete(entry.sheet);
  }

  /** Something about an entry became known: it was saved, or the server said what it did with it. */
  change(id: string, change: Partial<Entry>): void {
    const entry = this.byId.get(id);
    if (!entry) return;
    Object.assign(entry, change);
    this.values.delete(entry.sheet);
  }

  all(): Entry[] {
    return [...this.byId.values()];
  }

  of(sheet: string): Entry[] {
    return [...(this.sheets.get(sheet)?.values() ?? [])].flat();
  }

  to(sheet: string, question: string): Entry[] {
    return this.sheets.get(sheet)?.get(question) ?? [];
  }

  valuesOf(sheet: string): Sides {
    let found = this.values.get(sheet);
    if (!found) {
      found = valuesOf(this.of(sheet));
      this.values.set(sheet, found);
    }
    return found;
  }
}
