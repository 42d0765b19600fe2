// The vault: keys, working copies and open interviews of one person. It runs in a worker of its own; ending it ends them.

import { sha256, type Bytes } from "../codec.ts";
import { EMPTY, type Content, type Entry, type Opened } from "../entries.ts";
import { factsWith, isFact } from "../facts.ts";
import { Storage, type DeviceSecrets, type Envelope, type Outgoing, type Row } from "../storage/index.ts";
import type { Facts, Severity } from "../../shared/types.ts";
import { Interview, type Step } from "./interviews.ts";
import { Keys } from "./keys.ts";
import { joined, type Manifest, type Pack } from "./pack.ts";
import { shrink } from "./pictures.ts";
import { makeEnvelope, sealEntry, sealFile, type OpenEnvelope, type Said } from "./seals.ts";
import { bandsToSend, EMPTY_TALLY, type Tally } from "./tally.ts";

export interface Me {
  id: string;
  name: string;
  language: string;
}

export interface KnownVisit {
  id: string;
  title: string;
  kind_title: string;
  starts_on: string;
  ends_on: string;
  announced: boolean;
  lead: boolean;
}

/** A change as the screen makes it. */
export interface Draft {
  id: string;
  visit: string;
  sheet: string;
  question: string;
  content: Content;
  bases: string[];
  device_time: string;
  opened?: Opened;
}

export interface OpenedVisit {
  pack: Pack;
  entries: Entry[];
  tally: Tally;
}

const TRIES = 5;

export class Vault {
  private storage!: Storage;
  private keys!: Keys;
  private person!: Me;
  private device!: DeviceSecrets;
  private pin = "";
  private triesLeft = TRIES;
  private counter = 1;
  private pack: Pack | null = null;
  private facts = new Map<string, Entry[]>();
  private readonly recipients = new Map<string, string>();
  private readonly envelopes = new Map<string, OpenEnvelope>();
  private readonly interviews = new Map<string, Interview>();
  private turn: Promise<unknown> = Promise.resolve();

  // ---- opening

  async make(name: string, passphrase: string, pin: string, person: Me, device: DeviceSecrets): Promise<void> {
    this.storage = new Storage(name);
    await this.storage.keep("device", device);
    this.keys = await Keys.make(this.storage, passphrase);
    await this.keys.keep("me", person);
    await this.setPin(pin);
    await this.begin();
  }

  async unlock(name: string, passphrase: string): Promise<boolean> {
    this.storage = new Storage(name);
    const keys = await Keys.unlock(this.storage, passphrase);
    if (!keys) return false;
    this.keys = keys;
    await this.begin();
    return true;
  }

  /** Read anew what another tab may have changed meanwhile. */
  async begin(): Promise<void> {
    this.person = (await this.keys.read<Me>("me")) ?? { id: "", name: "", language: "en" };
    this.pin = (await this.keys.read<string>("pin")) ?? "";
    this.device = (await this.storage.setting<DeviceSecrets>("device")) ?? { id: "", token: "", macKey: "" };
    this.counter = (await this.storage.setting<number>("counter")) ?? 1;
  }

  me(): Me {
    return this.person;
  }

  async setPin(pin: string): Promise<void> {
    this.pin = pin;
    await this.keys.keep("pin", pin);
  }

  /** Tries that are left; the full number when the PIN was right. At 0 the caller shuts the vault. */
  tryPin(pin: string): { right: boolean; left: number } {
    const right = this.pin !== "" && pin === this.pin;
    this.triesLeft = right ? TRIES : this.triesLeft - 1;
    return { right, left: this.triesLeft };
  }

  // ---- visits

  async visits(): Promise<{ visits: KnownVisit[]; ready: string[] }> {
    const ready = [...(await this.storage.settingsBeginning("key-")).keys()].map((name) => name.slice(4));
    return { visits: (await this.keys.read<KnownVisit[]>("visits")) ?? [], ready };
  }

  async keepVisits(visits: KnownVisit[]): Promise<void> {
    await this.keys.keep("visits", visits);
  }

  /** Take a visit along: all its parts or none. A visit that was there keeps its key and its entries. */
  async takeAlong(manifest: Manifest, parts: Map<string, string>): Promise<void> {
    joined(manifest, parts);
    const settings = (await this.keys.has(manifest.visit)) ? {} : await this.keys.makeVisit(manifest.visit);
    const rows = [...parts].map(([name, text]) => this.keys.row(manifest.visit, "part", `${manifest.visit} ${name}`, { name, text }));
    rows.push(this.keys.row(manifest.visit, "manifest", `${manifest.visit} manifest`, manifest));
    await this.storage.putRows(await Promise.all(rows), settings);
  }

