import { describe, expect, it } from "vitest";
import { evaluate } from "../../monitoring/tablet/shared/evaluation.ts";
import type { Definition, Facts, Sides } from "../../monitoring/tablet/shared/types.ts";
import raw from "../rule_cases.json";

interface Case {
  name: string;
  definition: Definition;
  sides: Sides;
  facts: Facts;
  expected: { visible: string[]; problems: Record<string, string>; conflicts: string[]; asked: number; answered: number };
}

const cases = raw as unknown as Case[];

describe("the preview on the tablet", () => {
  it.each(cases.map((one) => [one.name, one] as const))("agrees with the cases: %s", (_name, one) => {
    const result = evaluate(one.definition, one.sides, one.facts);
    expect({
      visible: result.visible, problems: result.problems, conflicts: result.conflicts.toSorted(), asked: result.asked, answered: result.answered,
    }).toEqual(one.expected);
  });
});
