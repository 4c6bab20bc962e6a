/** What the telephone's own screens know of us (W3C Media Session), and that the screen stays on (Screen Wake Lock). */

export interface Hands {
  microphone(): void;
  camera(): void;
  leave(): void;
}

/** Newer than the library of types that comes with TypeScript. */
type Session = MediaSession & {
  setMicrophoneActive?(active: boolean): void;
  setCameraActive?(active: boolean): void;
};

const session = () => navigator.mediaSession as Session | undefined;

export function announce(title: string, hands: Hands): void {
  const ours = session();
  if (!ours) return;
  if (typeof MediaMetadata !== "undefined") ours.metadata = new MediaMetadata({ title, artist: "Chibo" });
  ours.playbackState = "playing";
  handle(ours, "togglemicrophone", hands.microphone);
  handle(ours, "togglecamera", hands.camera);
  handle(ours, "hangup", hands.leave);
}

export function showActive(microphone: boolean, camera: boolean): void {
  session()?.setMicrophoneActive?.(microphone);
  session()?.setCameraActive?.(camera);
}

export function withdraw(): void {
  const ours = session();
  if (!ours) return;
  ours.playbackState = "none";
  ours.metadata = null;
  for (const action of ["togglemicrophone", "togglecamera", "hangup"]) handle(ours, action, null);
}

function handle(ours: MediaSession, action: string, act: (() => void) | null): void {
  try {
    ours.setActionHandler(action as MediaSessionAction, act);
  } catch {
    /* a browser that does not know this button */
  }
}

let lock: WakeLockSentinel | null = null;
let wanted = false;
let asking = false;

/** The screen stays on while the meeting lasts.  Refused on a low battery: then the member touches it himself.
 *  The browser lets go of it whenever the page is hidden: ask again when it is back. */
export async function stayAwake(): Promise<void> {
  wanted = true;
  if (asking || (lock && !lock.released)) return;
  asking = true;
  const got = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
  asking = false;
  if (wanted) lock = got;
  else await got?.release();
}

export async function maySleep(): Promise<void> {
  wanted = false;
  await lock?.release();
  lock = null;
}
