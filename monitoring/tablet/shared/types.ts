// The shapes that the server sends: checklists.rules.definition.to_json() in TypeScript.

export type Texts = Record<string, string>;
export type Value = string | string[];
export type Severity = "low" | "medium" | "high" | "critical";
export type Node = unknown[];
export type QuestionType = "yes_no_partly" | "number" | "choice" | "multi" | "text" | "photo" | "time" | "date";

export interface Question {
  code: string;
  type: QuestionType;
  section: string;
  texts: Texts;
  helps: Texts;
  units: Texts;
  choices: { key: string; labels: Texts }[];
  relevant: Node | null;
  problems: { when: Node; severity: Severity }[];
  severity: Severity | null;
  sources: string[];
  standards: string[];
  theme: string;
  recommendations: string[];
  key: boolean;
  depends_on: string[];
}

export interface Section {
  key: string;
  titles: Texts;
  questions: string[];
}

export interface Definition {
  code: string;
  per: "visit" | "room" | "interview";
  titles: Texts;
  languages: Texts;
  sections: Section[];
  questions: Record<string, Question>;
}

export interface Facts {
  country: string;
  kind: string;
  previous: boolean;
  [count: string]: string | boolean | number | null;
}

/** The current values of each question; several where people disagree. */
export type Sides = Record<string, Value[]>;

export interface SectionCount {
  asked: number;
  answered: number;
  notAssessed: number;
  problems: Partial<Record<Severity, number>>;
}

export interface SheetResult {
  visible: string[];
  problems: Record<string, Severity>;
  conflicts: string[];
  sections: Record<string, SectionCount>;
  asked: number;
  answered: number;
  worst: Severity | null;
}
