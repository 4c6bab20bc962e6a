/** What the views read out of a view: pure, and in words. */
import type { AgendaItem, Item, Member, RollLine, Seat, View } from "../store";
import { t } from "../words";
import { placeOf } from "./groups_reading";

type Words = Record<string, () => string>;

/** The word for a state of the protocol; one we do not know yet stands as it came. */
export function wordOf(words: Words, state: string): string {
  return words[state]?.() ?? state;
}

export const POSTS: Words = {
  cell_secretary: () => t("Cell secretary"),
  deputy_secretary: () => t("Deputy secretary"),
  committee_member: () => t("Committee member"),
  group_leader: () => t("Group leader"),
  deputy_group_leader: () => t("Deputy group leader"),
  assigned_follower: () => t("Superior's follower"),
  none: () => "",
};

const KINDS: Words = {
  member: () => t("Party member"),
  guest: () => t("Guest"),
  supervisor: () => t("From the superior committee"),
};

export const PHASES: Words = {
  called: () => t("Called"),
  gathering: () => t("Gathering"),
  open: () => t("In session"),
  paused: () => t("Paused"),
  closed: () => t("Closed"),
};

export const STATES: Words = {
  present: () => t("Present"),
  silent: () => t("Silent"),
  absent: () => t("Not here yet"),
  to_verify: () => t("To verify"),
  removed: () => t("Removed"),
};

/** Colour of a state; the word always stands beside it. */
export const STATE_LOOK: Record<string, string> = {
  present: "good",
  silent: "care",
  absent: "",
  to_verify: "care",
  removed: "wrong",
};

export function roleOf(seat: Seat): string {
  const post = wordOf(POSTS, seat.post);
  if (post) return post;
  if (seat.kind === "member" && seat.standing === "probationary") return t("Probationary member");
  return wordOf(KINDS, seat.kind);
}

/** What distinguishes a seat on the roll; nothing for the ordinary member, of whom there are most. */
export function distinction(seat: Seat): string {
  const ordinary = seat.kind === "member" && seat.post === "none" && seat.standing !== "probationary";
  return ordinary ? "" : roleOf(seat);
}

/** The last two words of a Vietnamese name: what a person is called by. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  return words
    .slice(-2)
    .map((word) => word[0] ?? "")
    .join("")
    .toLocaleUpperCase("vi");
}

export function nameOf(view: View, member: Member): string {
  return view.seats[member]?.name ?? t("Unknown");
}

/** 1 = next; 0 = not waiting. */
export function placeInQueue(queue: readonly Member[], member: Member): number {
  return queue.indexOf(member) + 1;
}

export function agendaInOrder(view: View): [Item, AgendaItem][] {
  return Object.entries(view.agenda.items).sort(([, a], [, b]) => a.order - b.order);
}

export function nextItem(view: View): [Item, AgendaItem] | undefined {
  return agendaInOrder(view).find(([, item]) => item.state === "ahead");
}

const FIRST = ["to_verify", "silent", "present", "absent", "removed"];

/** The roll as the chair needs it: what wants attention first, then the order of the roster. */
export function rollInOrder(view: View): [Member, RollLine, Seat][] {
  return Object.entries(view.roll)
    .flatMap(([member, line]): [Member, RollLine, Seat][] => {
      const seat = view.seats[member];
      return seat ? [[member, line, seat]] : [];
    })
    .sort(([, a, x], [, b, y]) => FIRST.indexOf(a.state) - FIRST.indexOf(b.state) || x.order - y.order);
}

/** Where the queue leaves `member` if he goes one place up: before whom; null when he is first. */
export function oneUp(queue: readonly Member[], member: Member): Member | null {
  const at = queue.indexOf(member);
  return at > 0 ? (queue[at - 1] ?? null) : null;
}

/** The same, one place down ("" = last); null when he is last. */
export function oneDown(queue: readonly Member[], member: Member): Member | null {
  const at = queue.indexOf(member);
  if (at < 0 || at === queue.length - 1) return null;
  return queue[at + 2] ?? "";
}

export type Step =
  | { kind: "open" | "resume" | "end_speech" | "close_item" | "close" }
  | { kind: "give_floor"; member: Member }
  | { kind: "take_up"; item: Item };

/** The one thing the chair most likely does next. */
export function nextStep(view: View): Step | null {
  if (view.phase === "gathering") return { kind: "open" };
  if (view.phase === "paused") return { kind: "resume" };
  if (view.phase !== "open") return null;
  if (view.speaking.floor) return { kind: "end_speech" };
  const apart = view.groups.apart !== undefined;
  const here = (member: Member) => !apart || placeOf(view, member) === placeOf(view, view.speaking.leader ?? "");
  const first = view.speaking.queue.find(here);
  if (first !== undefined) return { kind: "give_floor", member: first };
  if (apart) return null; // the debate goes on in the groups
  if (view.agenda.current !== undefined) return { kind: "close_item" };
  const item = nextItem(view);
  return item ? { kind: "take_up", item: item[0] } : { kind: "close" };
}
