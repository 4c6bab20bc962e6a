/** When to try again.  Pure. */

const SHORTEST = 500;
const LONGEST = 3000;

/** Milliseconds before try number `attempt` (0 = the first: at once), up to a quarter more or less by `random` (0 … 1). */
export function delay(attempt: number, random: number): number {
  if (attempt === 0) return 0;
  const even = Math.min(LONGEST, SHORTEST * 2 ** (attempt - 1));
  return Math.min(LONGEST, Math.max(SHORTEST, even * (0.75 + random / 2)));
}
