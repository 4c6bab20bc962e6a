import { describe, expect, it } from "vitest";
import { delay } from "./reconnect";

describe("trying again", () => {
  it("the first time at once", () => {
    for (const random of [0, 0.5, 1]) expect(delay(0, random)).toBe(0);
  });

  it("then never sooner than half a second nor later than three", () => {
    for (let attempt = 1; attempt < 60; attempt++)
      for (const random of [0, 0.25, 0.5, 0.999]) {
        const wait = delay(attempt, random);
        expect(wait).toBeGreaterThanOrEqual(500);
        expect(wait).toBeLessThanOrEqual(3000);
      }
  });

  it("more slowly each time", () => {
    const waits = [1, 2, 3, 4].map((attempt) => delay(attempt, 0.5));
    expect(waits).toEqual([500, 1000, 2000, 3000]);
  });

  it("not all members at the same moment", () => {
    expect(delay(3, 0.1)).not.toBe(delay(3, 0.9));
  });
});
