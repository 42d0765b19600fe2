// The people of this tablet: each has an outbox that is sent from the moment the page opens, vault open or not.

import * as ledger from "./ledger.ts";
import * as network from "./network.ts";
import { keepers, Storage, type Keeper } from "./storage/index.ts";
import { Sync } from "./sync.ts";

export interface Desk {
  keeper: Keeper;
  storage: Storage;
  sync: Sync;
}

const desks = new Map<string, Desk>();

export function deskOf(keeper: Keeper): Desk {
  let desk = desks.get(keeper.name);
  if (!desk) {
    const storage = new Storage(keeper.name);
    desk = { keeper, storage, sync: new Sync(storage, network) };
    desks.set(keeper.name, desk);
  }
  return desk;
}

export async function everybody(): Promise<Desk[]> {
  return (await keepers()).map(deskOf);
}

export function wakeAll(): void {
  for (const { sync } of desks.values()) void sync.wake();
}

/** Unsent changes that should be here and are not: a browser or somebody cleared them. */
export async function lostWork(): Promise<number> {
  return Object.values(ledger.lost(await stillHere())).reduce((sum, count) => sum + count, 0);
}

/** The person of this tablet has told somebody of what is gone. */
export async function toldOfLoss(): Promise<void> {
  ledger.acknowledge(await stillHere());
}

async function stillHere(): Promise<Record<string, { waiting: number; counter: number }>> {
  const found: Record<string, { waiting: number; counter: number }> = {};
  for (const { keeper, storage } of await everybody()) {
    const counter = await storage.setting<number>("counter").catch(() => Number.POSITIVE_INFINITY); // it is there, but does not open
    found[keeper.name] = { waiting: 0, counter: counter ?? 1 };
  }
  return found;
}
