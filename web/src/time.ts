/** Times: the server's clock as we reckon it, and how a time is said. */
import { signal } from "@preact/signals";
import { lang } from "./words";

const KEPT = 16;

/** Of the last messages, the one that travelled fastest says best how far our clock is from the server's (ms).
 *
 *  Ours is `performance.now()`, which nobody sets.  It may stand still while the device sleeps: then the first message
 *  after it seems the fastest of all, and is believed. */
export function reckoned(samples: readonly number[]): number {
  return samples.length ? Math.max(...samples) : performance.timeOrigin;
}

let samples: number[] = [];
let zone = "Asia/Ho_Chi_Minh";

export function setZone(name: string): void {
  if (name) zone = name;
}

/** `at`: the server's clock in a message that has just arrived. */
export function heardAt(at: string, here: number = performance.now()): void {
  samples = [...samples, Date.parse(at) - here].slice(-KEPT);
}

export function serverNow(): number {
  return performance.now() + reckoned(samples);
}

/** The server's time in ms, a second at a time: what counts down reads this. */
export const now = signal(Date.now());

export function startClock(): void {
  const tick = () => {
    now.value = serverNow();
    setTimeout(tick, 1000 - (now.value % 1000) || 1000);
  };
  tick();
}

const two = (n: number) => String(n).padStart(2, "0");

/** Seconds as a clock: 4:05, 1:02:33; below zero with a minus. */
export function clock(seconds: number): string {
  const s = Math.floor(Math.abs(seconds));
  const h = Math.floor(s / 3600);
  const rest = `${h ? two(Math.floor((s % 3600) / 60)) : Math.floor((s % 3600) / 60)}:${two(s % 60)}`;
  return (seconds < 0 && s > 0 ? "−" : "") + (h ? `${h}:${rest}` : rest);
}

export const secondsFrom = (iso: string, at: number): number => Math.floor((at - Date.parse(iso)) / 1000);
export const secondsUntil = (iso: string, at: number): number => Math.ceil((Date.parse(iso) - at) / 1000);

function parts(iso: string): Record<string, string> {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    weekday: "long",
    hourCycle: "h23",
  });
  return Object.fromEntries(format.formatToParts(new Date(iso)).map((part) => [part.type, part.value]));
}

const WEEKDAYS: Record<string, string> = {
  Monday: "thứ Hai",
  Tuesday: "thứ Ba",
  Wednesday: "thứ Tư",
  Thursday: "thứ Năm",
  Friday: "thứ Sáu",
  Saturday: "thứ Bảy",
  Sunday: "Chủ nhật",
};

/** "19 giờ 30"; in English "19:30". */
export function hour(iso: string): string {
  const p = parts(iso);
  return lang() === "vi" ? `${Number(p.hour)} giờ ${p.minute}` : `${p.hour}:${p.minute}`;
}

/** "thứ Ba, 05/01/2027"; in English "Tuesday, 05/01/2027". */
export function day(iso: string): string {
  const p = parts(iso);
  const weekday = p.weekday ?? "";
  return `${lang() === "vi" ? WEEKDAYS[weekday] : weekday}, ${p.day}/${p.month}/${p.year}`;
}
