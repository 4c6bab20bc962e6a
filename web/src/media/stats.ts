/** What the counters of a media connection say, once a second.  Pure. */

/** The fields we read of `RTCStats` (W3C WebRTC Statistics). */
export interface Counter {
  id: string;
  type: string;
  kind?: string;
  mid?: string;
  packetsSent?: number;
  packetsReceived?: number;
  framesDecoded?: number;
  totalAudioEnergy?: number;
  totalSamplesDuration?: number;
  packetsLost?: number;
  nackCount?: number;
  timestamp?: number;
  bytesSent?: number;
  bytesReceived?: number;
  nominated?: boolean;
  lastPacketReceivedTimestamp?: number;
  selectedCandidatePairId?: string;
}

export interface Tally {
  /** packets of our voice */
  voiceOut: number;
  packetsIn: number;
  /** sent and received, with the headers of UDP and IP that a data plan pays for too */
  bytes: number;
  /** packets of pictures that were asked for again */
  nacks: number;
  /** when the server last reported on our voice, ms of a clock of the browser's; 0 = never */
  reported: number;
  /** mid -> frames decoded */
  frames: Record<string, number>;
}

export const NOTHING: Tally = { voiceOut: 0, packetsIn: 0, bytes: 0, nacks: 0, reported: 0, frames: {} };

const HEADERS = 28; // bytes of IPv4 and UDP in each packet

export function tally(counters: Iterable<Counter>): Tally {
  const sum: Tally = { ...NOTHING, frames: {} };
  for (const c of counters) {
    if (c.type === "outbound-rtp" && c.kind === "audio") sum.voiceOut += c.packetsSent ?? 0;
    if (c.type === "inbound-rtp") sum.packetsIn += c.packetsReceived ?? 0;
    if (c.type === "inbound-rtp" && c.kind === "video" && c.mid) sum.frames[c.mid] = c.framesDecoded ?? 0;
    if (c.type === "inbound-rtp" && c.kind === "video") sum.nacks += c.nackCount ?? 0;
    if (c.type === "remote-inbound-rtp" && c.kind === "audio") sum.reported = Math.max(sum.reported, c.timestamp ?? 0);
    if (c.type === "transport") sum.bytes += (c.bytesSent ?? 0) + (c.bytesReceived ?? 0);
    if (c.type === "transport") sum.bytes += HEADERS * ((c.packetsSent ?? 0) + (c.packetsReceived ?? 0));
  }
  return sum;
}

/** Slots whose picture moved between two tallies. */
export function moved(before: Tally, after: Tally): Record<string, boolean> {
  const result: Record<string, boolean> = {};
  for (const [mid, frames] of Object.entries(after.frames)) if (frames > (before.frames[mid] ?? 0)) result[mid] = true;
  return result;
}

/** What one voice has sounded so far: energy (of full scale, squared, times seconds) and seconds. */
export interface Sound {
  energy: number;
  seconds: number;
}

const AUDIBLE = 0.01; // root mean square of full scale, about −40 dBov

export function soundOf(counters: Iterable<Counter>): Sound {
  for (const c of counters)
    if (c.type === "inbound-rtp") return { energy: c.totalAudioEnergy ?? 0, seconds: c.totalSamplesDuration ?? 0 };
  return { energy: 0, seconds: 0 };
}

/** Whether a voice was heard between two looks. */
export function isLoud(before: Sound | undefined, after: Sound | undefined): boolean {
  if (!before || !after || after.seconds <= before.seconds) return false;
  return Math.sqrt(Math.max(0, after.energy - before.energy) / (after.seconds - before.seconds)) > AUDIBLE;
}
