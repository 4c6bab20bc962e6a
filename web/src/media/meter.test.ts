import { describe, expect, it } from "vitest";
import { Meter } from "./meter";

describe("the counter of megabytes", () => {
  it("says nothing before a few seconds were seen", () => {
    const meter = new Meter();
    meter.note(0, 0);
    meter.note(20_000, 1000);
    expect(meter.perHour).toBeNull();
  });

  it("reckons an hour from the last minute", () => {
    const meter = new Meter();
    for (let s = 0; s <= 300; s++) meter.note(s < 200 ? s * 100_000 : 20_000_000 + (s - 200) * 6000, s * 1000);
    expect(meter.perHour).toBeCloseTo(21.6, 1);
  });

  it("begins anew when something else was chosen", () => {
    const meter = new Meter();
    for (let s = 0; s <= 30; s++) meter.note(s * 100_000, s * 1000);
    meter.begin();
    expect(meter.perHour).toBeNull();
    for (let s = 31; s <= 40; s++) meter.note(3_000_000 + (s - 30) * 6000, s * 1000);
    expect(meter.perHour).toBeCloseTo(21.6, 1);
  });
});
