// What all screens share: who fills, the open visit with its entries in memory, and the one way to record a change.

import type { Remote } from "comlink";
import { evaluate } from "../shared/evaluation.ts";
import type { Definition, Facts, Severity, SheetResult } from "../shared/types.ts";
import { Book, EMPTY, heads, sidesOf, startingFrom, type Content, type Entry, type Opened, type Side } from "./entries.ts";
import { factsWith, isFact } from "./facts.ts";
import { noteRemoval } from "./ledger.ts";
import * as network from "./network.ts";
import type { Locks } from "./locks.ts";
import type { Storage } from "./storage/index.ts";
import type { Sync } from "./sync.ts";
import { t } from "./texts.ts";
import { EMPTY_TALLY, type Tally } from "./vault/tally.ts";
import type { Pack, SheetRow } from "./vault/pack.ts";
import type { KnownVisit, Me, Vault } from "./vault/vault.ts";

/** The ways out of an open page. */
export interface Doors {
  cover(): void;
  shut(): void;
  exit(): void;
  locks: Locks;
}

export class App {
  visits: KnownVisit[] = [];
  /** Those that were taken along. */
  ready = new Set<string>();
  pack: Pack | null = null;
  tally: Tally = EMPTY_TALLY;
  book = new Book();
  photosMissing = 0;
  /** Whether the server gives something to read, else why not: no_network, sign_in, somebody_else, device. */
  reading = "open";
  /** Changes that the disk did not take: kept in memory and tried again, and said loudly. */
  unsaved = 0;
  doors!: Doors;
  /** The screen that is shown says here what to do when something changed outside of it. */
  changed: () => void = () => undefined;
  private seq = 0;
  private open_ = "";
  private readonly saving = new Set<Promise<void>>();

  private constructor(readonly me: Me, readonly vault: Remote<Vault>, readonly storage: Storage, readonly sync: Sync) {}

  static async start(vault: Remote<Vault>, storage: Storage, sync: Sync): Promise<App> {
    const app = new App(await vault.me(), vault, storage, sync);
    sync.told = {
      fates: (changes) => {
        for (const [id, { fate, seq, message }] of changes) app.book.change(id, { sent: fate, seq, ...(message ? { message } : {}) });
      },
      state: () => {
        if (sync.state === "device") void app.comeBack();
        app.changed();
      },
      pull: () => app.pull(),
      restored: () => app.readAgain(),
    };
    await app.loadKnown();
    return app;
  }

  // ---- visits

  private async loadKnown(): Promise<void> {
    const known = await this.vault.visits();
    this.ready = new Set(known.ready);
    this.visits = known.visits;
  }

  /** The visits of this person: from the server if it answers, else those known here. What one may no longer see is let go of. */
  async loadVisits(): Promise<void> {
    this.reading = "open";
    try {
      const known = await this.signedIn();
      const found = await network.visits();
      const may = new Set(known ? found.map((row) => row.id) : []);
      for (const visit of this.ready) if (!may.has(visit)) await this.forget(visit);
      await this.vault.keepVisits(found);
      await this.loadKnown();
      if (!known) this.reading = "device";
    } catch (problem) {
      this.reading = problem instanceof network.Refused ? problem.code : "no_network";
    }
  }

  /** That it is this person who has signed in, not a colleague; whether the server still knows this tablet. */
  private async signedIn(): Promise<boolean> {
    const device = await this.storage.setting<{ id: string }>("device");
    const found = await network.me(device?.id);
    if (found.person.id !== this.me.id) throw new network.Refused(401, "somebody_else", "");
    return found.device !== null || (device !== undefined && (await this.knownAgain(device.id)));
  }

  /** A server that was restored from a backup may have forgotten this tablet: it comes back under its own id. A tablet that was given up does not. */
  private async knownAgain(id: string): Promise<boolean> {
    try {
      const { epoch: _epoch, ...device } = await network.enrol(t("Tablet"), id);
      await this.storage.keep("device", device);
    } catch (problem) {
      if (problem instanceof network.Refused && problem.status === 409) return false;
      throw problem;
    }
    void this.sync.wake(true);
    return true;
  }

  /** Nothing can be sent with this tablet's token. Without a sign-in it stays so, and the screens say it. */
  private async comeBack(): Promise<void> {
    await this.signedIn().catch(() => undefined);
  }

  private async forget(visit: string): Promise<void> {
    const open = this.pack?.visit.id === visit;
    if (open) this.close();
    await this.vault.forget(visit);
    noteRemoval(this.storage.name, "forgotten", 1);
    if (open) location.hash = "#/gone";
  }

