import "fake-indexeddb/auto";
import { sha256 } from "../../monitoring/tablet/client/codec.ts";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { addKeeper, Cleared, Full, keepers, removeKeeper, Storage, type Outgoing, type Row } from "../../monitoring/tablet/client/storage/index.ts";

let number = 0;
let storage: Storage;

function outgoing(id: string, counter: number, change: Partial<Outgoing> = {}): Outgoing {
  return { id, envelope: "e1", visit: "v", sheet: "s", counter, sealed: new Uint8Array([counter]), fate: "waiting", at: 1, tries: 0, seq: null, message: "", ...change };
}

function row(id: string, visit = "v"): Row {
  return { id, visit, kind: "entry", sealed: new Uint8Array([1, 2, 3]) };
}

const ENVELOPE = { id: "e1", visit: "v", sheet: "s", wrapped: new Uint8Array([9]) };

/** Changes of the text database fail in this way, so many times. */
function failing(name: string, times = Number.POSITIVE_INFINITY): () => void {
  const usual = IDBDatabase.prototype.transaction;
  let left = times;
  const spy = vi.spyOn(IDBDatabase.prototype, "transaction").mockImplementation(function (this: IDBDatabase, ...asked: Parameters<typeof usual>) {
    if (Array.isArray(asked[0]) && asked[0].includes("outbox") && asked[1] === "readwrite" && left-- > 0) throw new DOMException("not now", name);
    return usual.apply(this, asked);
  });
  return () => spy.mockRestore();
}

beforeEach(async () => {
  storage = new Storage(`person-${(number += 1)}`);
  await storage.keep("device", { id: "d", token: "t", macKey: "" });
});

describe("the storage of a tablet", () => {
  it("keeps a change with its number, its working copy, its sealed copy and its envelope, all at once", async () => {
    await storage.save([row("1")], outgoing("1", 7), ENVELOPE);
    expect(await storage.setting("counter")).toBe(8);
    expect((await storage.rows("v")).map((kept) => kept.id)).toEqual(["1"]);
    expect((await storage.waiting(10)).map((kept) => kept.counter)).toEqual([7]);
    expect((await storage.envelope("e1"))?.wrapped).toEqual(ENVELOPE.wrapped);
  });

  it("gives what waits in the order in which it was made", async () => {
    for (const counter of [3, 1, 2]) await storage.save([], outgoing(`n${counter}`, counter), ENVELOPE);
    expect((await storage.waiting(2)).map((kept) => kept.counter)).toEqual([1, 2]);
  });

  it("lets go of everything readable of a visit, and of nothing that waits to be sent", async () => {
    await storage.save([row("1")], outgoing("1", 1), ENVELOPE);
    await storage.save([row("2", "w")], outgoing("2", 2, { visit: "w" }), null);
    await storage.keep("key-v", new Uint8Array([1]));
    await storage.dropVisit("v");
    expect(await storage.rows("v")).toEqual([]);
    expect(await storage.setting("key-v")).toBeUndefined();
    expect((await storage.rows("w")).length).toBe(1);
    expect((await storage.waiting(10)).length).toBe(2);
  });

  it("keeps an envelope for as long as something sealed under it is here", async () => {
    await storage.save([], outgoing("1", 1), ENVELOPE);
    await storage.save([], outgoing("2", 2), null);
    await storage.dropSent(["1"]);
    expect(await storage.envelope("e1")).toBeDefined();
    await storage.dropSent(["2"]);
    expect(await storage.envelope("e1")).toBeUndefined();
  });

  it("keeps a file in pieces and gives it back whole", async () => {
    const bytes = crypto.getRandomValues(new Uint8Array(60_000));
    const whole = new Uint8Array(2_400_000).map((_zero, at) => bytes[at % bytes.length] ?? 0);
    const file = { sha256: "f", envelope: "e1", visit: "v", sheet: "s", size: whole.length, fate: "waiting" as const, at: 1, tries: 0, seq: null, message: "" };
    await storage.saveFile(file, whole, row("f"), ENVELOPE);
    expect(await sha256(await storage.file("f"))).toBe(await sha256(whole));
    await storage.dropFile("f");
    expect((await storage.file("f")).length).toBe(0);
    expect(await storage.outgoingFiles()).toEqual([]);
  });

  it("opens the database again when the browser has closed it underneath", async () => {
    await storage.save([row("1")], outgoing("1", 1), ENVELOPE);
    const restore = failing("InvalidStateError", 1);
    await storage.save([row("2")], outgoing("2", 2), null);
    restore();
    expect((await storage.waiting(10)).map((kept) => kept.id)).toEqual(["1", "2"]);
  });

  it("says so when opening it again does not help", async () => {
    await storage.keep("open", true);
    const restore = failing("InvalidStateError");
    await expect(storage.save([row("1")], outgoing("1", 1), ENVELOPE)).rejects.toThrow();
    restore();
  });

  it("gives the room kept free by photos to a change that finds no room", async () => {
    const file = { sha256: "f", envelope: "e1", visit: "v", sheet: "s", size: 3, fate: "waiting" as const, at: 1, tries: 0, seq: null, message: "" };
    await storage.saveFile(file, new Uint8Array([1, 2, 3]), null, ENVELOPE);
    const restore = failing("QuotaExceededError", 1);
    await storage.save([row("1")], outgoing("1", 1), null);
    restore();
    expect((await storage.waiting(10)).map((kept) => kept.id)).toEqual(["1"]);
  });

  it("says that the disk is full when there is no reserve left", async () => {
    await Promise.all([storage.keep("open", true), storage.outgoingFiles()]);
    const restore = failing("QuotaExceededError");
    await expect(storage.save([row("1")], outgoing("1", 1), ENVELOPE)).rejects.toBeInstanceOf(Full);
    restore();
  });

  it("takes nothing more once the browser has cleared what was kept: its envelopes are gone", async () => {
    await storage.save([row("1")], outgoing("1", 1), ENVELOPE);
    await storage.drop("device");
    await expect(storage.save([row("2")], outgoing("2", 2), null)).rejects.toBeInstanceOf(Cleared);
  });

  it("shows one person nothing of another", async () => {
    await storage.save([row("1")], outgoing("1", 1), ENVELOPE);
    expect(await new Storage(`other-${number}`).rows("v")).toEqual([]);
  });

  it("knows the people of the tablet and forgets one with everything of theirs", async () => {
    await addKeeper({ name: "x", label: "S" });
    await new Storage("x").keep("device", { id: "d" });
    expect((await keepers()).map((keeper) => keeper.label)).toContain("S");
    await removeKeeper("x");
    expect((await keepers()).map((keeper) => keeper.name)).not.toContain("x");
  });
});
