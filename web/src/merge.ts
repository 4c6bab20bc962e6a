/** Merge patches (RFC 7396), and what a patch does to the view we hold.  Pure. */
import type { Mine, PatchMessage, View, ViewMessage } from "./protocol";

type Plain = Record<string, unknown>;

function isPlain(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** RFC 7396, section 2.  What the patch does not name stays the same object, so whoever watches it sees no change. */
export function merged(target: unknown, patch: unknown): unknown {
  if (!isPlain(patch)) return patch;
  const result: Plain = isPlain(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}

/** What we know of the meeting: the view of `seq`, and what is private to us. */
export interface Held {
  seq: number;
  view: View;
  mine: Mine;
  epoch: string;
}

export function whole(message: ViewMessage): Held {
  return { seq: message.seq, view: message.view, mine: message.mine, epoch: message.epoch };
}

/** The next state, or "gap" when something was missed and the whole view must be asked for. */
export function patched(held: Held | null, message: PatchMessage): Held | "gap" {
  if (held === null) return "gap";
  if (message.seq <= held.seq) return held; // older than a whole view that overtook it
  if (message.after !== held.seq) return "gap";
  return { ...held, seq: message.seq, view: merged(held.view, message.patch) as View };
}
