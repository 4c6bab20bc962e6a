/** How long to wait before another way to the server is tried.  Pure; times in ms. */

const WAITS = [0, 1000, 2000, 4000, 8000];
const STEADY = 10_000; // of carrying, after which failures are forgotten: a network that flaps does not make the page flap

export class Attempts {
  private made = 0;
  private since = 0;

  /** A connection begins to carry. */
  carries(now: number): void {
    this.since = now;
  }

  /** The one that carried has lost its way. */
  lost(now: number): void {
    if (now - this.since > STEADY) this.forget();
  }

  /** Something else changed: what failed so far tells nothing. */
  forget(): void {
    this.made = 0;
  }

  /** Before the next one. */
  wait(): number {
    const wait = WAITS[Math.min(this.made, WAITS.length - 1)] ?? 0;
    this.made += 1;
    return wait;
  }
}
