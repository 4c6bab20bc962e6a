/** What is read out of a vote: pure, and in words. */
import type { Choice, Member, Mine, OwnBallot, Seat, View, Vote, VoteLine } from "../store";
import { lang, t } from "../words";
import { nameOf, wordOf } from "./reading";

export const CHOICES: readonly Choice[] = ["for", "against", "other"];
const ANNOUNCED = 180_000; // ms for which a result stands before everybody's eyes
const FIRST_CALL = 20_000; // ms in which nobody is pressed
const LAST_SHARE = 5; // one in five not yet voted: they are called once more

export const CHOICE_WORDS: Record<string, () => string> = {
  for: () => t("In favour"),
  against: () => t("Against"),
  other: () => t("Other opinion"),
};

export const MOTIONS: Record<string, () => string> = {
  ordinary: () => t("An ordinary question"),
  resolution: () => t("A resolution"),
  score: () => t("The score of the meeting"),
  admission: () => t("Admission to the Party"),
  official_recognition: () => t("Recognition as an official member"),
  election: () => t("An election"),
  discipline: () => t("A disciplinary measure"),
  annual_review: () => t("The yearly review"),
};

export const VOTE_STATES: Record<string, () => string> = {
  open: () => t("Voting now"),
  closed: () => t("Voted"),
  cancelled: () => t("Cancelled"),
  paper: () => t("On paper, not yet counted"),
  counted: () => t("On paper, counted"),
  reported: () => t("Counted in the group"),
};

// -- the ballot in one's hand --------------------------------------------------------------------------------------

/** What the page keeps of a ballot while it is filled in.  `sent`: the server has said that it is recorded. */
export interface BallotDraft {
  choice?: Choice | undefined;
  opinion: string;
  reserved: boolean;
  changing: boolean;
  sent: boolean;
  folded: boolean;
}

export const NO_BALLOT: BallotDraft = { opinion: "", reserved: false, changing: false, sent: false, folded: false };
export const ballotName = (vote: Vote) => `ballot ${vote}`;

export type Stage = "barred" | "choose" | "confirm" | "recorded";

/** What is recorded is what was drafted, though nobody heard the answer. */
function arrived(ballot: OwnBallot | undefined, draft: BallotDraft): boolean {
  if (!ballot || draft.changing || draft.choice !== ballot.choice) return false;
  const sent = ballotFields("", draft.choice as Choice, draft);
  return (sent.opinion ?? "") === (ballot.opinion ?? "") && (sent.reserved ?? false) === (ballot.reserved ?? false);
}

/** Where one stands with an open vote: a draft of one's own is never overruled by what arrives. */
export function stageOf(voter: boolean, ballot: OwnBallot | undefined, draft: BallotDraft): Stage {
  if (!voter) return "barred";
  if (arrived(ballot, draft)) return "recorded";
  if (draft.choice !== undefined && !draft.sent) return "confirm";
  if (draft.changing && !draft.sent) return "choose";
  return ballot || draft.sent ? "recorded" : "choose";
}

/** The choice that is recorded: the server's word, or what it has just said yes to. */
export function recorded(ballot: OwnBallot | undefined, draft: BallotDraft): Choice | undefined {
  return (ballot?.choice as Choice | undefined) ?? (draft.sent ? draft.choice : undefined);
}

/** The fields of `CastBallot`: a member in favour reserves nothing. */
export function ballotFields(vote: Vote, choice: Choice, draft: BallotDraft): Record<string, string | boolean> {
  const opinion = choice === "for" ? "" : draft.opinion.trim();
  const told = opinion ? { opinion } : {};
  return { vote, choice, ...told, ...(opinion && draft.reserved ? { reserved: true } : {}) };
}

const NO_VOTE: Record<string, () => string> = {
  probationary: () => t("Probationary members do not vote; they may speak and propose."),
  temporary_in: () => t("Members who attend here for a time do not vote here; they may speak and propose."),
  temporary_out: () => t("Members who attend elsewhere for a time are not counted in this vote."),
};

