import { expect, it } from "vitest";
import { Attempts } from "./attempts";

it("the first is made at once, the others later and later", () => {
  const attempts = new Attempts();
  expect(Array.from({ length: 7 }, () => attempts.wait())).toEqual([0, 1000, 2000, 4000, 8000, 8000, 8000]);
  attempts.forget();
  expect(attempts.wait()).toBe(0);
});

it("a way that carries for a moment and is lost again is not tried at once again", () => {
  const attempts = new Attempts();
  const waits = [];
  for (let now = 0; now < 60_000; now += 3000) {
    attempts.lost(now);
    waits.push(attempts.wait());
    attempts.carries(now + 500);
  }
  expect(waits.slice(0, 5)).toEqual([0, 1000, 2000, 4000, 8000]);
  expect(new Set(waits.slice(5))).toEqual(new Set([8000]));
});

it("one that carried for ten seconds has earned a new beginning", () => {
  const attempts = new Attempts();
  attempts.wait();
  attempts.wait();
  attempts.carries(0);
  attempts.lost(10_000);
  expect(attempts.wait()).toBe(2000);
  attempts.carries(20_000);
  attempts.lost(30_001);
  expect(attempts.wait()).toBe(0);
});
