/** The media of this page: one connection that carries, and beside it another whenever the first has lost its way. */
import type { Bad, Broken, SignalAnswer } from "../protocol";
import { Attempts } from "./attempts";
import { countersOf, Link } from "./link";
import { Quiet } from "./quiet";
import type { Sealer } from "./sealer";
import { isLoud, moved, NOTHING, type Sound, soundOf, tally, type Tally } from "./stats";

const UP_WITHIN = 8000; // ms
const LISTEN = 300; // ms between two looks at the voices
const GUARD = 250; // ms between two looks whether anything still comes
const LOSSY = 10_000; // ms after a loss for which the line counts as one that loses

/** Once a second.  `reported`: ms since the server last told of our voice by RTCP. */
export interface Measures {
  sending: boolean;
  moving: Record<string, boolean>;
  bytes: number;
  silent: boolean;
  reported: number;
}

export interface PeerEvents {
  /** The server's answer; `lost`: by whatever way reaches it, for the old ones may all be gone. */
  offer(sdp: string, lost: boolean): Promise<SignalAnswer | Bad | Broken>;
  /** Relays that help where UDP is barred. */
  servers(): Promise<RTCIceServer[]>;
  state(state: "connecting" | "up"): void;
  picture(mid: string, stream: MediaStream): void;
  blocked(): void;
  /** Nothing comes any more. */
  lost(): void;
  measured(now: Measures): void;
  voices(mids: string[]): void;
}

export class Peer {
  private link: Link | null = null; // carries, or did until now
  private coming: Link | null = null; // takes its place as soon as it is connected
  private renewing = false; // another way is sought
  private opening = 0; // which attempt is the newest
  private attempts = new Attempts();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private pollers: ReturnType<typeof setInterval>[] = [];
  private quiet = new Quiet();
  private last: Tally = NOTHING;
  private reportedAt = -Infinity; // performance.now()
  private heard: Record<string, Sound> = {};
  private spent = 0;
  private microphone: MediaStreamTrack | null = null;
  private camera: MediaStreamTrack | null = null;
  private screen: MediaStreamTrack | null = null;
  private sizes: readonly string[] = ["l"];
  private voice = 32_000;
  private lossyUntil = 0;
  private pictures = true;
  private closed = false;

  constructor(
    private phone: boolean,
    private events: PeerEvents,
    private sealer: Sealer | null = null,
  ) {
    this.pollers = [
      setInterval(() => void this.measure(), 1000),
      setInterval(() => void this.listen(), LISTEN),
      setInterval(() => void this.guard(), GUARD),
    ];
  }

  get epoch(): string {
    return this.link?.epoch ?? "";
  }

  /** Make a connection; the one that we have goes on until the new one carries.  `lost`: we cannot reach the server. */
  open(lost = false): void {
    clearTimeout(this.timer);
    this.abandon();
    if (this.closed) return;
    this.renewing = true;
    if (!this.link?.connected) this.events.state("connecting");
    const turn = ++this.opening;
    this.timer = setTimeout(() => this.again(lost), UP_WITHIN);
    this.connect(turn, lost).catch(() => {
      if (turn === this.opening) this.again(lost);
    });
  }

  /** The server's media process has this name now; a new one knows nothing of us. */
  serverIs(epoch: string): void {
    if (this.link && !this.renewing && epoch !== this.epoch) {
      this.attempts.forget();
      this.open();
    }
  }

  /** The line is back: whoever was waiting to try again need not wait. */
  hurry(): void {
    if (this.link?.connected && !this.renewing) return;
    this.attempts.forget();
    if (!this.coming) this.open();
  }

  /** The network may have changed, or we have slept: look closely whether anything still comes. */
  doubt(): void {
    this.quiet.hint(performance.now());
    void this.guard();
  }

  /** What we send; null sends nothing. */
  async send(
    microphone: MediaStreamTrack | null,
    camera: MediaStreamTrack | null,
    screen: MediaStreamTrack | null = null,
  ): Promise<void> {
    this.microphone = microphone;
    this.camera = camera;
    this.screen = screen;
    const links = [this.link, this.coming];
    await Promise.all(links.map((link) => link?.send(microphone, camera, screen)));
  }

  /** These sizes of our camera are watched, and our voice may take so many bits a second. */
  heed(rids: readonly string[], voice: number): void {
    this.sizes = rids;
    this.voice = voice;
    if (this.link) void this.obey(this.link);
  }

  private async obey(link: Link): Promise<void> {
    await link.heed(this.sizes);
    await link.speak(this.voice);
  }

  /** Whether received pictures are decoded at all. */
  show(pictures: boolean): void {
    this.pictures = pictures;
    this.link?.show(pictures);
  }

