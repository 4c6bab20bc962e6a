/** Our side of sound and picture: the devices we hold, and what of them is sent. */
import {
  camera,
  cameraWanted,
  choices,
  type Device,
  level,
  microphone,
  selfPicture,
  sharing,
} from "../store";
import { type Kind, listDevices, meter, openDevice, openScreen } from "./devices";

const devices = { microphone, camera };

export class Studio {
  tracks: Record<Kind, MediaStreamTrack | null> = { microphone: null, camera: null };
  screen: MediaStreamTrack | null = null;
  soundAt = 0; // when the microphone last brought any sound, ms of Date.now
  private stopMeter: () => void = () => undefined;
  private asked: Record<Kind, number> = { microphone: 0, camera: 0 };

  /** `changed`: the tracks are others.  `interrupted`: a telephone call, or the device was pulled out. */
  constructor(
    private changed: () => void,
    private interrupted: (kind: Kind) => void,
  ) {
    navigator.mediaDevices?.addEventListener?.("devicechange", () => void this.look());
  }

  /** True when the device is ready. */
  async open(kind: Kind, id = ""): Promise<boolean> {
    const turn = (this.asked[kind] += 1);
    devices[kind].value = { state: "asking" };
    const opened = await openDevice(kind, id);
    const late = turn !== this.asked[kind];
    if (late) {
      if ("track" in opened) opened.track.stop();
      return this.tracks[kind] !== null;
    }
    this.put(kind, "track" in opened ? opened.track : null);
    devices[kind].value = "track" in opened ? ready(opened.track) : { state: "faulty", fault: opened.fault };
    void this.look();
    return "track" in opened;
  }

  /** Lets the device go: its light goes out. */
  release(kind: Kind): void {
    this.asked[kind] += 1;
    this.put(kind, null);
    if (devices[kind].value.state !== "faulty") devices[kind].value = { state: "idle" };
  }

  /** True when the member has chosen a screen or a window of his. */
  async share(): Promise<boolean> {
    const track = await openScreen();
    if (track) track.onended = () => this.stopSharing();
    this.screen?.stop();
    this.screen = track;
    sharing.value = track !== null;
    this.changed();
    return track !== null;
  }

  stopSharing(): void {
    if (!this.screen) return;
    this.screen.onended = null;
    this.screen.stop();
    this.screen = null;
    sharing.value = false;
    this.changed();
  }

  close(): void {
    this.stopSharing();
    this.release("microphone");
    this.release("camera");
  }

  private put(kind: Kind, track: MediaStreamTrack | null): void {
    const old = this.tracks[kind];
    if (old) old.onended = old.onmute = null;
    old?.stop();
    this.tracks[kind] = track;
    if (track) {
      track.onended = () => this.ended(kind);
      track.onmute = () => this.interrupted(kind);
    }
    if (kind === "microphone") this.measure(track);
    else selfPicture.value = track ? new MediaStream([track]) : null;
    this.changed();
  }

  private ended(kind: Kind): void {
    this.put(kind, null);
    devices[kind].value = { state: "faulty", fault: "absent" };
    if (kind === "camera") cameraWanted.value = false;
    this.interrupted(kind);
    void this.look();
  }

  private measure(track: MediaStreamTrack | null): void {
    this.stopMeter();
    level.value = 0;
    this.soundAt = Date.now();
    const heard = (loud: number, any: boolean) => {
      level.value = loud;
      if (any) this.soundAt = Date.now();
    };
    this.stopMeter = track ? meter(track, heard) : () => undefined;
  }

  private async look(): Promise<void> {
    choices.value = await listDevices();
  }
}

function ready(track: MediaStreamTrack): Device {
  return { state: "ready", id: track.getSettings().deviceId ?? "" };
}
