/** What travels between the room and the server (docs/protocol.md).
 * Made of the server's own schema by `npm run protocol`; not written by hand.
 * schema: c3d792baae08c42c12ba6c7e7fd91b904028933b1bade0e718db56afe7e2f738 */

export type Command =
  | Leave
  | TickPresent
  | UntickPresent
  | Vouch
  | Unvouch
  | Remove
  | Readmit
  | AskPresence
  | AnswerPresence
  | Verify
  | SetPresenceTimer
  | TakeChair
  | Open
  | Pause
  | Resume
  | Close
  | TakeUpItem
  | CloseItem
  | PutItemAside
  | AskToSpeak
  | WithdrawRequest
  | GiveFloor
  | EndSpeech
  | ExtendSpeech
  | MoveRequest
  | StrikeRequest
  | CloseList
  | OpenList
  | OpenDiscussion
  | CloseDiscussion
  | TurnOnMicrophone
  | TurnOffMicrophone
  | Mute
  | LiftMute;

export interface Protocol {
  Command: Command;
  Hello: Hello;
  Offer: Offer;
  View: View;
  Mine: Mine;
  ViewMessage: ViewMessage;
  PatchMessage: PatchMessage;
  MineMessage: MineMessage;
  SlotsMessage: SlotsMessage;
  MediaMessage: MediaMessage;
  RefusedMessage: RefusedMessage;
  Done: Done;
  Refusal: Refusal;
  Bad: Bad;
  Broken: Broken;
  SignalAnswer: SignalAnswer;
}
export interface Leave {
  id: string;
  name: "Leave";
}
export interface TickPresent {
  id: string;
  name: "TickPresent";
  member: string;
}
export interface UntickPresent {
  id: string;
  name: "UntickPresent";
  member: string;
  reason: string;
}
export interface Vouch {
  id: string;
  name: "Vouch";
  member: string;
}
export interface Unvouch {
  id: string;
  name: "Unvouch";
  member: string;
  reason?: string;
}
export interface Remove {
  id: string;
  name: "Remove";
  member: string;
  reason: string;
}
export interface Readmit {
  id: string;
  name: "Readmit";
  member: string;
  reason: string;
}
export interface AskPresence {
  id: string;
  name: "AskPresence";
}
export interface AnswerPresence {
  id: string;
  name: "AnswerPresence";
}
export interface Verify {
  id: string;
  name: "Verify";
  member: string;
  reason: string;
}
export interface SetPresenceTimer {
  id: string;
  name: "SetPresenceTimer";
  minutes: number;
}
export interface TakeChair {
  id: string;
  name: "TakeChair";
}
export interface Open {
  id: string;
  name: "Open";
}
export interface Pause {
  id: string;
  name: "Pause";
}
export interface Resume {
  id: string;
  name: "Resume";
}
export interface Close {
  id: string;
  name: "Close";
}
export interface TakeUpItem {
  id: string;
  name: "TakeUpItem";
  item: string;
}
export interface CloseItem {
  id: string;
  name: "CloseItem";
}
export interface PutItemAside {
  id: string;
  name: "PutItemAside";
  item: string;
  reason: string;
}
export interface AskToSpeak {
  id: string;
  name: "AskToSpeak";
}
export interface WithdrawRequest {
  id: string;
  name: "WithdrawRequest";
}
export interface GiveFloor {
  id: string;
  name: "GiveFloor";
  member: string;
}
export interface EndSpeech {
  id: string;
  name: "EndSpeech";
}
export interface ExtendSpeech {
  id: string;
  name: "ExtendSpeech";
  seconds: number;
}
export interface MoveRequest {
  id: string;
  name: "MoveRequest";
  member: string;
  before: string;
}
export interface StrikeRequest {
  id: string;
  name: "StrikeRequest";
  member: string;
}
export interface CloseList {
  id: string;
  name: "CloseList";
}
export interface OpenList {
  id: string;
  name: "OpenList";
}
export interface OpenDiscussion {
  id: string;
  name: "OpenDiscussion";
}
export interface CloseDiscussion {
  id: string;
  name: "CloseDiscussion";
}
export interface TurnOnMicrophone {
  id: string;
  name: "TurnOnMicrophone";
}
export interface TurnOffMicrophone {
  id: string;
  name: "TurnOffMicrophone";
}
export interface Mute {
  id: string;
  name: "Mute";
  member: string;
  reason?: string;
}
export interface LiftMute {
  id: string;
  name: "LiftMute";
  member: string;
}
/**
 * `auth` of the connect packet.
 */
export interface Hello {
  meeting: string;
  connection: string;
  device: "phone" | "tablet" | "desktop";
}
/**
 * `signal`.
 */
export interface Offer {
  type: "offer";
  sdp: string;
}
export interface View {
  about: AboutView;
  phase: string;
  duration_minutes: number;
  chair: ChairView;
  seats: {
    [k: string]: SeatView;
  };
  roll: {
    [k: string]: RollLine;
  };
  counts: Counts;
  agenda: AgendaView;
  speaking: SpeakingView;
  microphones: {
    [k: string]: string;
  };
  opened_at?: string;
  paused_at?: string;
  closed_at?: string;
  check?: CheckView;
  presence_timer?: number;
}
export interface AboutView {
  title: string;
  cell: string;
  kind: string;
  planned_for: string;
}
export interface ChairView {
  rightful: string;
  acting: string;
  offered?: string;
  empty_since?: string;
}
export interface SeatView {
  name: string;
  order: number;
  kind: string;
  standing: string;
  post: string;
  group: string;
}
export interface RollLine {
  state: string;
  kinds: Kinds;
  since?: string;
  devices?: {
    [k: string]: number;
  };
  reason?: string;
}
export interface Kinds {
  online?: boolean;
  in_room?: boolean;
  vouched?: string;
}
export interface Counts {
  present: number;
  of: number;
  silent: number;
  to_verify: number;
}
export interface AgendaView {
  items: {
    [k: string]: ItemView;
  };
  current?: string;
}
export interface ItemView {
  order: number;
  title: string;
  minutes: number;
  presenter: string;
  state: string;
  taken_up_at?: string;
  closed_at?: string;
  reason?: string;
}
export interface SpeakingView {
  queue: string[];
  list: string;
  free: boolean;
  floor?: FloorView;
}
export interface FloorView {
  member: string;
  since: string;
  until: string;
}
export interface CheckView {
  asked_at: string;
  until: string;
  answered: number;
  of: number;
  waiting?: {
    [k: string]: boolean;
  };
}
export interface Mine {
  member: string;
  chair: boolean;
  offered: boolean;
  may_speak: boolean;
  microphone: string;
  may: string[];
  active?: string;
  check?: MineCheck;
}
export interface MineCheck {
  until: string;
}
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
  patch: {
    [k: string]: unknown;
  };
}
export interface MineMessage {
  seq: number;
  mine: Mine;
}
export interface SlotsMessage {
  epoch: string;
  slots: {
    [k: string]: string;
  };
}
export interface MediaMessage {
  epoch: string;
}
export interface RefusedMessage {
  rule: string;
  why: string;
  facts: {
    [k: string]: string | number;
  };
}
export interface Done {
  done: number;
}
export interface Refusal {
  refused: RefusedMessage;
}
export interface Bad {
  bad: string;
}
export interface Broken {
  fault: string;
}
export interface SignalAnswer {
  type: string;
  sdp: string;
  epoch: string;
}
