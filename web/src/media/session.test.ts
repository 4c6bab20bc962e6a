import { beforeEach, describe, expect, it, vi } from "vitest";

/** The browser's own doors, as far as we knock at them. */
class Sentinel {
  released = false;
  async release(): Promise<void> {
    this.released = true;
  }
}
let locks: Sentinel[];
let request: () => Promise<Sentinel>;
let handlers: Record<string, (() => void) | null>;
let shown: { metadata: unknown; playbackState: string; microphone?: boolean; camera?: boolean };
let session: typeof import("./session");

beforeEach(async () => {
  locks = [];
  handlers = {};
  request = async () => {
    const lock = new Sentinel();
    locks.push(lock);
    return lock;
  };
  const mediaSession = {
    metadata: null as unknown,
    playbackState: "none",
    setActionHandler(action: string, act: (() => void) | null) {
      if (action === "togglecamera") throw new TypeError("an older browser");
      handlers[action] = act;
    },
    setMicrophoneActive: (on: boolean) => (shown.microphone = on),
    setCameraActive: (on: boolean) => (shown.camera = on),
  };
  shown = mediaSession;
  vi.stubGlobal("navigator", { mediaSession, wakeLock: { request: (kind: string) => (expect(kind).toBe("screen"), request()) } });
  vi.stubGlobal("MediaMetadata", class { constructor(readonly given: { title: string; artist: string }) {} });
  vi.resetModules();
  session = await import("./session");
});

describe("the screen", () => {
  it("is asked to stay on, once as long as it does", async () => {
    const first = session.stayAwake();
    await session.stayAwake(); // in the same breath
    await first;
    await session.stayAwake();
    expect(locks.length).toBe(1);
  });
  it("is asked again after the browser let go of it", async () => {
    await session.stayAwake();
    locks[0]!.released = true; // the page was hidden
    await session.stayAwake();
    expect(locks.map((lock) => lock.released)).toEqual([true, false]);
  });
  it("may sleep when the meeting is left, even if the browser was slow to grant it", async () => {
    await session.stayAwake();
    await session.maySleep();
    expect(locks[0]!.released).toBe(true);
    const late = session.stayAwake();
    await session.maySleep();
    await late;
    expect(locks.map((lock) => lock.released)).toEqual([true, true]);
  });
  it("stays as it is where the browser refuses, or does not know how", async () => {
    request = () => Promise.reject(new DOMException("", "NotAllowedError"));
    await session.stayAwake();
    await session.maySleep();
    vi.stubGlobal("navigator", {});
    await session.stayAwake();
    expect(locks).toEqual([]);
  });
});

describe("the telephone's own screen", () => {
  const hands = () => ({ microphone: vi.fn(), camera: vi.fn(), leave: vi.fn() });

  it("names the meeting, and its buttons do what they say", () => {
    const mine = hands();
    session.announce("Họp chi bộ tháng 1", mine);
    expect(shown.metadata).toMatchObject({ given: { title: "Họp chi bộ tháng 1", artist: "Chibo" } });
    expect(shown.playbackState).toBe("playing");
    handlers.togglemicrophone?.();
    expect([mine.microphone, mine.camera, mine.leave].map((hand) => hand.mock.calls.length)).toEqual([1, 0, 0]);
    handlers.hangup?.();
    expect(mine.leave).toHaveBeenCalledOnce();
  });
  it("shows what is on", () => {
    session.showActive(true, false);
    expect([shown.microphone, shown.camera]).toEqual([true, false]);
  });
  it("knows nothing of us afterwards", () => {
    session.announce("Họp", hands());
    session.withdraw();
    expect([shown.metadata, shown.playbackState, handlers.togglemicrophone, handlers.hangup]).toEqual([null, "none", null, null]);
  });
  it("may be missing", () => {
    vi.stubGlobal("navigator", {});
    session.announce("Họp", hands());
    session.showActive(true, true);
    session.withdraw();
  });
});
