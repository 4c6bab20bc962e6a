import { describe, expect, it } from "vitest";
import { faultOf, loudness } from "./devices";

describe("our own devices", () => {
  it.each([
    ["NotFoundError", "absent"],
    ["NotAllowedError", "denied"],
    ["NotReadableError", "busy"],
    ["SecurityError", "barred"],
    ["", "unknown"],
  ])("%s means %s", (name, fault) => {
    expect(faultOf(name)).toBe(fault);
  });

  it("the bar is empty in silence, full for a voice, and never more", () => {
    const sine = (loud: number) => Float32Array.from({ length: 1024 }, (_, i) => loud * Math.sin(i / 5));
    expect(loudness(new Float32Array(1024))).toBe(0);
    expect(loudness(sine(0.02))).toBeGreaterThan(0.3);
    expect(loudness(sine(0.2))).toBeGreaterThan(loudness(sine(0.02)));
    expect(loudness(sine(1))).toBe(1);
    expect(loudness(new Float32Array(0))).toBe(0);
  });
});
