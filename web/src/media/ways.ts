/** The ways that sound and picture can take, from the best to the last.  Pure. */

export type Way = "udp" | "tcp" | "relay";
/** Milliseconds until each got through; null = it did not. */
export type Tried = Record<Way | "socket", number | null>;

export function asFar(relays: boolean): Way[] {
  return relays ? ["udp", "tcp", "relay"] : ["udp", "tcp"];
}

/** The answer with candidates of this transport alone. */
export function straight(sdp: string, way: "udp" | "tcp"): string {
  return sdp
    .split(/(?<=\n)/)
    .filter((line) => !line.startsWith("a=candidate:") || line.split(" ")[2]?.toLowerCase() === way)
    .join("");
}

/** The best that works; text without sound; or nothing at all. */
export function verdict(tried: Tried): Way | "socket" | "nothing" {
  if (tried.socket === null) return "nothing";
  return (["udp", "tcp", "relay"] as const).find((way) => tried[way] !== null) ?? "socket";
}
