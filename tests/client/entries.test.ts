import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EMPTY, sidesOf, valuesOf, type Entry } from "../../monitoring/tablet/client/entries.ts";

function entry(id: string, value: string | null, bases: string[] = [], author = "a"): Entry {
  return {
    id, visit: "v", sheet: "s", question: "Q1", content: { ...EMPTY, value }, bases,
    device_time: "2026-11-24T09:00:00+05:00", author, author_name: author, sent: "stored",
  };
}

const histories = fc.array(fc.record({ value: fc.constantFrom("yes", "no", null), bases: fc.array(fc.nat(7), { maxLength: 3 }) }), { minLength: 1, maxLength: 8 })
  .map((rows) => rows.map((row, number) => entry(`e${number}`, row.value, row.bases.filter((base) => base < number).map((base) => `e${base}`))));

describe("what entries add up to", () => {
  it("is one answer when the later one replaces the earlier", () => {
    expect(sidesOf([entry("1", "yes"), entry("2", "no", ["1"])]).map((side) => side.value)).toEqual(["no"]);
  });

  it("is two sides when two people answered without seeing each other", () => {
    const sides = sidesOf([entry("1", "yes", [], "a"), entry("2", "no", [], "b")]);
    expect(sides.map((side) => side.value)).toEqual(["no", "yes"]);
  });

  it("is one side with two authors when they agree", () => {
    const [side, ...others] = sidesOf([entry("1", "yes", [], "a"), entry("2", "yes", [], "b")]);
    expect([side?.heads.length, others.length]).toEqual([2, 0]);
  });

  it("is nothing when the answer was taken back, and an entry that was refused does not count", () => {
    expect(valuesOf([entry("1", "yes"), entry("2", null, ["1"])])).toEqual({});
    expect(valuesOf([entry("1", "yes"), { ...entry("2", "no", ["1"]), sent: "refused" }])).toEqual({ Q1: ["yes"] });
  });

  it("does not depend on the order in which entries come", () => {
    fc.assert(fc.property(histories, fc.infiniteStream(fc.nat()), (entries, chance) => {
      const shuffled = entries.map((one) => [chance.next().value as number, one] as const).sort((a, b) => a[0] - b[0]).map(([, one]) => one);
      expect(sidesOf(shuffled)).toEqual(sidesOf(entries));
    }));
  });
});
