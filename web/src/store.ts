/** The room as this page knows it.  Everything the views read; only main.ts and socket.ts write. */
import { computed, signal } from "@preact/signals";
import { type Held, patched, whole } from "./merge";
import type * as wire from "./protocol";
import type { Mine, PatchMessage, View, ViewMessage } from "./protocol";
import type { Truth } from "./media/truth";
import { heardAt } from "./time";

export { freshId } from "./ids";
export { chromeLink } from "./place";
export type { Mine, View };
export type AgendaItem = wire.ItemView;
export type RollLine = wire.RollLine;
export type Seat = wire.SeatView;
export type VoteLine = wire.VoteView;
export type Result = wire.ResultView;
export type Motion = wire.MotionView;
export type Prepared = wire.PreparedView;
export type HeldMeeting = wire.HeldView;
export type Count = wire.CountView;
export type OwnBallot = wire.BallotView;
export type Task = wire.TaskView;
export type Sitting = wire.ApartView;
export type GroupLine = wire.GroupView;
export type Asked = wire.QuestionView;
export type Report = wire.ReportView;
export type ReportAnswer = wire.AnswerView;
export type Circle = wire.Circle;
export type Question = wire.Question;
export type Carried = wire.CarriedView;
export type DocumentLine = wire.DocumentView;
export type Vote = string;
export type Choice = wire.CastBallot["choice"];
export type Points = wire.Points;
export type Member = string;
export type Item = string;
export type CommandName = wire.Command["name"];
export type Field = string | number | boolean | readonly wire.Points[] | readonly wire.Question[] | readonly wire.Circle[] | readonly string[];
export type Fields = Record<string, Field>;
export type Refusal = wire.RefusedMessage;
export type Answer = wire.Done | wire.Refusal | wire.Bad | wire.Broken;

// -- what the server says ------------------------------------------------------------------------------------------

export const held = signal<Held | null>(null);
export const view = computed<View | null>(() => held.value?.view ?? null);
export const mine = computed<Mine | null>(() => held.value?.mine ?? null);
/** Whom each receive slot carries now: mid -> member. */
export const slots = signal<Record<string, Member>>({});

export function takeView(message: ViewMessage): void {
  heardAt(message.at);
  held.value = whole(message);
}

/** False when something was missed: ask for the whole view. */
export function takePatch(message: PatchMessage): boolean {
  heardAt(message.at);
  const next = patched(held.value, message);
  if (next === "gap") return false;
  held.value = next;
  return true;
}

/** Our private part, whole.  It may come a breath before or after the patch of the same seq; the newest stands. */
export function takeMine(next: Mine): void {
  if (held.value) held.value = { ...held.value, mine: next };
}

export function may(name: CommandName): boolean {
  return mine.value?.may.includes(name) ?? false;
}

// -- where this page stands ----------------------------------------------------------------------------------------

export type Screen = "way_out" | "lobby" | "room" | "left" | "ended";
export const screen = signal<Screen>("lobby");
/** Why we are outside for good. */
export const ended = signal<Refusal | null>(null);
export const place = { meeting: "", title: "", connection: "", inPerson: false, sealed: false, canSeal: true };
export const inApp = signal<string>("");

/** The head of the sealed record, as the attendance sheet prints it ("" = not known yet). */
export const seal = signal("");

/** The line to the server: up, or lost since (ms of Date.now). */
export const line = signal<{ up: boolean; since: number }>({ up: false, since: Date.now() });

// -- sound and picture ---------------------------------------------------------------------------------------------

export type Fault = "absent" | "denied" | "busy" | "barred" | "unknown";
/** One of our own devices: asked for, granted, or what was wrong. */
export type Device = { state: "idle" | "asking" } | { state: "ready"; id: string } | { state: "faulty"; fault: Fault };

