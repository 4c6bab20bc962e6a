import { beforeEach, expect, it, vi } from "vitest";
import { onHints } from "./hints";

const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
const connection = new EventTarget();
const world = new EventTarget();
let given: string[];

beforeEach(() => {
  given = [];
  page.visibilityState = "visible";
  vi.stubGlobal("document", page);
  vi.stubGlobal("navigator", { connection });
  vi.stubGlobal("addEventListener", world.addEventListener.bind(world));
});

it.each([
  ["another kind of network", connection, "change", "doubt"],
  ["no network any more", world, "offline", "doubt"],
  ["a network again", world, "online", "back"],
  ["the page out of the browser's memory", world, "pageshow", "back"],
  ["the page before one's eyes again", page, "visibilitychange", "back"],
])("%s is a hint", (_, target, event, told) => {
  onHints({ doubt: () => given.push("doubt"), back: () => given.push("back") });
  target.dispatchEvent(new Event(event));
  expect([...new Set(given)]).toEqual([told]);
});

it("a page that nobody sees does not come back", () => {
  onHints({ doubt: () => given.push("doubt"), back: () => given.push("back") });
  page.visibilityState = "hidden";
  page.dispatchEvent(new Event("visibilitychange"));
  world.dispatchEvent(new Event("online"));
  expect(given).toEqual([]);
});

it("a browser that knows nothing of its connection goes without", () => {
  vi.stubGlobal("navigator", {});
  onHints({ doubt: () => given.push("doubt"), back: () => given.push("back") });
  world.dispatchEvent(new Event("online"));
  expect(given).not.toEqual([]);
});
