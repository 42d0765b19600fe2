// The only folder that knows IndexedDB. What lies here is readable by whoever takes the tablet apart: it is ciphertext, ids and sizes.
//
// `tablet` lists the people of this tablet. Each has two databases with random names: one for text (the vault's rows and the sealed outbox,
// written in one transaction), one for files, so that a full disk stops photos before it stops words.

import type { DBSchema, IDBPDatabase } from "idb";
import { random, type Bytes } from "../codec.ts";
import { begin, Cleared, Full, Handle, opener } from "./database.ts";

export { Cleared, Full, letGo, Unusable } from "./database.ts";

/** Somebody who works with this tablet. `label` is what that person chose to be called here. */
export interface Keeper {
  name: string;
  label: string;
}

/** A row of the vault, encrypted. */
export interface Row {
  id: string;
  visit: string;
  kind: string;
  sealed: Bytes;
}

export interface Envelope {
  id: string;
  visit: string;
  sheet: string;
  wrapped: Bytes;
}

/** waiting: not confirmed yet; parked: the server did not take it three times; the rest is what the server said. */
export type Fate = "waiting" | "stored" | "quarantined" | "refused" | "parked";

export interface Outgoing {
  id: string;
  envelope: string;
  visit: string;
  sheet: string;
  counter: number;
  sealed: Bytes;
  fate: Fate;
  /** When it was made, in whole minutes since 1970. */
  at: number;
  tries: number;
  /** Running number of the visit (stored), or of the device (quarantined). */
  seq: number | null;
  message: string;
}

export interface OutgoingFile {
  sha256: string;
  envelope: string;
  visit: string;
  sheet: string;
  size: number;
  fate: Fate;
  at: number;
  tries: number;
  /** The visit's running number at which the server had it. */
  seq: number | null;
  message: string;
}

export interface DeviceSecrets {
  id: string;
  token: string;
  macKey: string;
}

interface People extends DBSchema {
  people: { key: string; value: Keeper };
}

interface Texts extends DBSchema {
  settings: { key: string; value: unknown };
  rows: { key: string; value: Row; indexes: { visit: string } };
  envelopes: { key: string; value: Envelope };
  outbox: { key: string; value: Outgoing; indexes: { fate: string; visit: string } };
}

interface Files extends DBSchema {
  files: { key: string; value: OutgoingFile };
  chunks: { key: [string, number]; value: ArrayBuffer };
  views: { key: string; value: Row; indexes: { visit: string } };
  reserve: { key: number; value: ArrayBuffer };
}

const CHUNK = 1_000_000;
const RESERVED = 16;
const RESERVE_PIECE = 65_536;

const people = new Handle<People>(opener<People>("tablet", (database) => void database.createObjectStore("people", { keyPath: "name" })));

export function keepers(): Promise<Keeper[]> {
  return people.run((database) => database.getAll("people"));
}

export async function addKeeper(keeper: Keeper): Promise<void> {
  await people.run((database) => database.put("people", keeper));
}

/** Remove a person's databases from this tablet; the caller has asked for a typed confirmation. */
export async function removeKeeper(name: string): Promise<void> {
  await people.run((database) => database.delete("people", name));
  for (const database of [`t-${name}`, `f-${name}`]) indexedDB.deleteDatabase(database);
}

/** Whether this browser keeps anything at all: private windows often do not. */
export async function works(): Promise<boolean> {
  try {
    await people.run(async (database) => {
      await database.put("people", { name: "?", label: "" });
      await database.delete("people", "?");
    });
    return true;
  } catch {
    return false;
  }
}

export class Storage {
  private readonly texts: Handle<Texts>;
  private readonly files: Handle<Files>;

  constructor(readonly name: string) {
    this.texts = new Handle(opener<Texts>(`t-${name}`, makeTexts));
    this.files = new Handle(opener<Files>(`f-${name}`, makeFiles));
  }

  async close(): Promise<void> {
    await Promise.all([this.texts.close(), this.files.close()]);
  }

  setting<R>(name: string): Promise<R | undefined> {
    return this.texts.run(async (database) => (await database.get("settings", name)) as R | undefined);
  }

