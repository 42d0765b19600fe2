// Sends what waits and fetches what colleagues wrote. It never throws: whatever goes wrong is tried again, later and later.

import type { Entry } from "./entries.ts";
import { Refused, Unreachable, type Receipt } from "./network.ts";
import type { Photo } from "./storage.ts";

export const BATCH = 200;
const LONGEST_PAUSE = 60_000;
const USUAL_PAUSE = 15_000;
/** Answers after which a photo waits, so that it does not hold up the others: too large, no picture. */
const PARKED = new Set([413, 422]);

export interface Outbox {
  waiting(): Promise<Entry[]>;
  change(changes: Map<string, Partial<Entry>>): Promise<void>;
  waitingPhotos(): Promise<Photo[]>;
  savePhoto(photo: Photo): Promise<void>;
  clearSheet(visit: string, sheet: string): Promise<void>;
  take(entries: Entry[], visit: string, seq: number): Promise<number>;
  setting<T>(name: string): Promise<T | undefined>;
}

export interface Wire {
  putEntries(entries: Entry[]): Promise<Receipt[]>;
  putPhoto(visit: string, sheet: string, sha256: string, blob: Blob): Promise<void>;
  entriesAfter(visit: string, seq: number): Promise<{ entries: Entry[]; seq: number }>;
}

export type State = "sent" | "waiting" | "no_network" | "sign_in" | "trouble";

export class Sync {
  state: State = "waiting";
  unsent = 0;
  private running: Promise<void> | null = null;
  private again = false;
  private failures = 0;
  /** Photos that the server does not take: tried again when the page is opened anew. */
  private readonly parked = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly outbox: Outbox,
    private readonly wire: Wire,
    private readonly told: () => void,
    private readonly visit: () => string | null = () => null,
  ) {}

  /** Send now; a call while one runs makes it run once more. */
  wake(): Promise<void> {
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

  private async run(): Promise<void> {
    clearTimeout(this.timer);
    try {
      await this.push();
      await this.pushPhotos();
      await this.pull();
      this.failures = 0;
      this.state = "sent";
    } catch (problem) {
      this.failures += 1;
      this.state = problem instanceof Unreachable ? "no_network" : problem instanceof Refused && problem.status === 401 ? "sign_in" : "trouble";
    }
    this.unsent = (await this.outbox.waiting()).length + (await this.photosToSend()).length;
    if (this.unsent > 0 && this.state === "sent") this.state = "waiting";
    this.told();
    this.timer = setTimeout(() => void this.wake(), this.failures ? Math.min(LONGEST_PAUSE, 1000 * 2 ** this.failures) : USUAL_PAUSE);
  }

  private async push(): Promise<void> {
    for (let batch = await this.next(); batch.length > 0; batch = await this.next()) {
      const receipts = await this.wire.putEntries(batch);
      await this.outbox.change(changesFrom(receipts));
      for (const entry of batch) {
        if (entry.question === "sheet.closed") await this.outbox.clearSheet(entry.visit, entry.sheet);
      }
      if (!receipts.some((receipt) => batch.some((entry) => entry.id === receipt.id))) return;
    }
  }

  private async next(): Promise<Entry[]> {
    return (await this.outbox.waiting()).slice(0, BATCH);
  }

  private async pushPhotos(): Promise<void> {
    for (const photo of await this.photosToSend()) {
      try {
        await this.wire.putPhoto(photo.visit, photo.sheet, photo.sha256, photo.blob);
        await this.outbox.savePhoto({ ...photo, sent: true });
      } catch (problem) {
        if (!(problem instanceof Refused) || !PARKED.has(problem.status)) throw problem;
        this.parked.add(photo.sha256);
        await this.outbox.savePhoto({ ...photo, message: problem.message });
      }
    }
  }

  private async photosToSend(): Promise<Photo[]> {
    return (await this.outbox.waitingPhotos()).filter((photo) => !this.parked.has(photo.sha256));
  }

  private async pull(): Promise<void> {
    const visit = this.visit();
    if (!visit) return;
    const after = (await this.outbox.setting<number>(`seq-${visit}`)) ?? 0;
    const { entries, seq } = await this.wire.entriesAfter(visit, after);
    const known = entries.map((entry) => ({ ...entry, visit, sent: "stored" as const }));
    if (entries.length > 0) await this.outbox.take(known, visit, seq);
  }
}

function changesFrom(receipts: Receipt[]): Map<string, Partial<Entry>> {
  return new Map(
    receipts.map((receipt) => {
      const before = receipt.seq === null ? "quarantined" : "stored"; // what is not part of the visit has no running number
      const sent = receipt.outcome === "duplicate" ? before : receipt.outcome;
      return [receipt.id, { sent, seq: receipt.seq, ...(receipt.message ? { message: receipt.message } : {}) }];
    }),
  );
}
