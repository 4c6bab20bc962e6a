/** The import table of the house, for the room. */
import { describe, expect, it } from "vitest";

const files = import.meta.glob<string>(["./**/*.{ts,tsx}", "!./**/*.test.ts"], { query: "?raw", import: "default", eager: true });
const MAY = /^(preact(\/hooks)?|@preact\/signals|lucide|\.\/[a-z_]+|\.\.\/(store|time|words))$/;

const imported = (text: string) => [...text.matchAll(/^(?:import|export)[^;]*?from "([^"]+)";/gms)].map((found) => found[1] ?? "");
const views = Object.entries(files).filter(([name]) => name.startsWith("./views/"));

describe("views", () => {
  it("are there to be looked at", () => {
    expect(views.length).toBeGreaterThan(8);
    expect(imported(files["./views/room.tsx"] ?? "")).toContain("../store");
  });

  it.each(views)("%s reads the store, the time and the words, and nothing else", (_, text) => {
    expect(imported(text).filter((name) => !MAY.test(name))).toEqual([]);
    expect(text).not.toMatch(/RTCPeerConnection|socket\.io|getUserMedia|fetch\(/);
  });
});

describe("the network", () => {
  it.each([
    [/from "socket\.io-client"/, "./socket.ts"],
    [/new RTCPeerConnection/, "./media/link.ts"],
    [/getUserMedia\(/, "./media/devices.ts"],
  ])("%s stands in one file", (pattern, home) => {
    expect(Object.keys(files).filter((name) => pattern.test(files[name] ?? ""))).toEqual([home]);
  });

  it("no view sets a style in its markup: the page's policy forbids it", () => {
    for (const [name, text] of Object.entries(files)) expect(text, name).not.toMatch(/\bstyle=[{"]|dangerouslySetInnerHTML/);
  });
});
