// Who spoke, in bands of sex, age and status: counted when an interview is closed, sent when the visit is left.

export interface Tally {
  /** Everybody of this visit. */
  all: Record<string, number>;
  /** Those not sent yet. */
  held: Record<string, number>;
}

export const EMPTY_TALLY: Tally = { all: {}, held: {} };

/** They are sent in steps of this many, so that the number of empty ones tells nothing. */
const STEP = 8;

/** The bands that are held, filled up with empty ones, in an order that means nothing. */
export function bandsToSend(tally: Tally): (string | null)[] {
  const bands: (string | null)[] = Object.entries(tally.held).flatMap(([band, count]) => Array.from({ length: count }, () => band));
  if (bands.length === 0) return [];
  while (bands.length % STEP !== 0) bands.push(null);
  return shuffled(bands);
}

function shuffled<T>(items: T[]): T[] {
  const drawn = crypto.getRandomValues(new Uint32Array(items.length));
  return items.map((item, at) => ({ item, key: drawn[at] ?? 0 })).toSorted((a, b) => a.key - b.key).map(({ item }) => item);
}

/** How many people were spoken with, and of which sex. */
export function counted(tally: Tally): { people: number; women: number; men: number } {
  const entries = Object.entries(tally.all);
  const sum = (sex: string): number => entries.filter(([band]) => sex === "" || band.startsWith(`${sex}|`)).reduce((total, [, count]) => total + count, 0);
  return { people: sum(""), women: sum("woman"), men: sum("man") };
}
