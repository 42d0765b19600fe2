import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { EMPTY, type Entry } from "../../monitoring/tablet/client/entries.ts";
import { Refused, Unreachable, type Receipt } from "../../monitoring/tablet/client/network.ts";
import type { Photo } from "../../monitoring/tablet/client/storage.ts";
import { BATCH, Sync, type Outbox, type Wire } from "../../monitoring/tablet/client/sync.ts";

class Memory implements Outbox {
  entries = new Map<string, Entry>();
  cleared: string[] = [];
  seq = 0;

  add(count: number, question = "Q1"): void {
    for (let made = 0; made < count; made += 1) {
      const counter = this.entries.size + 1;
      this.entries.set(`e${counter}`, {
        id: `e${counter}`, visit: "v", sheet: "s", question, content: EMPTY, bases: [], device: "d", counter,
        device_time: "2026-11-24T09:00:00+05:00", sent: "waiting",
      });
    }
  }
  waiting = async (): Promise<Entry[]> => [...this.entries.values()].filter((entry) => entry.sent === "waiting");
  change = async (changes: Map<string, Partial<Entry>>): Promise<void> => {
    for (const [id, change] of changes) this.entries.set(id, { ...this.entries.get(id)!, ...change });
  };
  photos = new Map<string, Photo>();
  waitingPhotos = async (): Promise<Photo[]> => [...this.photos.values()].filter((photo) => !photo.sent);
  savePhoto = async (photo: Photo): Promise<void> => void this.photos.set(photo.sha256, photo);
  clearSheet = async (_visit: string, sheet: string): Promise<void> => void this.cleared.push(sheet);
  take = async (entries: Entry[], _visit: string, seq: number): Promise<number> => {
    for (const entry of entries) if (!this.entries.has(entry.id)) this.entries.set(entry.id, entry);
    this.seq = seq;
    return entries.length;
  };
  setting = async <T>(): Promise<T | undefined> => this.seq as T;
}

class Server implements Wire {
  stored = new Map<string, Entry>();
  sizes: number[] = [];
  failures: Error[] = [];
  bad = new Set<string>();

  putEntries = async (entries: Entry[]): Promise<Receipt[]> => {
    const failure = this.failures.shift();
    if (failure instanceof Unreachable) throw failure;
    this.sizes.push(entries.length);
    const receipts = entries.map((entry): Receipt => {
      if (this.bad.has(entry.id)) return { id: entry.id, outcome: "refused", seq: null, sha256: "", message: "no such question" };
      const known = this.stored.has(entry.id);
      this.stored.set(entry.id, entry);
      if (this.aside.has(entry.id)) return { id: entry.id, outcome: known ? "duplicate" : "quarantined", seq: null, sha256: "" };
      return { id: entry.id, outcome: known ? "duplicate" : "stored", seq: this.stored.size, sha256: "" };
    });
    if (failure) throw failure; // stored, but the answer got lost
    return receipts;
  };
  aside = new Set<string>();
  photos: string[] = [];
  putPhoto = async (_visit: string, _sheet: string, sha256: string): Promise<void> => {
    if (this.bad.has(sha256)) throw new Refused(422, "invalid", "no picture");
    this.photos.push(sha256);
  };
  entriesAfter = async (_visit: string, seq: number): Promise<{ entries: Entry[]; seq: number }> => ({ entries: [], seq });
}

let memory: Memory;
let server: Server;
let sync: Sync;

beforeEach(() => {
  vi.useFakeTimers();
  memory = new Memory();
  server = new Server();
  sync = new Sync(memory, server, () => undefined, () => "v");
});
afterEach(() => vi.useRealTimers());

describe("sending", () => {
  it("sends everything in batches, in the order of the numbers", async () => {
    memory.add(BATCH + 20);
    await sync.wake();
    expect(server.sizes).toEqual([BATCH, 20]);
    expect([...server.stored.values()].map((entry) => entry.counter)).toEqual([...memory.entries.values()].map((entry) => entry.counter));
    expect([sync.state, sync.unsent]).toEqual(["sent", 0]);
  });

  it("knows of an entry that was put aside also when the first answer got lost", async () => {
    memory.add(1);
    server.aside.add("e1");
    server.failures.push(new Refused(500, "http", "lost"));
    await sync.wake();
    await sync.wake();
    expect(memory.entries.get("e1")?.sent).toBe("quarantined");
  });

  it("lets a photo that is none hold up neither the others nor the next round", async () => {
    for (const sha256 of ["torn", "good"]) memory.photos.set(sha256, { sha256, visit: "v", sheet: "s", blob: new Blob(), sent: false });
    server.bad.add("torn");
    await sync.wake();
    expect(server.photos).toEqual(["good"]);
    expect(memory.photos.get("torn")).toMatchObject({ sent: false, message: "no picture" });
    expect([sync.state, sync.unsent]).toEqual(["sent", 0]);
  });

  it("loses nothing and doubles nothing when an answer gets lost", async () => {
    memory.add(3);
    server.failures = [new Error("lost")];
    await sync.wake();
    expect([sync.state, sync.unsent]).toEqual(["trouble", 3]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect([server.stored.size, sync.unsent, sync.state]).toEqual([3, 0, "sent"]);
  });

  it("waits longer and longer without a network, and says so", async () => {
    memory.add(1);
    server.failures = [new Unreachable(), new Unreachable()];
    await sync.wake();
    expect(sync.state).toBe("no_network");
    await vi.advanceTimersByTimeAsync(2_000);
    expect(sync.state).toBe("no_network");
    await vi.advanceTimersByTimeAsync(4_000);
    expect([sync.state, server.stored.size]).toEqual(["sent", 1]);
  });

  it("asks to sign in when the session has ended, and keeps everything", async () => {
    memory.add(2);
    server.putEntries = async () => {
      throw new Refused(401, "sign_in", "");
    };
    await sync.wake();
    expect([sync.state, sync.unsent]).toEqual(["sign_in", 2]);
  });

  it("keeps a refused entry with the server's sentence, and goes on with the others", async () => {
    memory.add(3);
    server.bad = new Set(["e2"]);
    await sync.wake();
    expect([...memory.entries.values()].map((entry) => entry.sent)).toEqual(["stored", "refused", "stored"]);
    expect(memory.entries.get("e2")?.message).toBe("no such question");
  });

  it("does not turn in circles when a server gives no receipt", async () => {
    memory.add(2);
    server.putEntries = async () => [];
    await sync.wake();
    expect(sync.unsent).toBe(2);
  });

  it("sends what was saved while it was sending", async () => {
    memory.add(1);
    const first = sync.wake();
    memory.add(1);
    void sync.wake();
    await first;
    await vi.advanceTimersByTimeAsync(0);
    expect(server.stored.size).toBe(2);
  });

  it("clears a closed interview only after it was sent", async () => {
    memory.add(1, "sheet.closed");
    server.failures = [new Unreachable()];
    await sync.wake();
    expect(memory.cleared).toEqual([]);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(memory.cleared).toEqual(["s"]);
  });
});
