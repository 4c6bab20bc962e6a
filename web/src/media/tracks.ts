/** What this page may send.  Pure: the server's state decides, the devices only provide. */
import type { Mine } from "../protocol";

export interface Sending {
  audio: boolean;
  video: boolean;
  screen: boolean;
}

export interface Here {
  joined: boolean;
  connection: string;
  cameraOn: boolean;
  voiceOnly: boolean;
}

/** Sound only when the server says "on" and names this page as the one that sends; in doubt, silence. */
export function wanted(mine: Mine | null, here: Here): Sending {
  const active = here.joined && mine !== null && mine.active === here.connection;
  return {
    audio: active && mine.microphone === "on",
    video: active && here.cameraOn && !here.voiceOnly,
    screen: active && mine.may_share,
  };
}