  /** Fetch everything that a visit needs, all or nothing. Throws like the network. */
  async takeAlong(visit: string, progress: (done: number, all: number) => void = () => undefined): Promise<void> {
    if (!(await this.signedIn())) throw new network.Refused(401, "device", "");
    const manifest = await network.manifest(visit);
    const names = Object.entries(manifest.parts);
    const parts = new Map<string, string>();
    for (const [name, hash] of names) {
      progress(parts.size, names.length);
      parts.set(name, await network.part(visit, name, hash));
    }
    await this.vault.takeAlong(manifest, parts);
    progress(names.length, names.length);
    this.ready.add(visit);
  }

  async open(visit: string): Promise<boolean> {
    if (this.pack?.visit.id === visit) return true;
    if (!this.ready.has(visit)) return false;
    const opened = await this.vault.open(visit);
    this.pack = opened.pack;
    this.tally = opened.tally;
    this.book = new Book(opened.entries);
    this.seq = (await this.storage.setting<number>(`seq-${visit}`)) ?? 0;
    void this.sync.wake();
    return true;
  }

  close(): void {
    this.pack = null;
    this.book = new Book();
  }

  /** What colleagues wrote since. */
  private async pull(): Promise<void> {
    const visit = this.pack?.visit.id;
    if (!visit) return;
    for (let more = true; more; ) {
      const found = await network.entriesAfter(visit, this.seq).catch((problem: unknown) => this.perhapsGone(problem));
      if (this.pack?.visit.id !== visit) return;
      const entries = found.entries.map((entry) => ({ ...entry, visit, sent: "stored" as const }));
      if (found.seq !== this.seq) await this.vault.take(visit, entries, found.seq, this.book.all().map((entry) => entry.id));
      for (const entry of entries) this.book.add(entry);
      this.seq = found.seq;
      this.photosMissing = found.photos_missing;
      more = found.more;
    }
  }

  /** A visit that is not there any more was perhaps taken away from this person: then it goes here too. */
  private async perhapsGone(problem: unknown): Promise<never> {
    if (problem instanceof network.Refused && problem.status === 404) await this.loadVisits();
    throw problem;
  }

  private async readAgain(): Promise<void> {
    for (const visit of this.ready) await this.storage.keep(`seq-${visit}`, 0);
    this.seq = 0;
  }

  // ---- sheets and answers

  /** What the server did not take into the visit. */
  putAside(): Entry[] {
    return this.book.all().filter((entry) => entry.sent === "quarantined" || entry.sent === "refused" || entry.sent === "parked");
  }

  of(sheet: string): Entry[] {
    return this.book.of(sheet);
  }

  /** The visit's sheets: those of the pack, and those opened here or by colleagues since. */
  sheets(): SheetRow[] {
    const pack = this.pack;
    if (!pack) return [];
    const known = new Map(pack.sheets.map((sheet) => [sheet.id, { ...sheet }]));
    for (const entry of this.book.all()) {
      if (entry.question !== "sheet.opened" || !entry.opened || known.has(entry.sheet)) continue;
      const definition = pack.versions[entry.opened.version];
      if (!definition) continue;
      known.set(entry.sheet, {
        id: entry.sheet, checklist: definition.code, version: entry.opened.version, per: definition.per, label: entry.opened.label,
        position: 1000, opened_by: entry.author, closed: false, joins: entry.opened.joins ?? null,
      });
    }
    for (const sheet of known.values()) sheet.closed ||= this.book.to(sheet.id, "sheet.closed").length > 0;
    return [...known.values()].toSorted((a, b) => a.position - b.position || (a.label < b.label ? -1 : 1));
  }

  definition(sheet: SheetRow): Definition | undefined {
    return this.pack?.versions[sheet.version];
  }

  facts(): Facts {
    const pack = this.pack;
    if (!pack) return { country: "", kind: "", previous: false };
    const said = new Map<string, Entry[]>();
    for (const entry of this.book.of(pack.visit_sheet)) {
      if (isFact(entry.question)) said.set(entry.question, [...(said.get(entry.question) ?? []), entry]);
    }
    return factsWith(pack.facts, said);
  }

  result(sheet: SheetRow): SheetResult | null {
    const definition = this.definition(sheet);
    return definition ? evaluate(definition, this.book.valuesOf(sheet.id), this.facts()) : null;
  }

  sides(sheet: string, question: string): Side[] {
    return sidesOf(this.book.to(sheet, question));
  }

  /** What this person's next change starts from. */
  content(sheet: string, question: string): Content {
    return startingFrom(this.book.to(sheet, question), this.me.id);
  }

