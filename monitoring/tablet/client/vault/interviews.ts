// Open interviews: they exist only here, in the worker's memory. On the disk there is nothing but what is sealed.

import { evaluate } from "../../shared/evaluation.ts";
import type { Definition, Facts, Severity, SheetResult } from "../../shared/types.ts";
import { Book, heads, sidesOf, startingFrom, type Content, type Entry, type Side } from "../entries.ts";

/** What the screen needs to show one question; nothing of the others. */
export interface Step {
  question: string;
  number: number;
  all: number;
  before: string | null;
  after: string | null;
  sides: Side[];
  content: Content;
  problem: Severity | null;
  minutes: string | null;
}

/** Sex, age band and status: what is counted of an interview apart from its answers. */
const COUNTED = ["PI08", "PI09", "PI10"];

export class Interview {
  private readonly book = new Book();

  constructor(
    readonly sheet: string,
    private readonly definition: Definition,
    private readonly facts: () => Facts,
    private readonly person: string,
  ) {}

  add(entry: Entry): void {
    this.book.add(entry);
  }

  bases(question: string): string[] {
    return heads(this.book.to(this.sheet, question)).map((entry) => entry.id);
  }

  /** The step of a question; of the first unanswered one if none is named or the named one is not asked any more. */
  step(wanted: string | null): Step | null {
    const result = this.result();
    const { visible } = result;
    const code = (wanted && visible.includes(wanted) ? wanted : visible.find((found) => this.sides(found).length === 0)) ?? visible.at(-1);
    if (code === undefined) return null;
    const at = visible.indexOf(code);
    return {
      question: code,
      number: at + 1,
      all: visible.length,
      before: visible[at - 1] ?? null,
      after: visible[at + 1] ?? null,
      sides: this.sides(code),
      content: startingFrom(this.book.to(this.sheet, code), this.person),
      problem: result.problems[code] ?? null,
      minutes: this.minutes(),
    };
  }

  private sides(question: string): Side[] {
    return sidesOf(this.book.to(this.sheet, question));
  }

  private result(): SheetResult {
    return evaluate(this.definition, this.book.valuesOf(this.sheet), this.facts());
  }

  private minutes(): string | null {
    return interviewMinutes(this.book.all().map((entry) => Date.parse(entry.device_time)));
  }

  /** What is counted of this person, in bands. */
  band(): string {
    return COUNTED.map((question) => {
      const value = this.sides(question)[0]?.value;
      return typeof value === "string" && value !== "not_assessed" ? value : "";
    }).join("|");
  }
}

/** The length from the first to the last answer; not known from one. */
export function interviewMinutes(moments: number[]): string | null {
  if (moments.length < 2) return null;
  return String(Math.max(1, Math.round((Math.max(...moments) - Math.min(...moments)) / 60_000)));
}
