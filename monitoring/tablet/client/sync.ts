// Sends what waits, vault open or shut, and fetches what colleagues wrote while it is open. It never throws: whatever goes wrong is tried again,
// later and later, for ever.

import * as ledger from "./ledger.ts";
import { Refused, Unreachable, type BatchAnswer, type FileAnswer, type Receipt } from "./network.ts";
import type { Bytes } from "./codec.ts";
import type { DeviceSecrets, Envelope, Fate, Outgoing, OutgoingFile } from "./storage/index.ts";

export const BATCH = 200;
const LARGEST_BATCH = 4_000_000;
const LONGEST_PAUSE = 60_000;
const USUAL_PAUSE = 15_000;
const TRIES_BEFORE_PARKING = 3;
/** How often a tablet with nothing to send asks how far the server's backups have come. */
const ASK_EVERY = 300_000;

/** What the outbox of one person can do; the storage is one. */
export interface Outbox {
  readonly name: string;
  waiting(most: number): Promise<Outgoing[]>;
  outbox(): Promise<Outgoing[]>;
  envelope(id: string): Promise<Envelope | undefined>;
  change(changes: Map<string, Partial<Outgoing>>, settings?: Record<string, unknown>): Promise<void>;
  dropSent(ids: string[]): Promise<void>;
  outgoingFiles(): Promise<OutgoingFile[]>;
  file(sha256: string): Promise<Bytes>;
  changeFile(sha256: string, change: Partial<OutgoingFile>): Promise<void>;
  dropFile(sha256: string): Promise<void>;
  setting<T>(name: string): Promise<T | undefined>;
  keep(name: string, value: unknown): Promise<void>;
}

export interface Wire {
  putEntries(device: DeviceSecrets, epoch: string | null, entries: Outgoing[], envelopes: Envelope[]): Promise<BatchAnswer>;
  putFile(device: DeviceSecrets, file: OutgoingFile, envelope: Envelope, sealed: Bytes): Promise<FileAnswer>;
}

/** sent: nothing waits; cleared: what waited is gone from this tablet; otherwise why it waits. */
export type State = "sent" | "waiting" | "no_network" | "stranger" | "device" | "slow_down" | "trouble" | "cleared";

export interface Told {
  /** What became of entries, by id. */
  fates(changes: Map<string, { fate: Fate; seq: number | null; message: string }>): void;
  /** The state changed. */
  state(): void;
  /** Time to fetch what colleagues wrote; throws like the network. */
  pull(): Promise<void>;
  /** The server was restored from a backup: what was fetched counts from the beginning again. */
  restored(): Promise<void>;
}

export const NOBODY: Told = { fates: () => undefined, state: () => undefined, pull: async () => undefined, restored: async () => undefined };

export class Sync {
  state: State = "waiting";
  unsent = 0;
  /** When the oldest of them was made, in minutes since 1970. */
  oldest: number | null = null;
  problems = 0;
  /** Photos that the server does not take. */
  badPhotos = new Set<string>();
  /** Unsent changes that were on this tablet and are not any more. */
  lost = 0;
  /** The session has ended: colleagues' answers wait for a sign-in, sending goes on. */
  signIn = false;
  told: Told = NOBODY;
  private running: Promise<void> | null = null;
  private again = false;
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stopped = false;
  private counted = false;
  private asked = Number.NEGATIVE_INFINITY;

  constructor(private readonly outbox: Outbox, private readonly wire: Wire) {}

  /** Send now; a call while one runs makes it run once more. `ask` the server even if there is nothing to send. */
  wake(ask = false): Promise<void> {
    if (this.stopped) return Promise.resolve();
    if (ask) this.asked = Number.NEGATIVE_INFINITY;
    if (this.running) {
      this.again = true;
      return this.running;
    }
    this.running = this.run().finally(() => {
      this.running = null;
      if (this.again) {
        this.again = false;
        void this.wake();
      }
    });
    return this.running;
  }

  /** One more is on the disk. */
  more(): void {
    this.unsent += 1;
    this.oldest ??= Math.floor(Date.now() / 60_000);
    if (this.state === "sent") this.state = "waiting";
    ledger.expectMore(this.outbox.name);
    if (this.failures === 0) void this.wake(); // else the next try is near, and nobody waits for it at every tap
  }

