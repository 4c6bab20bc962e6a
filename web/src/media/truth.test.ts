import { describe, expect, it } from "vitest";
import { type Measured, truth } from "./truth";

const WELL: Measured = { allowed: true, sending: true, arrives: true, told: true, reported: 300, silent: 0 };

describe("whether everybody hears us", () => {
  it("is so only when both ends have measured it", () => {
    expect(truth(WELL)).toBe("heard");
  });

  it.each<Partial<Measured>>([
    { allowed: false },
    { sending: false },
    { arrives: false },
    { told: false },
    { reported: 3001 },
    { reported: Infinity },
  ])("is in doubt, and so not, with %o", (doubt) => {
    expect(truth({ ...WELL, ...doubt })).toBe("unheard");
  });

  it("a microphone that brings nothing at all is said to bring nothing", () => {
    expect(truth({ ...WELL, silent: 8001 })).toBe("silent");
    expect(truth({ ...WELL, silent: 8001, arrives: false })).toBe("unheard");
  });
});
