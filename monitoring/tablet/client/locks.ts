// Two locks. Covered: the screen is hidden, the vault lives, a PIN opens. Shut: the vault is ended and the page left, the passphrase opens.

export const COVER_AFTER = 2 * 60_000;
const SHUT_AFTER = 15 * 60_000;
const LOOK_EVERY = 5_000;
const QUICK_ESCAPES = 3;
const WITHIN = 1_500;

export interface Doors {
  cover(): void;
  shut(): void;
  quickExit(): void;
}

export class Locks {
  private touched = performance.now();
  private seen = Date.now();
  private escapes: number[] = [];
  private held = false;
  private covered = false;

  constructor(private readonly doors: Doors) {
    for (const kind of ["pointerdown", "keydown", "input"]) addEventListener(kind, this.touch, { capture: true, passive: true });
    addEventListener("keydown", this.escape, { capture: true });
    document.addEventListener("visibilitychange", this.hidden);
    setInterval(this.look, LOOK_EVERY);
  }

  coverNow(): void {
    this.covered = true;
    this.doors.cover();
  }

  /** The right PIN was given. */
  opened(): void {
    this.covered = false;
    this.touch();
  }

  shutNow(): void {
    this.doors.shut();
  }

  exitNow(): void {
    this.doors.quickExit();
  }

  /** While a photo is chosen the page is hidden without anybody having gone away. */
  hold(): void {
    this.held = true;
  }

  letGo(): void {
    this.touch();
  }

  /** Whoever touches the page is here again; what is touched on a covered one keeps nothing open. */
  private readonly touch = (): void => {
    if (this.covered) return;
    this.held = false;
    this.touched = performance.now();
    this.seen = Date.now();
  };

  private readonly hidden = (): void => {
    if (document.hidden && !this.held) this.coverNow();
    if (!document.hidden) this.look();
  };

  /** A clock that is set back fools nobody: the longer of two measures counts, and one of them only ever grows. */
  private readonly look = (): void => {
    const idle = Math.max(performance.now() - this.touched, Date.now() - this.seen);
    if (idle >= SHUT_AFTER) this.doors.shut();
    else if (idle >= COVER_AFTER && !this.held) this.coverNow();
  };

  private readonly escape = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    const now = performance.now();
    this.escapes = [...this.escapes.filter((at) => now - at < WITHIN), now];
    if (this.escapes.length >= QUICK_ESCAPES) this.doors.quickExit();
  };
}
