import { describe, expect, it } from "vitest";
import { type Held, merged, patched } from "./merge";
import type { Mine, View } from "./protocol";

/** RFC 7396, appendix A: original, patch, result. */
const APPENDIX: [unknown, unknown, unknown][] = [
  [{ a: "b" }, { a: "c" }, { a: "c" }],
  [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
  [{ a: "b" }, { a: null }, {}],
  [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
  [{ a: ["b"] }, { a: "c" }, { a: "c" }],
  [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
  [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
  [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
  [["a", "b"], ["c", "d"], ["c", "d"]],
  [{ a: "b" }, ["c"], ["c"]],
  [{ a: "foo" }, null, null],
  [{ a: "foo" }, "bar", "bar"],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: "b", c: null }, { a: "b" }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

describe("RFC 7396", () => {
  it.each(APPENDIX)("%j patched with %j is %j", (original, patch, result) => {
    expect(merged(original, patch)).toEqual(result);
  });

  it("leaves the original as it was", () => {
    const original = { roll: { m1: { state: "present" } } };
    merged(original, { roll: { m1: { state: "silent" } } });
    expect(original).toEqual({ roll: { m1: { state: "present" } } });
  });

  it("keeps what the patch does not name as the same object", () => {
    const original = { roll: { m1: { state: "present" } }, agenda: { items: {} } };
    const next = merged(original, { roll: { m1: { state: "silent" } } }) as typeof original;
    expect(next.agenda).toBe(original.agenda);
    expect(next.roll).not.toBe(original.roll);
  });
});

describe("a patch on the view we hold", () => {
  const held: Held = { seq: 7, view: { phase: "open" } as View, mine: {} as Mine, epoch: "e" };
  const patch = (after: number, seq: number) => ({ after, seq, at: "", patch: { phase: "paused" } });

  it("is merged when it follows what we have", () => {
    expect(patched(held, patch(7, 9))).toMatchObject({ seq: 9, view: { phase: "paused" } });
  });

  it("is a gap when something between was missed", () => {
    expect(patched(held, patch(8, 9))).toBe("gap");
  });

  it("is a gap when we have no view at all", () => {
    expect(patched(null, patch(0, 1))).toBe("gap");
  });

  it("changes nothing when a whole view has overtaken it", () => {
    expect(patched(held, patch(5, 6))).toBe(held);
    expect(patched(held, patch(6, 7))).toBe(held);
  });
});
