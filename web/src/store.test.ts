import { beforeEach, describe, expect, it } from "vitest";
import * as store from "./store";

const AT = "2027-01-05T12:30:00.000Z";
const view = (phase: string) => ({ phase, roll: { m1: { state: "present" } } }) as unknown as store.View;
const mine = (microphone: string) => ({ member: "m1", microphone, may: ["AskToSpeak"] }) as unknown as store.Mine;

describe("what the server says", () => {
  beforeEach(() => store.takeView({ seq: 3, at: AT, view: view("open"), mine: mine("off"), epoch: "e" }));

  it("a patch changes the view and not our private part", () => {
    expect(store.takePatch({ after: 3, seq: 4, at: AT, patch: { phase: "paused" } })).toBe(true);
    expect(store.view.value?.phase).toBe("paused");
    expect(store.mine.value?.microphone).toBe("off");
  });

  it("a missed patch asks for the whole view and changes nothing", () => {
    expect(store.takePatch({ after: 4, seq: 5, at: AT, patch: { phase: "closed" } })).toBe(false);
    expect(store.view.value?.phase).toBe("open");
  });

  it("a whole view after the gap is what stands", () => {
    store.takePatch({ after: 4, seq: 5, at: AT, patch: { phase: "closed" } });
    store.takeView({ seq: 5, at: AT, view: view("closed"), mine: mine("off"), epoch: "e" });
    expect(store.view.value?.phase).toBe("closed");
    expect(store.takePatch({ after: 5, seq: 6, at: AT, patch: { phase: "open" } })).toBe(true);
  });

  it("our private part comes whole", () => {
    store.takeMine(mine("on"));
    expect(store.mine.value?.microphone).toBe("on");
    expect(store.may("AskToSpeak")).toBe(true);
    expect(store.may("Close")).toBe(false);
  });

  it("what did not change is the same object for whoever watches it", () => {
    const roll = store.view.value?.roll;
    store.takePatch({ after: 3, seq: 4, at: AT, patch: { phase: "paused" } });
    expect(store.view.value?.roll).toBe(roll);
  });
});
