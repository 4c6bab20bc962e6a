import { beforeEach, describe, expect, it, vi } from "vitest";
import * as store from "../store";
import { dropDraft } from "./drafts";
import { isOlder, isWritten, minutesDraft, saveMinutes, settleMinutes, unsent, writeMinutes } from "./minutes_keeping";

const AT = "2027-01-05T12:30:00.000Z";
const asked: [string, store.Fields | undefined][] = [];
let answer: (given: store.Answer) => void;
let seq = 1;

function arrives(version: number, text: string): void {
  const items = { i1: { version, text, by: "a", at: AT } };
  store.takePatch({ after: seq, seq: ++seq, at: AT, patch: { minutes: { items } } });
}

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal("sessionStorage", {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => void kept.set(name, text),
    removeItem: (name: string) => void kept.delete(name),
  });
  vi.useFakeTimers();
  asked.length = 0;
  dropDraft("minutes  i1");
  store.setDeeds({
    ask: (name: string, fields?: store.Fields) => {
      asked.push([name, fields]);
      return new Promise<store.Answer>((told) => (answer = told));
    },
  } as unknown as store.Deeds);
  const view = { agenda: { items: { i1: { title: "x", order: 1, state: "open" } } }, minutes: { items: {} } };
  store.takeView({ seq: (seq = 1), at: AT, view, mine: { may: [] }, epoch: "e" } as unknown as Parameters<typeof store.takeView>[0]);
});

describe("minutes that are being written", () => {
  it("are sent when their writer rests, and what follows is sent after", async () => {
    writeMinutes("i1", { text: "Một", base: 0 });
    writeMinutes("i1", { text: "Một hai", base: 0 });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(asked).toEqual([["WriteMinutes", { item: "i1", text: "Một hai", base_version: 0 }]]);
    writeMinutes("i1", { text: "Một hai ba", base: 0 });
    answer({ done: 2 });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(asked[1]).toEqual(["WriteMinutes", { item: "i1", text: "Một hai ba", base_version: 1 }]);
    answer({ done: 3 });
    await vi.advanceTimersByTimeAsync(0);
  });

  it("are left for the next page until the server has them", async () => {
    writeMinutes("i1", { text: "Một", base: 0 });
    expect(unsent(store.view.value as store.View)).toEqual([["i1", "Một"]]);
    const saved = saveMinutes("i1");
    answer({ done: 2 });
    await saved;
    expect(unsent(store.view.value as store.View)).toEqual([]);
    arrives(1, "Một");
    settleMinutes("i1");
    expect([isWritten("i1"), minutesDraft("i1")]).toEqual([true, { text: "Một", base: 1 }]);
  });

  it("are the last words when the chair closes; what is refused is not forgotten", async () => {
    writeMinutes("i1", { text: "Một", base: 0 });
    const said = Promise.all(store.lastWords.map((say) => say()));
    const no = { refused: { rule: "x", why: "x", facts: {} } } as unknown as store.Answer;
    answer(no);
    await vi.advanceTimersByTimeAsync(0);
    answer(no);
    await said;
    expect(asked.length).toBe(2);
    expect(unsent(store.view.value as store.View)).toEqual([["i1", "Một"]]);
  });

  it("wait for their writer where somebody else wrote meanwhile", async () => {
    writeMinutes("i1", { text: "Một", base: 0 });
    arrives(1, "Khác");
    await vi.advanceTimersByTimeAsync(15_000);
    expect([isOlder("i1"), asked.length]).toEqual([true, 0]);
  });
});
