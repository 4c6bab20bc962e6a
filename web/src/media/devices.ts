/** Our own microphone and camera, asked for one by one: the lack of one never costs the other. */
import type { Fault } from "../store";

export type Kind = "microphone" | "camera";
export type Opened = { track: MediaStreamTrack } | { fault: Fault };

const MICROPHONE: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const CAMERA: MediaTrackConstraints = {
  width: { ideal: 640 },
  height: { ideal: 360 },
  frameRate: { ideal: 15, max: 15 },
  facingMode: "user",
};

/** Names of DOMException as getUserMedia throws them (W3C Media Capture and Streams, 10.2). */
const FAULTS: Record<string, Fault> = {
  NotFoundError: "absent",
  OverconstrainedError: "absent",
  NotAllowedError: "denied",
  SecurityError: "barred",
  NotReadableError: "busy",
  AbortError: "busy",
};

export function faultOf(name: string): Fault {
  return FAULTS[name] ?? "unknown";
}

export async function openDevice(kind: Kind, id = ""): Promise<Opened> {
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices?.getUserMedia) return { fault: "barred" };
  const base = kind === "microphone" ? MICROPHONE : CAMERA;
  const asked = id ? { ...base, deviceId: { exact: id } } : base;
  try {
    const stream = await devices.getUserMedia(kind === "microphone" ? { audio: asked } : { video: asked });
    const track = stream.getTracks()[0];
    return track ? { track } : { fault: "absent" };
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    if (id && name === "OverconstrainedError") return openDevice(kind); // the chosen one was pulled out
    return { fault: faultOf(name) };
  }
}

export async function listDevices(): Promise<{ microphones: MediaDeviceInfo[]; cameras: MediaDeviceInfo[] }> {
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  const all = (await devices?.enumerateDevices?.()) ?? [];
  const of = (kind: MediaDeviceKind) => all.filter((device) => device.kind === kind && device.deviceId !== "");
  return { microphones: of("audioinput"), cameras: of("videoinput") };
}

let context: AudioContext | null = null;

/** One AudioContext for the page.  The browser may want a tap before it runs. */
export function sound(): AudioContext | null {
  if (!context && typeof AudioContext !== "undefined") context = new AudioContext();
  if (context?.state === "suspended") void context.resume().catch(() => undefined);
  return context;
}

/** Our own screen, chosen in the browser's dialog; null when the member thought better of it. */
export async function openScreen(): Promise<MediaStreamTrack | null> {
  const asked = { video: { frameRate: { max: 8 } }, audio: false };
  const stream = await navigator.mediaDevices.getDisplayMedia(asked).catch(() => null);
  const track = stream?.getVideoTracks()[0] ?? null;
  if (track) track.contentHint = "detail"; // text stays sharp, movement may wait
  return track;
}

export const sharesScreens = () => typeof navigator.mediaDevices?.getDisplayMedia === "function";

/** Loudness of `track`, 0 … 1, some ten times a second, until the returned function is called.  `any`: it brings some
 *  sound at all; one that is switched off at the device brings none.  What is not measured, because the browser waits for
 *  a tap, is not said to be silent. */
export function meter(track: MediaStreamTrack, heard: (level: number, any: boolean) => void): () => void {
  const audio = sound();
  if (!audio) return () => undefined;
  const source = audio.createMediaStreamSource(new MediaStream([track]));
  const analyser = audio.createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  const wave = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    sound();
    analyser.getFloatTimeDomainData(wave);
    heard(loudness(wave), audio.state !== "running" || wave.some((sample) => sample !== 0));
  }, 80);
  return () => {
    clearInterval(timer);
    source.disconnect();
  };
}

/** From root mean square to a bar: −60 dBFS is nothing, −10 dBFS is full. */
export function loudness(wave: Float32Array): number {
  let sum = 0;
  for (const sample of wave) sum += sample * sample;
  const rms = Math.sqrt(sum / Math.max(1, wave.length));
  return Math.min(1, Math.max(0, (20 * Math.log10(rms + 1e-9) + 60) / 50));
}

/** Two short tones, rising: heard across a room, not alarming. */
export function chime(): void {
  const audio = sound();
  if (!audio || audio.state !== "running") return;
  for (const [after, pitch] of [
    [0, 660],
    [0.22, 880],
    [0.7, 660],
    [0.92, 880],
  ] as const)
    tone(audio, audio.currentTime + after, pitch);
}

function tone(audio: AudioContext, begin: number, pitch: number): void {
  const oscillator = audio.createOscillator();
  const gain = audio.createGain();
  oscillator.frequency.value = pitch;
  gain.gain.setValueAtTime(0, begin);
  gain.gain.linearRampToValueAtTime(0.35, begin + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.001, begin + 0.2);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(begin);
  oscillator.stop(begin + 0.22);
}
