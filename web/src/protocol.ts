/** What travels between the room and the server (docs/protocol.md).
 * Made of the server's own schema by `npm run protocol`; not written by hand.
 * schema: f8c299ef75219ce171e4efc77f1805b53ef309a1d7be878dc8854f9be8af2b5e */

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
  | LiftMute
  | AppointMinutesSecretary
  | CorrectRoll
  | AdoptAgenda
  | ShowDocument
  | CloseDocument
  | OpenVote
  | PutMotion
  | CountGroups
  | CastBallot
  | EnterHand
  | ContestHand
  | CloseVote
  | CancelVote
  | ReserveOpinion
  | RecordPaperBallot
  | EnterCount
  | Conclude
  | GiveTask
  | ReviseTask
  | WithdrawTask
  | ProposeScore
  | AgreeScore
  | WriteMinutes
  | ReadMinutes
  | AdoptMinutes
  | FormGroups
  | ExtendGroups
  | GatherGroups
  | AssignToGroup
  | VisitGroup
  | EndVisit
  | CallLeader
  | AnswerCall
  | AddressGroups
  | EndAddress
  | LeadGroup
  | ChooseLeader
  | DraftReport
  | SubmitReport
  | AwaitReports;

export interface Protocol {
  Command: Command;
  Hello: Hello;
  Offer: Offer;
  Wanted: Wanted;
  View: View;
  Mine: Mine;
  ViewMessage: ViewMessage;
  PatchMessage: PatchMessage;
  MineMessage: MineMessage;
  SlotsMessage: SlotsMessage;
  KeyMessage: KeyMessage;
  FeedMessage: FeedMessage;
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
export interface AppointMinutesSecretary {
  id: string;
  name: "AppointMinutesSecretary";
  member: string;
}
export interface CorrectRoll {
  id: string;
  name: "CorrectRoll";
  member: string;
  state: "present" | "absent_excused" | "absent_unexcused";
  reason: string;
}
export interface AdoptAgenda {
  id: string;
  name: "AdoptAgenda";
}
export interface ShowDocument {
  id: string;
  name: "ShowDocument";
  document: string;
  page: number;
}
export interface CloseDocument {
  id: string;
  name: "CloseDocument";
}
export interface OpenVote {
  id: string;
  name: "OpenVote";
  vote: string;
  kind: string;
  text: string;
}
export interface PutMotion {
  id: string;
  name: "PutMotion";
  vote: string;
  motion: string;
}
export interface CountGroups {
  id: string;
  name: "CountGroups";
  vote: string;
  motion: string;
}
export interface CastBallot {
  id: string;
  name: "CastBallot";
  vote: string;
  choice: "for" | "against" | "other";
  opinion?: string;
  reserved?: boolean;
}
export interface EnterHand {
  id: string;
  name: "EnterHand";
  vote: string;
  member: string;
  choice: "for" | "against" | "other";
}
export interface ContestHand {
  id: string;
  name: "ContestHand";
  vote: string;
}
export interface CloseVote {
  id: string;
  name: "CloseVote";
  vote: string;
}
export interface CancelVote {
  id: string;
  name: "CancelVote";
  vote: string;
  reason: string;
}
export interface ReserveOpinion {
  id: string;
  name: "ReserveOpinion";
  vote: string;
  text: string;
}
export interface RecordPaperBallot {
  id: string;
  name: "RecordPaperBallot";
  vote: string;
  kind: string;
  text: string;
}
export interface EnterCount {
  id: string;
  name: "EnterCount";
  vote: string;
  in_favour: number;
  against: number;
  other: number;
  invalid?: number;
}
export interface Conclude {
  id: string;
  name: "Conclude";
  item: string;
  text: string;
}
export interface GiveTask {
  id: string;
  name: "GiveTask";
  task: string;
  text: string;
  owner: string;
  deadline: string;
}
export interface ReviseTask {
  id: string;
  name: "ReviseTask";
  task: string;
  text: string;
  owner: string;
  deadline: string;
}
export interface WithdrawTask {
  id: string;
  name: "WithdrawTask";
  task: string;
  reason: string;
}
export interface ProposeScore {
  id: string;
  name: "ProposeScore";
  /**
   * @maxItems 50
   */
  points: Points[];
}
export interface Points {
  criterion: string;
  points: number;
  reason?: string;
}
export interface AgreeScore {
  id: string;
  name: "AgreeScore";
  version: number;
}
export interface WriteMinutes {
  id: string;
  name: "WriteMinutes";
  item: string;
  text: string;
  base_version: number;
}
export interface ReadMinutes {
  id: string;
  name: "ReadMinutes";
}
export interface AdoptMinutes {
  id: string;
  name: "AdoptMinutes";
}
export interface FormGroups {
  id: string;
  name: "FormGroups";
  /**
   * @maxItems 50
   */
  questions: Question[];
  minutes: number;
  /**
   * @maxItems 50
   */
  groups?: Circle[];
}
export interface Question {
  id: string;
  item?: string;
  text?: string;
}
export interface Circle {
  id: string;
  name: string;
  /**
   * @maxItems 500
   */
  members: string[];
  leader?: string;
  deputy?: string;
}
export interface ExtendGroups {
  id: string;
  name: "ExtendGroups";
  minutes: number;
}
export interface GatherGroups {
  id: string;
  name: "GatherGroups";
}
export interface AssignToGroup {
  id: string;
  name: "AssignToGroup";
  member: string;
  group: string;
}
export interface VisitGroup {
  id: string;
  name: "VisitGroup";
  group: string;
}
export interface EndVisit {
  id: string;
  name: "EndVisit";
}
export interface CallLeader {
  id: string;
  name: "CallLeader";
  group: string;
}
export interface AnswerCall {
  id: string;
  name: "AnswerCall";
  comes: boolean;
}
export interface AddressGroups {
  id: string;
  name: "AddressGroups";
}
export interface EndAddress {
  id: string;
  name: "EndAddress";
}
export interface LeadGroup {
  id: string;
  name: "LeadGroup";
}
export interface ChooseLeader {
  id: string;
  name: "ChooseLeader";
  member: string;
}
export interface DraftReport {
  id: string;
  name: "DraftReport";
  question: string;
  in_favour?: string;
  against?: string;
  proposals?: string;
  /**
   * @maxItems 500
   */
  reserved?: string[];
  hands_for?: number;
  hands_against?: number;
  hands_other?: number;
}
export interface SubmitReport {
  id: string;
  name: "SubmitReport";
}
export interface AwaitReports {
  id: string;
  name: "AwaitReports";
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
/**
 * `wanted`: what the page wants of sound and picture at most.  `heights`: pixels by mid, 0 = not shown.
 */
export interface Wanted {
  mode: "voice" | "chair" | "all";
  heights: {
    /**
     * This interface was referenced by `undefined`'s JSON-Schema definition
     * via the `patternProperty` "^[0-9]{1,2}$".
     */
    [k: string]: number;
  };
  page: number;
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
  votes: VotesView;
  motions: {
    [k: string]: MotionView;
  };
  documents: {
    [k: string]: DocumentView;
  };
  conclusions: {
    [k: string]: ConclusionView;
  };
  tasks: {
    [k: string]: TaskView;
  };
  carried: CarriedView[];
  score: ScoreView;
  minutes: MinutesView;
  groups: GroupsView;
  round?: RoundView;
  minutes_secretary?: string;
  showing?: ShowingView;
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
  form: string;
  planned_for: string;
  sealed?: boolean;
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
  excuse?: ExcuseView;
  corrected?: CorrectionView;
  met?: string;
}
export interface Kinds {
  online?: boolean;
  in_room?: boolean;
  vouched?: string;
}
export interface ExcuseView {
  accepted: boolean;
  reason?: string;
}
export interface CorrectionView {
  state: string;
  at: string;
  reason?: string;
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
  adopted_at?: string;
}
export interface ItemView {
  order: number;
  title: string;
  minutes: number;
  presenter: string;
  kind: string;
  state: string;
  taken_up_at?: string;
  closed_at?: string;
  reason?: string;
}
export interface SpeakingView {
  queue: string[];
  list: string;
  free: boolean;
  leader?: string;
  floor?: FloorView;
}
export interface FloorView {
  member: string;
  since: string;
  until: string;
}
export interface VotesView {
  all: {
    [k: string]: VoteView;
  };
  open?: string;
}
export interface VoteView {
  order: number;
  kind: string;
  text: string;
  item: string;
  state: string;
  over: number;
  under: number;
  at_least: boolean;
  changeable: boolean;
  document: string;
  opened_at: string;
  base: number;
  closed_at?: string;
  reason?: string;
  voted?: number;
  waiting?: {
    [k: string]: boolean;
  };
  result?: ResultView;
  reserved?: number;
  opinions?: {
    [k: string]: string;
  };
  counters?: {
    [k: string]: boolean;
  };
  counts?: {
    [k: string]: CountView;
  };
  motion?: string;
  count?: CountView;
  groups?: {
    [k: string]: CountView;
  };
}
export interface ResultView {
  base: number;
  in_favour: number;
  against: number;
  other: number;
  invalid: number;
  not_voted: number;
  passed: boolean;
  percent: number;
}
export interface CountView {
  in_favour: number;
  against: number;
  other: number;
  invalid: number;
}
export interface MotionView {
  order: number;
  over: number;
  under: number;
  at_least: boolean;
  secret: boolean;
  changeable: boolean;
  document: string;
}
export interface DocumentView {
  order: number;
  title: string;
  item: string;
  pages: number;
}
export interface ConclusionView {
  version: number;
  text: string;
  at: string;
  earlier?: {
    [k: string]: WordingView;
  };
}
export interface WordingView {
  text: string;
  at: string;
}
export interface TaskView {
  order: number;
  item: string;
  version: number;
  text: string;
  owner: string;
  deadline: string;
  at: string;
  earlier?: {
    [k: string]: AssignmentView;
  };
  withdrawn?: WithdrawnView;
}
export interface AssignmentView {
  text: string;
  owner: string;
  deadline: string;
  at: string;
}
export interface WithdrawnView {
  at: string;
  reason: string;
}
export interface CarriedView {
  text: string;
  owner: string;
  deadline: string;
  state: string;
  result?: string;
}
export interface ScoreView {
  criteria: {
    [k: string]: CriterionView;
  };
  grades: GradeView[];
  sheet?: SheetView;
}
export interface CriterionView {
  order: number;
  most: number;
  document: string;
}
export interface GradeView {
  word: string;
  least: number;
}
export interface SheetView {
  version: number;
  by: string;
  points: {
    [k: string]: PointsView;
  };
  total: number;
  grade: string;
  state: string;
  vote?: string;
}
export interface PointsView {
  points: number;
  reason?: string;
}
export interface MinutesView {
  items: {
    [k: string]: MinuteView;
  };
  read_at?: string;
  adopted_at?: string;
}
export interface MinuteView {
  version: number;
  by: string;
  at: string;
  text?: string;
}
export interface GroupsView {
  register: {
    [k: string]: PartyGroupView;
  };
  sittings: {
    [k: string]: ApartView;
  };
  visiting: {
    [k: string]: string;
  };
  longest: number;
  smallest: number;
  most: number;
  apart?: string;
  address?: string;
}
export interface PartyGroupView {
  order: number;
  name: string;
  leader?: string;
  deputy?: string;
}
export interface ApartView {
  questions: {
    [k: string]: QuestionView;
  };
  groups: {
    [k: string]: GroupView;
  };
  began: string;
  until: string;
  gathered?: string;
  reports_until?: string;
}
export interface QuestionView {
  order: number;
  item: string;
  text: string;
}
export interface GroupView {
  order: number;
  name: string;
  members: {
    [k: string]: boolean;
  };
  writing: boolean;
  leader?: string;
  offered?: string;
  empty_since?: string;
  choices?: {
    [k: string]: string;
  };
  called?: string;
  report?: ReportView;
}
export interface ReportView {
  version: number;
  by: string;
  at: string;
  answers?: {
    [k: string]: AnswerView;
  };
}
export interface AnswerView {
  in_favour: string;
  against: string;
  proposals: string;
  reserved: string[];
  hands_for: number;
  hands_against: number;
  hands_other: number;
}
export interface RoundView {
  motions: {
    [k: string]: PreparedView;
  };
  held?: {
    [k: string]: HeldView;
  };
  group?: string;
}
export interface PreparedView {
  order: number;
  item: string;
  kind: string;
  text: string;
  groups?: {
    [k: string]: CountView;
  };
}
export interface HeldView {
  order: number;
  name: string;
  meeting: string;
  form: string;
  opened_at: string;
  closed_at: string;
  chair: string;
  adopted: boolean;
  present: number;
  place?: string;
}
export interface ShowingView {
  document: string;
  page: number;
  since: string;
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
  may_share: boolean;
  microphone: string;
  may: string[];
  voter: boolean;
  ballots: {
    [k: string]: BallotView;
  };
  groups: MineGroups;
  active?: string;
  check?: MineCheck;
}
export interface BallotView {
  choice: string;
  opinion?: string;
  reserved?: boolean;
  hand?: HandView;
}
export interface HandView {
  until: string;
}
export interface MineGroups {
  place: string;
  belongs: string;
  leads: boolean;
  offered?: boolean;
  called?: boolean;
  report?: MineReport;
}
export interface MineReport {
  sitting: string;
  group: string;
  answers: {
    [k: string]: AnswerView;
  };
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
export interface KeyMessage {
  number: number;
  key: string;
}
export interface FeedMessage {
  heard: boolean;
  pictures: number;
  send: {
    [k: string]: string[];
  };
  screen?: string;
  epoch: string;
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
