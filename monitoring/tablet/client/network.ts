// The only file that knows the network. Reading needs the session, sending only the device's token (docs/sync.md).

import { fromBase64, fromHex, sha256, toBase64, toUtf8, type Bytes } from "./codec.ts";
import type { Entry } from "./entries.ts";
import type { DeviceSecrets, Envelope, Outgoing, OutgoingFile } from "./storage/index.ts";
import type { Manifest } from "./vault/pack.ts";
import type { KnownVisit } from "./vault/vault.ts";

export interface Me {
  person: { id: string; name: string; language: string };
  device: { id: string; next_counter: number } | null;
  csrf: string;
  epoch: string;
  languages: [string, string][];
}

export interface VisitRow extends KnownVisit {
  letter: string;
  returned: boolean;
  photos_missing: number;
  waiting: number;
}

export interface Receipt {
  id: string;
  outcome: "stored" | "duplicate" | "quarantined" | "refused";
  seq: number | null;
  sha256: string;
  number?: number;
  message?: string;
}

export interface BatchAnswer {
  epoch: string;
  nonce: string;
  receipts: Receipt[];
  watermarks: Record<string, number>;
}

export interface FileAnswer {
  epoch: string;
  nonce: string;
  sha256: string;
  outcome: "stored" | "duplicate" | "quarantined" | "refused";
  seq?: number | null;
  message?: string;
}

/** The server answered, and said no. */
export class Refused extends Error {
  constructor(readonly status: number, readonly code: string, message: string, readonly wait = 0) {
    super(message);
  }
}

/** There is no way to the server just now; `stranger` when something else answered in its place. */
export class Unreachable extends Error {
  constructor(readonly stranger = false) {
    super("unreachable");
  }
}

const PATIENCE = 30_000;
const PATIENCE_FOR_FILES = 180_000;
let csrf = "";

async function ask(path: string, options: RequestInit, patience = PATIENCE): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(`/tablet/api/${path}`, { cache: "no-store", redirect: "error", signal: AbortSignal.timeout(patience), ...options });
  } catch {
    throw new Unreachable();
  }
  if (answer.ok) return answer;
  const said = (await answer.json().catch(() => null)) as { code?: string; message?: string } | null;
  if (answer.status >= 500) throw new Unreachable();
  if (!said?.code) throw new Unreachable(true);
  throw new Refused(answer.status, said.code, said.message ?? "", Number(answer.headers.get("Retry-After") ?? 0) || 0);
}

// ---- reading: with the session

async function read<T>(path: string, headers: Record<string, string> = {}): Promise<T> {
  const answer = await ask(path, { credentials: "same-origin", headers });
  try {
    return (await answer.json()) as T;
  } catch {
    throw new Unreachable(true);
  }
}

export async function me(device = ""): Promise<Me> {
  const found = await read<Me>("me", device ? { "X-Device": device } : {});
  csrf = found.csrf;
  return found;
}

/** Make this tablet known; with `id` one that a restored server does not know comes back: what it holds is sealed for that id. */
export async function enrol(label: string, id?: string): Promise<DeviceSecrets & { epoch: string }> {
  const answer = await ask("device", {
    method: "POST", credentials: "same-origin", body: JSON.stringify({ label, ...(id ? { id } : {}) }), headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
  });
  const said = (await answer.json()) as { id: string; token: string; mac_key: string; epoch: string };
  return { id: said.id, token: said.token, macKey: said.mac_key, epoch: said.epoch };
}

export async function visits(): Promise<VisitRow[]> {
  return (await read<{ visits: VisitRow[] }>("visits")).visits;
}

export function manifest(visit: string): Promise<Manifest> {
  return read(`visits/${visit}/pack`);
}

/** A part of a pack, exactly as it came. Raises Unreachable when it is not what the manifest names. */
export async function part(visit: string, name: string, expected: string): Promise<string> {
  const answer = await ask(`visits/${visit}/pack/${name}`, { credentials: "same-origin" });
  const bytes = await answer.arrayBuffer().catch(() => {
    throw new Unreachable();
  });
  if ((await sha256(new Uint8Array(bytes))) !== expected) throw new Unreachable(true);
  return new TextDecoder().decode(bytes);
}

export function entriesAfter(visit: string, seq: number): Promise<{ entries: Entry[]; seq: number; more: boolean; photos_missing: number }> {
  return read(`visits/${visit}/entries?after=${seq}`);
}

export function photoAddress(visit: string, sheet: string, sha: string): string {
  return `/tablet/api/media/${sha}?visit=${visit}&sheet=${sheet}`;
}

export async function texts(language: string): Promise<Record<string, string>> {
  try {
    const answer = await fetch(`/static/build/texts.${language}.json`);
    return answer.ok ? ((await answer.json()) as Record<string, string>) : {};
  } catch {
    return {};
  }
}

// ---- sending: with the device's token, never with the session

export async function putEntries(device: DeviceSecrets, epoch: string | null, entries: Outgoing[], envelopes: Envelope[]): Promise<BatchAnswer> {
  const nonce = crypto.randomUUID();
  const body = JSON.stringify({
    nonce,
    epoch,
    envelopes: envelopes.map(({ id, visit, sheet, wrapped }) => ({ id, visit, sheet, device: device.id, wrapped: toBase64(wrapped) })),
    entries: entries.map(({ id, envelope, visit, sheet, counter, sealed }) => ({ v: 1, id, envelope, visit, sheet, device: device.id, counter, sealed: toBase64(sealed) })),
  });
  return send("entries", device, nonce, body, { "Content-Type": "application/json" }, PATIENCE);
}

export async function putFile(device: DeviceSecrets, file: OutgoingFile, envelope: Envelope, sealed: Bytes): Promise<FileAnswer> {
  const nonce = crypto.randomUUID();
  const headers = {
    "Content-Type": "application/octet-stream", "X-Visit": file.visit, "X-Sheet": file.sheet, "X-Envelope": envelope.id, "X-Wrapped": toBase64(envelope.wrapped), "X-Nonce": nonce,
  };
  return send(`media/${file.sha256}`, device, nonce, sealed, headers, PATIENCE_FOR_FILES);
}

async function send<T extends { nonce: string }>(path: string, device: DeviceSecrets, nonce: string, body: string | Bytes, headers: Record<string, string>, patience: number): Promise<T> {
  // what the server says of an entry is read on this tablet
  const authorised = { ...headers, Authorization: `Device ${device.id}:${device.token}`, "Accept-Language": document.documentElement.lang };
  const answer = await ask(path, { method: "PUT", credentials: "omit", body, headers: authorised }, patience);
  const text = await answer.text().catch(() => {
    throw new Unreachable();
  });
  if (!(await genuine(text, answer.headers.get("X-Receipt") ?? "", device))) throw new Unreachable(true);
  const said = JSON.parse(text) as T;
  if (said.nonce !== nonce) throw new Unreachable(true);
  return said;
}

/** Whether our own server wrote this: what sits in between may answer "200 OK" too. */
async function genuine(text: string, receipt: string, device: DeviceSecrets): Promise<boolean> {
  const key = await crypto.subtle.importKey("raw", fromBase64(device.macKey), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  return crypto.subtle.verify("HMAC", key, fromHex(receipt), toUtf8(text));
}