  /** After a tap: play what the browser held back. */
  async play(): Promise<boolean> {
    return (await this.link?.play()) ?? true;
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    for (const poller of this.pollers) clearInterval(poller);
    this.abandon();
    this.link?.close();
    this.link = null;
  }

  private async connect(turn: number, lost: boolean): Promise<void> {
    const servers = await this.events.servers();
    if (turn !== this.opening || this.closed) return;
    const link = new Link(servers, this.phone, this.microphone, this.camera, "all", this.sealer);
    this.coming = link;
    link.pc.onconnectionstatechange = () => this.changed(link);
    const answer = await this.events.offer(await link.offer(), lost);
    if (link !== this.coming) return;
    if (!("sdp" in answer)) throw new Error("the server did not answer the offer");
    await link.accept(answer.sdp, answer.epoch);
  }

  private changed(link: Link): void {
    const state = link.pc.connectionState;
    if (link === this.coming) {
      if (state === "connected") this.take(link);
      else if (state === "failed") this.again(true);
    } else if (link === this.link && state === "disconnected") this.doubt();
    else if (link === this.link && state === "failed") this.lostWay();
  }

  /** From now on this connection is ours. */
  private take(link: Link): void {
    clearTimeout(this.timer);
    this.link?.close();
    this.link = link;
    this.coming = null;
    this.renewing = false;
    const now = performance.now();
    this.attempts.carries(now);
    this.quiet.begin(now);
    this.spent += this.last.bytes;
    this.last = NOTHING;
    link.show(this.pictures);
    for (const [mid, stream] of link.pictures) this.events.picture(mid, stream);
    void link.send(this.microphone, this.camera, this.screen).then(() => this.obey(link));
    void link.play().then((played) => {
      if (!played && link === this.link) this.events.blocked();
    });
    this.events.state("up");
  }

  private again(lost: boolean): void {
    if (this.closed) return;
    this.renewing = true;
    this.abandon();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(lost), this.attempts.wait());
  }

  private abandon(): void {
    this.opening += 1;
    this.coming?.close();
    this.coming = null;
  }

  /** Whether anything still comes.  Counters are asked for only when no voice and no picture does. */
  private async guard(): Promise<void> {
    const link = this.link;
    if (!link) return;
    const now = performance.now();
    this.quiet.media(link.lastMedia());
    if (this.quiet.since(now) > GUARD) this.quiet.anything(await link.lastPacket());
    if (link !== this.link) return;
    if (this.quiet.lost(performance.now(), this.microphone !== null)) this.lostWay();
    else if (this.quiet.since(now) <= GUARD) this.found(link);
  }

  private lostWay(): void {
    if (this.renewing) return;
    this.attempts.lost(performance.now());
    this.events.state("connecting");
    this.events.lost();
    this.again(true);
  }

  /** The old way carries after all. */
  private found(link: Link): void {
    if (!link.connected || !this.renewing) return;
    this.renewing = false;
    clearTimeout(this.timer);
    this.abandon();
    this.events.state("up");
  }

  private async measure(): Promise<void> {
    const link = this.link;
    if (!link) return;
    const next = tally(await countersOf(link.pc));
    if (link !== this.link) return;
    this.events.measured({
      sending: link.connected && next.voiceOut > this.last.voiceOut,
      moving: moved(this.last, next),
      bytes: this.spent + next.bytes,
      silent: next.packetsIn === this.last.packetsIn,
      reported: this.sinceReport(next.reported),
    });
    if (next.nacks > this.last.nacks && this.last.packetsIn > 0) this.lossyUntil = performance.now() + LOSSY;
    link.wait(performance.now() < this.lossyUntil);
    this.last = next;
  }

  /** By our own clock: browsers tell the time of a report by one or another of theirs. */
  private sinceReport(stamp: number): number {
    if (stamp && stamp !== this.last.reported) this.reportedAt = performance.now();
    return performance.now() - this.reportedAt;
  }

  /** Which voices sound now: the sound between two looks, as it came out of the decoder. */
  private async listen(): Promise<void> {
    const link = this.link;
    const lines = link?.pc.getTransceivers().filter((line) => line.direction === "recvonly" && isVoice(line)) ?? [];
    const now: Record<string, Sound> = {};
    for (const line of lines) now[line.mid ?? ""] = soundOf(await countersOf(line.receiver));
    if (link !== this.link) return;
    this.events.voices(Object.keys(now).filter((mid) => isLoud(this.heard[mid], now[mid])));
    this.heard = now;
  }
}

const isVoice = (line: RTCRtpTransceiver) => line.receiver.track.kind === "audio";
