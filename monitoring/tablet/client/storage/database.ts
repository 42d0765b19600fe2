// Opens the databases of this folder, and opens them again when the browser has closed them underneath us. Nothing else knows IndexedDB.

import { openDB, type DBSchema, type IDBPDatabase } from "idb";

const VERSION = 1;
const BLOCKED_AFTER = 4000;
/** So long an older page may still write down what was being typed when a newer one asks for the database. */
const LAST_WORDS = 1500;

// Names are given by hand: what crosses from the worker to the page keeps its name and message, not its class.

/** The disk gives no more room. */
export class Full extends Error {
  override readonly name = "Full";
}
/** Another tab holds an older state of the database open, or a newer release made it. */
export class Unusable extends Error {
  override readonly name = "Unusable";

  constructor(readonly why: "blocked" | "newer") {
    super(why);
  }
}
/** The browser or somebody has cleared what was kept here while it was in use. */
export class Cleared extends Error {
  override readonly name = "Cleared";
}

type Opener<T extends DBSchema> = () => Promise<IDBPDatabase<T>>;

/** A database that is opened again once when the browser has closed it underneath us. */
export class Handle<T extends DBSchema> {
  private opened: Promise<IDBPDatabase<T>> | null = null;

  constructor(private readonly open: Opener<T>) {}

  async run<R>(act: (database: IDBPDatabase<T>) => Promise<R>): Promise<R> {
    try {
      return await act(await this.database());
    } catch (problem) {
      if (isFull(problem)) throw new Full();
      if (!isStale(problem)) throw problem;
      this.opened = null;
      return act(await this.database());
    }
  }

  private database(): Promise<IDBPDatabase<T>> {
    this.opened ??= this.open().catch((problem: unknown) => {
      this.opened = null;
      throw problem;
    });
    return this.opened;
  }

  async close(): Promise<void> {
    const opened = this.opened;
    this.opened = null;
    (await opened?.catch(() => null))?.close();
  }
}

function named(problem: unknown): string {
  return problem instanceof DOMException || problem instanceof Error ? problem.name : "";
}

function isFull(problem: unknown): boolean {
  return named(problem) === "QuotaExceededError";
}

function isStale(problem: unknown): boolean {
  return ["InvalidStateError", "UnknownError", "AbortError", "TransactionInactiveError"].includes(named(problem));
}

/** Told when another tab brings a newer release of the database: this one has let go of it. */
export const letGo = new EventTarget();

export function opener<T extends DBSchema>(name: string, upgrade: (database: IDBPDatabase<T>) => void): Opener<T> {
  return async () => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const opening = openDB<T>(name, VERSION, {
      upgrade,
      blocking(_current, _wanted, event) {
        letGo.dispatchEvent(new Event("newer"));
        setTimeout(() => (event.target as IDBDatabase).close(), LAST_WORDS);
      },
    });
    const tooLong = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Unusable("blocked")), BLOCKED_AFTER);
    });
    try {
      return await Promise.race([opening, tooLong]);
    } catch (problem) {
      throw named(problem) === "VersionError" ? new Unusable("newer") : problem;
    } finally {
      clearTimeout(timer);
    }
  };
}

/** Begin writes without waiting for each: the transaction as a whole, awaited at its end, says whether they happened. */
export function begin(...writes: Promise<unknown>[]): void {
  for (const write of writes) write.catch(() => undefined);
}
