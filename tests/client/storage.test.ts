import "fake-indexeddb/auto";
import { beforeEach, describe, expect, it } from "vitest";
import { EMPTY } from "../../monitoring/tablet/client/entries.ts";
import { Storage } from "../../monitoring/tablet/client/storage.ts";

const BARE = { visit: "v", sheet: "s", question: "Q1", content: EMPTY, bases: [], device_time: "2026-11-24T09:00:00+05:00" };
let number = 0;
let storage: Storage;

beforeEach(async () => {
  storage = await Storage.open(`person-${(number += 1)}`);
  await storage.keepDevice("device", 5);
});

describe("the storage of a tablet", () => {
  it("gives each entry the next number, also when many are saved at once", async () => {
    const saved = await Promise.all([1, 2, 3, 4].map((id) => storage.save({ ...BARE, id: `e${id}` })));
    expect(saved.map((entry) => entry.counter).sort()).toEqual([5, 6, 7, 8]);
    expect((await storage.waiting()).map((entry) => entry.counter)).toEqual([5, 6, 7, 8]);
  });

  it("never goes back in its numbers when the server knows less", async () => {
    await storage.save({ ...BARE, id: "e1" });
    await storage.keepDevice("device", 1);
    expect((await storage.save({ ...BARE, id: "e2" })).counter).toBe(6);
  });

  it("keeps its own entry when a colleague's copy of it arrives", async () => {
    const mine = await storage.save({ ...BARE, id: "e1", content: { ...EMPTY, value: "yes" } });
    const fresh = await storage.take([{ ...mine, content: { ...EMPTY, value: "no" }, sent: "stored" }, { ...mine, id: "e9", sent: "stored" }], "v", 7);
    expect(fresh).toBe(1);
    expect((await storage.entries("v")).find((entry) => entry.id === "e1")?.content.value).toBe("yes");
    expect(await storage.setting("seq-v")).toBe(7);
  });

  it("forgets what a closed interview said once the server has it, not before", async () => {
    await storage.save({ ...BARE, id: "open", question: "sheet.opened" });
    await storage.save({ ...BARE, id: "said" });
    await storage.save({ ...BARE, id: "late" });
    await storage.change(new Map([["said", { sent: "stored" as const }], ["open", { sent: "stored" as const }]]));
    await storage.clearSheet("v", "s");
    expect((await storage.entries("v")).map((entry) => entry.id).sort()).toEqual(["late", "open"]);
  });

  it("does not save an entry without a device", async () => {
    const other = await Storage.open(`nobody-${number}`);
    await expect(other.save({ ...BARE, id: "e1" })).rejects.toThrow();
    expect(await other.entries("v")).toEqual([]);
  });

  it("shows one person nothing of another", async () => {
    await storage.save({ ...BARE, id: "e1" });
    const other = await Storage.open(`other-${number}`);
    expect(await other.entries("v")).toEqual([]);
  });
});
