// The page's side of the vault: starts its worker, ends it, and speaks with it.

import { wrap, type Remote } from "comlink";
import { workerAddress } from "./trusted.ts";
import type { Vault } from "./vault/vault.ts";

export class VaultDoor {
  readonly vault: Remote<Vault>;
  private readonly worker: Worker;

  constructor() {
    this.worker = new Worker(workerAddress(), { type: "module", name: "vault" });
    this.vault = wrap<Vault>(this.worker);
  }

  /** End the worker and with it every key. The caller leaves the page afterwards: what it shows is not worth keeping. */
  end(): void {
    this.worker.terminate();
  }
}
