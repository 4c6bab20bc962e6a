import { describe, expect, it } from "vitest";
import type { Mine } from "../protocol";
import { wanted } from "./tracks";

const HERE = { joined: true, connection: "c1", cameraOn: true, voiceOnly: false };
const mine = (microphone: string, active?: string, may_share = false) =>
  ({ microphone, active, may_share }) as unknown as Mine;

describe("what this page sends", () => {
  it("sound when the server says on, and this page is the one that sends", () => {
    expect(wanted(mine("on", "c1"), HERE)).toEqual({ audio: true, video: true, screen: false });
  });

  it.each(["off", "muted", "anything else"])("no sound when the server says %s", (microphone) => {
    expect(wanted(mine(microphone, "c1"), HERE).audio).toBe(false);
  });

  it("nothing from a page that is not the newest", () => {
    expect(wanted(mine("on", "c2"), HERE)).toEqual({ audio: false, video: false, screen: false });
    expect(wanted(mine("on", undefined), HERE)).toEqual({ audio: false, video: false, screen: false });
  });

  it("nothing before the server has said anything, and nothing before joining", () => {
    expect(wanted(null, HERE)).toEqual({ audio: false, video: false, screen: false });
    expect(wanted(mine("on", "c1"), { ...HERE, joined: false })).toEqual({ audio: false, video: false, screen: false });
  });

  it("sound but no picture in voice only, or with the camera off", () => {
    expect(wanted(mine("on", "c1"), { ...HERE, voiceOnly: true })).toEqual({ audio: true, video: false, screen: false });
    expect(wanted(mine("on", "c1"), { ...HERE, cameraOn: false })).toEqual({ audio: true, video: false, screen: false });
  });

  it("the screen of who may share it, and from the page that sends", () => {
    expect(wanted(mine("off", "c1", true), HERE).screen).toBe(true);
    expect(wanted(mine("on", "c2", true), HERE).screen).toBe(false);
    expect(wanted(mine("on", "c1"), HERE).screen).toBe(false);
  });
});
