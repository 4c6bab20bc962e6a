/** The one media connection of this page (docs/protocol.md, "Sound and picture"). */
import type { Bad, Broken, SignalAnswer } from "../protocol";
import { withAudioNack } from "./sdp";
import { type Counter, isLoud, moved, NOTHING, type Sound, soundOf, tally, type Tally } from "./stats";

const VOICES = 3;
const THUMBNAILS = 8;
const THUMBNAILS_PHONE = 4;
const HEALS_BY_ITSELF = 4000; // ms: a path that changes often comes back without us
const UP_WITHIN = 8000;
const BACK_OFF = [0, 1000, 2000, 4000, 8000];
const LISTEN = 300; // ms between two looks at the voices
export const CAMERA_BITS = 150_000;

export interface PeerEvents {
  offer(sdp: string): Promise<SignalAnswer | Bad | Broken>;
  state(state: "connecting" | "up"): void;
  picture(mid: string, stream: MediaStream): void;
  blocked(): void;
  measured(now: { sending: boolean; moving: Record<string, boolean>; bytes: number; silent: boolean }): void;
  voices(mids: string[]): void;
}

export class Peer {
  epoch = "";
  private pc: RTCPeerConnection | null = null;
  private audios: HTMLAudioElement[] = [];
  private tries = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private pollers: ReturnType<typeof setInterval>[] = [];
  private last: Tally = NOTHING;
  private heard: Record<string, Sound> = {};
  private spent = 0;
  private microphone: MediaStreamTrack | null = null;
  private camera: MediaStreamTrack | null = null;
  private pictures = true;
  private closed = false;

  constructor(
    private phone: boolean,
    private events: PeerEvents,
  ) {
    this.pollers = [setInterval(() => void this.measure(), 1000), setInterval(() => void this.listen(), LISTEN)];
  }

  /** Make the connection, or make it anew. */
  open(): void {
    clearTimeout(this.timer);
    this.discard();
    if (this.closed) return;
    this.epoch = ""; // until the server answers
    this.events.state("connecting");
    const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    this.pc = pc;
    pc.onconnectionstatechange = () => this.changed(pc);
    this.lines(pc);
    this.timer = setTimeout(() => this.again(pc), UP_WITHIN);
    this.negotiate(pc).catch(() => this.again(pc));
  }

  /** The server's media process has this name now; a new one knows nothing of us. */
  serverIs(epoch: string): void {
    if (this.pc && epoch !== this.epoch && this.epoch !== "") {
      this.tries = 0;
      this.open();
    }
  }

  /** The line is back: whoever was waiting to try again need not wait. */
  hurry(): void {
    if (this.pc?.connectionState === "connected") return;
    this.tries = 0;
    this.open();
  }

  /** What we send; null sends nothing. */
  async send(microphone: MediaStreamTrack | null, camera: MediaStreamTrack | null): Promise<void> {
    this.microphone = microphone;
    this.camera = camera;
    const [voice, picture] = this.pc?.getTransceivers() ?? [];
    if (voice && voice.sender.track !== microphone) await voice.sender.replaceTrack(microphone);
    if (picture && picture.sender.track !== camera) await picture.sender.replaceTrack(camera);
  }

  /** Whether received pictures are decoded at all. */
  show(pictures: boolean): void {
    this.pictures = pictures;
    for (const { receiver } of this.pc?.getTransceivers() ?? [])
      if (receiver.track.kind === "video") receiver.track.enabled = pictures;
  }

  /** After a tap: play what the browser held back. */
  async play(): Promise<boolean> {
    const played = await Promise.allSettled(this.audios.map((audio) => audio.play()));
    return played.every((one) => one.status === "fulfilled");
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    for (const poller of this.pollers) clearInterval(poller);
    this.discard();
  }

  /** The m-lines, in the order of the protocol. */
  private lines(pc: RTCPeerConnection): void {
    const out = [
      pc.addTransceiver(this.microphone ?? "audio", { direction: "sendonly" }),
      pc.addTransceiver(this.camera ?? "video", {
        direction: "sendonly",
        sendEncodings: [{ maxBitrate: CAMERA_BITS, priority: "low", networkPriority: "low" }],
      }),
      pc.addTransceiver("video", { direction: "sendonly" }),
    ];
    for (const line of out) only(line);
    const pictures = 1 + (this.phone ? THUMBNAILS_PHONE : THUMBNAILS);
    for (let i = 0; i < VOICES; i++) this.receive(pc, "audio", String(out.length + i));
    for (let i = 0; i < pictures; i++) this.receive(pc, "video", String(out.length + VOICES + i));
  }

