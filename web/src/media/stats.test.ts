import { describe, expect, it } from "vitest";
import { moved, NOTHING, tally } from "./stats";

const COUNTERS = [
  { id: "1", type: "outbound-rtp", kind: "audio", mid: "0", packetsSent: 40 },
  { id: "2", type: "outbound-rtp", kind: "video", mid: "1", packetsSent: 99 },
  { id: "3", type: "inbound-rtp", kind: "audio", mid: "3", packetsReceived: 50 },
  { id: "4", type: "inbound-rtp", kind: "video", mid: "6", packetsReceived: 30, framesDecoded: 12 },
  { id: "5", type: "transport", bytesSent: 1000, bytesReceived: 5000 },
];

describe("what was measured", () => {
  it("counts our voice apart from our picture, and all bytes once", () => {
    expect(tally(COUNTERS)).toEqual({ voiceOut: 40, packetsIn: 80, bytes: 6000, frames: { "6": 12 } });
  });

  it("a picture moves when frames were decoded since", () => {
    const before = { ...NOTHING, frames: { "6": 12, "7": 5 } };
    const after = { ...NOTHING, frames: { "6": 15, "7": 5, "8": 1, "9": 0 } };
    expect(moved(before, after)).toEqual({ "6": true, "8": true });
  });
});
