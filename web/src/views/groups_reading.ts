/** What the views read out of the groups: pure. */
import type { Asked, Circle, GroupLine, Item, Member, Report, Sitting, View } from "../store";

export type Group = string;

/** The sitting that goes on now. */
export function apartNow(view: View): Sitting | undefined {
  const { apart, sittings } = view.groups;
  return apart === undefined ? undefined : sittings[apart];
}

/** The last sitting, over or not. */
export function lastSitting(view: View): Sitting | undefined {
  const numbers = Object.keys(view.groups.sittings).map(Number);
  return numbers.length ? view.groups.sittings[String(Math.max(...numbers))] : undefined;
}

export function inOrder<T extends { order: number }>(all: Record<string, T>): [string, T][] {
  return Object.entries(all).sort(([, a], [, b]) => a.order - b.order);
}

/** Where everybody sits now: his visit, else his group; "" is the hall. */
export function placeOf(view: View, member: Member): Group {
  const visiting = view.groups.visiting[member];
  if (visiting !== undefined) return visiting;
  const found = Object.entries(apartNow(view)?.groups ?? {}).find(([, group]) => member in group.members);
  return found?.[0] ?? "";
}

/** Who is present and sits there. */
export function sittingIn(view: View, group: Group): Member[] {
  return Object.entries(view.roll)
    .filter(([member, line]) => line.state !== "absent" && line.state !== "removed" && placeOf(view, member) === group)
    .map(([member]) => member)
    .sort((a, b) => (view.seats[a]?.order ?? 0) - (view.seats[b]?.order ?? 0));
}

export interface Reported {
  key: string;
  question: Asked;
  group: string;
  report: Report;
  answer: NonNullable<Report["answers"]>[string];
}

/** What the groups brought back on an item; item "": on what is no item. */
export function reportsOn(view: View, item: Item): Reported[] {
  return Object.entries(view.groups.sittings).flatMap(([number, sitting]) =>
    inOrder(sitting.questions)
      .filter(([, question]) => question.item === item)
      .flatMap(([id, question]) =>
        inOrder(sitting.groups).flatMap(([group, { name, report }]) => {
          const answer = report?.answers?.[id];
          return report && answer ? [{ key: `${number}/${id}/${group}`, question, group: name, report, answer }] : [];
        }),
      ),
  );
}

export type ReportState = "none" | "writing" | "submitted";

export function reportState(group: GroupLine): ReportState {
  if (group.report) return "submitted";
  return group.writing ? "writing" : "none";
}

// -- before they sit: who goes where, on the chair's page alone ------------------------------------------------------

export interface Draft {
  names: string[];
  where: Record<Member, number>; // index of the group; left out = the hall
}

/** Whom the chair may assign: everyone of the cell but himself and the rightful chair. */
export function assignable(view: View): Member[] {
  const chairs = [view.chair.acting, view.chair.rightful];
  return Object.entries(view.seats)
    .filter(([member, seat]) => seat.kind === "member" && !chairs.includes(member))
    .sort(([, a], [, b]) => a.order - b.order)
    .map(([member]) => member);
}

/** The party groups of the register. */
export function fromRegister(view: View): Draft {
  const groups = inOrder(view.groups.register);
  const at = new Map(groups.map(([id], index) => [id, index]));
  const where: Draft["where"] = {};
  for (const member of assignable(view)) {
    const index = at.get(view.seats[member]?.group ?? "");
    if (index !== undefined) where[member] = index;
  }
  return { names: groups.map(([, group]) => group.name), where };
}

/** Everyone at random into groups of nearly the same size.  `chance`: 0 … 1, as Math.random. */
export function drawn(members: readonly Member[], names: readonly string[], chance: () => number): Draft {
  const shuffled = [...members];
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    const other = Math.floor(chance() * (last + 1));
    [shuffled[last], shuffled[other]] = [shuffled[other] ?? "", shuffled[last] ?? ""];
  }
  return { names: [...names], where: Object.fromEntries(shuffled.map((member, at) => [member, at % names.length])) };
}

/** Into how many groups the cell may split: as many as fill, and as many as there are already. */
export function howMany(view: View, draft: Draft): number[] {
  const { most, smallest } = view.groups;
  const filled = Math.floor(assignable(view).length / Math.max(1, smallest));
  const highest = Math.max(2, draft.names.length, Math.min(most, filled));
  return Array.from({ length: highest - 1 }, (_, index) => index + 2);
}

/** `moved` to group `to`; −1 = the hall. */
export function moved(draft: Draft, member: Member, to: number): Draft {
  const { [member]: _, ...others } = draft.where;
  return { ...draft, where: to < 0 ? others : { ...others, [member]: to } };
}

export function membersOf(draft: Draft, group: number): Member[] {
  return Object.entries(draft.where).flatMap(([member, at]) => (at === group ? [member] : []));
}

/** As the server wants it.  A group of the register keeps its id, and with it its leaders. */
export function circles(view: View, draft: Draft, id: (index: number) => string): Circle[] {
  const known = inOrder(view.groups.register);
  return draft.names.map((name, index) => {
    const own = known.find(([, group]) => group.name === name)?.[0];
    return { id: own ?? id(index), name, members: membersOf(draft, index) };
  });
}

/** Names of the groups that are too small. */
export function tooSmall(draft: Draft, smallest: number): string[] {
  return draft.names.filter((_, index) => membersOf(draft, index).length < smallest);
}
