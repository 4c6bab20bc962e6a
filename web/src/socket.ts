/** The line to the server (docs/protocol.md): the only file that knows socket.io. */
import { io, type Socket } from "socket.io-client";
import { freshId } from "./ids";
import { Outbox, patience, type Letter } from "./outbox";
import type {
  Bad,
  Broken,
  FeedMessage,
  KeyMessage,
  MediaMessage,
  MineMessage,
  PatchMessage,
  SignalAnswer,
  SlotsMessage,
  ViewMessage,
  Wanted,
} from "./protocol";
import { delay } from "./reconnect";
import type { Answer, CommandName, Fields, Refusal } from "./store";

const ACK = 6000; // ms; a line on which nothing at all was heard in this time is taken for lost
const PROBE = 3000;
const FAULT = "Fault"; // the one refusal that may pass by itself

export interface Listener {
  up(): void;
  down(): void;
  view(message: ViewMessage): void;
  /** False: a patch was missed. */
  patch(message: PatchMessage): boolean;
  mine(message: MineMessage): void;
  slots(message: SlotsMessage): void;
  feed(message: FeedMessage): void;
  key(message: KeyMessage): void;
  epoch(epoch: string): void;
  /** For good: refused at the door, or sent away. */
  over(refusal: Refusal): void;
}

export type Signalled = SignalAnswer | Bad | Broken;

export interface Auth {
  meeting: string;
  connection: string;
  device: string;
}

/** What a refused connect carries, whatever way the server's library wrapped it. */
export function refusalOf(error: unknown): Refusal | null {
  const data = (error as { data?: unknown }).data;
  const given = (Array.isArray(data) ? data[0] : data) as Partial<Refusal> | undefined;
  if (!given || typeof given.rule !== "string") return null;
  return { rule: given.rule, why: given.why ?? "", facts: given.facts ?? {} };
}

export class Line {
  private socket: Socket;
  private outbox = new Outbox();
  private attempt = 0;
  private heard = 0; // when anything last came from the server
  private closed = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private sweeper: ReturnType<typeof setInterval>;

  constructor(
    auth: Auth,
    private listener: Listener,
  ) {
    this.socket = io("/meeting", {
      auth,
      autoConnect: false,
      reconnection: false, // we keep our own times: the library never tries at once
      transports: ["websocket", "polling"],
      tryAllTransports: true,
      timeout: 5000,
    });
    this.sweeper = setInterval(() => this.outbox.expire(Date.now()), 1000);
    this.bind();
    this.socket.connect();
  }

  /** One command; answered even if the connection is lost in between. */
  ask(name: CommandName, fields: Fields = {}): Promise<Answer> {
    const { letter, answered } = this.outbox.add(freshId(), name, fields, Date.now());
    if (this.socket.connected) this.post(letter);
    return answered;
  }

  /** The server's answer to our offer; fails when the line does. */
  async offer(sdp: string): Promise<Signalled> {
    if (!this.socket.connected) throw new Error("the line is down");
    return (await this.socket.timeout(2 * ACK).emitWithAck("signal", { type: "offer", sdp })) as Signalled;
  }

  /** What we want of sound and picture at most; the newest counts, and what is lost is said again with the next view. */
  want(wanted: Wanted): void {
    if (this.socket.connected) this.socket.emit("wanted", wanted);
  }

  get connected(): boolean {
    return this.socket.connected;
  }

  /** We may have slept, or changed networks: is the line alive, and what have we missed? */
  resync(): void {
    if (this.closed) return;
    this.attempt = 0; // whatever failed so far belongs to the old network
    if (this.socket.connected) this.askView(PROBE);
    else this.again(0);
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    clearInterval(this.sweeper);
    this.socket.disconnect();
  }

  private bind(): void {
    const on = this.listener;
    const sign = () => (this.heard = Date.now());
    this.socket.onAny(sign);
    this.socket.io.on("ping", sign);
    this.socket.on("connect", () => this.arrived());
    this.socket.on("disconnect", () => this.lost());
    this.socket.on("connect_error", (error) => this.refused(error));
    this.socket.on("view", (message: ViewMessage) => on.view(message));
    this.socket.on("patch", (message: PatchMessage) => {
      if (!on.patch(message)) this.askView(ACK);
    });
    this.socket.on("mine", (message: MineMessage) => on.mine(message));
    this.socket.on("slots", (message: SlotsMessage) => on.slots(message));
    this.socket.on("feed", (message: FeedMessage) => on.feed(message));
    this.socket.on("key", (message: KeyMessage) => on.key(message));
    this.socket.on("media", (message: MediaMessage) => on.epoch(message.epoch));
    this.socket.on("gone", (refusal: Refusal) => this.over(refusal));
  }

  private arrived(): void {
    this.attempt = 0;
    this.listener.up();
    for (const letter of this.outbox.unanswered()) this.post(letter);
  }

  /** Again and again until it is answered, or until this connection is no more: the next one begins anew.  An answer
      to any of the sendings is the answer: on a slow line it comes when the next is already under way. */
  private post(letter: Letter, sent = 0, since = Date.now()): void {
    const connection = this.socket.id;
    this.socket.emit("command", letter, (answer: Answer) => this.outbox.settle(letter.id, answer));
    setTimeout(() => {
      if (this.socket.id !== connection || !this.outbox.has(letter.id)) return;
      if (this.alive(Math.max(since, this.heard), ACK)) this.post(letter, sent + 1, since);
    }, patience(sent));
  }

  private askView(wait: number): void {
    const asked = Date.now();
    this.socket.timeout(wait).emit("view", (late: Error | null, message: ViewMessage) => {
      if (!late) this.listener.view(message);
      else if (this.alive(asked)) this.askView(ACK);
    });
  }

  /** Late is not lost: a busy server still sends.  A line that was silent since, and for longer than `silence`, is given
      up at once, before the ping fails. */
  private alive(since: number, silence = 0): boolean {
    if (!this.socket.connected) return false;
    if (this.heard > since || Date.now() - since < silence) return true;
    this.socket.io.engine.close();
    return false;
  }

  private lost(): void {
    if (this.closed) return;
    this.listener.down();
    this.again(delay(this.attempt, Math.random()));
  }

  private refused(error: Error): void {
    const refusal = refusalOf(error);
    if (refusal && refusal.rule !== FAULT) return this.over(refusal); // decided: trying again is useless
    this.attempt += 1;
    this.lost();
  }

  private again(wait: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (!this.closed && !this.socket.connected) this.socket.connect();
    }, wait);
  }

  private over(refusal: Refusal): void {
    this.close();
    this.listener.over(refusal);
  }
}
