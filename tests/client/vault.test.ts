import "fake-indexeddb/auto";
import { Decrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { fromBase64, fromUtf8, sha256, toUtf8 } from "../../monitoring/tablet/client/codec.ts";
import { EMPTY, type Content } from "../../monitoring/tablet/client/entries.ts";
import { Storage, type Outgoing } from "../../monitoring/tablet/client/storage/index.ts";
import { unseal } from "../../monitoring/tablet/client/vault/seals.ts";
import { Vault } from "../../monitoring/tablet/client/vault/vault.ts";
import { bandsToSend } from "../../monitoring/tablet/client/vault/tally.ts";

const PASSPHRASE = "bado-keni-ruso-tavi-melo";
const TIME = "2026-11-24T09:00:00.000+05:00";
const DEVICE = { id: "11111111-1111-4111-8111-111111111111", token: "t", macKey: "" };
const question = (code: string, more: object = {}): object => ({
  code, type: "yes_no_partly", section: "A", texts: { en: code }, helps: {}, units: {}, choices: [], relevant: null, problems: [], severity: null, sources: [], standards: [], theme: "", recommendations: [], key: false, depends_on: [], ...more,
});
const INTERVIEW = {
  version: "vi", code: "INTERVIEW", per: "interview", titles: {}, languages: {}, sections: [{ key: "A", titles: {}, questions: ["PI08", "PI09", "PI10", "Q1"] }],
  questions: {
    PI08: question("PI08", { type: "choice" }), PI09: question("PI09", { type: "choice" }), PI10: question("PI10", { type: "choice" }),
    Q1: question("Q1", { problems: [{ when: ["=", ["answer", "Q1"], ["text", "yes"]], severity: "critical" }] }),
  },
};

let identity: string;
let recipient: string;
let number = 0;

beforeAll(async () => {
  identity = await generateX25519Identity();
  recipient = await identityToRecipient(identity);
});

async function packOf(visit: string): Promise<[object, Map<string, string>]> {
  const parts = new Map<string, string>([
    ["visit", JSON.stringify({ visit: { id: visit, country: "KZ", kind: "periodic", previous: false }, team: [], visit_sheet: "vs", sheets: [], other_interviews: 0, forms: { INTERVIEW: "vi" }, facts: { country: "KZ", kind: "periodic", previous: false } })],
    ["facility", "{}"], ["titles", "{}"], ["before", "{}"], ["law", "{}"], ["form-INTERVIEW", JSON.stringify(INTERVIEW)],
  ]);
  const hashes = await Promise.all([...parts].map(async ([name, text]) => [name, await sha256(toUtf8(text))]));
  return [{ visit, made_at: TIME, expires_on: "2026-12-08", recipient, parts: Object.fromEntries(hashes) }, parts];
}

async function opened(storage: Storage, sent: Outgoing): Promise<{ question: string; content: Content; bases: string[]; pad?: string }> {
  const envelope = await storage.envelope(sent.envelope);
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const payload = JSON.parse(await decrypter.decrypt(envelope!.wrapped, "text")) as { key: string; envelope: string };
  expect(payload.envelope).toBe(sent.envelope);
  const key = await crypto.subtle.importKey("raw", fromBase64(payload.key), "AES-GCM", false, ["decrypt"]);
  const text = `1|${sent.envelope}|${sent.id}|${sent.visit}|${sent.sheet}|${DEVICE.id}|${sent.counter}`;
  return JSON.parse(fromUtf8(await unseal(key, sent.sealed, text)));
}

let name: string;
let vault: Vault;
let storage: Storage;

beforeEach(async () => {
  name = `keeper-${(number += 1)}`;
  vault = new Vault();
  await vault.make(name, PASSPHRASE, "1234", { id: "p", name: "Saule", language: "en" }, DEVICE);
  storage = new Storage(name);
  const [manifest, parts] = await packOf("v");
  await vault.takeAlong(manifest as never, parts);
  await vault.open("v");
});

function say(id: string, value: string, bases: string[] = []): Parameters<Vault["save"]>[0] {
  return { id, visit: "v", sheet: "s", question: "Q1", content: { ...EMPTY, value }, bases, device_time: TIME };
}

describe("the vault", () => {
  it("opens with its passphrase however it is typed, and with no other", async () => {
    expect(await new Vault().unlock(name, " Bado Keni  ruso-tavi MELO ")).toBe(true);
    expect(await new Vault().unlock(name, "bado-keni-ruso-tavi-meli")).toBe(false);
  }, 30_000);

  it("gives back what was saved after it was shut, and nothing lies in clear", async () => {
    await vault.save(say("1", "yes"));
    const again = new Vault();
    await again.unlock(name, PASSPHRASE);
    const { entries, pack } = await again.open("v");
    expect(entries.map((entry) => [entry.id, entry.content.value, entry.sent])).toEqual([["1", "yes", "waiting"]]);
    expect(pack.recipient).toBe(recipient);
    const raw = JSON.stringify([await storage.rows("v"), await storage.outbox()], (_key, value: unknown) => (value instanceof Uint8Array ? fromUtf8(value as never) : value));
    expect(raw).not.toContain("yes");
  }, 30_000);

  it("seals every change so that the mechanism's key opens it, with numbers that grow", async () => {
    await vault.save(say("1", "yes"));
    await vault.save(say("2", "no", ["1"]));
    const sent = await storage.waiting(10);
    expect(sent.map((entry) => entry.counter)).toEqual([1, 2]);
    expect(await opened(storage, sent[1]!)).toMatchObject({ question: "Q1", bases: ["1"], content: { value: "no" } });
  });

  it("uses one envelope for a sheet until it is left, then another", async () => {
    await vault.save(say("1", "yes"));
    await vault.save(say("2", "no"));
    vault.leaveSheet("s");
    await vault.save(say("3", "yes"));
    const [first, second, third] = await storage.waiting(10);
    expect(first?.envelope).toBe(second?.envelope);
    expect(third?.envelope).not.toBe(second?.envelope);
  });

  it("keeps half a pack as none", async () => {
    const [manifest, parts] = await packOf("w");
    parts.delete("law");
    await expect(vault.takeAlong(manifest as never, parts)).rejects.toThrow("law");
    expect((await vault.visits()).ready).toEqual(["v"]);
    expect(await storage.rows("w")).toEqual([]);
  });

  it("keeps the entries of a visit that is taken along anew", async () => {
    await vault.save(say("1", "yes"));
    const [manifest, parts] = await packOf("v");
    await vault.takeAlong(manifest as never, parts);
    expect((await vault.open("v")).entries.map((entry) => entry.id)).toEqual(["1"]);
  });

  it("counts wrong PINs and starts again after the right one", async () => {
    expect([vault.tryPin("0000"), vault.tryPin("1234"), vault.tryPin("0000")].map((tried) => tried.left)).toEqual([4, 5, 4]);
  });

  it("changes its key after a visit was let go of, and still opens the others", async () => {
    const [manifest, parts] = await packOf("w");
    await vault.takeAlong(manifest as never, parts);
    const before = await storage.setting<Uint8Array>("wrapped");
    await vault.forget("v");
    const again = new Vault();
    expect(await again.unlock(name, PASSPHRASE)).toBe(true);
    expect(await storage.setting<Uint8Array>("wrapped")).not.toEqual(before);
    expect((await again.open("w")).pack.visit.id).toBe("w");
    expect(again.me().name).toBe("Saule");
    expect(again.tryPin("1234").right).toBe(true);
    await expect(again.open("v")).rejects.toThrow();
  }, 30_000);
});

describe("an interview", () => {
  it("has no working copy: outside the seal there is neither question nor answer, and its sizes are alike", async () => {
    await vault.openInterview("i", "vi", "A-01", null, TIME);
    await vault.answer("i", "PI08", { ...EMPTY, value: "woman" }, TIME);
    await vault.answer("i", "Q1", { ...EMPTY, value: "no", note: "a few words" }, TIME);
    expect((await vault.open("v")).entries.map((entry) => entry.question)).toEqual(["sheet.opened"]);
    const sizes = (await storage.waiting(10)).map((entry) => (entry.sealed.length - 28) % 512);
    expect(sizes).toEqual([0, 0, 0]);
  });

  it("tells a critical answer at that moment", async () => {
    await vault.openInterview("i", "vi", "A-01", null, TIME);
    expect(await vault.answer("i", "Q1", { ...EMPTY, value: "no" }, TIME)).toBeNull();
    expect(await vault.answer("i", "Q1", { ...EMPTY, value: "yes" }, TIME)).toBe("critical");
    expect(vault.step("i", "Q1")?.sides.map((side) => side.value)).toEqual(["yes"]);
  });

  it("is gone when it was closed, and counted in bands that leave shuffled among empty ones", async () => {
    for (const [sheet, sex] of [["i", "woman"], ["j", "man"], ["k", "man"]] as const) {
      await vault.openInterview(sheet, "vi", "A", null, TIME);
      await vault.answer(sheet, "PI08", { ...EMPTY, value: sex }, TIME);
      await vault.closeInterview(sheet, false, TIME);
      expect([vault.isOpen(sheet), vault.step(sheet, null)]).toEqual([false, null]);
    }
    const before = (await storage.outbox()).length;
    expect((await vault.leaveVisit(TIME)).held).toEqual({ "woman||": 0, "man||": 0 });
    const tallies = await Promise.all((await storage.waiting(100)).slice(before).map((sent) => opened(storage, sent)));
    expect(tallies.map((said) => said.content.value).sort()).toEqual(["man||", "man||", "woman||", null, null, null, null, null].sort());
    expect(tallies.every((said) => said.question.startsWith("tally."))).toBe(true);
    expect((await storage.outbox()).length).toBe(before + 8);
    await vault.leaveVisit(TIME);
    expect((await storage.outbox()).length).toBe(before + 8);
  });

  it("that goes on from one already counted is not counted again", async () => {
    await vault.openInterview("i", "vi", "A-01", null, TIME);
    await vault.closeInterview("i", false, TIME);
    await vault.openInterview("j", "vi", "A-01+", "i", TIME);
    expect((await vault.closeInterview("j", true, TIME)).tally.all).toEqual({ "||": 1 });
  });
});

describe("the counts of interviews", () => {
  it("are filled up to steps of eight, whatever their number", () => {
    for (const count of [1, 7, 8, 9]) {
      const bands = bandsToSend({ all: {}, held: { "man|18_24|remand": count } });
      expect(bands.length % 8).toBe(0);
      expect(bands.filter((band) => band !== null).length).toBe(count);
    }
    expect(bandsToSend({ all: {}, held: {} })).toEqual([]);
  });
});