  settingsBeginning(start: string): Promise<Map<string, unknown>> {
    return this.texts.run(async (database) => {
      const range = IDBKeyRange.bound(start, `${start}\uffff`);
      const [keys, values] = await Promise.all([database.getAllKeys("settings", range), database.getAll("settings", range)]);
      return new Map(keys.map((key, at) => [key, values[at]]));
    });
  }

  async keep(name: string, value: unknown): Promise<void> {
    await this.texts.run((database) => database.put("settings", value, name));
  }

  async drop(name: string): Promise<void> {
    await this.texts.run((database) => database.delete("settings", name));
  }

  /**
   * One change, whole or not at all and on the disk when this returns: its number, its readable rows, its sealed copy and the envelope.
   * Raises Full, and Cleared where the envelopes of what was sealed before are gone.
   */
  async save(rows: Row[], outgoing: Outgoing, envelope: Envelope | null): Promise<void> {
    const work = (): Promise<void> =>
      this.texts.run(async (database) => {
        const transaction = database.transaction(["settings", "rows", "envelopes", "outbox"], "readwrite", { durability: "strict" });
        begin(transaction.done);
        if ((await transaction.objectStore("settings").getKey("device")) === undefined) throw new Cleared();
        begin(transaction.objectStore("settings").put(outgoing.counter + 1, "counter"));
        for (const row of rows) begin(transaction.objectStore("rows").put(row));
        if (envelope) begin(transaction.objectStore("envelopes").put(envelope));
        begin(transaction.objectStore("outbox").put(outgoing));
        await transaction.done;
      });
    try {
      await work();
    } catch (problem) {
      if (!(problem instanceof Full) || !(await this.spendReserve())) throw problem;
      await work();
    }
  }

  /** Rows of a visit that belong together: all or none. */
  async putRows(rows: Row[], settings: Record<string, unknown> = {}): Promise<void> {
    await this.texts.run(async (database) => {
      const transaction = database.transaction(["rows", "settings"], "readwrite");
      begin(transaction.done);
      for (const row of rows) begin(transaction.objectStore("rows").put(row));
      for (const [name, value] of Object.entries(settings)) begin(transaction.objectStore("settings").put(value, name));
      await transaction.done;
    });
  }

  rows(visit: string): Promise<Row[]> {
    return this.texts.run((database) => database.getAllFromIndex("rows", "visit", visit));
  }

  /** Let go of everything readable of a visit. What waits to be sent stays. */
  async dropVisit(visit: string): Promise<void> {
    await this.texts.run(async (database) => {
      const transaction = database.transaction(["rows", "settings"], "readwrite");
      begin(transaction.done);
      const rows = transaction.objectStore("rows");
      for (const key of await rows.index("visit").getAllKeys(visit)) begin(rows.delete(key));
      for (const name of [`key-${visit}`, `seq-${visit}`]) begin(transaction.objectStore("settings").delete(name));
      await transaction.done;
    });
    await this.files.run(async (database) => {
      const transaction = database.transaction("views", "readwrite");
      begin(transaction.done);
      for (const key of await transaction.store.index("visit").getAllKeys(visit)) begin(transaction.store.delete(key));
      await transaction.done;
    });
  }

  // ---- the outbox: needs no key, so that it is sent while the vault is shut

  async waiting(most: number): Promise<Outgoing[]> {
    const found = await this.texts.run((database) => database.getAllFromIndex("outbox", "fate", "waiting"));
    return found.toSorted((a, b) => a.counter - b.counter).slice(0, most);
  }

  outbox(): Promise<Outgoing[]> {
    return this.texts.run((database) => database.getAll("outbox"));
  }

  outboxOf(visit: string): Promise<Outgoing[]> {
    return this.texts.run((database) => database.getAllFromIndex("outbox", "visit", visit));
  }

  envelope(id: string): Promise<Envelope | undefined> {
    return this.texts.run((database) => database.get("envelopes", id));
  }

  async change(changes: Map<string, Partial<Outgoing>>, settings: Record<string, unknown> = {}): Promise<void> {
    await this.texts.run(async (database) => {
      const transaction = database.transaction(["outbox", "settings"], "readwrite");
      begin(transaction.done);
      const store = transaction.objectStore("outbox");
      for (const [id, change] of changes) {
        const found = await store.get(id);
        if (found) begin(store.put({ ...found, ...change }));
      }
      for (const [name, value] of Object.entries(settings)) begin(transaction.objectStore("settings").put(value, name));
      await transaction.done;
    });
  }

