import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { minutesBetween } from "../../monitoring/tablet/client/suggestions.ts";
import { interviewMinutes } from "../../monitoring/tablet/client/vault/interviews.ts";

describe("minutes at the gate", () => {
  it("counts from the first time to the second", () => expect(minutesBetween("09:12", "09:40")).toBe("28"));
  it("crosses midnight", () => expect(minutesBetween("23:50", "00:05")).toBe("15"));
  it("knows nothing while a time is missing or was not measured", () => {
    expect(minutesBetween("", "09:40")).toBeNull();
    expect(minutesBetween("09:12", "not_assessed")).toBeNull();
  });
  it("leads from the first time back to the second", () =>
    fc.assert(
      fc.property(fc.nat(1439), fc.nat(1439), (a, b) => {
        const clock = (minutes: number): string => `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
        expect((a + Number(minutesBetween(clock(a), clock(b)))) % 1440).toBe(b);
      }),
    ));
});

describe("length of an interview", () => {
  it("is the time between the first and the last answer", () => expect(interviewMinutes([600_000, 0, 1_500_000])).toBe("25"));
  it("is not known from one answer", () => expect(interviewMinutes([5])).toBeNull());
});