export const microphone = signal<Device>({ state: "idle" });
export const camera = signal<Device>({ state: "idle" });
export const cameraWanted = signal(true);
/** What this member wants to receive: the voices, with the picture of chair or speaker, or everything. */
export type Mode = wire.Wanted["mode"];
export const mode = signal<Mode>("all");
export const voiceOnly = computed(() => mode.value === "voice");
/** Device pixels that each picture slot has on the screen, by mid; 0 = not shown. */
export const heights = signal<Record<string, number>>({});
/** Page of the small pictures: 0 is who speaks, the others are everybody. */
export const picturePage = signal(0);
/** Whether this browser can hand out a screen; phones cannot. */
export const canShare = signal(false);
/** Whether we hand out our own screen. */
export const sharing = signal(false);
/** What the server's media process says of our connection; null = nothing yet. */
export const feed = signal<wire.FeedMessage | null>(null);
/** What must still be sent when the chair closes, before the line is given up. */
export const lastWords: (() => Promise<void>)[] = [];
/** They are said, or it was waited long enough. */
export const parted = signal(false);
/** Another program or a telephone call has taken the microphone. */
export const interrupted = signal(false);
export const choices = signal<{ microphones: MediaDeviceInfo[]; cameras: MediaDeviceInfo[] }>({
  microphones: [],
  cameras: [],
});
/** Our own picture, to show ourselves. */
export const selfPicture = signal<MediaStream | null>(null);
/** Loudness of our voice, 0 … 1. */
export const level = signal(0);

/** The one media connection: `since` is when it began to try (ms of Date.now). */
export const media = signal<{ state: "none" | "connecting" | "up"; since: number }>({ state: "none", since: Date.now() });
export const streams = signal<Record<string, MediaStream>>({});
/** Receive slots whose picture moves, by decoded frames. */
export const moving = signal<Record<string, boolean>>({});
/** Members whose voice arrives now, by audio level. */
export const voices = signal<Record<Member, boolean>>({});
/** Our voice leaves this page: packets counted, not hoped. */
export const sending = signal(false);
/** The browser wants a tap before it plays sound. */
export const soundBlocked = signal(false);
/** Bytes this page sent and received for sound and picture, and megabytes an hour as things are (null = not known). */
export const traffic = signal(0);
export const perHour = signal<number | null>(null);
export const MEGABYTE = 1e6;
/** Whether everybody hears us, as measured at both ends. */
export const heardBy = signal<Truth>("unheard");

// -- one sentence, shown once --------------------------------------------------------------------------------------

export const toast = signal<{ text: string; kind: "wrong" | "plain"; key: number } | null>(null);
let toasts = 0;

export function say(text: string, kind: "wrong" | "plain" = "plain"): void {
  toasts += 1;
  toast.value = { text, kind, key: toasts };
}

// -- what the views may have done ----------------------------------------------------------------------------------

/** The hands of the views: main.ts fills them in. */
/** A document of the meeting, opened on this page. */
export interface OpenPaper {
  readonly pages: number;
  /** Draws a page as wide as `width` (CSS pixels); resolves to its text. */
  draw(canvas: HTMLCanvasElement, page: number, width: number): Promise<string>;
}

export interface Deeds {
  /** Opens a document; opened before, it is there at once.  Rejects when it cannot be had. */
  paper(document: string): Promise<OpenPaper>;
  ask(name: CommandName, fields?: Fields): Promise<Answer>;
  join(): void;
  leave(): Promise<void>;
  toggleMicrophone(): Promise<void>;
  setCamera(on: boolean): Promise<void>;
  setMode(mode: Mode): void;
  share(): Promise<void>;
  stopSharing(): void;
  chooseDevice(kind: "microphone" | "camera", id: string): Promise<void>;
  listen(): void;
  alarm(): void;
  enterAnyway(): void;
}

let hands: Deeds | null = null;

export function setDeeds(deeds: Deeds): void {
  hands = deeds;
}

export function deeds(): Deeds {
  if (!hands) throw new Error("the room has no hands yet");
  return hands;
}
