import { describe, expect, it } from "vitest";
import { isLoud, moved, NOTHING, soundOf, tally } from "./stats";

const COUNTERS = [
  { id: "1", type: "outbound-rtp", kind: "audio", mid: "0", packetsSent: 40 },
  { id: "2", type: "outbound-rtp", kind: "video", mid: "1", packetsSent: 99 },
  { id: "3", type: "inbound-rtp", kind: "audio", mid: "3", packetsReceived: 50 },
  { id: "4", type: "inbound-rtp", kind: "video", mid: "6", packetsReceived: 30, framesDecoded: 12 },
  { id: "5", type: "transport", bytesSent: 1000, bytesReceived: 5000, packetsSent: 3, packetsReceived: 7 },
  { id: "6", type: "inbound-rtp", kind: "video", mid: "7", packetsReceived: 0, framesDecoded: 0, nackCount: 4 },
  { id: "7", type: "remote-inbound-rtp", kind: "audio", timestamp: 1234 },
];

describe("what was measured", () => {
  it("counts our voice apart from our picture, and all bytes once, with the headers of UDP and IP", () => {
    const frames = { "6": 12, "7": 0 };
    expect(tally(COUNTERS)).toEqual({ voiceOut: 40, packetsIn: 80, bytes: 6280, nacks: 4, reported: 1234, frames });
  });

  it("a picture moves when frames were decoded since", () => {
    const before = { ...NOTHING, frames: { "6": 12, "7": 5 } };
    const after = { ...NOTHING, frames: { "6": 15, "7": 5, "8": 1, "9": 0 } };
    expect(moved(before, after)).toEqual({ "6": true, "8": true });
  });
});

describe("a voice", () => {
  const sound = (energy: number, seconds: number) => ({ energy, seconds });

  it("is read from the counter of what came in", () => {
    const counters = [
      { id: "1", type: "codec" },
      { id: "2", type: "inbound-rtp", totalAudioEnergy: 0.5, totalSamplesDuration: 9 },
    ];
    expect(soundOf(counters)).toEqual(sound(0.5, 9));
    expect(soundOf([])).toEqual(sound(0, 0));
  });

  it("is heard when there was sound between two looks, not because there was some before", () => {
    expect(isLoud(sound(4, 10), sound(4.01, 10.3))).toBe(true);
    expect(isLoud(sound(4, 10), sound(4, 10.3))).toBe(false);
    expect(isLoud(sound(4, 10), sound(4.000001, 10.3))).toBe(false);
  });

  it("is not heard on the first look, nor when the counters began anew", () => {
    expect(isLoud(undefined, sound(4, 10))).toBe(false);
    expect(isLoud(sound(4, 10), sound(0.1, 0.3))).toBe(false);
  });
});
