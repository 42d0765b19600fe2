// The only file that knows the network. The next transport replaces what is in here, not what is sent.

import type { Definition, Facts } from "../shared/types.ts";
import type { Entry } from "./entries.ts";

export interface VisitRow {
  id: string;
  title: string;
  kind_title: string;
  region_title: string;
  starts_on: string;
  ends_on: string;
  announced: boolean;
  lead: boolean;
  letter: string;
  returned: boolean;
}

export interface SheetRow {
  id: string;
  checklist: string;
  version: string;
  per: "visit" | "room" | "interview";
  label: string;
  position: number;
  opened_by: string | null;
  closed: boolean;
}

export interface Pack {
  visit: {
    id: string;
    country: string;
    kind: string;
    kind_title: string;
    announced: boolean;
    starts_on: string;
    ends_on: string;
    objective: string;
    letter: string;
    is_lead: boolean;
    returned: boolean;
    time_zone: string;
    previous: boolean;
  };
  facility: { id: string; name: string; kind_title: string; address: string; region_title: string; authority_name: string; capacity: number | null };
  team: { id: string; name: string; letter: string; lead: boolean }[];
  visit_sheet: string;
  sheets: SheetRow[];
  other_interviews: number;
  versions: Record<string, Definition>;
  forms: Record<string, string>;
  facts: Facts;
  titles: { standards: Record<string, string>; themes: Record<string, string>; calls: Record<string, string> };
  language: string;
}

export interface Me {
  person: { id: string; name: string; language: string };
  device: { id: string; next_counter: number } | null;
  csrf: string;
  languages: [string, string][];
}

export interface Receipt {
  id: string;
  outcome: "stored" | "duplicate" | "quarantined" | "refused";
  seq: number | null;
  sha256: string;
  message?: string;
}

/** The server answered, and said no. */
export class Refused extends Error {
  constructor(readonly status: number, readonly code: string, message: string) {
    super(message);
  }
}

/** There is no way to the server just now. */
export class Unreachable extends Error {}

let csrf = "";
let device = "";
let person = "";

export function useDevice(id: string): void {
  device = id;
}

async function ask(path: string, options: RequestInit = {}, again = true): Promise<Response> {
  const headers = new Headers(options.headers);
  if (device) headers.set("X-Device", device);
  if (options.method) headers.set("X-CSRFToken", csrf);
  let answer: Response;
  try {
    answer = await fetch(`/tablet/api/${path}`, { ...options, headers, credentials: "same-origin", cache: "no-store" });
  } catch {
    throw new Unreachable();
  }
  if (answer.ok) return answer;
  const said = (await answer.json().catch(() => ({}))) as { code?: string; message?: string };
  if (said.code === "stale_session" && again) {
    await me();
    return ask(path, options, false);
  }
  throw new Refused(answer.status, said.code ?? "http", said.message ?? answer.statusText);
}

async function read<T>(path: string): Promise<T> {
  return (await ask(path)).json() as Promise<T>;
}

async function send<T>(method: string, path: string, body: unknown): Promise<T> {
  const options = { method, body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  return (await ask(path, options)).json() as Promise<T>;
}

/** Who is signed in, and a fresh token after signing in anew; never somebody else than before. */
export async function me(): Promise<Me> {
  const found = await read<Me>("me");
  if (person && found.person.id !== person) throw new Refused(401, "somebody_else", "somebody else signed in");
  person = found.person.id;
  csrf = found.csrf;
  return found;
}

export async function texts(language: string): Promise<Record<string, string>> {
  try {
    const answer = await fetch(`/static/build/texts.${language}.json`);
    return answer.ok ? ((await answer.json()) as Record<string, string>) : {};
  } catch {
    return {};
  }
}

export function enrol(label: string): Promise<{ id: string; next_counter: number }> {
  return send("POST", "device", { label });
}

export async function visits(): Promise<VisitRow[]> {
  return (await read<{ visits: VisitRow[] }>("visits")).visits;
}

export function pack(visit: string): Promise<Pack> {
  return read(`visits/${visit}/pack`);
}

export function entriesAfter(visit: string, seq: number): Promise<{ entries: Entry[]; seq: number }> {
  return read(`visits/${visit}/entries?after=${seq}`);
}

export async function putEntries(entries: Entry[]): Promise<Receipt[]> {
  const plain = entries.map(({ id, visit, sheet, question, content, bases, device: from, counter, device_time, opened }) => ({
    id, visit, sheet, question, content, bases, device: from, counter, device_time, ...(opened ? { opened } : {}),
  }));
  const said = await send<{ receipts: Receipt[] }>("PUT", "entries", { nonce: crypto.randomUUID(), entries: plain });
  return said.receipts;
}

export async function putPhoto(visit: string, sheet: string, sha256: string, blob: Blob): Promise<void> {
  await ask(`media/${sha256}?visit=${visit}&sheet=${sheet}`, { method: "PUT", body: blob, headers: { "Content-Type": blob.type || "application/octet-stream" } });
}

export function photoAddress(visit: string, sheet: string, sha256: string): string {
  return `/tablet/api/media/${sha256}?visit=${visit}&sheet=${sheet}`;
}
