import { describe, expect, it } from "vitest";
import type { View } from "../store";
import { documentsOf, placeOf } from "./documents_reading";

const paper = (order: number, item: string) => ({ order, title: `Tài liệu ${order}`, item, pages: 3 });
const view = (showing?: { document: string; page: number }) =>
  ({
    documents: { b: paper(1, "two"), a: paper(0, "two"), whole: paper(2, "") },
    ...(showing && { showing: { ...showing, since: "2027-01-05T12:30:00.000Z" } }),
  }) as unknown as View;

describe("documents", () => {
  it("of an item stand in their order, and those of the meeting apart", () => {
    expect(documentsOf(view(), "two").map(([id]) => id)).toEqual(["a", "b"]);
    expect(documentsOf(view(), "").map(([id]) => id)).toEqual(["whole"]);
    expect(documentsOf(view(), "one")).toEqual([]);
  });

  it("follow the chair until one reads by oneself", () => {
    expect(placeOf(view(), null)).toBeNull();
    expect(placeOf(view({ document: "a", page: 2 }), null)).toEqual({ document: "a", page: 2 });
    expect(placeOf(view({ document: "a", page: 2 }), { document: "b", page: 3 })).toEqual({ document: "b", page: 3 });
    expect(placeOf(view(), { document: "b", page: 3 })).toEqual({ document: "b", page: 3 });
  });

  it("that are no longer there are not shown", () => {
    expect(placeOf(view({ document: "a", page: 1 }), { document: "gone", page: 3 })).toEqual({ document: "a", page: 1 });
  });
});
