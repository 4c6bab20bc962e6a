import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as store from "../store";
import { setWords } from "../words";
import { draftOf, dropDraft, hasDraft, keepDraft } from "./drafts";
import {
  announced,
  ballotFields,
  ballotName,
  type BallotDraft,
  hands,
  lastCall,
  namesOf,
  needed,
  NO_BALLOT,
  notVoted,
  openVote,
  percent,
  recorded,
  stageOf,
  whyNoVote,
} from "./vote_reading";

const AT = "2027-01-05T12:30:00.000Z";
const later = (seconds: number) => Date.parse(AT) + seconds * 1000;
const seat = (order: number, more: object = {}) => ({ name: `N${order}`, order, kind: "member", standing: "official", post: "none", group: "", ...more });

function vote(more: object = {}): store.VoteLine {
  return { order: 1, kind: "ordinary", text: "x", state: "open", over: 1, under: 2, at_least: false, changeable: true, opened_at: AT, base: 4, voted: 0, ...more } as store.VoteLine;
}

function view(more: object = {}): store.View {
  const names = ["a", "b", "c", "d"];
  return {
    phase: "open",
    seats: Object.fromEntries(names.map((name, n) => [name, seat(n)])),
    roll: Object.fromEntries(names.map((name) => [name, { state: "present", kinds: { online: true } }])),
    votes: { open: "v1", all: { v1: vote({ waiting: { a: true, b: true, c: true, d: true } }) } },
    ...more,
  } as unknown as store.View;
}

const mine = (more: object = {}) => ({ member: "a", voter: true, ballots: {}, may: ["CastBallot"], ...more }) as unknown as store.Mine;
const chosen: BallotDraft = { ...NO_BALLOT, choice: "against", opinion: "Chưa đủ kinh ph" };

describe("a ballot whose answer was lost", () => {
  const sent: BallotDraft = { ...NO_BALLOT, choice: "against", opinion: " Chưa đủ. ", reserved: true };
  it.each([
    [{ choice: "against", opinion: "Chưa đủ.", reserved: true }, sent, "recorded"],
    [{ choice: "against", opinion: "Chưa đủ." }, sent, "confirm"],
    [{ choice: "for" }, sent, "confirm"],
    [{ choice: "for" }, { ...NO_BALLOT, choice: "for" as const }, "recorded"],
    [{ choice: "for" }, { ...NO_BALLOT, choice: "for" as const, changing: true }, "confirm"],
    [{ choice: "for" }, { ...NO_BALLOT, changing: true }, "choose"],
  ])("%j is what was drafted, or is not", (ballot, draft, stage) => {
    expect(stageOf(true, ballot, draft)).toBe(stage);
  });
});

describe("a ballot that is being filled in", () => {
  const draft = () => draftOf(ballotName("v1"), NO_BALLOT);
  beforeEach(() => {
    store.takeView({ seq: 3, at: AT, view: view(), mine: mine(), epoch: "e" });
    keepDraft(ballotName("v1"), chosen);
  });
  afterEach(() => dropDraft(ballotName("v1")));
  const stage = () => stageOf(store.mine.value?.voter ?? false, store.mine.value?.ballots["v1"], draft());

  it("is the same object after every push while others vote", () => {
    const before = draft();
    for (const [n, member] of ["b", "c", "d"].entries())
      store.takePatch({ after: 3 + n, seq: 4 + n, at: AT, patch: { votes: { all: { v1: { voted: n + 1, waiting: { [member]: null } } } } } });
    expect(store.view.value?.votes.all["v1"]?.voted).toBe(3);
    expect(draft()).toBe(before);
    expect(stage()).toBe("confirm");
  });

  it("outlives a whole view, as after a reconnect, and our private part", () => {
    store.takeMine(mine({ may: [] }));
    store.takeView({ seq: 9, at: AT, view: view(), mine: mine(), epoch: "f" });
    expect(draft()).toEqual(chosen);
    expect(stage()).toBe("confirm");
  });

  it("belongs to its own vote: the next one begins empty", () => {
    store.takePatch({ after: 3, seq: 4, at: AT, patch: { votes: { open: "v2", all: { v1: { state: "closed" }, v2: vote({ order: 2 }) } } } });
    expect(openVote(store.view.value ?? view())?.[0]).toBe("v2");
    expect(hasDraft(ballotName("v2"))).toBe(false);
    expect(draft()).toEqual(chosen);
  });

  it("is not overruled when the chair enters our hand meanwhile", () => {
    store.takeMine(mine({ ballots: { v1: { choice: "for", hand: { until: AT } } } }));
    expect(stage()).toBe("confirm");
  });
});

