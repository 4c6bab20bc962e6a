import { beforeAll, describe, expect, test } from "vitest";
import { imported, type Keys, open, seal } from "./sealing";

const frame = Uint8Array.from({ length: 200 }, (_, at) => at);
let keys: Keys;
let first: CryptoKey;
let second: CryptoKey;

beforeAll(async () => {
  first = await imported(btoa("0123456789abcdef"));
  second = await imported(btoa("fedcba9876543210"));
  keys = new Map([[7, first]]);
});

describe("a sealed frame", () => {
  test.each(["audio", "key", "delta"] as const)("of %s is opened by who has the key", async (kind) => {
    const sealed = new Uint8Array(await seal(first, 7, kind, frame));
    expect(new Uint8Array((await open(keys, kind, sealed))!)).toEqual(frame);
  });
  test("shows only what the way needs", async () => {
    const sealed = new Uint8Array(await seal(first, 7, "delta", frame));
    expect([...sealed.subarray(0, 3)]).toEqual([0, 1, 2]);
    expect([...sealed].join()).not.toContain([...frame.subarray(3, 20)].join());
  });
  test("of another key is not opened", async () => {
    expect(await open(keys, "audio", new Uint8Array(await seal(second, 8, "audio", frame)))).toBeNull();
    expect(await open(keys, "audio", new Uint8Array(await seal(second, 7, "audio", frame)))).toBeNull();
  });
  test("that was changed is not opened, not even in its clear bytes", async () => {
    const sealed = new Uint8Array(await seal(first, 7, "key", frame));
    for (const at of [0, 9, 50, sealed.length - 5]) {
      const changed = sealed.slice();
      changed[at]! ^= 1;
      expect(await open(keys, "key", changed)).toBeNull();
    }
  });
  test("that is none is not opened", async () => {
    for (const length of [0, 1, 13, 29, 30]) expect(await open(keys, "audio", new Uint8Array(length))).toBeNull();
  });
  test("of nothing but clear bytes goes through too", async () => {
    const short = Uint8Array.of(0xf8);
    expect(new Uint8Array((await open(keys, "audio", new Uint8Array(await seal(first, 7, "audio", short))))!)).toEqual(short);
  });
});
