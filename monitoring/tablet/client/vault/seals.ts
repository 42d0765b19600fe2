// Envelopes and sealed entries, as docs/sync.md says. Only the mechanism's private key, which never comes here, opens them again.

import { Encrypter } from "age-encryption";
import { random, toBase64, toUtf8, type Bytes } from "../codec.ts";
import type { Content, Opened } from "../entries.ts";
import type { Envelope } from "../storage/index.ts";

const FORMAT = 1;
const NONCE = 12;
const PADDED_TO = 512;

/** What an entry says, inside its seal. */
export interface Said {
  question: string;
  content: Content;
  bases: string[];
  device_time: string;
  opened?: Opened;
}

/** An envelope while its sheet is open: the key lives here and nowhere else. */
export interface OpenEnvelope extends Envelope {
  key: CryptoKey;
}

export async function makeEnvelope(recipient: string, device: string, visit: string, sheet: string): Promise<OpenEnvelope> {
  const id = crypto.randomUUID();
  const raw = random(32);
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  const payload = JSON.stringify({ v: FORMAT, envelope: id, visit, sheet, device, key: toBase64(raw) });
  const wrapped = new Uint8Array(await encrypter.encrypt(payload));
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt"]);
  raw.fill(0);
  return { id, visit, sheet, wrapped, key };
}

export function sealEntry(envelope: OpenEnvelope, device: string, id: string, counter: number, said: Said, padded: boolean): Promise<Bytes> {
  const text = `${FORMAT}|${envelope.id}|${id}|${envelope.visit}|${envelope.sheet}|${device}|${counter}`;
  return seal(envelope.key, padded ? filledUp(said) : toUtf8(JSON.stringify(said)), text);
}

export function sealFile(envelope: OpenEnvelope, device: string, bytes: Bytes): Promise<Bytes> {
  return seal(envelope.key, bytes, `${FORMAT}|${envelope.id}|media|${envelope.visit}|${envelope.sheet}|${device}|`);
}

/** The length of what is sealed tells nothing about how much was said. */
function filledUp(said: Said): Bytes {
  const bare = toUtf8(JSON.stringify({ ...said, pad: "" })).length;
  return toUtf8(JSON.stringify({ ...said, pad: " ".repeat((PADDED_TO - (bare % PADDED_TO)) % PADDED_TO) }));
}

/** Nonce, then AES-256-GCM. */
export async function seal(key: CryptoKey, plain: Bytes, context: string): Promise<Bytes> {
  const nonce = random(NONCE);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData: toUtf8(context) }, key, plain);
  const whole = new Uint8Array(NONCE + sealed.byteLength);
  whole.set(nonce);
  whole.set(new Uint8Array(sealed), NONCE);
  return whole;
}

export async function unseal(key: CryptoKey, sealed: Bytes, context: string): Promise<Bytes> {
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.subarray(0, NONCE), additionalData: toUtf8(context) }, key, sealed.subarray(NONCE));
  return new Uint8Array(plain);
}
