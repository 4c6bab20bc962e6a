/** The record while it is made: what was voted, concluded and given, and what the minutes say. */
import type { ComponentChildren } from "preact";
import { may, type Member, type Mine, type View, type Vote, type VoteLine } from "../store";
import { hour } from "../time";
import { t } from "../words";
import { Conclusions, Tasks } from "./concluding";
import { draftOf, dropDraft, keepDraft } from "./drafts";
import { CommandForm } from "./forms";
import { MinutesSection } from "./minuting";
import { Opening } from "./opening";
import { nameOf, wordOf } from "./reading";
import { ByGroup, Held, Reported } from "./round";
import { Score } from "./scoring";
import { Reserve, RuleLine, Verdict } from "./vote";
import { CancelVote } from "./vote_desk";
import { choiceWord, VOTE_STATES, votesInOrder } from "./vote_reading";

// -- votes ---------------------------------------------------------------------------------------------------------

const COUNTED = ["in_favour", "against", "other", "invalid"] as const;
type Counted = Record<(typeof COUNTED)[number], string>;
const UNCOUNTED: Counted = { in_favour: "", against: "", other: "", invalid: "0" };
const COUNT_WORDS: Counted & Record<string, string> = { in_favour: "for", against: "against", other: "other", invalid: "invalid" };
const countWord = (name: string) => (name === "invalid" ? t("Invalid ballots") : choiceWord(COUNT_WORDS[name] ?? ""));

/** The ballots on paper are counted by two people; each enters what he counted. */
function CountForm({ id, vote }: { id: Vote; vote: VoteLine }) {
  const name = `count ${id}`;
  const count = draftOf(name, UNCOUNTED);
  const figures = COUNTED.map((line) => Number(count[line]));
  const whole = COUNTED.every((line) => /^\d{1,4}$/.test(count[line])) && figures.reduce((a, b) => a + b, 0) <= vote.base;
  const fields = () => ({ vote: id, ...Object.fromEntries(COUNTED.map((line) => [line, Number(count[line])])) });
  return (
    <CommandForm name="EnterCount" fields={fields} action={t("Enter my count")} ready={whole} done={() => dropDraft(name)}>
      <p class="soft small">{t("Two people enter what they counted; it stands when both are alike. At most {most} ballots.", { most: vote.base })}</p>
      <div class="pair">
        {COUNTED.map((line) => (
          <label key={line} class="field">
            <span class="label">{countWord(line)}</span>
            <input inputMode="numeric" maxLength={4} value={count[line]} onInput={(e) => keepDraft(name, { ...count, [line]: e.currentTarget.value })} />
          </label>
        ))}
      </div>
    </CommandForm>
  );
}

function Counters({ view, vote }: { view: View; vote: VoteLine }) {
  const counters = Object.keys(vote.counters ?? {});
  if (counters.length === 0) return <p class="soft small">{t("Nobody has entered a count yet.")}</p>;
  return (
    <ul class="small">
      {counters.map((member) => (
        <li key={member}>{[nameOf(view, member), countOf(vote, member)].filter(Boolean).join(": ")}</li>
      ))}
    </ul>
  );
}

function countOf(vote: VoteLine, member: Member): string {
  const count = vote.counts?.[member];
  return count ? COUNTED.map((line) => `${countWord(line)} ${count[line]}`).join(", ") : "";
}

function Reserved({ view, vote }: { view: View; vote: VoteLine }) {
  const opinions = Object.entries(vote.opinions ?? {});
  if (opinions.length === 0) return null;
  return (
    <details class="fold small">
      <summary>{t("Reserved opinions ({n})", { n: opinions.length })}</summary>
      {opinions.map(([member, text]) => (
        <p key={member} class="written">{`${nameOf(view, member)}: ${text}`}</p>
      ))}
    </details>
  );
}

function VoteEntry({ view, mine, id, vote }: { view: View; mine: Mine; id: Vote; vote: VoteLine }) {
  const own = mine.ballots[id];
  const paper = vote.state === "paper";
  return (
    <li class="stack tight">
      <p class="line small">
        <span class="tag">{wordOf(VOTE_STATES, vote.state)}</span>
        <span class="soft">{hour(vote.opened_at)}</span>
      </p>
      <p class="who">{vote.text}</p>
      {vote.result ? <Verdict vote={vote} /> : <RuleLine view={view} vote={vote} />}
      <Reported vote={vote} />
      <ByGroup view={view} vote={vote} />
      {vote.reason && <p class="soft">{t("Reason: {reason}", { reason: vote.reason })}</p>}
      {paper && <Counters view={view} vote={vote} />}
      {paper && may("EnterCount") && <CountForm id={id} vote={vote} />}
      {paper && mine.chair && <CancelVote id={id} vote={vote} />}
      <Reserved view={view} vote={vote} />
      {own && <p class="small">{t("Your own ballot: {choice}", { choice: choiceWord(own.choice) })}</p>}
      {(vote.state === "closed" || vote.state === "reported") && mine.voter && (
        <div class="row">
          <Reserve id={id} />
        </div>
      )}
    </li>
  );
}

function Votes({ view, mine }: { view: View; mine: Mine }) {
  const votes = votesInOrder(view);
  if (votes.length === 0) return <p class="empty">{t("Nothing has been voted yet.")}</p>;
  return (
    <ul class="ledger">
      {votes.map(([id, vote]) => (
        <VoteEntry key={id} view={view} mine={mine} id={id} vote={vote} />
      ))}
    </ul>
  );
}

// -- the whole -----------------------------------------------------------------------------------------------------

function Chapter({ title, count, open = false, children }: { title: string; count: number; open?: boolean; children: ComponentChildren }) {
  return (
    <details class="fold chapter" open={open}>
      <summary>
        {title} {count > 0 && <span class="count">{count}</span>}
      </summary>
      {children}
    </details>
  );
}

export function Record({ view, mine }: { view: View; mine: Mine }) {
  return (
    <div class="record">
      {view.round?.held && (
        <Chapter title={t("What the groups held")} count={Object.keys(view.round.held).length} open>
          <Held view={view} />
        </Chapter>
      )}
      <Chapter title={t("Opening")} count={0}>
        <Opening view={view} chairs={mine.chair} />
      </Chapter>
      <Chapter title={t("Voting")} count={Object.keys(view.votes.all).length}>
        <Votes view={view} mine={mine} />
      </Chapter>
      <Chapter title={t("Conclusions")} count={Object.keys(view.conclusions).length} open>
        <Conclusions view={view} chairs={mine.chair} />
      </Chapter>
      <Chapter title={t("Tasks")} count={Object.keys(view.tasks).length} open>
        <Tasks view={view} chairs={mine.chair} />
      </Chapter>
      {view.round?.group === undefined && (
        <Chapter title={t("Score of the meeting")} count={0}>
          <Score view={view} mine={mine} />
        </Chapter>
      )}
      <Chapter title={t("Minutes")} count={0}>
        <MinutesSection view={view} mine={mine} />
      </Chapter>
    </div>
  );
}