describe("where one stands with a vote", () => {
  const sent: BallotDraft = { ...chosen, sent: true };
  it.each([
    [false, undefined, NO_BALLOT, "barred"],
    [true, undefined, NO_BALLOT, "choose"],
    [true, undefined, chosen, "confirm"],
    [true, undefined, sent, "recorded"], // the answer came before our private part
    [true, { choice: "for" }, NO_BALLOT, "recorded"],
    [true, { choice: "for" }, { ...NO_BALLOT, changing: true }, "choose"],
    [true, { choice: "for" }, { ...chosen, changing: true }, "confirm"],
  ] as const)("voter %s, ballot %j: %j → %s", (voter, ballot, draft, stage) => {
    expect(stageOf(voter, ballot, draft)).toBe(stage);
  });

  it("the server's word on the choice is what is shown", () => {
    expect(recorded({ choice: "for" }, sent)).toBe("for");
    expect(recorded(undefined, sent)).toBe("against");
    expect(recorded(undefined, chosen)).toBeUndefined();
  });

  it("an opinion goes with the ballot, a reservation only with an opinion, and neither with a yes", () => {
    expect(ballotFields("v", "against", { ...chosen, opinion: " y ", reserved: true })).toEqual({ vote: "v", choice: "against", opinion: "y", reserved: true });
    expect(ballotFields("v", "other", { ...NO_BALLOT, reserved: true })).toEqual({ vote: "v", choice: "other" });
    expect(ballotFields("v", "for", { ...chosen, reserved: true })).toEqual({ vote: "v", choice: "for" });
  });

  it("who has no vote reads why", () => {
    const why = (more: object) => whyNoVote(seat(0, more) as store.Seat);
    expect(why({ standing: "probationary" })).toContain("Probationary");
    expect(why({ kind: "guest", standing: "none" })).toBe("Guests do not vote.");
    expect(why({ kind: "supervisor", standing: "none" })).toContain("superior");
    expect(why({ standing: "another" })).toBe("You do not vote in this meeting.");
  });
});

describe("the rule", () => {
  it("needs the least number that the server's own comparison lets pass", () => {
    for (const [over, under, at_least] of [[1, 2, false], [2, 3, true], [1, 2, true], [2, 3, false]] as const)
      for (let base = 1; base <= 100; base += 1) {
        const passes = (yes: number) => (at_least ? yes * under >= base * over : yes * under > base * over);
        const least = Array.from({ length: base + 2 }, (_, yes) => yes).find(passes);
        expect(needed({ over, under, at_least }, base)).toBe(least);
      }
  });

  it("writes hundredths as a percentage of the reader's language", () => {
    setWords("vi", {});
    expect([6666, 5000, 10_000, 5, 0].map(percent)).toEqual(["66,66 %", "50 %", "100 %", "0,05 %", "0 %"]);
    setWords("en", {});
    expect(percent(6606)).toBe("66.06 %");
  });
});

describe("the turnout", () => {
  const away = view({ roll: { ...view().roll, b: { state: "absent", kinds: {} }, c: { state: "silent", kinds: {} } } });
  const waiting = vote({ waiting: { d: true, c: true, b: true } });

  it("names who has not voted in the order of the roster, the absent apart", () => {
    expect(notVoted(away, waiting)).toEqual({ here: ["c", "d"], away: ["b"] });
    expect(namesOf(away, ["a", "b", "c"], 2)).toBe("N0, N1 and 1 more");
    expect(namesOf(away, ["a"], 2)).toBe("N0");
  });

  it("presses the last ones, but nobody in the first seconds, and never who has voted", () => {
    const last = vote({ waiting: { a: true }, voted: 3 });
    expect(lastCall(view(), last, mine(), later(5))).toBe(false);
    expect(lastCall(view(), last, mine(), later(25))).toBe(true);
    expect(lastCall(view(), vote({ waiting: { a: true, b: true } }), mine(), later(25))).toBe(false);
    expect(lastCall(view(), vote({ waiting: { b: true } }), mine(), later(25))).toBe(false);
  });

  it("offers the chair the hands of the room and of telephones only", () => {
    const roll = {
      a: { state: "present", kinds: { in_room: true } },
      b: { state: "present", kinds: { vouched: "a" } },
      c: { state: "present", kinds: { online: true }, devices: { desktop: 1 } },
      d: { state: "present", kinds: { online: true }, devices: { phone: 1 } },
    };
    expect(hands(view({ roll }), vote({ waiting: { a: true, b: true, c: true, d: true } })).map(([member]) => member)).toEqual(["a", "b", "d"]);
  });
});

describe("a result", () => {
  it("stands before everybody for three minutes, the latest one", () => {
    const all = { v1: vote({ state: "closed", closed_at: AT }), v2: vote({ state: "cancelled", closed_at: "2027-01-05T12:31:00.000Z" }) };
    const ended = view({ votes: { all } });
    expect(announced(ended, later(61))?.[0]).toBe("v2");
    expect(announced(ended, later(239))?.[0]).toBe("v2");
    expect(announced(ended, later(240))).toBeUndefined();
    expect(announced(view(), later(0))).toBeUndefined();
  });
});
