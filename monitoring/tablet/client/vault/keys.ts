// The vault's keys. The vault key opens the visits' keys, these open rows. On the disk every key lies wrapped; in clear they exist only in this worker.

import { Decrypter, Encrypter } from "age-encryption";
import { fromUtf8, random, toUtf8, type Bytes } from "../codec.ts";
import type { Row, Storage } from "../storage/index.ts";
import { seal, unseal } from "./seals.ts";

/** 2^16: about 0.3 s on a desktop core and a second or two on a slow tablet; five proposed words hold 61 bits (measured by `make bench`). */
const WORK = 16;
const VERSION = 1;

export class Keys {
  private readonly visits = new Map<string, CryptoKey>();

  private constructor(private readonly storage: Storage, private readonly vault: CryptoKey) {}

  /** A new vault. What was there before stays unreadable: the caller has made sure that nothing is. */
  static async make(storage: Storage, passphrase: string): Promise<Keys> {
    const raw = random(32);
    await storage.keep("wrapped", await wrap(raw, passphrase));
    return new Keys(storage, await imported(raw));
  }

  /** The vault under its passphrase; null when it is the wrong one. */
  static async unlock(storage: Storage, passphrase: string): Promise<Keys | null> {
    const wrapped = await storage.setting<Bytes>("wrapped");
    if (!wrapped) return null;
    const decrypter = new Decrypter();
    decrypter.addPassphrase(tidy(passphrase));
    let raw: Bytes;
    try {
      raw = new Uint8Array(await decrypter.decrypt(wrapped));
    } catch {
      return null;
    }
    const keys = new Keys(storage, await imported(raw));
    return (await storage.setting<boolean>("rotate")) ? keys.rotate(passphrase) : keys;
  }

  /** A new vault key for the visits that are left, so that an old passphrase with an old image of the disk opens no new visit. */
  private async rotate(passphrase: string): Promise<Keys> {
    const raw = random(32);
    const fresh = new Keys(this.storage, await imported(raw));
    const renewed: Record<string, unknown> = { rotate: false };
    for (const [name, sealed] of await this.storage.settingsBeginning("key-")) {
      renewed[name] = await fresh.sealSetting(name, await this.openSetting(name, sealed as Bytes));
    }
    for (const name of ["me", "pin", "visits"]) {
      const sealed = await this.storage.setting<Bytes>(name);
      if (sealed) renewed[name] = await fresh.sealSetting(name, await this.openSetting(name, sealed));
    }
    renewed["wrapped"] = await wrap(raw, passphrase);
    await this.storage.putRows([], renewed);
    return fresh;
  }

  async keep(name: string, value: unknown): Promise<void> {
    await this.storage.keep(name, await this.sealSetting(name, toUtf8(JSON.stringify(value))));
  }

  async read<T>(name: string): Promise<T | undefined> {
    const sealed = await this.storage.setting<Bytes>(name);
    return sealed ? (JSON.parse(fromUtf8(await this.openSetting(name, sealed))) as T) : undefined;
  }

  private sealSetting(name: string, plain: Bytes): Promise<Bytes> {
    return seal(this.vault, plain, `${this.storage.name}|setting|${name}|${VERSION}`);
  }

  private openSetting(name: string, sealed: Bytes): Promise<Bytes> {
    return unseal(this.vault, sealed, `${this.storage.name}|setting|${name}|${VERSION}`);
  }

  /** Whether the visit has a key here: without one nothing of it can be read. */
  async has(visit: string): Promise<boolean> {
    return (await this.storage.setting(`key-${visit}`)) !== undefined;
  }

  /** Make a key for a visit that is taken along; the setting to write together with its rows. */
  async makeVisit(visit: string): Promise<Record<string, unknown>> {
    const raw = random(32);
    this.visits.set(visit, await imported(raw));
    return { [`key-${visit}`]: await this.sealSetting(`key-${visit}`, raw) };
  }

  private async of(visit: string): Promise<CryptoKey> {
    const known = this.visits.get(visit);
    if (known) return known;
    const sealed = await this.storage.setting<Bytes>(`key-${visit}`);
    if (!sealed) throw new Error("this visit was not taken along");
    const key = await imported(await this.openSetting(`key-${visit}`, sealed));
    this.visits.set(visit, key);
    return key;
  }

  async row(visit: string, kind: string, id: string, value: unknown): Promise<Row> {
    return this.bytesRow(visit, kind, id, toUtf8(JSON.stringify(value)));
  }

  async bytesRow(visit: string, kind: string, id: string, plain: Bytes): Promise<Row> {
    return { id, visit, kind, sealed: await seal(await this.of(visit), plain, this.context(visit, kind, id)) };
  }

  async open<T>(row: Row): Promise<T> {
    return JSON.parse(fromUtf8(await this.openBytes(row))) as T;
  }

  async openBytes(row: Row): Promise<Bytes> {
    return unseal(await this.of(row.visit), row.sealed, this.context(row.visit, row.kind, row.id));
  }

  private context(visit: string, kind: string, id: string): string {
    return `${this.storage.name}|${visit}|${kind}|${id}|${VERSION}`;
  }

  forget(visit: string): void {
    this.visits.delete(visit);
  }
}

async function wrap(raw: Bytes, passphrase: string): Promise<Bytes> {
  const encrypter = new Encrypter();
  encrypter.setScryptWorkFactor(WORK);
  encrypter.setPassphrase(tidy(passphrase));
  return new Uint8Array(await encrypter.encrypt(raw));
}

async function imported(raw: Bytes): Promise<CryptoKey> {
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
  return key;
}

/** Words as they were proposed, however they are typed: spaces, hyphens and capitals do not matter. */
export function tidy(passphrase: string): string {
  return passphrase.normalize("NFC").toLowerCase().trim().split(/[\s-]+/).join("-");
}
