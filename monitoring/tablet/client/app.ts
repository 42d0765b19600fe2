// What all screens share: who fills, the open visit with its entries in memory, and the one way to record a change.

import { evaluate } from "../shared/evaluation.ts";
import type { Definition, Facts, SheetResult } from "../shared/types.ts";
import { EMPTY, heads, type Content, type Entry, type Side } from "./entries.ts";
import { Memory } from "./memory.ts";
import * as network from "./network.ts";
import type { Me, Pack, SheetRow, VisitRow } from "./network.ts";
import { Storage } from "./storage.ts";
import { Sync } from "./sync.ts";

export class App {
  visits: VisitRow[] = [];
  pack: Pack | null = null;
  private readonly memory = new Memory();
  readonly sync: Sync;
  /** The screen that is shown redraws itself when this is called. */
  redraw: () => void = () => undefined;
  changed: () => void = () => undefined;
  private readonly pending = new Map<string, Content>();
  private turn: Promise<void> = Promise.resolve();
  /** A pack that was asked for while the rest started. */
  private early: { visit: string; pack: Promise<Pack> } | null = null;

  private constructor(readonly me: Me, readonly storage: Storage) {
    this.sync = new Sync(storage, network, () => void this.synced(), () => this.pack?.visit.id ?? null);
  }

  /** `visit` is the one that the address names, if it names one. */
  static async start(me: Me, visit: string | undefined): Promise<App> {
    const early = visit ? { visit, pack: network.pack(visit) } : null;
    early?.pack.catch(() => undefined); // told when it is opened
    const storage = await Storage.open(me.person.id);
    const app = new App(me, storage);
    app.early = early;
    const before = await storage.device();
    if (before) network.useDevice(before);
    const device = (before ? (await network.me()).device : me.device) ?? (await network.enrol(navigator.userAgent.slice(0, 80)));
    await storage.keepDevice(device.id, device.next_counter);
    network.useDevice(device.id);
    void storage.keep("me", me);
    return app;
  }

  async loadVisits(): Promise<void> {
    try {
      this.visits = await network.visits();
      await this.storage.keep("visits", this.visits);
    } catch {
      this.visits = await this.storage.visits();
    }
  }

  async open(visit: string): Promise<boolean> {
    if (this.pack?.visit.id === visit) return true;
    let pack: Pack | undefined;
    try {
      pack = await (this.early?.visit === visit ? this.early.pack : network.pack(visit));
      this.storage.keepPack(pack).catch(() => undefined); // without it the visit opens only with a network
    } catch (problem) {
      if (problem instanceof network.Refused && problem.status === 404) return false;
      pack = await this.storage.pack(visit);
    }
    this.early = null;
    if (!pack) return false;
    this.pack = pack;
    await this.read(visit);
    void this.sync.wake();
    return true;
  }

  private async synced(): Promise<void> {
    const visit = this.pack?.visit.id;
    if (visit) await this.read(visit);
    this.changed();
  }

  private read(visit: string): Promise<void> {
    return this.inTurn(async () => {
      this.memory.replace(await this.storage.entries(visit));
    });
  }

  of(sheet: string): Entry[] {
    return this.memory.of(sheet);
  }

  /** What the server did not take into the visit. */
  putAside(): Entry[] {
    return this.memory.entries.filter((entry) => entry.sent === "quarantined" || entry.sent === "refused");
  }

  /** The visit's sheets: those of the pack, and those opened here or by colleagues since. */
  sheets(): SheetRow[] {
    const pack = this.pack;
    if (!pack) return [];
    const known = new Map(pack.sheets.map((sheet) => [sheet.id, { ...sheet }]));
    for (const entry of this.memory.entries) {
      const sheet = known.get(entry.sheet);
      if (sheet && entry.question === "sheet.closed") sheet.closed = true;
      if (sheet || entry.question !== "sheet.opened" || !entry.opened) continue;
      const definition = pack.versions[entry.opened.version];
      if (!definition) continue;
      known.set(entry.sheet, {
        id: entry.sheet, checklist: definition.code, version: entry.opened.version, per: definition.per,
        label: entry.opened.label, position: 1000 + known.size, opened_by: entry.author ?? this.me.person.id,
        closed: this.memory.about(entry.sheet, "sheet.closed").length > 0,
      });
    }
    return [...known.values()].toSorted((a, b) => a.position - b.position || (a.label < b.label ? -1 : 1));
  }

