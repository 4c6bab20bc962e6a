import { describe, expect, it } from "vitest";
import { slant } from "./slant";

describe("the reader's name on a page", () => {
  it.each([
    [360, 509, 120],
    [1190, 1684, 300],
    [800, 200, 500],
  ])("reaches every quarter of a page of %d × %d", (width, height, long) => {
    const places = slant(width, height, long, 150);
    const within = places.filter(({ x, y }) => x > -long && x < width && y > 0 && y < height);
    for (const low of [false, true]) {
      expect(within.some(({ y }) => (y > height / 2) === low)).toBe(true);
    }
    expect(within.length).toBeGreaterThan(1);
  });
});
