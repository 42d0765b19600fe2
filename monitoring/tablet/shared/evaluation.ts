// What the answers of one sheet add up to. Python (checklists/rules/evaluation.py) is the truth, this is the preview
// on the tablet; both are held to tests/rule_cases.json.

import type { Definition, Facts, Node, Question, SectionCount, Severity, SheetResult, Sides, Value } from "./types.ts";

export const NOT_ASSESSED = "not_assessed";
export const SEVERITIES: Severity[] = ["low", "medium", "high", "critical"];
const MOST_COMBINATIONS = 64;

type Seen = (code: string) => Value | null;
type Found = Value | number | null;

export function worst(levels: Severity[]): Severity | null {
  return levels.reduce<Severity | null>((most, level) => (most === null || rank(level) > rank(most) ? level : most), null);
}

function rank(level: Severity): number {
  return SEVERITIES.indexOf(level);
}

export function evaluate(definition: Definition, sides: Sides, facts: Facts, keyOnly = false): SheetResult {
  const sheet = new Sheet(definition, sides, facts);
  const codes = Object.keys(definition.questions);
  const visible = codes.filter((code) => sheet.visible(code));
  const problems: Record<string, Severity> = {};
  for (const code of visible) {
    const found = sheet.problem(code);
    if (found !== null) problems[code] = found;
  }
  const conflicts = visible.filter((code) => distinct(sides[code] ?? []).length > 1);
  const core = keyOnly ? keyQuestions(definition) : null;
  const counted = visible.filter((code) => core === null || core.has(code) || (sides[code] ?? []).length > 0);
  const sections: Record<string, SectionCount> = {};
  for (const section of definition.sections) {
    const inside = new Set(section.questions);
    sections[section.key] = count(counted.filter((code) => inside.has(code)), sides, problems, conflicts);
  }
  const all = Object.values(sections);
  return {
    visible,
    problems,
    conflicts,
    sections,
    asked: all.reduce((sum, section) => sum + section.asked, 0),
    answered: all.reduce((sum, section) => sum + section.answered, 0),
    worst: worst(Object.values(problems)),
  };
}

function count(asked: string[], sides: Sides, problems: Record<string, Severity>, conflicts: string[]): SectionCount {
  const done = asked.filter((code) => (sides[code] ?? []).length > 0 && !conflicts.includes(code));
  const found: Partial<Record<Severity, number>> = {};
  for (const code of asked) {
    const level = problems[code];
    if (level) found[level] = (found[level] ?? 0) + 1;
  }
  const notAssessed = done.filter((code) => sides[code]?.[0] === NOT_ASSESSED).length;
  return { asked: asked.length, answered: done.length, notAssessed, problems: found };
}

/** The core questions and those they depend on. */
export function keyQuestions(definition: Definition): Set<string> {
  const wanted = new Set<string>();
  const waiting = Object.values(definition.questions).filter((question) => question.key).map((question) => question.code);
  for (let code = waiting.pop(); code !== undefined; code = waiting.pop()) {
    if (wanted.has(code)) continue;
    wanted.add(code);
    waiting.push(...(definition.questions[code]?.depends_on ?? []));
  }
  return wanted;
}

class Sheet {
  private readonly known = new Map<string, boolean>();

  constructor(private readonly definition: Definition, private readonly sides: Sides, private readonly facts: Facts) {}

  visible(code: string): boolean {
    const before = this.known.get(code);
    if (before !== undefined) return before;
    this.known.set(code, false); // a rule that comes back to itself hides the question
    const rule = this.definition.questions[code]?.relevant ?? null;
    const found = rule === null || this.worlds(rule).some((seen) => holds(rule, seen, this.facts));
    this.known.set(code, found);
    return found;
  }

  problem(code: string): Severity | null {
    const question = this.definition.questions[code];
    if (!question || question.problems.length === 0 || (this.sides[code] ?? []).length === 0) return null;
    const levels = question.problems.flatMap((rule) =>
      this.worlds(rule.when, code).map((seen) => levelOf(question, rule, seen, this.facts)),
    );
    return worst(levels.filter((level) => level !== null));
  }

