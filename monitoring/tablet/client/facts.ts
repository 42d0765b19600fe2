// What is known of the visit as a whole: what the plan says, and the counts from the talk with the head.

import type { Facts } from "../shared/types.ts";
import { sidesOf, type Entry } from "./entries.ts";

/** A count on which people disagree is not known. */
export function factsWith(planned: Facts, said: Map<string, Entry[]>): Facts {
  const facts: Facts = { ...planned };
  for (const [question, entries] of said) {
    const sides = sidesOf(entries);
    const value = sides[0]?.value;
    facts[question.slice(2)] = sides.length === 1 && typeof value === "string" && value !== "not_assessed" ? Number(value) : null;
  }
  return facts;
}

export function isFact(question: string): boolean {
  return question.startsWith("v.");
}
