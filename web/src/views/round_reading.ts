/** What is read out of a round: pure. */
import type { Count, HeldMeeting, Prepared, View, VoteLine } from "../store";

/** The motions that wait, in their order: a motion is put once, and again only when that vote was cancelled. */
export function waitingMotions(view: View): [string, Prepared][] {
  const put = new Set(Object.values(view.votes.all).flatMap((vote) => (vote.motion && vote.state !== "cancelled" ? [vote.motion] : [])));
  const all = Object.entries(view.round?.motions ?? {}).filter(([id]) => !put.has(id));
  return all.sort(([, a], [, b]) => a.order - b.order);
}

/** What the groups held, in the order of their names. */
export function heldInOrder(view: View): [string, HeldMeeting][] {
  return Object.entries(view.round?.held ?? {}).sort(([, a], [, b]) => a.order - b.order);
}

/** The meeting of a group: its votes are counted, and decided over the whole cell. */
export const countsOnly = (view: View): boolean => view.round?.group !== undefined;

/** How many minutes it lasts at least.  Of a round the groups' own meetings are held against the rule, not what gathers them. */
export const leastMinutes = (view: View): number => (view.round?.held ? 0 : view.duration_minutes);

export const groupName = (view: View, group: string): string => view.round?.held?.[group]?.name ?? view.groups.register[group]?.name ?? "";

const NONE: Count = { in_favour: 0, against: 0, other: 0, invalid: 0 };

export function sumOf(counts: readonly Count[]): Count {
  const sum = (name: keyof Count) => counts.reduce((all, count) => all + count[name], 0);
  return counts.length ? { in_favour: sum("in_favour"), against: sum("against"), other: sum("other"), invalid: 0 } : NONE;
}

export const cast = (count: Count): number => count.in_favour + count.against + count.other;

/** What was voted in the common session: the verdict less the groups. */
export function votedHere(vote: VoteLine): Count {
  const groups = sumOf(Object.values(vote.groups ?? {}));
  const all = vote.result ?? NONE;
  return { in_favour: all.in_favour - groups.in_favour, against: all.against - groups.against, other: all.other - groups.other, invalid: 0 };
}