  /** Record the whole state of a question. It stands in memory at once; the promise ends when it is on the disk. */
  record(sheet: string, question: string, content: Content, opened?: Opened): Promise<void> {
    const visit = this.pack?.visit.id;
    if (!visit) return Promise.resolve();
    const entry: Entry = {
      id: crypto.randomUUID(), visit, sheet, question, content, bases: heads(this.book.to(sheet, question)).map((head) => head.id),
      device_time: localTime(new Date()), author: this.me.id, author_name: this.me.name, sent: "saving", ...(opened ? { opened } : {}),
    };
    this.book.add(entry);
    return this.keep(this.save(entry));
  }

  private keep<T>(work: Promise<T>): Promise<T> {
    const done = (): void => void this.saving.delete(settling);
    const settling: Promise<void> = work.then(done, done);
    this.saving.add(settling);
    return work;
  }

  /** Changes on their way to the disk. */
  get onTheWay(): number {
    return this.saving.size;
  }

  /** When everything that was said so far is on the disk. */
  async settled(): Promise<void> {
    await Promise.all(this.saving);
  }

  /** Another sheet is on the screen: the key of the last one is forgotten. */
  leaveSheetUnless(sheet: string): void {
    if (this.open_ && this.open_ !== sheet) void this.vault.leaveSheet(this.open_);
    this.open_ = sheet;
  }

  private async save(entry: Entry): Promise<void> {
    const { id, visit, sheet, question, content, bases, device_time, opened } = entry;
    try {
      await this.vault.save({ id, visit, sheet, question, content, bases, device_time, ...(opened ? { opened } : {}) });
    } catch {
      if (entry.sent !== "unsaved") this.unsaved += 1;
      this.book.change(id, { sent: "unsaved" });
      this.changed();
      void this.sync.look();
      setTimeout(() => void this.save(entry), 3000);
      return;
    }
    if (entry.sent === "unsaved") this.unsaved -= 1;
    if (entry.sent === "unsaved" || entry.sent === "saving") this.book.change(id, { sent: "waiting" }); // it may have been sent already
    this.sync.more();
  }

  /** Open a room; its label carries this member's letter. */
  async openSheet(checklist: string): Promise<SheetRow | undefined> {
    const version = this.pack?.forms[checklist];
    if (!version) return undefined;
    const id = crypto.randomUUID();
    await this.record(id, "sheet.opened", EMPTY, { version, label: this.nextLabel(checklist), about: null });
    return this.sheets().find((sheet) => sheet.id === id);
  }

  /** Open an interview, or go on with one that was shut: then it counts as the same person. */
  async openInterview(joins: SheetRow | null): Promise<string | undefined> {
    const version = this.pack?.forms["INTERVIEW"];
    if (!version) return undefined;
    const id = crypto.randomUUID();
    const label = joins ? `${joins.label}+` : this.nextLabel("INTERVIEW");
    this.book.add(await this.keep(this.vault.openInterview(id, version, label, joins?.id ?? null, localTime(new Date()))));
    this.sync.more();
    return id;
  }

  /** Seal an answer of an interview; how grave it is, is told at this moment only. Raises Full and what else the disk says. */
  async answer(sheet: string, question: string, content: Content): Promise<Severity | null> {
    const problem = await this.keep(this.vault.answer(sheet, question, content, localTime(new Date())));
    this.sync.more();
    return problem;
  }

  async closeInterview(sheet: SheetRow): Promise<void> {
    const before = this.sheets().find((other) => other.id === sheet.joins);
    const { entry, tally } = await this.keep(this.vault.closeInterview(sheet.id, before?.closed ?? false, localTime(new Date())));
    this.book.add(entry);
    this.tally = tally;
    this.sync.more();
  }

  async leaveVisit(): Promise<void> {
    this.tally = await this.keep(this.vault.leaveVisit(localTime(new Date())));
    await this.sync.look(); // several were made at once
    void this.sync.wake();
  }

  private nextLabel(checklist: string): string {
    const letter = this.pack?.visit.letter ?? "";
    const mine = this.sheets().filter((sheet) => sheet.checklist === checklist && sheet.label.startsWith(`${letter}-`) && !sheet.joins);
    return `${letter}-${String(mine.length + 1).padStart(2, "0")}`;
  }

  async addPhoto(sheet: string, file: Blob): Promise<string> {
    const name = await this.keep(this.vault.photo(sheet, file));
    this.sync.more();
    return name;
  }
}

/** The tablet's own time with its offset: 2026-11-24T09:12:00.000+05:00. */
export function localTime(now: Date): string {
  const offset = -now.getTimezoneOffset();
  const pad = (value: number): string => String(Math.abs(value)).padStart(2, "0");
  const local = new Date(now.getTime() + offset * 60_000).toISOString().slice(0, -1);
  return `${local}${offset < 0 ? "-" : "+"}${pad(Math.trunc(offset / 60))}:${pad(offset % 60)}`;
}

/** HH:MM at the place. */
export function clockAt(zone: string, now: Date): string {
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone }).format(now);
}
