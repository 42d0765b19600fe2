import { describe, expect, it } from "vitest";
import { dayWord, whenWord } from "../../monitoring/tablet/client/texts.ts";

const NOON = new Date(2026, 10, 24, 12);

describe("when a visit is", () => {
  it.each([
    ["2026-11-24", "2026-11-24", "today"],
    ["2026-11-23", "2026-11-25", "today, day 2 of 3"],
    ["2026-11-25", "2026-11-25", "25 November"],
    ["2026-11-28", "2026-12-02", "28 November – 2 December"],
    ["2027-01-02", "2027-01-02", "2 January 2027"],
  ])("from %s to %s is said as %s", (first, last, words) => expect(whenWord(first, last, NOON)).toBe(words));

  it("says a day of another year with its year", () => expect(dayWord("2025-03-01", NOON)).toBe("1 March 2025"));
});
