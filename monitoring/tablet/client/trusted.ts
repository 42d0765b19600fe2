// The two addresses that may be run as code; the browser refuses every other (Trusted Types).

declare const WORKER: string;
const SERVICE_WORKER = "/tablet/sw.js";

interface Policy {
  createScriptURL(address: string): string;
}

const factory = (globalThis as { trustedTypes?: { createPolicy(name: string, rules: Policy): Policy } }).trustedTypes;

function only(address: string): string {
  if (address === WORKER || address === SERVICE_WORKER) return address;
  throw new TypeError("this address is not ours");
}

const policy: Policy = factory?.createPolicy("tablet", { createScriptURL: only }) ?? { createScriptURL: only };

export function workerAddress(): string {
  return policy.createScriptURL(WORKER);
}

export function serviceWorkerAddress(): string {
  return policy.createScriptURL(SERVICE_WORKER);
}
