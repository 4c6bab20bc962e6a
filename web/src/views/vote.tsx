/** An open vote as every member meets it: the call, the ballot, the turnout, then the result. */
import { signal, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import { type Choice, deeds, may, type Mine, type OwnBallot, type View, type Vote, type VoteLine } from "../store";
import { clock, now, secondsUntil } from "../time";
import { t } from "../words";
import { draftOf, keepDraft } from "./drafts";
import { TextDialog } from "./forms";
import { Icon, type IconName } from "./icons";
import { Act, usePending } from "./parts";
import { wordOf } from "./reading";
import { ByGroup, Reported } from "./round";
import { countsOnly } from "./round_reading";
import {
  announced,
  ballotFields,
  ballotName,
  type BallotDraft,
  CHOICES,
  choiceWord,
  lastCall,
  MOTIONS,
  namesOf,
  needed,
  NO_BALLOT,
  notVoted,
  openVote,
  percent,
  recorded,
  ruleOf,
  stageOf,
  whyNoVote,
} from "./vote_reading";

const MOST_NAMES = 8; // in one line; the list has them all
const SIGNS: Record<Choice, IconName> = { for: "check", against: "x", other: "discuss" };
const put = (vote: Vote, part: Partial<BallotDraft>) =>
  keepDraft(ballotName(vote), { ...draftOf(ballotName(vote), NO_BALLOT), ...part });

/** How many have voted, and the names of who has not; never how anybody votes. */
export function Turnout({ view, vote }: { view: View; vote: VoteLine }) {
  const { here, away } = notVoted(view, vote);
  return (
    <div class="turnout">
      <p>
        <strong>{t("{n} of {all} have voted", { n: vote.voted ?? 0, all: vote.base })}</strong>
      </p>
      {here.length > 0 && <p class="soft small">{t("Not yet voted: {names}", { names: namesOf(view, here, MOST_NAMES) })}</p>}
      {away.length > 0 && <p class="soft small">{t("Absent: {names}", { names: namesOf(view, away, MOST_NAMES) })}</p>}
    </div>
  );
}

/** What the motion needs, in one line; a group alone carries and rejects nothing. */
export function RuleLine({ view, vote }: { view: View; vote: VoteLine }) {
  const here = t("that is {n} of {all}", { n: needed(vote, vote.base), all: vote.base });
  const need = countsOnly(view) ? t("counted over the whole cell") : here;
  return <p class="soft small">{[wordOf(MOTIONS, vote.kind), ruleOf(vote), need, vote.document].filter(Boolean).join(" · ")}</p>;
}

// -- the ballot ----------------------------------------------------------------------------------------------------

function Choices({ vote }: { vote: Vote }) {
  return (
    <div class="ballot-choices" role="group" aria-label={t("Your vote")}>
      {CHOICES.map((choice) => (
        <button key={choice} type="button" class="ballot-choice" onClick={() => put(vote, { choice, sent: false })}>
          <span class="ballot-sign">
            <Icon of={SIGNS[choice]} />
          </span>
          <span>{choiceWord(choice)}</span>
        </button>
      ))}
    </div>
  );
}

/** Why one is not in favour, and whether the minutes shall say that one holds to it. */
function Opinion({ vote, draft }: { vote: Vote; draft: BallotDraft }) {
  const id = useId();
  return (
    <>
      <div class="field">
        <label for={id}>{t("Your opinion (if you wish)")}</label>
        <textarea id={id} maxLength={2000} value={draft.opinion} onInput={(e) => put(vote, { opinion: e.currentTarget.value })} />
      </div>
      <label class="choice">
        <input
          type="checkbox"
          checked={draft.reserved}
          disabled={draft.opinion.trim() === ""}
          onChange={(e) => put(vote, { reserved: e.currentTarget.checked })}
        />
        <span>{t("I reserve this opinion; the minutes shall say so")}</span>
      </label>
    </>
  );
}

function Confirm({ vote, choice, draft }: { vote: Vote; choice: Choice; draft: BallotDraft }) {
  const [pending, run] = usePending();
  const send = async () => {
    const answer = await deeds().ask("CastBallot", ballotFields(vote, choice, draft));
    if ("done" in answer) put(vote, { sent: true, changing: false, folded: false });
  };
  return (
    <form
      class="stack tight"
      onSubmit={(event) => {
        event.preventDefault();
        run(send);
      }}
    >
      <p class="ballot-chosen" data-choice={choice}>
        <Icon of={SIGNS[choice]} />
        <span>
          {t("You choose:")} <strong>{choiceWord(choice)}</strong>
        </span>
      </p>
      {choice !== "for" && <Opinion vote={vote} draft={draft} />}
      <div class="row halves">
        <button type="submit" class="button main big" aria-busy={pending}>
          {pending ? t("Sending your ballot…") : t("Send my ballot")}
        </button>
        <button type="button" class="button big" disabled={pending} onClick={() => keepDraft(ballotName(vote), { ...draft, choice: undefined })}>
          {t("Choose again")}
        </button>
      </div>
    </form>
  );
}

interface RecordedProps {
  id: Vote;
  vote: VoteLine;
  ballot: OwnBallot | undefined;
  choice: Choice;
}

function Recorded({ id, vote, ballot, choice }: RecordedProps) {
  return (
    <div class="row">
      <p class="ballot-recorded" role="status">
        <Icon of="check" />
        <span>
          {t("Your ballot is recorded:")} <strong>{choiceWord(choice)}</strong>
        </span>
      </p>
      {vote.changeable && !ballot?.hand && (
        <button type="button" class="button push" onClick={() => keepDraft(ballotName(id), { ...NO_BALLOT, changing: true })}>
          {t("Change my vote")}
        </button>
      )}
      {!vote.changeable && <p class="soft small">{t("In this vote a ballot is not changed.")}</p>}
    </div>
  );
}

/** While another choice is being made, the first one holds. */
function Standing({ id, choice }: { id: Vote; choice: Choice }) {
  return (
    <div class="row">
      <p class="soft small">
        {t("Your ballot is recorded:")} <strong>{choiceWord(choice)}</strong>
      </p>
      <button type="button" class="button plain push" onClick={() => keepDraft(ballotName(id), NO_BALLOT)}>
        {t("Leave it so")}
      </button>
    </div>
  );
}

/** The chair entered our hand: right, or contested in time. */
function Hand({ vote, ballot, until }: { vote: Vote; ballot: OwnBallot; until: string }) {
  const left = secondsUntil(until, now.value);
  useEffect(() => {
    if (left > 0) deeds().alarm();
  }, [until]);
  return (
    <div class="notice care hand">
      <Icon of="hand" />
      <div class="stack tight">
        <p role="alert">
          {t("The chair entered your hand:")} <strong>{choiceWord(ballot.choice)}</strong>
        </p>
        {left > 0 && (
          <div class="row">
            <Act name="ContestHand" fields={{ vote }}>
              {t("That is not right")} <span aria-hidden="true">({clock(left)})</span>
            </Act>
          </div>
        )}
      </div>
    </div>
  );
}

interface BallotProps {
  id: Vote;
  vote: VoteLine;
  view: View;
  mine: Mine;
  children?: ComponentChildren;
}

/** `children`: what the chair may do about it, beside the turnout. */
function Ballot({ id, vote, view, mine, children }: BallotProps) {
  const draft = draftOf(ballotName(id), NO_BALLOT);
  const stage = stageOf(mine.voter, mine.ballots[id], draft);
  const asks = stage === "choose" || stage === "confirm";
  const called = asks && !draft.changing && lastCall(view, vote, mine, now.value);
  const frame = useStep(stage);
  const title = useId();
  useEffect(() => {
    if (asks && !draft.changing) deeds().alarm();
  }, [id, called]);
  return (
    <section ref={frame} class="ballot" data-stage={stage} data-folded={asks && draft.folded} aria-labelledby={title}>
      <div role="alert">
        <div class="ballot-head">
          <p class="soft small">{asks ? t("A vote: please choose") : t("Voting now")}</p>
          {asks && (
            <button type="button" class="button plain" aria-expanded={!draft.folded} onClick={() => put(id, { folded: !draft.folded })}>
              {draft.folded ? t("Vote now") : t("Later")}
            </button>
          )}
        </div>
        <h2 id={title} tabIndex={-1}>
          {vote.text}
        </h2>
      </div>
      {called && (
        <p class="notice care" role="alert">
          <Icon of="alert" />
          <span>{t("Nearly everybody has voted; the meeting waits for you.")}</span>
        </p>
      )}
      {!(asks && draft.folded) && <Step id={id} vote={vote} view={view} mine={mine} draft={draft} />}
      {!(asks && draft.folded) && (
        <div class="row">
          <Turnout view={view} vote={vote} />
          {children && <div class="push">{children}</div>}
        </div>
      )}
    </section>
  );
}

function Step({ id, vote, view, mine, draft }: BallotProps & { draft: BallotDraft }) {
  const ballot = mine.ballots[id];
  const stage = stageOf(mine.voter, ballot, draft);
  const choice = recorded(ballot, draft);
  return (
    <>
      {stage === "barred" && <p class="ballot-barred">{whyNoVote(view.seats[mine.member])}</p>}
      {ballot?.hand && <Hand vote={id} ballot={ballot} until={ballot.hand.until} />}
      {ballot && choice && (stage === "choose" || stage === "confirm") && <Standing id={id} choice={choice} />}
      {stage === "choose" && <Choices vote={id} />}
      {stage === "confirm" && draft.choice && <Confirm vote={id} choice={draft.choice} draft={draft} />}
      {stage === "recorded" && choice && <Recorded id={id} vote={vote} ballot={ballot} choice={choice} />}
      {stage !== "confirm" && <RuleLine view={view} vote={vote} />}
    </>
  );
}

/** When the step changes under the hand, the keyboard goes on from its beginning; what is typed elsewhere is left alone. */
function useStep(stage: string) {
  const frame = useRef<HTMLElement>(null);
  const before = useRef(stage);
  useLayoutEffect(() => {
    if (before.current === stage) return;
    before.current = stage;
    if (document.activeElement === document.body) frame.current?.querySelector("h2")?.focus({ preventScroll: true });
  }, [stage]);
  return frame;
}

// -- the result ----------------------------------------------------------------------------------------------------

/** Counts and percent of the base; readable without colour. */
export function Verdict({ vote }: { vote: VoteLine }) {
  const result = vote.result;
  if (!result) return null;
  const rows: [string, number][] = [
    [choiceWord("for"), result.in_favour],
    [choiceWord("against"), result.against],
    [choiceWord("other"), result.other],
    [t("Not voted"), result.not_voted],
  ];
  if (result.invalid) rows.splice(3, 0, [t("Invalid ballots"), result.invalid]);
  return (
    <div class="verdict" data-passed={result.passed}>
      <p class="verdict-word">
        <Icon of={result.passed ? "check" : "x"} />
        <strong>{result.passed ? t("Passed") : t("Not passed")}</strong>
        <span>
          {t("{n} of {all} in favour, {percent}", { n: result.in_favour, all: result.base, percent: percent(result.percent) })}
        </span>
      </p>
      <dl class="tally">
        {rows.map(([word, count]) => (
          <div key={word}>
            <dt>{word}</dt>
            <dd>{count}</dd>
          </div>
        ))}
      </dl>
      <p class="soft small">
        {t("Rule: {rule}, that is {n} of {all}.", { rule: ruleOf(vote), n: needed(vote, result.base), all: result.base })}
        {vote.document && ` ${vote.document}.`}
      </p>
      {(vote.reserved ?? 0) > 0 && <p class="soft small">{t("{n} reserved opinions", { n: vote.reserved ?? 0 })}</p>}
    </div>
  );
}

/** After the vote: an opinion one holds to, for the minutes. */
export function Reserve({ id }: { id: Vote }) {
  const asking = useSignal(false);
  const word = t("Reserve my opinion");
  const close = () => (asking.value = false);
  return (
    <>
      <button type="button" class="button" disabled={!may("ReserveOpinion")} onClick={() => (asking.value = true)}>
        {word}
      </button>
      {asking.value && (
        <TextDialog draft={`reserve ${id}`} title={word} label={t("Your opinion")} name="ReserveOpinion" fields={{ vote: id }} close={close} />
      )}
    </>
  );
}

const dismissed = signal<Vote>("");

function Announcement({ id, vote, view, mine }: { id: Vote; vote: VoteLine; view: View; mine: Mine }) {
  const own = mine.ballots[id];
  return (
    <section class="ballot" data-stage="over">
      <div role="status">
        <div class="ballot-head">
          <p class="soft small">{vote.state === "cancelled" ? t("The vote was cancelled") : t("Result of the vote")}</p>
          <button type="button" class="button plain" onClick={() => (dismissed.value = id)}>
            {t("Close")}
          </button>
        </div>
        <h2>{vote.text}</h2>
      </div>
      {vote.state === "cancelled" && <p>{t("Reason: {reason}", { reason: vote.reason ?? "" })}</p>}
      <Verdict vote={vote} />
      <Reported vote={vote} />
      <ByGroup view={view} vote={vote} />
      {own && <p class="small">{t("Your own ballot: {choice}", { choice: choiceWord(own.choice) })}</p>}
      {(vote.state === "closed" || vote.state === "reported") && mine.voter && (
        <div class="row">
          <Reserve id={id} />
        </div>
      )}
    </section>
  );
}

interface CallProps {
  view: View;
  mine: Mine;
  children?: ComponentChildren;
}

/** What stands above the debate: the open vote, or for a while the result of the last. */
export function VoteCall({ view, mine, children }: CallProps) {
  const open = openVote(view);
  if (open)
    return (
      <Ballot key={open[0]} id={open[0]} vote={open[1]} view={view} mine={mine}>
        {children}
      </Ballot>
    );
  const last = announced(view, now.value);
  if (!last || last[0] === dismissed.value) return null;
  return <Announcement key={last[0]} id={last[0]} vote={last[1]} view={view} mine={mine} />;
}
