/** Has the way to the server gone?  Decided by what arrives, long before ICE gives up (5 to 30 s).  Pure; times in ms. */

/** Silence after a voice or a picture, or while we speak ourselves (then the server reports three times a second), is
    seldom an accident; of reports alone some may be lost on a bad line. */
const PATIENCE = { flowing: 1000, reports: 3000 };
/** The browser, or the person, says that the network changed. */
const HINTED = { flowing: 500, reports: 1000 };
const HINT_LASTS = 5000;
const STILL_FLOWING = 1500;

export class Quiet {
  private last = 0; // when anything came
  private lastMedia = -Infinity;
  private flowed = false; // voices or pictures came nearly up to the silence
  private hintedAt = -Infinity;

  /** The connection begins to carry. */
  begin(now: number): void {
    this.last = now;
    this.lastMedia = -Infinity;
    this.flowed = false;
  }

  /** A voice or a picture came. */
  media(at: number): void {
    this.lastMedia = Math.max(this.lastMedia, at);
    this.anything(at);
  }

  /** Whatever came: media, a report, an answer to a check. */
  anything(at: number): void {
    if (at <= this.last) return;
    this.last = at;
    this.flowed = at - this.lastMedia < STILL_FLOWING;
  }

  /** Something happened that makes a loss likely. */
  hint(now: number): void {
    this.hintedAt = now;
  }

  /** For how long nothing has come. */
  since(now: number): number {
    return now - this.last;
  }

  /** Nothing came for so long that another way should be tried. */
  lost(now: number, speaking: boolean): boolean {
    const patience = now - this.hintedAt < HINT_LASTS ? HINTED : PATIENCE;
    return this.since(now) >= (this.flowed || speaking ? patience.flowing : patience.reports);
  }
}
