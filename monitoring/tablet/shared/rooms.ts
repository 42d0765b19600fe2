// The arithmetic of rooms (checklists/rules/rooms.py; CPT/Inf (2015) 44, paragraphs 9 and 10).

import type { Severity } from "./types.ts";

export interface Space {
  perPerson: number;
  severity: Severity | null;
  meaning: "far" | "little" | "below" | "single" | "enough";
}

/** Living space per person from floor area, sanitary corner (m2) and how many sleep there; null if unknown. */
export function space(area: number | null, sanitary: number | null, people: number | null): Space | null {
  if (area === null || people === null || people <= 0) return null;
  const perPerson = (area - (sanitary ?? 0)) / people;
  if (perPerson < 2) return { perPerson, severity: "critical", meaning: "far" };
  if (perPerson < 3) return { perPerson, severity: "high", meaning: "little" };
  if (perPerson < 4) return { perPerson, severity: "medium", meaning: "below" };
  if (people === 1 && perPerson < 6) return { perPerson, severity: "low", meaning: "single" };
  return { perPerson, severity: null, meaning: "enough" };
}
