// What should be on this tablet, kept outside the databases: when a browser clears them, somebody must notice. Ids and numbers only.

interface Line {
  waiting: number;
  counter: number;
}

interface Removal {
  name: string;
  what: "passed" | "forgotten" | "destroyed" | "cleared";
  count: number;
  day: string;
}

const BOOK = "ledger";
const REMOVALS = "removals";
const MOST_REMOVALS = 200;

function read<T>(name: string, otherwise: T): T {
  try {
    return JSON.parse(localStorage.getItem(name) ?? "") as T;
  } catch {
    return otherwise;
  }
}

function write(name: string, value: unknown): void {
  try {
    localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // Full or forbidden: the databases are the truth, this is only the witness.
  }
}

export function expect(keeper: string, line: Line): void {
  write(BOOK, { ...read<Record<string, Line>>(BOOK, {}), [keeper]: line });
}

export function expectMore(keeper: string): void {
  const { waiting, counter } = expected()[keeper] ?? { waiting: 0, counter: 1 };
  expect(keeper, { waiting: waiting + 1, counter });
}

export function expected(): Record<string, Line> {
  return read<Record<string, Line>>(BOOK, {});
}

/** How many unsent changes have gone with a database that somebody or something cleared; by keeper. */
export function lost(found: Record<string, Line | undefined>): Record<string, number> {
  const gone: Record<string, number> = {};
  for (const [keeper, line] of Object.entries(expected())) {
    const now = found[keeper];
    if ((now?.counter ?? 0) < line.counter && line.waiting > 0) gone[keeper] = line.waiting;
  }
  return gone;
}

/** Somebody has been told of what is gone: from now on it stands among the removals. */
export function acknowledge(found: Record<string, Line | undefined>): void {
  const book = expected();
  for (const [keeper, count] of Object.entries(lost(found))) {
    noteRemoval(keeper, "cleared", count);
    delete book[keeper];
  }
  write(BOOK, book);
}

/** Every way in which something leaves this tablet is written down. */
export function noteRemoval(name: string, what: Removal["what"], count: number): void {
  if (count === 0) return;
  const day = new Date().toISOString().slice(0, 10);
  write(REMOVALS, [...read<Removal[]>(REMOVALS, []), { name, what, count, day }].slice(-MOST_REMOVALS));
}

export function removals(): Removal[] {
  return read<Removal[]>(REMOVALS, []);
}
