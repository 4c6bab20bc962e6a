/** An offer by a request of its own (docs/protocol.md, "Another way"): it needs no socket, only a network. */
import type { Bad, SignalAnswer } from "../protocol";

const PATIENCE = 4000; // ms

/** Relays for where UDP and TCP are barred; none when the house has none, or cannot be asked now. */
export async function relays(): Promise<RTCIceServer[]> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), PATIENCE);
  try {
    const answer = await fetch("/relays", { signal: late.signal });
    return answer.ok ? ((await answer.json()) as { servers: RTCIceServer[] }).servers : [];
  } catch {
    return [];
  } finally {
    clearTimeout(timer);
  }
}

/** `connection` is the page's own secret: with the session's cookie it proves whose media this takes over. */
export async function offerAnew(meeting: string, connection: string, sdp: string): Promise<SignalAnswer | Bad> {
  const body = new FormData();
  body.set("csrf", document.getElementById("room")?.dataset.csrf ?? "");
  body.set("connection", connection);
  body.set("sdp", sdp);
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), PATIENCE);
  try {
    const answer = await fetch(`/meetings/${encodeURIComponent(meeting)}/media`, { method: "POST", body, signal: late.signal });
    if (!answer.ok) return { bad: answer.statusText };
    return (await answer.json()) as SignalAnswer;
  } finally {
    clearTimeout(timer);
  }
}
