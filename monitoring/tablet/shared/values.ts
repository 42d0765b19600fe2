// The canonical form of answers (checklists/rules/values.py): two answers are equal exactly if they are equal in this form.

import { NOT_ASSESSED } from "./evaluation.ts";
import type { QuestionType, Value } from "./types.ts";

/** The canonical form; null is "taken back"; undefined is "this cannot be taken". */
export function canonical(type: QuestionType, raw: Value): Value | null | undefined {
  if (raw.length === 0) return null;
  if (raw === NOT_ASSESSED || type === "yes_no_partly" || type === "choice") return raw;
  if (Array.isArray(raw)) return [...new Set(raw)].sort();
  if (type === "number") return number(raw);
  if (type === "time") return time(raw);
  if (type === "date") return /^\d{4}-\d{2}-\d{2}$/.test(raw) ? raw : undefined;
  return raw.normalize("NFC").trim() || null;
}

function number(raw: string): string | undefined {
  const text = raw.replace(/[\s\u00a0]/g, "").replace(",", ".");
  const match = /^([+-]?)(\d*)\.?(\d*)$/.exec(text);
  if (!match || (!match[2] && !match[3])) return undefined;
  const whole = (match[2] ?? "").replace(/^0+(?=\d)/, "") || "0";
  const rest = (match[3] ?? "").replace(/0+$/, "");
  const plain = rest ? `${whole}.${rest}` : whole;
  if (Number(plain) > 1e12) return undefined;
  return match[1] === "-" && plain !== "0" ? `-${plain}` : plain;
}

function time(raw: string): string | undefined {
  const match = /^([01]?\d|2[0-3])[:.]([0-5]\d)$/.exec(raw.trim());
  return match ? `${(match[1] ?? "").padStart(2, "0")}:${match[2]}` : undefined;
}

/** Whether ticking this choice clears the others. */
export function excludesOthers(key: string): boolean {
  return key === "none" || key === "nothing" || key.startsWith("none_");
}

export function toggle(ticked: string[], key: string): string[] {
  if (ticked.includes(key)) return ticked.filter((other) => other !== key);
  return (excludesOthers(key) ? [key] : [...ticked.filter((other) => !excludesOthers(other)), key]).sort();
}
