import { describe, expect, it } from "vitest";
import type { Seat, View } from "../store";
import { distinction, initials, nextStep, oneDown, oneUp, placeInQueue, rollInOrder, wordOf } from "./reading";

const QUEUE = ["a", "b", "c"];

/** The server's own rule: out of the queue, then right before `before`; "" = last. */
function after(member: string, before: string): string[] {
  const others = QUEUE.filter((other) => other !== member);
  others.splice(before ? others.indexOf(before) : others.length, 0, member);
  return others;
}

describe("the queue", () => {
  it("tells a member his place, counted from one", () => {
    expect(QUEUE.map((member) => placeInQueue(QUEUE, member))).toEqual([1, 2, 3]);
    expect(placeInQueue(QUEUE, "z")).toBe(0);
  });

  it("one up and one down exchange neighbours", () => {
    expect(after("b", oneUp(QUEUE, "b") ?? "?")).toEqual(["b", "a", "c"]);
    expect(after("a", oneDown(QUEUE, "a") ?? "?")).toEqual(["b", "a", "c"]);
    expect(after("b", oneDown(QUEUE, "b") ?? "?")).toEqual(["a", "c", "b"]);
  });

  it("the first goes no higher and the last no lower", () => {
    expect(oneUp(QUEUE, "a")).toBeNull();
    expect(oneDown(QUEUE, "c")).toBeNull();
    expect(oneDown(QUEUE, "z")).toBeNull();
  });
});

const seat = (order: number, more: Partial<Seat> = {}): Seat => ({
  name: `N${order}`,
  order,
  kind: "member",
  standing: "official",
  post: "none",
  group: "",
  ...more,
});

function view(more: object): View {
  return {
    phase: "open",
    agenda: { items: { i1: { order: 0, title: "x", state: "ahead" } } },
    speaking: { queue: [], list: "open", free: false },
    groups: { register: {}, sittings: {}, visiting: {}, longest: 60, smallest: 3, most: 30 },
    ...more,
  } as unknown as View;
}

describe("the chair's next step", () => {
  it.each([
    [{ phase: "gathering" }, { kind: "open" }],
    [{ phase: "paused" }, { kind: "resume" }],
    [{ phase: "closed" }, null],
    [{ speaking: { queue: ["b"], floor: { member: "a" } } }, { kind: "end_speech" }],
    [{ speaking: { queue: ["b", "c"] } }, { kind: "give_floor", member: "b" }],
    [{}, { kind: "take_up", item: "i1" }],
    [{ agenda: { current: "i1", items: {} } }, { kind: "close_item" }],
    [{ agenda: { items: { i1: { order: 0, state: "closed" } } } }, { kind: "close" }],
  ])("%j: %j", (more, step) => {
    expect(nextStep(view(more))).toEqual(step);
  });
});

describe("the roll", () => {
  it("puts first what wants the chair's eye, then the order of the roster", () => {
    const states = ["present", "absent", "to_verify", "present", "silent"];
    const rolled = view({
      seats: Object.fromEntries(states.map((_, n) => [`m${n}`, seat(n)])),
      roll: Object.fromEntries(states.map((state, n) => [`m${n}`, { state, kinds: {} }])),
    });
    expect(rollInOrder(rolled).map(([member]) => member)).toEqual(["m2", "m4", "m0", "m3", "m1"]);
  });

  it("says nothing of an ordinary member, and what sets others apart", () => {
    expect(distinction(seat(1))).toBe("");
    expect(distinction(seat(1, { standing: "probationary" }))).toBe("Probationary member");
    expect(distinction(seat(1, { kind: "guest" }))).toBe("Guest");
    expect(distinction(seat(1, { post: "cell_secretary" }))).toBe("Cell secretary");
  });

  it("calls a person by the last two words of the name", () => {
    expect(initials("Nguyễn Thị Hồng Phượng")).toBe("HP");
    expect(initials("Đỗ Ánh")).toBe("ĐÁ");
    expect(initials("  y ")).toBe("Y");
    expect(initials("")).toBe("");
  });

  it("shows a state that a newer server knows and we do not", () => {
    expect(wordOf({}, "apart")).toBe("apart");
  });
});
