import { describe, expect, it } from "vitest";
import { freshId } from "./ids";
import { refusalOf } from "./socket";

describe("a connection's name", () => {
  it("is 22 characters of base64url, and another each time", () => {
    const names = Array.from({ length: 500 }, freshId);
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(new Set(names).size).toBe(500);
  });
});

describe("a refused connect", () => {
  const refusal = { rule: "SignedOut", why: "Your session has ended.", facts: {} };

  it("carries rule, sentence and facts", () => {
    expect(refusalOf(Object.assign(new Error("x"), { data: refusal }))).toEqual(refusal);
    expect(refusalOf(Object.assign(new Error("x"), { data: [refusal] }))).toEqual(refusal);
  });

  it("is told from a network that is away", () => {
    expect(refusalOf(new Error("websocket error"))).toBeNull();
    expect(refusalOf(Object.assign(new Error("x"), { data: "text" }))).toBeNull();
  });
});