  /** In turn: what was said before belongs to the visit that was open then. */
  open(visit: string): Promise<OpenedVisit> {
    return this.inTurn(() => this.read(visit));
  }

  private async read(visit: string): Promise<OpenedVisit> {
    const rows = await this.storage.rows(visit);
    const of = (kind: string): typeof rows => rows.filter((row) => row.kind === kind);
    const fates = new Map((await this.storage.outboxOf(visit)).map((sent) => [sent.id, sent]));
    const parts = await Promise.all(of("part").map((row) => this.keys.open<{ name: string; text: string }>(row)));
    const manifest = await this.keys.open<Manifest>(of("manifest")[0] ?? missing());
    const entries = await Promise.all(of("entry").map((row) => this.keys.open<Entry>(row)));
    for (const entry of entries) {
      const sent = fates.get(entry.id);
      entry.sent = sent?.fate ?? "stored";
      if (sent?.message) entry.message = sent.message;
    }
    this.pack = joined(manifest, new Map(parts.map((part) => [part.name, part.text])));
    this.recipients.set(visit, manifest.recipient);
    this.facts = new Map();
    for (const entry of entries) this.note(entry);
    return { pack: this.pack, entries, tally: await this.tally(visit) };
  }

  private visitNow(): string {
    return this.pack?.visit.id ?? missing();
  }

  private note(entry: Entry): void {
    if (entry.visit === this.pack?.visit.id && isFact(entry.question)) this.facts.set(entry.question, [...(this.facts.get(entry.question) ?? []), entry]);
  }

  private factsNow(): Facts {
    return factsWith(this.pack?.facts ?? { country: "", kind: "", previous: false }, this.facts);
  }

  /** What colleagues wrote; an entry that this tablet made stays as it is. */
  async take(visit: string, entries: Entry[], seq: number, known: string[]): Promise<void> {
    const mine = new Set(known);
    const fresh = entries.filter((entry) => !mine.has(entry.id));
    for (const entry of fresh) this.note(entry);
    const rows = await Promise.all(fresh.map((entry) => this.keys.row(visit, "entry", entry.id, entry)));
    await this.storage.putRows(rows, { [`seq-${visit}`]: seq });
  }

  /** Let go of everything readable of a visit; the next unlocking changes the vault key. */
  forget(visit: string): Promise<void> {
    return this.inTurn(async () => {
      if (this.pack?.visit.id === visit) this.pack = null;
      this.keys.forget(visit);
      await this.storage.dropVisit(visit);
      await this.storage.keep("rotate", true);
    });
  }

  // ---- entries

  /** Save a change: its working copy and its sealed copy in one transaction, on the disk when this returns. */
  save(draft: Draft): Promise<Entry> {
    return this.inTurn(() => this.write(draft, true));
  }