  private worlds(rule: Node, ...more: string[]): Seen[] {
    const lookedAt = [...new Set([...codesOf(rule), ...more])].sort();
    let found: Record<string, Value | null>[] = [{}];
    for (const code of lookedAt) {
      const given = this.visible(code) ? (this.sides[code] ?? []) : [];
      const options: (Value | null)[] = given.length > 0 ? given : [null];
      found = found.flatMap((world) => options.map((value) => ({ ...world, [code]: value }))).slice(0, MOST_COMBINATIONS);
    }
    return found.map((world) => (code: string) => world[code] ?? null);
  }
}

function levelOf(question: Question, rule: { when: Node; severity: Severity }, seen: Seen, facts: Facts): Severity | null {
  const own = seen(question.code);
  if (own === null || own === NOT_ASSESSED) return null;
  if (question.type === "yes_no_partly" && own === "partly") {
    return rule.when[0] === "=" ? (SEVERITIES[Math.max(0, rank(rule.severity) - 1)] ?? null) : null;
  }
  return holds(rule.when, seen, facts) ? rule.severity : null;
}

export function codesOf(node: Node): string[] {
  if (node[0] === "answer") return [String(node[1])];
  if (node[0] === "in" || node[0] === "has" || node[0] === "other") return codesOf(node[1] as Node);
  if (node[0] === "fact" || node[0] === "text" || node[0] === "number") return [];
  return node.slice(1).flatMap((part) => codesOf(part as Node));
}

export function holds(node: Node, seen: Seen, facts: Facts): boolean {
  const parts = node.slice(1) as Node[];
  const first = parts[0] as Node;
  const second = parts[1] as Node;
  switch (node[0]) {
    case "and":
      return parts.every((part) => holds(part, seen, facts));
    case "or":
      return parts.some((part) => holds(part, seen, facts));
    case "not":
      return !holds(first, seen, facts);
    case "answered":
      return valueOf(first, seen, facts) !== null;
    case "in":
    case "has":
    case "other":
      return member(node[0], valueOf(first, seen, facts), parts[1] as unknown as string[]);
    case "differs":
      return compare("!=", asNumber(valueOf(first, seen, facts)), asNumber(valueOf(second, seen, facts)));
    default:
      return compare(String(node[0]), valueOf(first, seen, facts), valueOf(second, seen, facts));
  }
}

function member(name: "in" | "has" | "other", value: Found, keys: string[]): boolean {
  if (name === "in") return typeof value === "string" && keys.includes(value);
  const ticked = Array.isArray(value) ? value : [];
  return ticked.some((key) => keys.includes(key) === (name === "has"));
}

function valueOf(node: Node, seen: Seen, facts: Facts): Found {
  switch (node[0]) {
    case "answer":
      return seen(String(node[1]));
    case "fact":
      return factOf(String(node[1]), facts);
    case "text":
      return String(node[1]);
    case "number":
      return Number(node[1]);
    default: {
      const left = asNumber(valueOf(node[1] as Node, seen, facts));
      const right = asNumber(valueOf(node[2] as Node, seen, facts));
      return left === null || right === null ? null : arithmetic(String(node[0]), left, right);
    }
  }
}

function factOf(name: string, facts: Facts): Found {
  const found = facts[name];
  if (name === "previous") return found ? "yes" : "no";
  if (found === null || found === undefined) return Infinity;
  return typeof found === "boolean" ? null : found;
}

function arithmetic(name: string, left: number, right: number): number | null {
  if (name === "+") return left + right;
  if (name === "-") return left - right;
  if (name === "*") return left * right;
  return right === 0 ? null : left / right;
}

function asNumber(value: Found): number | null {
  if (typeof value === "number") return value;
  if (typeof value !== "string" || !/^\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?\s*$/i.test(value)) return null;
  return Number(value.replace(",", "."));
}

function compare(sign: string, left: Found, right: Found): boolean {
  if (typeof left === "string" && typeof right === "string" && (sign === "=" || sign === "!=")) {
    return (left === right) === (sign === "=");
  }
  const first = asNumber(left);
  const second = asNumber(right);
  if (first === null || second === null) return sign === "!=" && typeof left === "string" && right !== null;
  switch (sign) {
    case "=":
      return first === second;
    case "!=":
      return first !== second;
    case "<":
      return first < second;
    case ">":
      return first > second;
    case "<=":
      return first <= second;
    default:
      return first >= second;
  }
}

function distinct(values: Value[]): string[] {
  return [...new Set(values.map((value) => JSON.stringify(value)))];
}