  definition(sheet: SheetRow): Definition | undefined {
    return this.pack?.versions[sheet.version];
  }

  facts(): Facts {
    const pack = this.pack;
    if (!pack) return { country: "", kind: "", previous: false };
    const said: Facts = { ...pack.facts };
    for (const [question, sides] of Object.entries(this.memory.values(pack.visit_sheet))) {
      if (!question.startsWith("v.")) continue;
      const value = sides[0];
      said[question.slice(2)] = sides.length === 1 && typeof value === "string" ? Number(value) : null;
    }
    return said;
  }

  result(sheet: SheetRow): SheetResult | null {
    const definition = this.definition(sheet);
    return definition ? evaluate(definition, this.memory.values(sheet.id), this.facts()) : null;
  }

  sides(sheet: string, question: string): Side[] {
    return this.memory.sides(sheet, question);
  }

  /** Record the whole state of a question: on the disk when this returns. One after the other, so that each sees what it replaces. */
  record(sheet: string, question: string, content: Content, opened?: Entry["opened"]): Promise<void> {
    const key = `${sheet} ${question}`;
    this.pending.set(key, content);
    const visit = this.pack?.visit.id;
    return this.inTurn(async () => {
      if (visit) await this.write(visit, sheet, question, content, opened);
      if (this.pending.get(key) === content) this.pending.delete(key);
    });
  }

  /** What this person's next change starts from: their last word, else that of whoever answered. */
  content(sheet: string, question: string): Content {
    const heads = this.sides(sheet, question).flatMap((side) => side.heads);
    const said = heads.find((entry) => entry.author === this.me.person.id) ?? heads[0];
    return this.pending.get(`${sheet} ${question}`) ?? said?.content ?? EMPTY;
  }

  /** Whatever reads or changes the entries in memory waits for its turn: a reading that began before a tap would lose it. */
  private inTurn(act: () => Promise<void>): Promise<void> {
    const mine = this.turn.then(act);
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async write(visit: string, sheet: string, question: string, content: Content, opened?: Entry["opened"]): Promise<void> {
    const before = this.memory.about(sheet, question);
    const saved = await this.storage.save({
      id: crypto.randomUUID(),
      visit,
      sheet,
      question,
      content,
      bases: heads(before).map((entry) => entry.id),
      device_time: localTime(new Date()),
      author: this.me.person.id,
      author_name: this.me.person.name,
      ...(opened ? { opened } : {}),
    });
    this.memory.add(saved);
    void this.sync.wake();
  }

  /** Open a room or an interview; its label carries this member's letter. */
  async openSheet(checklist: string): Promise<SheetRow | undefined> {
    const version = this.pack?.forms[checklist];
    const letter = this.pack?.visit.letter ?? "";
    if (!version) return undefined;
    const mine = this.sheets().filter((sheet) => sheet.checklist === checklist && sheet.label.startsWith(`${letter}-`));
    const label = `${letter}-${String(mine.length + 1).padStart(2, "0")}`;
    const id = crypto.randomUUID();
    await this.record(id, "sheet.opened", EMPTY, { version, label, about: null });
    return this.sheets().find((sheet) => sheet.id === id);
  }

  async addPhoto(sheet: string, file: Blob): Promise<string> {
    const bytes = await file.arrayBuffer();
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    const sha256 = [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    await this.storage.savePhoto({ sha256, visit: this.pack?.visit.id ?? "", sheet, blob: new Blob([bytes], { type: file.type }), sent: false });
    return sha256;
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
