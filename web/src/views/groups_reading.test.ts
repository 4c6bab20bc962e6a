import { expect, test } from "vitest";
import { meeting } from "../../tools/meeting";
import type { View } from "../store";
import { apartNow, assignable, circles, drawn, fromRegister, howMany, membersOf, moved, placeOf, reportsOn, sittingIn, tooSmall } from "./groups_reading";

function split(): View {
  const view = meeting();
  view.groups.register = { r1: { order: 0, name: "Tổ 1" }, r2: { order: 1, name: "Tổ 2" } };
  for (const n of [1, 2, 3]) Object.assign(view.seats[`m${n}`] ?? {}, { group: "r1" });
  for (const n of [4, 5, 6]) Object.assign(view.seats[`m${n}`] ?? {}, { group: "r2" });
  const answer = { in_favour: "Nên", against: "", proposals: "", reserved: [], hands_for: 3, hands_against: 0, hands_other: 0 };
  view.groups.apart = "1";
  view.groups.sittings["1"] = {
    questions: { q: { order: 0, item: "i1", text: "" } },
    groups: {
      r1: { order: 0, name: "Tổ 1", members: { m1: true, m2: true, m3: true }, writing: true, leader: "m1" },
      r2: { order: 1, name: "Tổ 2", members: { m4: true, m5: true, m6: true }, writing: true, report: { version: 1, by: "m4", at: "", answers: { q: answer } } },
    },
    began: "",
    until: "",
  };
  return view;
}

test("everyone is in his group, where he visits, or in the hall", () => {
  const view = split();
  view.groups.visiting = { m0: "r2" };
  expect([placeOf(view, "m1"), placeOf(view, "m0"), placeOf(view, "m9")]).toEqual(["r1", "r2", ""]);
  expect(sittingIn(view, "r1").every((member) => ["m1", "m2", "m3"].includes(member))).toBe(true);
  delete view.groups.apart;
  expect([apartNow(view), placeOf({ ...view, groups: { ...view.groups, visiting: {} } }, "m1")]).toEqual([undefined, ""]);
});

test("reports stand under the item they answer, and only there", () => {
  const view = split();
  expect(reportsOn(view, "i1").map(({ group, answer }) => [group, answer.in_favour])).toEqual([["Tổ 2", "Nên"]]);
  expect(reportsOn(view, "i2")).toEqual([]);
});

test("the cell splits into as many groups as fill, up to what the house allows", () => {
  const view = split();
  const highest = () => howMany(view, { names: ["Tổ 1", "Tổ 2"], where: {} }).at(-1);
  const members = assignable(view).length;
  expect(howMany(view, { names: [], where: {} })[0]).toBe(2);
  expect(highest()).toBe(Math.floor(members / 3));
  view.groups.smallest = 1;
  view.groups.most = 4;
  expect(highest()).toBe(4);
  view.groups.most = 30;
  expect(highest()).toBe(members);
  view.groups.smallest = 100;
  expect(highest()).toBe(2);
});

test("the groups of the register keep their ids, and the chair is in none", () => {
  const view = split();
  const draft = fromRegister(view);
  expect(draft.names).toEqual(["Tổ 1", "Tổ 2"]);
  expect(circles(view, draft, String).map(({ id, members }) => [id, members.length])).toEqual([["r1", 3], ["r2", 3]]);
  expect(assignable(view)).not.toContain(view.chair.acting);
});

test("drawing leaves nobody out and makes groups of nearly one size", () => {
  const members = Array.from({ length: 11 }, (_, n) => `p${n}`);
  const draft = drawn(members, ["A", "B", "C"], () => 0.4);
  expect([0, 1, 2].map((group) => membersOf(draft, group).length)).toEqual([4, 4, 3]);
  expect(Object.keys(draft.where).sort()).toEqual([...members].sort());
});

test("who is moved is in one group only, or in the hall", () => {
  const draft = moved({ names: ["A", "B"], where: { x: 0, y: 1 } }, "x", 1);
  expect([membersOf(draft, 0), membersOf(draft, 1)]).toEqual([[], ["y", "x"]]);
  expect(moved(draft, "x", -1).where).toEqual({ y: 1 });
  expect(tooSmall(draft, 2)).toEqual(["A"]);
});
