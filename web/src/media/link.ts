/** One RTCPeerConnection with the lines of docs/protocol.md, "Sound and picture". */
import { withAudioNack } from "./sdp";
import type { Sealer } from "./sealer";
import type { Counter } from "./stats";

const VOICES = 3;
const THUMBNAILS = 8;
const THUMBNAILS_PHONE = 4;
const LATE = 300; // ms for which pictures wait for what was lost, on a line that loses
const quietly = { priority: "low", networkPriority: "low" } as const;

/** The camera in two sizes, each in temporal layers; the large one is sent when somebody watches it. */
const SIZES = [
  { rid: "l", scaleResolutionDownBy: 4, maxBitrate: 40_000, scalabilityMode: "L1T2", ...quietly },
  { rid: "h", maxBitrate: 180_000, scalabilityMode: "L1T3", active: false, ...quietly },
];
const SCREEN = [{ maxBitrate: 600_000, maxFramerate: 8, scalabilityMode: "L1T2", ...quietly }];

export class Link {
  readonly pc: RTCPeerConnection;
  readonly audios: HTMLAudioElement[] = [];
  readonly pictures = new Map<string, MediaStream>();
  epoch = ""; // of the server's media process, once it has answered
  private bytes = 0; // received, when last asked
  private came = 0;

  constructor(
    servers: RTCIceServer[],
    private phone: boolean,
    microphone: MediaStreamTrack | null,
    camera: MediaStreamTrack | null,
    ways: RTCIceTransportPolicy = "all",
    sealer: Sealer | null = null,
  ) {
    this.pc = new RTCPeerConnection({ bundlePolicy: "max-bundle", iceServers: servers, iceTransportPolicy: ways });
    this.lines(microphone, camera);
    if (sealer) for (const line of this.pc.getTransceivers()) sealer.guard(line);
  }

  get connected(): boolean {
    return this.pc.connectionState === "connected";
  }

  /** Our offer, as the server wants it. */
  async offer(): Promise<string> {
    const { sdp } = await this.pc.createOffer();
    await this.pc.setLocalDescription({ type: "offer", sdp: withAudioNack(sdp ?? "") });
    return this.pc.localDescription?.sdp ?? "";
  }

  async accept(sdp: string, epoch: string): Promise<void> {
    this.epoch = epoch;
    await this.pc.setRemoteDescription({ type: "answer", sdp });
  }

  /** Microphone, camera, screen, in the order of the lines. */
  async send(...tracks: (MediaStreamTrack | null)[]): Promise<void> {
    const lines = this.pc.getTransceivers();
    for (const [at, track] of tracks.entries()) {
      const sender = lines[at]?.sender;
      if (sender && sender.track !== track) await sender.replaceTrack(track);
    }
  }

  /** Send these sizes of the camera and no other: nobody watches them. */
  async heed(rids: readonly string[]): Promise<void> {
    const sender = this.pc.getTransceivers()[1]?.sender;
    const parameters = sender?.getParameters();
    if (!sender || !parameters || parameters.encodings.length < 2) return;
    const same = parameters.encodings.every((one) => one.active === rids.includes(one.rid ?? ""));
    if (same) return;
    for (const one of parameters.encodings) one.active = rids.includes(one.rid ?? "");
    await sender.setParameters(parameters);
  }

  /** So many bits a second for our voice: few while somebody who hears us has a line for hardly more. */
  async speak(bits: number): Promise<void> {
    const sender = this.pc.getTransceivers()[0]?.sender;
    const parameters = sender?.getParameters();
    const voice = parameters?.encodings?.[0];
    if (!sender || !parameters || !voice || voice.maxBitrate === bits) return;
    voice.maxBitrate = bits;
    await sender.setParameters(parameters);
  }

  /** Where packets are lost, pictures wait until they were sent again; elsewhere they are shown at once. */
  wait(lossy: boolean): void {
    for (const { receiver } of this.pc.getTransceivers())
      if (receiver.track.kind === "video" && "jitterBufferTarget" in receiver) receiver.jitterBufferTarget = lossy ? LATE : null;
  }

  /** Whether received pictures are decoded at all. */
  show(pictures: boolean): void {
    for (const { receiver } of this.pc.getTransceivers())
      if (receiver.track.kind === "video") receiver.track.enabled = pictures;
  }

  /** Sounds; resolves to false when the browser wants a tap first. */
  async play(): Promise<boolean> {
    const played = await Promise.allSettled(this.audios.map((audio) => audio.play()));
    return !played.some(({ status, reason }: { status: string; reason?: unknown }) => status === "rejected" && barred(reason));
  }

  /** When a voice or a picture last came, ms of performance.now(); −Infinity when none did lately. */
  lastMedia(): number {
    const sources = this.pc.getReceivers().flatMap((receiver) => receiver.getSynchronizationSources());
    return Math.max(-Infinity, ...sources.map((source) => source.timestamp)) - performance.timeOrigin;
  }

  /** When anything at all last came, likewise; as far as this browser tells, else when it was last found to have come. */
  async lastPacket(): Promise<number> {
    const pairs = (await countersOf(this.pc)).filter((c) => c.type === "candidate-pair");
    const told = Math.max(...pairs.map((c) => c.lastPacketReceivedTimestamp ?? 0));
    if (told > 0) return told - performance.timeOrigin;
    const bytes = pairs.reduce((sum, c) => sum + (c.bytesReceived ?? 0), 0);
    if (bytes !== this.bytes) this.came = performance.now();
    this.bytes = bytes;
    return this.came;
  }

  close(): void {
    this.pc.onconnectionstatechange = null;
    this.pc.close();
    for (const audio of this.audios) audio.srcObject = null;
  }

  /** The m-lines, in the order of the protocol. */
  private lines(microphone: MediaStreamTrack | null, camera: MediaStreamTrack | null): void {
    const out = [
      this.pc.addTransceiver(microphone ?? "audio", { direction: "sendonly" }),
      this.pc.addTransceiver(camera ?? "video", { direction: "sendonly", sendEncodings: SIZES }),
      this.pc.addTransceiver("video", { direction: "sendonly", sendEncodings: SCREEN }),
    ];
    for (const line of out) only(line);
    const pictures = 1 + (this.phone ? THUMBNAILS_PHONE : THUMBNAILS);
    for (let i = 0; i < VOICES; i++) this.receive("audio", String(out.length + i));
    for (let i = 0; i < pictures; i++) this.receive("video", String(out.length + VOICES + i));
  }

  private receive(kind: "audio" | "video", mid: string): void {
    const line = this.pc.addTransceiver(kind, { direction: "recvonly" });
    only(line);
    const stream = new MediaStream([line.receiver.track]);
    if (kind === "video") {
      this.pictures.set(mid, stream);
      return;
    }
    const audio = new Audio();
    audio.srcObject = stream;
    this.audios.push(audio);
  }
}

const barred = (reason: unknown) => reason instanceof DOMException && reason.name === "NotAllowedError";

export async function countersOf(source: RTCPeerConnection | RTCRtpReceiver): Promise<Counter[]> {
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
