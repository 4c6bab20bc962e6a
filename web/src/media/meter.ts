/** Megabytes that sound and picture have used, and what an hour of the same would use.  Pure. */

const SPAN = 60_000; // ms: what came in the last minute tells what the next hour will bring
const HOUR = 3_600_000;
const MEGABYTE = 1e6;

interface Look {
  at: number;
  bytes: number;
}

export class Meter {
  private looks: Look[] = [];

  /** `bytes` so far, at `at` ms. */
  note(bytes: number, at: number): void {
    this.looks.push({ at, bytes });
    while (this.looks.length > 2 && at - (this.looks[1]?.at ?? at) >= SPAN) this.looks.shift();
  }

  /** What was chosen changed: what came before tells nothing of what comes. */
  begin(): void {
    this.looks = this.looks.slice(-1);
  }

  /** Megabytes an hour; null until a few seconds were seen. */
  get perHour(): number | null {
    const [first, last] = [this.looks[0], this.looks[this.looks.length - 1]];
    if (!first || !last || last.at - first.at < 4000) return null;
    return ((last.bytes - first.bytes) / (last.at - first.at)) * (HOUR / MEGABYTE);
  }
}
