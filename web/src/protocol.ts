/** What travels between the room and the server: docs/protocol.md, in types. */

export type Member = string;
export type Item = string;
export type Standing = "official" | "probationary" | "exempt" | "temporary_in" | "temporary_out" | "none";
export type Post =
  | "cell_secretary"
  | "deputy_secretary"
  | "committee_member"
  | "group_leader"
  | "deputy_group_leader"
  | "assigned_follower"
  | "none";
export type SeatKind = "member" | "guest" | "supervisor";
export type Phase = "called" | "gathering" | "open" | "paused" | "closed";
export type RollState = "absent" | "present" | "silent" | "to_verify" | "removed";
export type ItemState = "ahead" | "current" | "closed" | "aside";

export interface Seat {
  name: string;
  order: number;
  kind: SeatKind;
  standing: Standing;
  post: Post;
  group: string;
}

export interface RollLine {
  state: RollState;
  since?: string;
  kinds: { online?: true; in_room?: true; vouched?: Member };
  devices?: Record<string, number>;
  reason?: string;
}

export interface AgendaItem {
  order: number;
  title: string;
  minutes: number;
  presenter: string;
  state: ItemState;
  taken_up_at?: string;
  closed_at?: string;
  reason?: string;
}

export interface Floor {
  member: Member;
  since: string;
  until: string;
}

export interface Check {
  asked_at: string;
  until: string;
  answered: number;
  of: number;
  waiting?: Record<Member, true>;
}

export interface View {
  about: { title: string; cell: string; kind: "regular" | "thematic" | "combined"; planned_for: string };
  phase: Phase;
  opened_at?: string;
  paused_at?: string;
  closed_at?: string;
  duration_minutes: number;
  chair: { rightful: Member; acting: Member; offered?: Member; empty_since?: string };
  seats: Record<Member, Seat>;
  roll: Record<Member, RollLine>;
  counts: { present: number; of: number; silent: number; to_verify: number };
  agenda: { current?: Item; items: Record<Item, AgendaItem> };
  speaking: { queue: Member[]; list: "open" | "closed"; free: boolean; floor?: Floor };
  microphones: Record<Member, "on" | "muted">;
  check?: Check;
  presence_timer?: number;
}

export interface Mine {
  member: Member;
  chair: boolean;
  offered: boolean;
  may_speak: boolean;
  microphone: "on" | "off" | "muted";
  active?: string;
  check?: { until: string };
  may: string[];
}

export type CommandName =
  | "Leave"
  | "TickPresent"
  | "UntickPresent"
  | "Vouch"
  | "Unvouch"
  | "Remove"
  | "Readmit"
  | "AskPresence"
  | "AnswerPresence"
  | "Verify"
  | "SetPresenceTimer"
  | "TakeChair"
  | "Open"
  | "Pause"
  | "Resume"
  | "Close"
  | "TakeUpItem"
  | "CloseItem"
  | "PutItemAside"
  | "AskToSpeak"
  | "WithdrawRequest"
  | "GiveFloor"
  | "EndSpeech"
  | "ExtendSpeech"
  | "MoveRequest"
  | "StrikeRequest"
  | "CloseList"
  | "OpenList"
  | "OpenDiscussion"
  | "CloseDiscussion"
  | "TurnOnMicrophone"
  | "TurnOffMicrophone"
  | "Mute"
  | "LiftMute";

export type Fields = Record<string, string | number>;

export interface ViewMessage {
  seq: number;
  at: string;
  view: View;
  mine: Mine;
  epoch: string;
}

export interface PatchMessage {
  after: number;
  seq: number;
  at: string;
  patch: unknown;
}

export interface MineMessage {
  seq: number;
  mine: Mine;
}

export interface SlotsMessage {
  epoch: string;
  slots: Record<string, Member>;
}

export interface Refusal {
  rule: string;
  why: string;
  facts: Record<string, string | number>;
}

export type Answer = { done: number } | { refused: Refusal } | { bad: string } | { fault: string };
export type SignalAnswer = { type: "answer"; sdp: string; epoch: string } | { bad: string } | { fault: string };