  /** See what is still here: the disk did not take something. */
  async look(): Promise<void> {
    await this.count().catch(() => undefined);
    this.told.state();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async run(): Promise<void> {
    clearTimeout(this.timer);
    let pause = USUAL_PAUSE;
    try {
      await this.push();
      await this.pushFiles();
      this.failures = 0;
      this.state = "sent";
      this.counted = false;
      await this.pullQuietly();
    } catch (problem) {
      this.failures += 1;
      this.state = stateAfter(problem);
      pause = pauseAfter(problem, this.failures);
    }
    if (!this.counted) await this.count().catch(() => undefined);
    this.told.state();
    if (!this.stopped) this.timer = setTimeout(() => void this.wake(), pause);
  }

  /** Reading needs the session; when it has ended, sending goes on. */
  private async pullQuietly(): Promise<void> {
    try {
      await this.told.pull();
      this.signIn = false;
    } catch (problem) {
      if (!(problem instanceof Refused)) throw problem;
      this.signIn = problem.status === 401 || problem.status === 403;
    }
  }

  /** Read everything that is here. A try that failed changed nothing: days without a network must not make the tablet slow. */
  async count(): Promise<void> {
    const files = await this.outbox.outgoingFiles();
    const all = [...(await this.outbox.outbox()), ...files];
    const waiting = all.filter((item) => item.fate === "waiting");
    this.unsent = waiting.length;
    this.oldest = waiting.length ? Math.min(...waiting.map((item) => item.at)) : null;
    this.badPhotos = new Set(files.filter((file) => file.fate === "refused" || file.fate === "parked").map((file) => file.sha256));
    this.problems = all.filter((item) => item.fate === "parked" || item.fate === "refused" || item.fate === "quarantined").length;
    if (this.unsent > 0 && this.state === "sent") this.state = "waiting";
    this.counted = true;
    await this.compare();
  }

  /** With what should be here: where the browser or somebody cleared the storage, nothing must look as if all were sent. */
  private async compare(): Promise<void> {
    const counter = (await this.outbox.setting<number>("counter")) ?? 1;
    const device = await this.outbox.setting<DeviceSecrets>("device");
    const before = ledger.expected()[this.outbox.name] ?? { waiting: 0, counter: 1 };
    if (device && counter >= before.counter) return ledger.expect(this.outbox.name, { waiting: this.unsent, counter });
    this.lost = before.waiting;
    this.state = "cleared";
  }

  private async device(): Promise<DeviceSecrets> {
    const device = await this.outbox.setting<DeviceSecrets>("device");
    if (!device) throw new Refused(401, "device", "");
    return device;
  }

  private async push(): Promise<void> {
    const device = await this.device();
    for (;;) {
      const batch = fitting(await this.outbox.waiting(BATCH));
      if (batch.length === 0 && performance.now() - this.asked < ASK_EVERY) return;
      const told = await this.sendOrSplit(device, batch);
      this.asked = performance.now();
      if (!told) return;
    }
  }

  /** Send a batch; if the server takes none of it, find the one it minds. Whether anything became known. */
  private async sendOrSplit(device: DeviceSecrets, batch: Outgoing[]): Promise<boolean> {
    try {
      return await this.send(device, batch);
    } catch (problem) {
      if (!isAboutTheBatch(problem) || batch.length === 0) throw problem;
      if (batch.length === 1) return this.parkLater(batch[0]!, problem);
      const half = Math.ceil(batch.length / 2);
      const first = await this.sendOrSplit(device, batch.slice(0, half));
      return (await this.sendOrSplit(device, batch.slice(half))) || first;
    }
  }

  /** An entry that the server minds is tried three times, then it waits here for a person; the others go on. */
  private async parkLater(entry: Outgoing, problem: Refused): Promise<boolean> {
    const tries = entry.tries + 1;
    const parked = tries >= TRIES_BEFORE_PARKING;
    await this.outbox.change(new Map([[entry.id, { tries, message: problem.message, ...(parked ? { fate: "parked" as const } : {}) }]]));
    this.counted = false;
    if (parked) this.told.fates(new Map([[entry.id, { fate: "parked", seq: null, message: problem.message }]]));
    return true;
  }

  private async send(device: DeviceSecrets, batch: Outgoing[]): Promise<boolean> {
    const ids = new Set(batch.map((entry) => entry.envelope));
    const envelopes = (await Promise.all([...ids].map((id) => this.outbox.envelope(id)))).filter((found) => found !== undefined);
    const epoch = (await this.outbox.setting<string>("epoch")) ?? null;
    const answer = await this.wire.putEntries(device, epoch, batch, envelopes);
    const changes = changesFrom(answer.receipts, batch);
    await this.outbox.change(changes, { watermarks: answer.watermarks });
    this.counted = false;
    this.told.fates(new Map([...changes].map(([id, { fate, seq, message }]) => [id, { fate: fate ?? "waiting", seq: seq ?? null, message: message ?? "" }])));
    if (epoch !== answer.epoch) await this.follow(answer.epoch, epoch);
    else await this.dropPassed(answer.watermarks);
    return changes.size > 0;
  }

  /** The server was restored from a backup: offer again all that is still here. Numbers of the other epoch say nothing in this one. */
  private async follow(epoch: string, before: string | null): Promise<void> {
    if (before !== null) {
      const again = (await this.outbox.outbox()).filter((entry) => entry.fate !== "waiting");
      await this.outbox.change(new Map(again.map((entry) => [entry.id, { fate: "waiting" as const, seq: null, tries: 0 }])));
      for (const file of await this.outbox.outgoingFiles()) await this.outbox.changeFile(file.sha256, { fate: "waiting", seq: null, tries: 0 });
      await this.told.restored();
    }
    await this.outbox.keep("epoch", epoch);
  }

  /** Sealed copies that a verified backup of the server holds may go. */
  private async dropPassed(watermarks: Record<string, number>): Promise<void> {
    const entries = (await this.outbox.outbox()).filter((entry) => passed(entry, watermarks)).map((entry) => entry.id);
    if (entries.length > 0) await this.outbox.dropSent(entries);
    const files = (await this.outbox.outgoingFiles()).filter((file) => passed(file, watermarks));
    for (const file of files) await this.outbox.dropFile(file.sha256);
    ledger.noteRemoval(this.outbox.name, "passed", entries.length + files.length);
  }

  private async pushFiles(): Promise<void> {
    const device = await this.device();
    for (const file of await this.outbox.outgoingFiles()) {
      if (file.fate !== "waiting") continue;
      const envelope = await this.outbox.envelope(file.envelope);
      if (!envelope) continue;
      this.counted = false;
      try {
        const answer = await this.wire.putFile(device, file, envelope, await this.outbox.file(file.sha256));
        const fate = answer.outcome === "duplicate" ? "stored" : answer.outcome;
        if (answer.sha256 !== file.sha256 && fate === "stored") throw new Unreachable(true);
        await this.outbox.changeFile(file.sha256, { fate, seq: answer.seq ?? null, message: answer.message ?? "" });
      } catch (problem) {
        if (isDamage(problem)) continue;
        if (!isAboutTheBatch(problem)) throw problem;
        const tries = file.tries + 1;
        await this.outbox.changeFile(file.sha256, { tries, message: problem.message, fate: tries >= TRIES_BEFORE_PARKING ? "parked" : "waiting" });
      }
    }
  }
}

/** As many as fit into one request. */
function fitting(waiting: Outgoing[]): Outgoing[] {
  let bytes = 0;
  return waiting.filter((entry) => (bytes += entry.sealed.length) <= LARGEST_BATCH || entry === waiting[0]);
}

/** What arrived was not what was sent: nothing is wrong with it, and it is sent again. */
function isDamage(problem: unknown): boolean {
  return problem instanceof Refused && problem.code === "damaged";
}

function isAboutTheBatch(problem: unknown): problem is Refused {
  return problem instanceof Refused && !isDamage(problem) && [400, 413, 415, 422].includes(problem.status);
}

function passed(item: { visit: string; fate: Fate; seq: number | null }, watermarks: Record<string, number>): boolean {
  if (item.seq === null) return false;
  if (item.fate === "quarantined") return item.seq <= (watermarks["quarantine"] ?? 0);
  return item.fate === "stored" && item.seq <= (watermarks[item.visit] ?? 0);
}

function changesFrom(receipts: Receipt[], batch: Outgoing[]): Map<string, Partial<Outgoing>> {
  const asked = new Set(batch.map((entry) => entry.id));
  const known = receipts.filter((receipt) => asked.has(receipt.id));
  return new Map(
    known.map((receipt) => {
      const quarantined = receipt.outcome === "quarantined" || receipt.number !== undefined;
      const fate = quarantined ? "quarantined" : receipt.outcome === "duplicate" ? "stored" : receipt.outcome;
      return [receipt.id, { fate, seq: (quarantined ? receipt.number : receipt.seq) ?? null, message: receipt.message ?? "" }];
    }),
  );
}

function stateAfter(problem: unknown): State {
  if (problem instanceof Unreachable) return problem.stranger ? "stranger" : "no_network";
  if (!(problem instanceof Refused)) return "trouble";
  return problem.status === 401 ? "device" : problem.status === 429 ? "slow_down" : "trouble";
}

/** Longer and longer, never the same for all tablets, at most a minute. */
function pauseAfter(problem: unknown, failures: number): number {
  if (problem instanceof Refused && problem.wait > 0) return problem.wait * 1000;
  const usual = Math.min(LONGEST_PAUSE, 1000 * 2 ** failures);
  return usual * (0.5 + Math.random() / 2);
}
