import { describe, expect, test } from "vitest";
import { straight, verdict } from "./ways";

const ANSWER = "v=0\r\na=candidate:1 1 udp 1 10.0.0.1 8081 typ host\r\na=candidate:101 1 tcp 1 10.0.0.1 8081 typ host tcptype passive\r\na=mid:0\r\n";

describe("the ways of sound and picture", () => {
  test("one is tried without the other", () => {
    expect(straight(ANSWER, "udp")).not.toContain("tcp");
    expect(straight(ANSWER, "tcp")).not.toContain("udp");
    expect(straight(ANSWER, "tcp")).toContain("a=mid:0\r\n");
  });
  test("the verdict is the best that works", () => {
    expect(verdict({ udp: 5, tcp: 9, relay: 9, socket: 3 })).toBe("udp");
    expect(verdict({ udp: null, tcp: 9, relay: 9, socket: 3 })).toBe("tcp");
    expect(verdict({ udp: null, tcp: null, relay: 9, socket: 3 })).toBe("relay");
    expect(verdict({ udp: null, tcp: null, relay: null, socket: 3 })).toBe("socket");
    expect(verdict({ udp: null, tcp: null, relay: null, socket: null })).toBe("nothing");
  });
});