/** In plain words, why this seat has no vote. */
export function whyNoVote(seat: Seat | undefined): string {
  if (seat?.kind === "guest") return t("Guests do not vote.");
  if (seat?.kind === "supervisor") return t("Who comes from the superior committee does not vote.");
  return NO_VOTE[seat?.standing ?? ""]?.() ?? t("You do not vote in this meeting.");
}

// -- the rule, the turnout, the result -----------------------------------------------------------------------------

export function openVote(view: View): [Vote, VoteLine] | undefined {
  const open = view.votes.open;
  const vote = open === undefined ? undefined : view.votes.all[open];
  return open !== undefined && vote ? [open, vote] : undefined;
}

/** The newest first. */
export function votesInOrder(view: View): [Vote, VoteLine][] {
  return Object.entries(view.votes.all).sort(([, a], [, b]) => b.order - a.order);
}

interface Rule {
  over: number;
  under: number;
  at_least: boolean;
}

/** The least number of ballots in favour that carries a motion; whole numbers only. */
export function needed(rule: Rule, base: number): number {
  const least = rule.at_least ? Math.ceil((base * rule.over) / rule.under) : Math.floor((base * rule.over) / rule.under) + 1;
  return Math.max(1, least);
}

export function ruleOf(rule: Rule): string {
  const share = { over: rule.over, under: rule.under };
  if (rule.at_least) return t("At least {over}/{under} of all members with a vote", share);
  return t("More than {over}/{under} of all members with a vote", share);
}

/** 6666 is "66,66 %" ("66.66 %" in English); what is whole needs no decimals. */
export function percent(hundredths: number): string {
  const [whole, rest] = [Math.floor(hundredths / 100), hundredths % 100];
  const mark = lang() === "vi" ? "," : ".";
  return `${whole}${rest ? mark + String(rest).padStart(2, "0") : ""} %`;
}

const HERE = new Set(["present", "silent", "to_verify"]);

/** Who of the base has not voted, in the order of the roster: those who are here, and those who are away. */
export function notVoted(view: View, vote: VoteLine): { here: Member[]; away: Member[] } {
  const order = (member: Member) => view.seats[member]?.order ?? 0;
  const waiting = Object.keys(vote.waiting ?? {}).sort((a, b) => order(a) - order(b));
  const here = waiting.filter((member) => HERE.has(view.roll[member]?.state ?? ""));
  return { here, away: waiting.filter((member) => !here.includes(member)) };
}

/** The names up to `most` of them, and how many more. */
export function namesOf(view: View, members: Member[], most = Infinity): string {
  const names = members.slice(0, most).map((member) => nameOf(view, member));
  const more = members.length - names.length;
  return more > 0 ? t("{names} and {n} more", { names: names.join(", "), n: more }) : names.join(", ");
}

/** Nearly all have voted and we have not: we are called once more. */
export function lastCall(view: View, vote: VoteLine, mine: Mine, at: number): boolean {
  if (!vote.waiting?.[mine.member] || at - Date.parse(vote.opened_at) < FIRST_CALL) return false;
  return notVoted(view, vote).here.length <= Math.max(1, Math.floor(vote.base / LAST_SHARE));
}

/** Whose hand the chair may enter: in the room, beside somebody, or on a telephone; with how he is here. */
export function hands(view: View, vote: VoteLine): [Member, string][] {
  return notVoted(view, vote).here.flatMap((member): [Member, string][] => {
    const line = view.roll[member];
    if (line?.kinds.in_room) return [[member, t("in the room")]];
    if (line?.kinds.vouched) return [[member, t("beside {name}", { name: nameOf(view, line.kinds.vouched) })]];
    return line?.devices?.phone ? [[member, t("on a telephone")]] : [];
  });
}

/** The vote that ended last, for as long as its result is news. */
export function announced(view: View, at: number): [Vote, VoteLine] | undefined {
  const ended = Object.entries(view.votes.all).filter(([, vote]) => vote.closed_at && at - Date.parse(vote.closed_at) < ANNOUNCED);
  return ended.sort(([, a], [, b]) => Date.parse(b.closed_at ?? "") - Date.parse(a.closed_at ?? ""))[0];
}

export const choiceWord = (choice: string) => wordOf(CHOICE_WORDS, choice);