  /** One after the other: each needs the number after the last. */
  private inTurn<T>(act: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(act);
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async write(draft: Draft, readable: boolean, tally: Tally | null = null): Promise<Entry> {
    const { id, visit, sheet, question, content, bases, device_time, opened } = draft;
    const envelope = await this.envelope(visit, sheet);
    const said: Said = { question, content, bases, device_time, ...(opened ? { opened } : {}) };
    const sealed = await sealEntry(envelope.open, this.device.id, id, this.counter, said, !readable || this.interviews.has(sheet));
    const outgoing: Outgoing = {
      id, envelope: envelope.open.id, visit, sheet, counter: this.counter, sealed,
      fate: "waiting", at: Math.floor(Date.now() / 60_000), tries: 0, seq: null, message: "",
    };
    const entry: Entry = { ...draft, author: this.person.id, author_name: this.person.name, sent: "waiting" };
    const rows: Row[] = [];
    if (readable) rows.push(await this.keys.row(visit, "entry", id, entry));
    if (tally) rows.push(await this.keys.row(visit, "tally", `${visit} tally`, tally));
    await this.storage.save(rows, outgoing, envelope.fresh);
    envelope.saved();
    this.counter += 1;
    if (readable) this.note(entry);
    return entry;
  }

  /** The envelope of a sheet; `fresh` until it has been written together with its first entry. */
  private async envelope(visit: string, sheet: string): Promise<{ open: OpenEnvelope; fresh: Envelope | null; saved: () => void }> {
    const known = this.envelopes.get(sheet);
    if (known) return { open: known, fresh: null, saved: () => undefined };
    const open = await makeEnvelope(this.recipients.get(visit) ?? missing(), this.device.id, visit, sheet);
    const { key: _key, ...fresh } = open;
    return { open, fresh, saved: () => void this.envelopes.set(sheet, open) };
  }

  /** Forget the key of a sheet that is no longer on the screen: what it sealed does not open here again. */
  leaveSheet(sheet: string): void {
    if (!this.interviews.has(sheet)) this.envelopes.delete(sheet);
  }

  // ---- interviews

  openInterview(sheet: string, version: string, label: string, joins: string | null, deviceTime: string): Promise<Entry> {
    return this.inTurn(async () => {
      const definition = this.pack?.versions[version] ?? missing();
      this.interviews.set(sheet, new Interview(sheet, definition, () => this.factsNow(), this.person.id));
      const opened: Opened = { version, label, about: null, ...(joins ? { joins } : {}) };
      return this.write({ id: crypto.randomUUID(), visit: this.visitNow(), sheet, question: "sheet.opened", content: EMPTY, bases: [], device_time: deviceTime, opened }, true);
    });
  }

  isOpen(sheet: string): boolean {
    return this.interviews.has(sheet);
  }

  step(sheet: string, question: string | null): Step | null {
    return this.interviews.get(sheet)?.step(question) ?? null;
  }

  /** Seal an answer; what it is as a problem is told now and kept nowhere. */
  answer(sheet: string, question: string, content: Content, deviceTime: string): Promise<Severity | null> {
    return this.inTurn(async () => {
      const interview = this.interviews.get(sheet) ?? missing();
      const draft: Draft = { id: crypto.randomUUID(), visit: this.visitNow(), sheet, question, content, bases: interview.bases(question), device_time: deviceTime };
      interview.add(await this.write(draft, false));
      return interview.step(question)?.problem ?? null;
    });
  }

  /** Close and forget. Who spoke is counted apart, in bands; one who goes on from an interview that was counted is not counted again. */
  closeInterview(sheet: string, counted: boolean, deviceTime: string): Promise<{ entry: Entry; tally: Tally }> {
    return this.inTurn(async () => {
      const visit = this.visitNow();
      const band = this.interviews.get(sheet)?.band() ?? "||";
      const content = { ...EMPTY, value: "yes" };
      const tally = await this.tally(visit);
      if (!counted) {
        tally.all[band] = (tally.all[band] ?? 0) + 1;
        tally.held[band] = (tally.held[band] ?? 0) + 1;
      }
      const entry = await this.write({ id: crypto.randomUUID(), visit, sheet, question: "sheet.closed", content, bases: [], device_time: deviceTime }, true, tally);
      this.interviews.delete(sheet);
      this.envelopes.delete(sheet);
      return { entry, tally };
    });
  }

  private async tally(visit: string): Promise<Tally> {
    const row = (await this.storage.rows(visit)).find((found) => found.kind === "tally");
    return row ? this.keys.open<Tally>(row) : structuredClone(EMPTY_TALLY);
  }

  /** Send what was counted, shuffled and among empty ones: neither order nor number tells who spoke when. */
  leaveVisit(deviceTime: string): Promise<Tally> {
    return this.inTurn(async () => {
      const pack = this.pack ?? missing();
      const tally = await this.tally(pack.visit.id);
      const bands = bandsToSend(tally);
      this.envelopes.delete(pack.visit_sheet);
      for (const band of bands) {
        if (band !== null) tally.held[band] = (tally.held[band] ?? 1) - 1;
        const question = `tally.${crypto.randomUUID()}`;
        const draft: Draft = { id: crypto.randomUUID(), visit: pack.visit.id, sheet: pack.visit_sheet, question, content: { ...EMPTY, value: band }, bases: [], device_time: deviceTime };
        await this.write(draft, false, tally);
      }
      this.envelopes.delete(pack.visit_sheet);
      return tally;
    });
  }

  // ---- photos

  /** Keep a photo: sealed for sending, a small one under the visit's key to look at. Raises NoPicture, Full. */
  photo(sheet: string, file: Blob): Promise<string> {
    return this.inTurn(async () => {
      const visit = this.visitNow();
      const { sent, shown } = await shrink(file);
      const { open, saved } = await this.envelope(visit, sheet);
      const sealed = await sealFile(open, this.device.id, sent);
      const name = await sha256(sealed);
      const { key: _key, ...envelope } = open;
      const row = shown ? await this.keys.bytesRow(visit, "view", name, shown) : null;
      const outgoing = { sha256: name, envelope: open.id, visit, sheet, size: sealed.length, fate: "waiting" as const, at: Math.floor(Date.now() / 60_000), tries: 0, seq: null, message: "" };
      await this.storage.saveFile(outgoing, sealed, row, envelope);
      saved();
      return name;
    });
  }

  async view(sha: string): Promise<Bytes | null> {
    const row = await this.storage.view(sha);
    return row ? this.keys.openBytes(row) : null;
  }
}

function missing(): never {
  throw new Error("nothing is open");
}
