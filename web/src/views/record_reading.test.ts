import { describe, expect, it } from "vitest";
import type { View } from "../store";
import { gradeOf, joinedTexts, mayKeepMinutes, overtaken, pointsOf, tasksInOrder, takenUp, totalOf, writtenDay } from "./record_reading";

const seat = (order: number, more: object = {}) => ({ name: `N${order}`, order, kind: "member", standing: "official", post: "none", group: "", ...more });
const view = (more: object) => more as unknown as View;
const SCORE = {
  score: {
    criteria: { time: { order: 0, most: 5, document: "" }, conduct: { order: 1, most: 95, document: "" } },
    grades: [
      { word: "good", least: 90 },
      { word: "fair", least: 70 },
      { word: "poor", least: 0 },
    ],
  },
};

describe("two people at one text", () => {
  it("the writer is told when a newer version stands, and not of his own", () => {
    expect([0, 1, 2].map((version) => overtaken({ text: "x", base: 1 }, version))).toEqual([false, false, true]);
  });

  it("putting both together loses a letter of neither, and doubles nothing", () => {
    const both = joinedTexts("Đồng chí An nêu.\n", "\nĐồng chí Bình nêu.");
    expect(both).toBe("Đồng chí An nêu.\n\nĐồng chí Bình nêu.");
    expect(joinedTexts("Đồng chí An nêu.", both)).toBe(both);
    expect(joinedTexts(both, "Đồng chí Bình nêu.")).toBe(both);
    expect(joinedTexts("", "x")).toBe("x");
    expect(joinedTexts("x", "")).toBe("x");
  });
});

describe("the score sheet", () => {
  const draft = (time: string, conduct: string, reason = "") => ({ time: { points: time, reason }, conduct: { points: conduct, reason: "" } });

  it("is sent with every criterion once, a reason only where one is given", () => {
    expect(pointsOf(view(SCORE), draft("4", "90", " muộn "))).toEqual([{ criterion: "time", points: 4, reason: "muộn" }, { criterion: "conduct", points: 90 }]);
  });

  it.each([["", "90"], ["6", "90"], ["-1", "90"], ["4,5", "90"], ["4", "96"]])("is not sent with %j and %j", (time, conduct) => {
    expect(pointsOf(view(SCORE), draft(time, conduct))).toBeNull();
    expect(pointsOf(view(SCORE), {})).toBeNull();
  });

  it("adds up, and reaches the best grade whose points it has", () => {
    expect(totalOf(pointsOf(view(SCORE), draft("5", "85")) ?? [])).toBe(90);
    expect([100, 90, 89, 70, 69, 0].map((total) => gradeOf(view(SCORE), total))).toEqual(["good", "good", "fair", "fair", "poor", "poor"]);
  });
});

describe("the record", () => {
  it("writes a day as it is written on paper", () => expect(writtenDay("2027-01-31")).toBe("31/01/2027"));

  it("keeps tasks in the order in which they were given, and items that were taken up", () => {
    expect(tasksInOrder(view({ tasks: { b: { order: 2 }, a: { order: 1 } } })).map(([id]) => id)).toEqual(["a", "b"]);
    const items = { i1: { order: 0, state: "closed" }, i2: { order: 1, state: "ahead" }, i3: { order: 2, state: "current" } };
    expect(takenUp(view({ agenda: { items } })).map(([id]) => id)).toEqual(["i1", "i3"]);
  });

  it("the minutes are kept by a member who is here and does not chair", () => {
    const seats = { a: seat(0), b: seat(1), c: seat(2), d: seat(3, { kind: "guest" }), e: seat(4) };
    const roll = { a: { state: "present" }, b: { state: "present" }, c: { state: "absent" }, d: { state: "present" }, e: { state: "present" } };
    const keepers = mayKeepMinutes(view({ seats, roll, chair: { acting: "b", rightful: "a" } }));
    expect(keepers.map(([member]) => member)).toEqual(["e"]);
  });
});
