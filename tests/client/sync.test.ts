import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Refused, Unreachable, type BatchAnswer, type FileAnswer, type Receipt } from "../../monitoring/tablet/client/network.ts";
import type { DeviceSecrets, Envelope, Outgoing, OutgoingFile } from "../../monitoring/tablet/client/storage/index.ts";
import { BATCH, Sync, type Outbox, type Wire } from "../../monitoring/tablet/client/sync.ts";

class Memory implements Outbox {
  readonly name = "somebody";
  entries = new Map<string, Outgoing>();
  files = new Map<string, OutgoingFile>();
  settings = new Map<string, unknown>([["device", { id: "d", token: "t", macKey: "" }]]);

  add(count: number): void {
    for (let made = 0; made < count; made += 1) {
      const counter = this.entries.size + 1;
      this.entries.set(`e${counter}`, { id: `e${counter}`, envelope: "v1", visit: "v", sheet: "s", counter, sealed: new Uint8Array([1]), fate: "waiting", at: counter, tries: 0, seq: null, message: "" });
    }
  }
  addFile(sha256: string): void {
    this.files.set(sha256, { sha256, envelope: "v1", visit: "v", sheet: "s", size: 1, fate: "waiting", at: 1, tries: 0, seq: null, message: "" });
  }
  fates = (): string[] => [...this.entries.values()].map((entry) => entry.fate);
  waiting = async (most: number): Promise<Outgoing[]> => [...this.entries.values()].filter((entry) => entry.fate === "waiting").slice(0, most);
  outbox = async (): Promise<Outgoing[]> => [...this.entries.values()];
  envelope = async (id: string): Promise<Envelope> => ({ id, visit: "v", sheet: "s", wrapped: new Uint8Array([1]) });
  change = async (changes: Map<string, Partial<Outgoing>>, settings: Record<string, unknown> = {}): Promise<void> => {
    for (const [id, change] of changes) this.entries.set(id, { ...this.entries.get(id)!, ...change });
    for (const [name, value] of Object.entries(settings)) this.settings.set(name, value);
  };
  dropSent = async (ids: string[]): Promise<void> => ids.forEach((id) => void this.entries.delete(id));
  outgoingFiles = async (): Promise<OutgoingFile[]> => [...this.files.values()];
  file = async (): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array([1]);
  changeFile = async (sha256: string, change: Partial<OutgoingFile>): Promise<void> => void this.files.set(sha256, { ...this.files.get(sha256)!, ...change });
  dropFile = async (sha256: string): Promise<void> => void this.files.delete(sha256);
  setting = async <T>(name: string): Promise<T | undefined> => this.settings.get(name) as T;
  keep = async (name: string, value: unknown): Promise<void> => void this.settings.set(name, value);
}

class Server implements Wire {
  stored = new Map<string, number>();
  files = new Set<string>();
  sizes: number[] = [];
  failures: (Error | null)[] = [];
  refuses = new Set<string>();
  minds = new Set<string>();
  epoch = "one";
  watermark = 0;

  putEntries = async (_device: DeviceSecrets, _epoch: string | null, entries: Outgoing[]): Promise<BatchAnswer> => {
    const failure = this.failures.shift() ?? null;
    if (failure instanceof Unreachable && !failure.stranger) throw failure;
    if (entries.some((entry) => this.minds.has(entry.id))) throw new Refused(422, "entry", "this is damaged");
    this.sizes.push(entries.length);
    const receipts = entries.map((entry): Receipt => {
      if (this.refuses.has(entry.id)) return { id: entry.id, outcome: "refused", seq: null, sha256: "", message: "no such question" };
      const known = this.stored.get(entry.id);
      if (known === undefined) this.stored.set(entry.id, this.stored.size + 1);
      return { id: entry.id, outcome: known === undefined ? "stored" : "duplicate", seq: this.stored.get(entry.id) ?? null, sha256: "" };
    });
    if (failure) throw failure; // stored, but the answer got lost
    return { epoch: this.epoch, nonce: "", receipts, watermarks: { v: this.watermark } };
  };
  putFile = async (_device: DeviceSecrets, file: OutgoingFile): Promise<FileAnswer> => {
    const failure = this.failures.shift() ?? null;
    if (failure) throw failure;
    this.files.add(file.sha256);
    return { epoch: this.epoch, nonce: "", sha256: file.sha256, outcome: "stored", seq: this.stored.size };
  };
}

let memory: Memory;
let server: Server;
let sync: Sync;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
  memory = new Memory();
  server = new Server();
  sync = new Sync(memory, server);
});
afterEach(() => {
  sync.stop();
  vi.useRealTimers();
});

