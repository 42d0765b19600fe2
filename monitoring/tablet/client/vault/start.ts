// What runs in the worker: the vault, and nothing else.

import { expose } from "comlink";
import { Vault } from "./vault.ts";

expose(new Vault());