  private receive(pc: RTCPeerConnection, kind: "audio" | "video", mid: string): void {
    const line = pc.addTransceiver(kind, { direction: "recvonly" });
    only(line);
    const stream = new MediaStream([line.receiver.track]);
    if (kind === "audio") return this.hear(stream);
    line.receiver.track.enabled = this.pictures;
    this.events.picture(mid, stream);
  }

  private hear(stream: MediaStream): void {
    const audio = new Audio();
    audio.srcObject = stream;
    this.audios.push(audio);
    audio.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === "NotAllowedError") this.events.blocked();
    });
  }

  private async negotiate(pc: RTCPeerConnection): Promise<void> {
    const { sdp } = await pc.createOffer();
    await pc.setLocalDescription({ type: "offer", sdp: withAudioNack(sdp ?? "") });
    const answer = await this.events.offer(pc.localDescription?.sdp ?? "");
    if (pc !== this.pc) return;
    if (!("sdp" in answer)) throw new Error("the server did not answer the offer");
    this.epoch = answer.epoch;
    await pc.setRemoteDescription({ type: "answer", sdp: answer.sdp });
  }

  private changed(pc: RTCPeerConnection): void {
    if (pc !== this.pc) return;
    clearTimeout(this.timer);
    if (pc.connectionState === "connected") {
      this.tries = 0;
      this.events.state("up");
    } else {
      this.events.state("connecting");
      if (pc.connectionState === "failed") this.again(pc);
      else this.timer = setTimeout(() => this.again(pc), pc.connectionState === "disconnected" ? HEALS_BY_ITSELF : UP_WITHIN);
    }
  }

  private again(pc: RTCPeerConnection): void {
    if (pc !== this.pc || this.closed) return;
    const wait = BACK_OFF[Math.min(this.tries, BACK_OFF.length - 1)] ?? 0;
    this.tries += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), wait);
  }

  private discard(): void {
    const old = this.pc;
    this.pc = null;
    if (old) old.onconnectionstatechange = null;
    old?.close();
    for (const audio of this.audios) audio.srcObject = null;
    this.audios = [];
    this.spent += this.last.bytes;
    this.last = NOTHING;
  }

  private async measure(): Promise<void> {
    const pc = this.pc;
    if (!pc) return;
    const next = tally(await countersOf(pc));
    if (pc !== this.pc) return;
    this.events.measured({
      sending: pc.connectionState === "connected" && next.voiceOut > this.last.voiceOut,
      moving: moved(this.last, next),
      bytes: this.spent + next.bytes,
      silent: next.packetsIn === this.last.packetsIn,
    });
    this.last = next;
  }

  /** Which voices sound now: the sound between two looks, as it came out of the decoder. */
  private async listen(): Promise<void> {
    const pc = this.pc;
    const lines = pc?.getTransceivers().filter((line) => line.direction === "recvonly" && isVoice(line)) ?? [];
    const now: Record<string, Sound> = {};
    for (const line of lines) now[line.mid ?? ""] = soundOf(await countersOf(line.receiver));
    if (pc !== this.pc) return;
    this.events.voices(Object.keys(now).filter((mid) => isLoud(this.heard[mid], now[mid])));
    this.heard = now;
  }
}

const isVoice = (line: RTCRtpTransceiver) => line.receiver.track.kind === "audio";

async function countersOf(source: RTCPeerConnection | RTCRtpReceiver): Promise<Counter[]> {
  const counters: Counter[] = [];
  (await source.getStats()).forEach((counter: Counter) => counters.push(counter));
  return counters;
}

/** Opus and VP8 with its repair, nothing else: a shorter offer, and one thing to forward. */
function only(line: RTCRtpTransceiver): void {
  const kind = line.receiver.track.kind;
  const known = RTCRtpReceiver.getCapabilities?.(kind)?.codecs ?? [];
  const kept = known.filter((codec) => /^(audio\/opus|video\/vp8|video\/rtx)$/i.test(codec.mimeType));
  if (kept.some((codec) => !/rtx/i.test(codec.mimeType))) line.setCodecPreferences?.(kept);
}
