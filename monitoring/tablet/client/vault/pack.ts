// What a visit needs without a network: the parts of docs/sync.md, joined.

import type { Definition, Facts, Severity, Texts } from "../../shared/types.ts";

export interface Manifest {
  visit: string;
  made_at: string;
  expires_on: string;
  recipient: string;
  parts: Record<string, string>;
}

export interface SheetRow {
  id: string;
  checklist: string;
  version: string;
  per: "visit" | "room" | "interview";
  label: string;
  position: number;
  opened_by: string | null;
  closed: boolean;
  joins: string | null;
}

interface VisitPart {
  visit: {
    id: string;
    country: string;
    kind: string;
    kind_title: Texts;
    announced: boolean;
    starts_on: string;
    ends_on: string;
    objective: string;
    letter: string;
    lead_id: string;
    is_lead: boolean;
    returned: boolean;
    time_zone: string;
    previous: boolean;
  };
  team: { id: string; name: string; letter: string; lead: boolean }[];
  visit_sheet: string;
  sheets: SheetRow[];
  other_interviews: number;
  forms: Record<string, string>;
  facts: Facts;
}

export interface Pack extends VisitPart {
  made_at: string;
  expires_on: string;
  recipient: string;
  facility: { id: string; kind: string; name: Texts; kind_title: Texts; region_title: Texts; address: string; authority_name: Texts; capacity: number | null };
  titles: { standards: Record<string, Texts>; themes: Record<string, Texts>; calls: Record<string, Texts>; theme_order: string[]; call_order: string[] };
  before: {
    findings: { id: string; visit_number: number; visit_ended_on: string; kind: "problem" | "good_practice"; theme: string; severity: Severity | ""; text: Texts }[];
    recommendations: { id: string; text: Texts; authority: Texts; due_on: string; priority_title: Texts }[];
  };
  law: {
    basis: "opcat" | "agreement";
    mechanism: Texts;
    mandate: Texts;
    provisions: { code: string; instrument: Texts; provision: string; requirement: Texts; binds: boolean }[];
  };
  /** The forms by the id of their version. */
  versions: Record<string, Definition>;
}

/** The parts as they came, by name. Throws when one is missing: half a pack is none. */
export function joined(manifest: Manifest, parts: Map<string, string>): Pack {
  const read = <T>(name: string): T => {
    const text = parts.get(name);
    if (text === undefined) throw new Error(`the part ${name} is missing`);
    return JSON.parse(text) as T;
  };
  for (const name of Object.keys(manifest.parts)) read(name);
  const visit = read<VisitPart>("visit");
  for (const code of Object.keys(visit.forms)) read(`form-${code}`);
  const names = Object.keys(manifest.parts).filter((name) => name.startsWith("form-"));
  const forms = names.map((name) => read<Definition & { version: string }>(name));
  return {
    ...visit,
    made_at: manifest.made_at,
    expires_on: manifest.expires_on,
    recipient: manifest.recipient,
    facility: read("facility"),
    titles: read("titles"),
    before: read("before"),
    law: read("law"),
    versions: Object.fromEntries(forms.map((form) => [form.version, form])),
  };
}
