import { describe, expect, test } from "vitest";
import { Quiet } from "./quiet";

function begun(): Quiet {
  const quiet = new Quiet();
  quiet.begin(0);
  return quiet;
}

describe("whether the way to the server has gone", () => {
  test("a second of silence right after a voice is a loss", () => {
    const quiet = begun();
    quiet.media(100);
    expect(quiet.lost(1050, false)).toBe(false);
    expect(quiet.lost(1100, false)).toBe(true);
  });
  test("a speaker who stops is no loss: the reports go on", () => {
    const quiet = begun();
    quiet.media(100);
    quiet.anything(900);
    quiet.anything(1700);
    expect(quiet.lost(4600, false)).toBe(false);
    expect(quiet.lost(4700, false)).toBe(true);
  });
  test("when the browser says that the network changed, half of it is enough", () => {
    const quiet = begun();
    quiet.media(100);
    quiet.hint(200);
    expect(quiet.lost(590, false)).toBe(false);
    expect(quiet.lost(600, false)).toBe(true);
  });
  test("who speaks himself waits no longer than who listens", () => {
    const quiet = begun();
    quiet.anything(5000);
    expect(quiet.lost(6000, false)).toBe(false);
    expect(quiet.lost(6000, true)).toBe(true);
  });
  test("a hint is forgotten", () => {
    const quiet = begun();
    quiet.hint(100);
    quiet.media(6000);
    expect(quiet.lost(6600, false)).toBe(false);
  });
  test("who has heard nothing yet is given the time of a first report", () => {
    expect(begun().lost(2900, false)).toBe(false);
    expect(begun().lost(3000, false)).toBe(true);
  });
});
