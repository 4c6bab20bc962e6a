import { afterEach, describe, expect, it, vi } from "vitest";
import { faultSentence, fetchWords, lang, setWords, t } from "./words";

describe("the catalogue", () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
    setWords("vi", {});
  });

  it("is asked for until it comes, whatever the line does meanwhile", async () => {
    vi.useFakeTimers();
    const answers = [
      () => Promise.reject(new TypeError("the network is away")),
      () => Promise.resolve(new Response("", { status: 503 })),
      () => Promise.resolve(Response.json({ "Ask to speak": "Xin phát biểu" })),
    ];
    const asked: string[] = [];
    vi.stubGlobal("fetch", (address: string) => {
      asked.push(address);
      return answers.shift()?.();
    });
    const come = fetchWords("vi", "/assets/words-vi.json?1");
    await vi.advanceTimersByTimeAsync(4_000);
    await come;
    expect(asked).toEqual(Array(3).fill("/assets/words-vi.json?1"));
    expect([lang(), t("Ask to speak")]).toEqual(["vi", "Xin phát biểu"]);
  });
});

describe("words", () => {
  afterEach(() => setWords("vi", {}));

  it("are said in the reader's language", () => {
    setWords("vi", { "Ask to speak": "Xin phát biểu" });
    expect(t("Ask to speak")).toBe("Xin phát biểu");
  });

  it("are English where the catalogue is silent", () => {
    expect(t("Ask to speak")).toBe("Ask to speak");
    setWords("vi", { "Ask to speak": "" });
    expect(t("Ask to speak")).toBe("Ask to speak");
  });

  it("fill their places, every time a place is named", () => {
    setWords("vi", { "{n} of {all}": "{n} trên {all}, còn {n}" });
    expect(t("{n} of {all}", { n: 3, all: 24 })).toBe("3 trên 24, còn 3");
  });

  it("leave a place without its fact as it stands", () => {
    expect(t("{name} is not muted.", { other: 1 })).toBe("{name} is not muted.");
  });

  it("take a fact as it is, whatever signs are in it", () => {
    expect(t("{name} has the floor already.", { name: "$& {n}" })).toBe("$& {n} has the floor already.");
  });

  it("have a sentence for every fault of a device, also one nobody knew", () => {
    for (const fault of ["absent", "denied", "busy", "barred", "unknown", "new"]) {
      expect(faultSentence("camera", fault)).not.toBe("");
      expect(faultSentence("microphone", fault)).not.toBe(faultSentence("camera", fault));
    }
  });
});
