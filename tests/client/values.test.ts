import { describe, expect, it } from "vitest";
import { space } from "../../monitoring/tablet/shared/rooms.ts";
import { canonical, toggle } from "../../monitoring/tablet/shared/values.ts";

describe("canonical forms", () => {
  it.each([["2,50", "2.5"], ["007", "7"], ["0", "0"], ["-0", "0"], [".5", "0.5"], ["1 200", "1200"], ["12.0", "12"]])("number %s is %s", (raw, form) => {
    expect(canonical("number", raw)).toBe(form);
  });
  it.each(["", "two"])("number '%s' is not taken as a number", (raw) => {
    expect(canonical("number", raw) ?? null).toBe(null);
  });
  it("reads times and refuses what is none", () => {
    expect([canonical("time", "9:05"), canonical("time", "23.59"), canonical("time", "24:00")]).toEqual(["09:05", "23:59", undefined]);
  });
  it("lets 'none' stand alone", () => {
    expect(toggle(toggle(["a", "b"], "none"), "c")).toEqual(["c"]);
    expect(toggle(["a"], "none_of_these")).toEqual(["none_of_these"]);
    expect(toggle(["a"], "a")).toEqual([]);
  });
});

describe("space per person", () => {
  it.each([[9, 1.5, 4, "critical"], [12, 0, 5, "high"], [15, 0, 4, "medium"], [5, 0, 1, "low"], [20, 1.5, 4, null]])("%s m2 less %s for %s people is %s", (area, corner, people, level) => {
    expect(space(area, corner, people)?.severity).toBe(level);
  });
  it("is not known without people or area", () => {
    expect([space(null, 1, 2), space(9, 1, 0), space(9, 1, null)]).toEqual([null, null, null]);
  });
});
