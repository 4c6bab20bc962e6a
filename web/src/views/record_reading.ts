/** What is read out of the record while it is made: pure, and in words. */
import type { AgendaItem, Item, Member, Points, Seat, Task, View } from "../store";
import { t } from "../words";
import { agendaInOrder } from "./reading";

/** "2027-01-31" is written 31/01/2027. */
export function writtenDay(day: string): string {
  return day.split("-").reverse().join("/");
}

export function tasksInOrder(view: View): [string, Task][] {
  return Object.entries(view.tasks).sort(([, a], [, b]) => a.order - b.order);
}

/** Items that were taken up: on these there is something to conclude. */
export function takenUp(view: View): [Item, AgendaItem][] {
  return agendaInOrder(view).filter(([, item]) => item.state !== "ahead");
}

/** Who may be given a task: the members of the cell, in the order of the roster. */
export function members(view: View): [Member, Seat][] {
  return Object.entries(view.seats)
    .filter(([, seat]) => seat.kind === "member")
    .sort(([, a], [, b]) => a.order - b.order);
}

/** Members who are here and do not chair: one of them keeps the minutes. */
export function mayKeepMinutes(view: View): [Member, Seat][] {
  const chairs = new Set([view.chair.acting, view.chair.rightful]);
  const here = (member: Member) => view.roll[member]?.state === "present";
  return members(view).filter(([member, seat]) => here(member) && !chairs.has(member) && seat.standing !== "temporary_out");
}

// -- the minutes: two people lose nothing --------------------------------------------------------------------------

export interface MinutesDraft {
  text: string;
  base: number; // the version its writer had before him
}

/** Somebody else has written since this draft was begun. */
export function overtaken(draft: MinutesDraft, version: number): boolean {
  return version > draft.base;
}

/** Both texts, the newer first: nothing of either is lost, and the writer puts them in order. */
export function joinedTexts(newer: string, own: string): string {
  if (newer.trim() === "" || own.includes(newer.trim())) return own;
  return newer.includes(own.trim()) ? newer : `${newer.trimEnd()}\n\n${own.trimStart()}`;
}

// -- the score -----------------------------------------------------------------------------------------------------

export const CRITERIA: Record<string, () => string> = {
  time: () => t("Time and length of the meeting"),
  attendance: () => t("Members present"),
  preparation: () => t("Preparation of the contents"),
  conduct: () => t("Conduct of the meeting and discussion"),
  principles: () => t("Principles of Party life"),
  last_conclusion: () => t("Carrying out the last conclusions"),
  closing: () => t("Conclusion and minutes"),
};

export const GRADES: Record<string, () => string> = {
  good: () => t("Good"),
  fair: () => t("Fair"),
  average: () => t("Average"),
  poor: () => t("Poor"),
};

export type ScoreDraft = Record<string, { points: string; reason: string }>;

export function criteriaInOrder(view: View): [string, number][] {
  return Object.entries(view.score.criteria)
    .sort(([, a], [, b]) => a.order - b.order)
    .map(([name, criterion]) => [name, criterion.most]);
}

/** The sheet as it would be sent; null while a figure is missing or beyond its criterion. */
export function pointsOf(view: View, draft: ScoreDraft): Points[] | null {
  const lines = criteriaInOrder(view).map(([criterion, most]): Points | null => {
    const { points = "", reason = "" } = draft[criterion] ?? {};
    if (!/^\d{1,3}$/.test(points.trim()) || Number(points) > most) return null;
    return { criterion, points: Number(points), ...(reason.trim() ? { reason: reason.trim() } : {}) };
  });
  return lines.every((line) => line !== null) ? lines : null;
}

export function totalOf(points: readonly Points[]): number {
  return points.reduce((sum, line) => sum + line.points, 0);
}

/** The best grade that is reached. */
export function gradeOf(view: View, total: number): string {
  return [...view.score.grades].sort((a, b) => b.least - a.least).find((grade) => total >= grade.least)?.word ?? "";
}
