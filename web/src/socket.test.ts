import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { freshId } from "./ids";
import { Line, refusalOf, type Listener } from "./socket";

/** A wire that answers only when told to, without a network. */
class Wire {
  connected = false;
  id = "";
  sent: { at: number; id: string; answered: (answer: unknown) => void }[] = [];
  closed = 0;
  private heard = new Map<string, (given?: unknown) => void>();
  io = { on: () => {}, engine: { close: () => this.lose() } };

  on(name: string, then: (given?: unknown) => void) {
    this.heard.set(name, then);
  }
  onAny(then: () => void) {
    this.heard.set("*", then);
  }
  connect() {}
  disconnect() {}
  emit(_name: string, letter: { id: string }, answered: (answer: unknown) => void) {
    this.sent.push({ at: Date.now(), id: letter.id, answered });
  }

  join(id: string) {
    this.connected = true;
    this.id = id;
    this.heard.get("connect")?.();
  }
  lose() {
    this.closed += 1;
    this.connected = false;
    this.heard.get("disconnect")?.();
  }
  says() {
    this.heard.get("*")?.();
  }
}

let wire: Wire;
vi.mock("socket.io-client", () => ({ io: () => wire }));

describe("a command whose answer is lost", () => {
  const calm = new Proxy({}, { get: () => () => true }) as Listener;
  let line: Line;

  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
    wire = new Wire();
    line = new Line({ meeting: "m", connection: "c", device: "" }, calm);
    wire.join("one");
  });
  afterEach(() => {
    line.close();
    vi.useRealTimers();
  });
  /** The line is alive: the server sends something every second. */
  const pass = (seconds: number) => {
    for (let s = 0; s < seconds; s++) {
      vi.advanceTimersByTime(1000);
      wire.says();
    }
  };

  it("goes out again under the same id, soon and then more seldom, until it is answered", async () => {
    const answered = line.ask("CastBallot", { vote: "v", choice: "for" });
    pass(13);
    expect(wire.sent.map((each) => each.at)).toEqual([0, 1500, 3000, 4500, 6000, 7500, 9000, 12_000]);
    expect(new Set(wire.sent.map((each) => each.id)).size).toBe(1);
    wire.sent.at(-1)?.answered({ done: 7 });
    expect(await answered).toEqual({ done: 7 });
    pass(30);
    expect(wire.sent).toHaveLength(8);
  });

  it("takes the answer to any of its sendings, for on a slow line it comes late", async () => {
    const answered = line.ask("AskToSpeak");
    pass(4);
    expect(wire.sent).toHaveLength(3);
    wire.sent[0]?.answered({ done: 9 });
    expect(await answered).toEqual({ done: 9 });
    pass(30);
    expect(wire.sent).toHaveLength(3);
  });

  it("does not take a slow line for a dead one before six seconds of silence", () => {
    void line.ask("AskToSpeak");
    vi.advanceTimersByTime(5900);
    expect([wire.closed, wire.sent.length]).toEqual([0, 4]);
    vi.advanceTimersByTime(1700);
    expect(wire.closed).toBe(1);
  });

  it("is sent by the next connection from the beginning, and by the old one no more", () => {
    void line.ask("AskToSpeak");
    vi.advanceTimersByTime(1000);
    wire.lose();
    wire.join("two");
    expect(wire.sent.map((each) => each.at)).toEqual([0, 1000]);
    pass(2);
    expect(wire.sent.map((each) => each.at)).toEqual([0, 1000, 2500]);
  });
});

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
