// The only file that knows IndexedDB. What a tap changes is on the disk before the screen says so.

import { deleteDB, openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Entry } from "./entries.ts";
import type { Pack, VisitRow } from "./network.ts";

export interface Photo {
  sha256: string;
  visit: string;
  sheet: string;
  blob: Blob;
  sent: boolean;
  /** Why the server does not take it. */
  message?: string;
}

interface Tables extends DBSchema {
  settings: { key: string; value: unknown };
  packs: { key: string; value: Pack };
  entries: { key: string; value: Entry; indexes: { visit: string; sent: string } };
  photos: { key: string; value: Photo };
}

export class Storage {
  private constructor(private readonly database: IDBPDatabase<Tables>) {}

  /** One database for each person, so that two people on one tablet never see each other's entries. */
  static async open(person: string): Promise<Storage> {
    const database = await openDB<Tables>(`monitoring-${person}`, 1, {
      upgrade(fresh) {
        fresh.createObjectStore("settings");
        fresh.createObjectStore("packs", { keyPath: "visit.id" });
        const entries = fresh.createObjectStore("entries", { keyPath: "id" });
        entries.createIndex("visit", "visit");
        entries.createIndex("sent", "sent");
        fresh.createObjectStore("photos", { keyPath: "sha256" });
      },
    });
    return new Storage(database);
  }

  static async forget(person: string): Promise<void> {
    await deleteDB(`monitoring-${person}`);
  }

  async setting<T>(name: string): Promise<T | undefined> {
    return (await this.database.get("settings", name)) as T | undefined;
  }

  async keep(name: string, value: unknown): Promise<void> {
    await this.database.put("settings", value, name);
  }

  async visits(): Promise<VisitRow[]> {
    return (await this.setting<VisitRow[]>("visits")) ?? [];
  }

  async pack(visit: string): Promise<Pack | undefined> {
    return this.database.get("packs", visit);
  }

  async keepPack(pack: Pack): Promise<void> {
    await this.database.put("packs", pack);
  }

  /** The device's id and the number of its next entry; a higher number from the server wins. */
  async keepDevice(id: string, nextCounter: number): Promise<void> {
    const transaction = this.database.transaction("settings", "readwrite");
    const before = (await transaction.store.get("device")) as { id: string; next: number } | undefined;
    const next = before?.id === id ? Math.max(before.next, nextCounter) : nextCounter;
    await transaction.store.put({ id, next }, "device");
    await transaction.done;
  }

  async device(): Promise<string | undefined> {
    return (await this.setting<{ id: string }>("device"))?.id;
  }

  /** Save an entry: its number and its content in one transaction, on the disk when this returns. */
  async save(entry: Omit<Entry, "device" | "counter" | "sent">): Promise<Entry> {
    const transaction = this.database.transaction(["settings", "entries"], "readwrite", { durability: "strict" });
    const settings = transaction.objectStore("settings");
    const device = (await settings.get("device")) as { id: string; next: number } | undefined;
    if (!device) throw new Error("this tablet has no device yet");
    const saved: Entry = { ...entry, device: device.id, counter: device.next, sent: "waiting" };
    const numbered = settings.put({ id: device.id, next: device.next + 1 }, "device");
    await Promise.all([numbered, transaction.objectStore("entries").add(saved), transaction.done]);
    return saved;
  }

  async entries(visit: string): Promise<Entry[]> {
    return this.database.getAllFromIndex("entries", "visit", visit);
  }

  async waiting(): Promise<Entry[]> {
    return (await this.database.getAllFromIndex("entries", "sent", "waiting")).toSorted((a, b) => a.counter - b.counter);
  }

  async change(changes: Map<string, Partial<Entry>>): Promise<void> {
    const transaction = this.database.transaction("entries", "readwrite");
    for (const [id, change] of changes) {
      const entry = await transaction.store.get(id);
      if (entry) await transaction.store.put({ ...entry, ...change });
    }
    await transaction.done;
  }

  /** Entries of colleagues; an entry that this tablet made itself stays as it is. */
  async take(entries: Entry[], visit: string, seq: number): Promise<number> {
    const transaction = this.database.transaction(["settings", "entries"], "readwrite");
    const store = transaction.objectStore("entries");
    let fresh = 0;
    for (const entry of entries) {
      if (await store.get(entry.id)) continue;
      await store.put(entry);
      fresh += 1;
    }
    await transaction.objectStore("settings").put(seq, `seq-${visit}`);
    await transaction.done;
    return fresh;
  }

  /** Remove what a closed interview said, once the server has it; that it was there stays known. */
  async clearSheet(visit: string, sheet: string): Promise<void> {
    const transaction = this.database.transaction("entries", "readwrite");
    for (const entry of await transaction.store.index("visit").getAll(visit)) {
      const structural = entry.question === "sheet.opened" || entry.question === "sheet.closed";
      if (entry.sheet === sheet && entry.sent === "stored" && !structural) await transaction.store.delete(entry.id);
    }
    await transaction.done;
  }

  async savePhoto(photo: Photo): Promise<void> {
    await this.database.put("photos", photo);
  }

  async photo(sha256: string): Promise<Photo | undefined> {
    return this.database.get("photos", sha256);
  }

  async waitingPhotos(): Promise<Photo[]> {
    return (await this.database.getAll("photos")).filter((photo) => !photo.sent);
  }
}
