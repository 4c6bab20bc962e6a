/** Where the page is opened, and what it keeps for its own reload. */

export type DeviceKind = "phone" | "tablet" | "desktop";

export function deviceKind(agent: string, touch: number): DeviceKind {
  if (/iPad|Tablet/i.test(agent) || (/Macintosh/.test(agent) && touch > 1)) return "tablet";
  if (/Android/i.test(agent) && !/Mobile/i.test(agent)) return "tablet";
  return /iPhone|iPod|Android|Mobile/i.test(agent) ? "phone" : "desktop";
}

const IN_APP: [string, RegExp][] = [
  ["Zalo", /Zalo/i],
  ["Messenger", /MessengerForiOS|Orca-Android|\bMessenger/i],
  ["Facebook", /FBAN|FBAV|FB_IAB/i],
  ["Instagram", /Instagram/i],
  ["LINE", /\bLine\//i],
  ["TikTok", /musical_ly|BytedanceWebview|TikTok/i],
];

/** The application whose own window this is ("" = a real browser): there the microphone is usually barred. */
export function inAppBrowser(agent: string): string {
  return IN_APP.find(([, pattern]) => pattern.test(agent))?.[0] ?? "";
}

/** A link that Android opens in Chrome, whatever window it is pressed in. */
export function chromeLink(url: string): string {
  const { protocol, host, pathname, search } = new URL(url);
  return `intent://${host}${pathname}${search}#Intent;scheme=${protocol.replace(":", "")};package=com.android.chrome;end`;
}

/** What survives a reload of this page, and nothing longer. */
export interface Kept {
  joined: boolean;
  camera: boolean;
  mode: "voice" | "chair" | "all";
  microphoneId: string;
  cameraId: string;
}

export const FRESH: Kept = { joined: false, camera: true, mode: "all", microphoneId: "", cameraId: "" };

export function recall(meeting: string): Kept {
  try {
    const kept = JSON.parse(sessionStorage.getItem(`room:${meeting}`) ?? "{}") as Partial<Kept>;
    return { ...FRESH, mode: lastMode(), ...kept };
  } catch {
    return { ...FRESH }; // storage barred, or what lay there is no JSON: a first visit
  }
}

const MODE = "room-mode"; // of this browser, for every meeting

function lastMode(): Kept["mode"] {
  const last = localStorage.getItem(MODE);
  return last === "voice" || last === "chair" ? last : "all";
}

export function keep(meeting: string, kept: Kept): void {
  try {
    localStorage.setItem(MODE, kept.mode);
    sessionStorage.setItem(`room:${meeting}`, JSON.stringify(kept));
  } catch {
    /* a reload will show the lobby again */
  }
}
