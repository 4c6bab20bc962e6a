import { describe, expect, it } from "vitest";
import { EXPIRES, NOT_SENT, Outbox, patience, WAITS } from "./outbox";

describe("commands on their way", () => {
  it("are sent again by the next connection with the same id, in the order they were asked", () => {
    const box = new Outbox();
    box.add("a", "AskToSpeak", {}, 0);
    box.add("b", "GiveFloor", { member: "m2" }, 1);
    expect(box.unanswered()).toEqual([
      { id: "a", name: "AskToSpeak" },
      { id: "b", name: "GiveFloor", member: "m2" },
    ]);
  });

  it("are done with when answered, and a second answer is no news", async () => {
    const box = new Outbox();
    const { answered } = box.add("a", "AskToSpeak", {}, 0);
    box.settle("a", { done: 5 });
    box.settle("a", { bad: "again" });
    expect(await answered).toEqual({ done: 5 });
    expect(box.unanswered()).toEqual([]);
  });

  it("no field can take the place of the id or the name", () => {
    const { letter } = new Outbox().add("a", "Mute", { id: "x", name: "Close", member: "m" }, 0);
    expect(letter).toEqual({ id: "a", name: "Mute", member: "m" });
  });

  it("are given up after a while, and the member is told that we cannot know", async () => {
    const box = new Outbox();
    const { answered } = box.add("a", "TurnOnMicrophone", {}, 0);
    box.expire(EXPIRES);
    expect(box.unanswered()).toHaveLength(1);
    box.expire(EXPIRES + 1);
    expect(await answered).toEqual({ bad: NOT_SENT });
    expect(box.unanswered()).toEqual([]);
  });
});

describe("a letter that is not answered", () => {
  const times = WAITS.map((_, sent) => WAITS.slice(0, sent).reduce((sum, wait) => sum + wait, 0));

  it("goes out again after a second and a half, and seven times within ten seconds", () => {
    expect(times[1]).toBe(1500);
    expect(times.filter((time) => time < 10_000)).toHaveLength(7);
  });

  it("more and more seldom, never less than every six seconds", () => {
    for (let sent = 1; sent < 40; sent++) expect(patience(sent)).toBeGreaterThanOrEqual(patience(sent - 1));
    expect(patience(1000)).toBe(6000);
  });
});
