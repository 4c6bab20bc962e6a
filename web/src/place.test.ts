import { describe, expect, it } from "vitest";
import { chromeLink, deviceKind, inAppBrowser } from "./place";

const CHROME = "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Mobile Safari/537.36";
const SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1";
const DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36";

describe("where the page is opened", () => {
  it.each([
    ["Zalo", `${CHROME} Zalo android/24120`],
    ["Messenger", `${SAFARI} [FBAN/MessengerForiOS;FBAV/480.0]`],
    ["Messenger", `${CHROME} [FB_IAB/Orca-Android;FBAV/480.0]`],
    ["Facebook", `${SAFARI} [FBAN/FBIOS;FBAV/480.0]`],
    ["", CHROME],
    ["", SAFARI],
    ["", DESK],
  ])("%s", (name, agent) => {
    expect(inAppBrowser(agent)).toBe(name);
  });

  it.each([
    ["phone", CHROME, 5],
    ["phone", SAFARI, 5],
    ["desktop", DESK, 0],
    ["desktop", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", 0],
    ["tablet", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", 5],
    ["tablet", CHROME.replace("Mobile ", ""), 5],
  ])("on a %s", (kind, agent, touch) => {
    expect(deviceKind(agent, touch)).toBe(kind);
  });

  it("Android opens the link in Chrome", () => {
    expect(chromeLink("https://hop.example.vn/meetings/m1?a=1")).toBe(
      "intent://hop.example.vn/meetings/m1?a=1#Intent;scheme=https;package=com.android.chrome;end",
    );
  });
});