  /** Remove sealed copies that a verified backup of the server holds, and envelopes that nothing here needs any more. */
  async dropSent(ids: string[]): Promise<void> {
    const files = await this.outgoingFiles();
    await this.texts.run(async (database) => {
      const transaction = database.transaction(["outbox", "envelopes"], "readwrite");
      begin(transaction.done);
      const outbox = transaction.objectStore("outbox");
      const envelopes = transaction.objectStore("envelopes");
      for (const id of ids) begin(outbox.delete(id));
      const needed = new Set([...(await outbox.getAll()), ...files].map((left) => left.envelope));
      for (const key of await envelopes.getAllKeys()) if (!needed.has(key)) begin(envelopes.delete(key));
      await transaction.done;
    });
  }

  // ---- files

  /** Keep a sealed file in pieces, what is needed to show it here, and the envelope that opens it. Raises Full. */
  async saveFile(file: OutgoingFile, sealed: Bytes, view: Row | null, envelope: Envelope): Promise<void> {
    await this.texts.run((database) => database.put("envelopes", envelope));
    await this.files.run(async (database) => {
      const transaction = database.transaction(["files", "chunks", "views", "reserve"], "readwrite", { durability: "strict" });
      begin(transaction.done);
      const reserve = transaction.objectStore("reserve");
      for (let n = await reserve.count(); n < RESERVED; n += 1) begin(reserve.put(random(RESERVE_PIECE).buffer, n));
      for (let n = 0; n * CHUNK < sealed.length; n += 1) {
        begin(transaction.objectStore("chunks").put(sealed.slice(n * CHUNK, (n + 1) * CHUNK).buffer, [file.sha256, n]));
      }
      begin(transaction.objectStore("files").put(file));
      if (view) begin(transaction.objectStore("views").put(view));
      await transaction.done;
    });
  }

  /** Give the room that photos keep free back to the words; whether there was any. */
  private spendReserve(): Promise<boolean> {
    return this.files.run(async (database) => {
      const held = (await database.count("reserve")) > 0;
      await database.clear("reserve");
      return held;
    });
  }

  outgoingFiles(): Promise<OutgoingFile[]> {
    return this.files.run((database) => database.getAll("files"));
  }

  file(sha256: string): Promise<Bytes> {
    return this.files.run(async (database) => {
      const chunks = await database.getAll("chunks", IDBKeyRange.bound([sha256, 0], [sha256, Number.MAX_SAFE_INTEGER]));
      return new Uint8Array(await new Blob(chunks).arrayBuffer());
    });
  }

  async changeFile(sha256: string, change: Partial<OutgoingFile>): Promise<void> {
    await this.files.run(async (database) => {
      const transaction = database.transaction("files", "readwrite");
      begin(transaction.done);
      const found = await transaction.store.get(sha256);
      if (found) begin(transaction.store.put({ ...found, ...change }));
      await transaction.done;
    });
  }

  async dropFile(sha256: string): Promise<void> {
    await this.files.run(async (database) => {
      const transaction = database.transaction(["files", "chunks"], "readwrite");
      begin(transaction.done);
      begin(transaction.objectStore("files").delete(sha256));
      begin(transaction.objectStore("chunks").delete(IDBKeyRange.bound([sha256, 0], [sha256, Number.MAX_SAFE_INTEGER])));
      await transaction.done;
    });
  }

  view(sha256: string): Promise<Row | undefined> {
    return this.files.run((database) => database.get("views", sha256));
  }
}

function makeTexts(database: IDBPDatabase<Texts>): void {
  database.createObjectStore("settings");
  database.createObjectStore("rows", { keyPath: "id" }).createIndex("visit", "visit");
  database.createObjectStore("envelopes", { keyPath: "id" });
  const outbox = database.createObjectStore("outbox", { keyPath: "id" });
  outbox.createIndex("fate", "fate");
  outbox.createIndex("visit", "visit");
}

function makeFiles(database: IDBPDatabase<Files>): void {
  database.createObjectStore("files", { keyPath: "sha256" });
  database.createObjectStore("chunks");
  database.createObjectStore("views", { keyPath: "id" }).createIndex("visit", "visit");
  database.createObjectStore("reserve");
}
