import { afterEach, describe, expect, it, vi } from "vitest";
import { clock, day, heardAt, hour, reckoned, secondsFrom, secondsUntil, serverNow, setZone } from "./time";
import { setWords } from "./words";

const EVENING = "2027-01-05T12:30:00.000Z"; // 19:30 in Hanoi, a Tuesday

describe("times as a secretary says them", () => {
  afterEach(() => {
    setWords("vi", {});
    setZone("Asia/Ho_Chi_Minh");
  });

  it("in Vietnamese", () => {
    setWords("vi", {});
    expect(hour(EVENING)).toBe("19 giờ 30");
    expect(day(EVENING)).toBe("thứ Ba, 05/01/2027");
  });

  it("in English", () => {
    setWords("en", {});
    expect(hour(EVENING)).toBe("19:30");
    expect(day(EVENING)).toBe("Tuesday, 05/01/2027");
  });

  it("Sunday is no number", () => {
    expect(day("2027-01-03T05:00:00.000Z")).toBe("Chủ nhật, 03/01/2027");
  });

  it("in the zone of the cell, where it may be another day", () => {
    expect(day("2027-01-05T18:00:00.000Z")).toBe("thứ Tư, 06/01/2027");
    setZone("Europe/Paris");
    expect(hour(EVENING)).toBe("13 giờ 30");
  });

  it("midnight is 0 giờ", () => {
    expect(hour("2027-01-05T17:05:00.000Z")).toBe("0 giờ 05");
  });
});

describe("the clock", () => {
  it.each([
    [0, "0:00"],
    [9, "0:09"],
    [245, "4:05"],
    [3753, "1:02:33"],
    [-34, "−0:34"],
    [-0.4, "0:00"],
  ])("%d seconds are %s", (seconds, said) => {
    expect(clock(seconds)).toBe(said);
  });

  it("counts up whole seconds and down begun ones", () => {
    const at = Date.parse(EVENING);
    expect(secondsFrom(EVENING, at + 1999)).toBe(1);
    expect(secondsUntil(EVENING, at - 1001)).toBe(2);
    expect(secondsUntil(EVENING, at + 3000)).toBe(-3);
  });

  it("trusts the message that travelled fastest", () => {
    expect(reckoned([])).toBe(performance.timeOrigin);
    expect(reckoned([-3000, -2900, -9000])).toBe(-2900);
  });

  it("follows the server's clock when ours is wrong", () => {
    vi.useFakeTimers({ now: Date.parse(EVENING) });
    heardAt("2027-01-05T13:30:00.000Z");
    expect(new Date(serverNow()).toISOString()).toBe("2027-01-05T13:30:00.000Z");
    vi.useRealTimers();
  });

  it("does not care who sets the clock of the device meanwhile", () => {
    vi.useFakeTimers({ now: Date.parse(EVENING) });
    heardAt("2027-01-05T14:30:00.000Z");
    vi.setSystemTime(Date.parse(EVENING) + 90_000);
    expect(new Date(serverNow()).toISOString()).toBe("2027-01-05T14:30:00.000Z");
    vi.useRealTimers();
  });

  it("believes the first message after a sleep in which it stood still", () => {
    vi.useFakeTimers({ now: Date.parse(EVENING) });
    heardAt("2027-01-05T15:30:00.000Z");
    heardAt("2027-01-05T16:30:00.000Z");
    expect(new Date(serverNow()).toISOString()).toBe("2027-01-05T16:30:00.000Z");
    vi.useRealTimers();
  });
});
