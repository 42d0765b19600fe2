// Entries, and what they add up to (visits/sheets/rules/current.py): the sides that no other entry replaces.

import type { Value } from "../shared/types.ts";

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

export interface Entry {
  id: string;
  visit: string;
  sheet: string;
  question: string;
  content: Content;
  bases: string[];
  device: string;
  counter: number;
  device_time: string;
  opened?: { version: string; label: string; about: string | null };
  author?: string;
  author_name?: string;
  seq?: number | null;
  /** waiting: only on this tablet; stored: the server has it; otherwise what the server said. */
  sent: "waiting" | "stored" | "quarantined" | "refused";
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
