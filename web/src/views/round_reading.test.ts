import { expect, test } from "vitest";
import { meeting } from "../../tools/meeting";
import type { View, VoteLine } from "../store";
import { cast, countsOnly, groupName, heldInOrder, leastMinutes, sumOf, votedHere, waitingMotions } from "./round_reading";

const count = (in_favour: number, against = 0, other = 0) => ({ in_favour, against, other, invalid: 0 });
const vote = (more: object) => ({ state: "closed", ...more }) as unknown as VoteLine;

function round(votes: Record<string, VoteLine> = {}): View {
  const view = meeting();
  const held = { meeting: "m", form: "online", opened_at: "", closed_at: "", chair: "m1", adopted: true, present: 3 };
  view.round = {
    motions: {
      b: { order: 1, item: "i1", kind: "ordinary", text: "B", groups: { r1: count(2), r2: count(1, 1) } },
      a: { order: 0, item: "i1", kind: "ordinary", text: "A" },
    },
    held: { r2: { ...held, order: 1, name: "Tổ 2" }, r1: { ...held, order: 0, name: "Tổ 1" } },
  };
  view.votes.all = votes;
  return view;
}

test("a motion waits until it is put, and again when that vote was cancelled", () => {
  expect(waitingMotions(round()).map(([id]) => id)).toEqual(["a", "b"]);
  expect(waitingMotions(round({ v: vote({ motion: "a" }) })).map(([id]) => id)).toEqual(["b"]);
  expect(waitingMotions(round({ v: vote({ motion: "a", state: "cancelled" }) }))).toHaveLength(2);
  expect(waitingMotions(meeting())).toEqual([]);
});

test("the groups stand in their order, under their names", () => {
  expect(heldInOrder(round()).map(([, group]) => group.name)).toEqual(["Tổ 1", "Tổ 2"]);
  expect([groupName(round(), "r2"), groupName(round(), "none")]).toEqual(["Tổ 2", ""]);
});

test("the sums of the groups, and what was voted beside them", () => {
  const groups = { r1: count(2), r2: count(1, 1) };
  expect(sumOf(Object.values(groups))).toEqual(count(3, 1));
  expect(cast(sumOf([]))).toBe(0);
  expect(votedHere(vote({ groups, result: { ...count(4, 1, 1), base: 9 } }))).toEqual(count(1, 0, 1));
});

test("a group counts only, and the session that gathers the groups has no length of its own", () => {
  const part = { ...meeting(), round: { motions: {}, group: "Tổ 1" } };
  expect([part, round(), meeting()].map(countsOnly)).toEqual([true, false, false]);
  expect([leastMinutes(part) > 0, leastMinutes(round())]).toEqual([true, 0]);
});