describe("sending", () => {
  it("sends everything, in batches, and says that all is sent", async () => {
    memory.add(BATCH + 50);
    await sync.wake();
    expect([server.sizes.slice(0, 2), server.stored.size, sync.state, sync.unsent]).toEqual([[BATCH, 50], BATCH + 50, "sent", 0]);
  });

  it("tries again by itself, later and later, and loses nothing", async () => {
    memory.add(3);
    server.failures = [new Unreachable(), new Unreachable(), new Unreachable()];
    await sync.wake();
    expect([sync.state, sync.unsent]).toEqual(["no_network", 3]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([sync.state, server.stored.size]).toEqual(["sent", 3]);
  });

  it("sends again what was stored when the answer got lost, and it counts once", async () => {
    memory.add(3);
    server.failures = [new Unreachable(true)];
    await sync.wake();
    expect([sync.state, memory.fates()]).toEqual(["stranger", ["waiting", "waiting", "waiting"]]);
    await sync.wake();
    expect([server.stored.size, memory.fates()]).toEqual([3, ["stored", "stored", "stored"]]);
  });

  it("lets nobody else wait for one entry that the server refuses", async () => {
    memory.add(5);
    server.refuses.add("e2");
    await sync.wake();
    expect(memory.fates()).toEqual(["stored", "refused", "stored", "stored", "stored"]);
    expect([sync.unsent, sync.problems]).toEqual([0, 1]);
  });

  it("finds the one that the server cannot even read, parks it after three tries, and goes on with the others", async () => {
    memory.add(50);
    server.minds.add("e17");
    await sync.wake();
    expect(server.stored.size).toBe(49);
    expect(memory.entries.get("e17")?.fate).toBe("parked");
    expect(memory.entries.get("e17")?.message).toBe("this is damaged");
  });

  it("never parks what was damaged on the way, however often", async () => {
    memory.add(2);
    memory.addFile("f1");
    const damaged = new Refused(422, "damaged", "did not arrive whole");
    for (let turn = 0; turn < 4; turn += 1) {
      server.failures = [damaged];
      await sync.wake();
      expect([memory.fates(), sync.problems]).toEqual([["waiting", "waiting"], 0]);
    }
    server.failures = [];
    const put = server.putFile;
    server.putFile = async () => {
      throw damaged;
    };
    for (let turn = 0; turn < 4; turn += 1) await sync.wake();
    expect([memory.fates(), memory.files.get("f1")?.fate, sync.unsent]).toEqual([["stored", "stored"], "waiting", 1]);
    server.putFile = put;
    await sync.wake();
    expect([memory.files.get("f1")?.fate, sync.state]).toEqual(["stored", "sent"]);
  });

  it("keeps everything when the server does not know the tablet any more", async () => {
    memory.add(2);
    server.failures = [new Unreachable()];
    server.putEntries = async () => {
      throw new Refused(401, "device", "unknown");
    };
    await sync.wake();
    expect([sync.state, sync.unsent, memory.fates()]).toEqual(["device", 2, ["waiting", "waiting"]]);
  });

  it("waits as long as the server asks", async () => {
    memory.add(1);
    const put = server.putEntries;
    server.putEntries = async () => {
      throw new Refused(429, "slow", "wait", 120);
    };
    await sync.wake();
    expect(sync.state).toBe("slow_down");
    server.putEntries = put;
    await vi.advanceTimersByTimeAsync(110_000);
    expect(server.stored.size).toBe(0);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(server.stored.size).toBe(1);
  });

  it("says how many wait and since when", async () => {
    memory.add(4);
    server.failures = [new Unreachable()];
    await sync.wake();
    expect([sync.unsent, sync.oldest]).toEqual([4, 1]);
  });

  it("goes on sending when the session has ended, and asks to sign in for reading", async () => {
    sync.told = { ...sync.told, pull: async () => { throw new Refused(401, "sign_in", "sign in"); } };
    memory.add(2);
    await sync.wake();
    expect([server.stored.size, sync.signIn, sync.state]).toEqual([2, true, "sent"]);
  });
});

describe("sealed copies", () => {
  it("stay until a verified backup of the server holds them", async () => {
    memory.add(3);
    await sync.wake();
    expect(memory.entries.size).toBe(3);
    server.watermark = 2;
    await sync.wake(true);
    expect([...memory.entries.keys()]).toEqual(["e3"]);
  });

  it("are offered again when the server was restored, those that its backup holds excepted", async () => {
    memory.add(4);
    await sync.wake();
    server.stored = new Map([["e1", 1], ["e2", 2]]);
    server.epoch = "two";
    server.watermark = 2;
    let restored = 0;
    sync.told = { ...sync.told, restored: async () => void (restored += 1) };
    await sync.wake(true);
    await sync.wake();
    expect([...server.stored.keys()].sort()).toEqual(["e1", "e2", "e3", "e4"]);
    expect(restored).toBe(1);
  });

  it("does not take a number of the old time for one of the new", async () => {
    memory.add(4);
    await sync.wake();
    server.stored = new Map(["a", "b", "c", "d", "e"].map((id, at) => [id, at + 1]));
    server.epoch = "two";
    server.watermark = 5;
    await sync.wake(true);
    await sync.wake();
    expect([...server.stored.keys()]).toEqual(expect.arrayContaining(["e1", "e2", "e3", "e4"]));
  });

  it("offers files again too", async () => {
    memory.addFile("f1");
    await sync.wake();
    expect(memory.files.get("f1")?.fate).toBe("stored");
    server.files.clear();
    server.epoch = "two";
    await sync.wake(true);
    await sync.wake();
    expect([...server.files]).toEqual(["f1"]);
  });
});

describe("files", () => {
  it("that the server does not take do not hold up the others", async () => {
    memory.addFile("bad");
    memory.addFile("good");
    const put = server.putFile;
    server.putFile = async (device, file) => {
      if (file.sha256 === "bad") throw new Refused(422, "invalid", "no picture");
      return put(device, file);
    };
    for (let turn = 0; turn < 3; turn += 1) await sync.wake();
    expect([memory.files.get("bad")?.fate, memory.files.get("good")?.fate]).toEqual(["parked", "stored"]);
  });
});
