/** The chair's desk for votes: put a motion, enter hands, close with the names before him, cancel with a reason. */
import { useSignal } from "@preact/signals";
import { useEffect, useId, useState } from "preact/hooks";
import { deeds, freshId, may, type Member, type View, type Vote, type VoteLine } from "../store";
import { t } from "../words";
import { draftOf, dropDraft, keepDraft } from "./drafts";
import { Act, Dialog, ReasonDialog, usePending } from "./parts";
import { nameOf, wordOf } from "./reading";
import { RoundMotions } from "./round";
import { Turnout } from "./vote";
import { CHOICES, choiceWord, hands, MOTIONS, namesOf, notVoted, openVote, ruleOf } from "./vote_reading";

const MOTION = "motion";
interface MotionDraft {
  vote: Vote;
  kind: string;
  text: string;
}

// -- putting a motion ----------------------------------------------------------------------------------------------

/** The draft is the chair's until it is put; its name is made once, so that sending twice puts it once. */
function MotionDialog({ view, close }: { view: View; close: () => void }) {
  const [fresh] = useState<MotionDraft>(() => ({ vote: freshId(), kind: "ordinary", text: "" }));
  const draft = draftOf(MOTION, fresh);
  const kinds = Object.entries(view.motions).sort(([, a], [, b]) => a.order - b.order);
  const rule = view.motions[draft.kind];
  const [pending, run] = usePending();
  const [select, field] = [useId(), useId()];
  const done = () => {
    dropDraft(MOTION);
    close();
  };
  useEffect(() => {
    if (view.votes.all[draft.vote]) done(); // it is put, though its answer was lost
  });
  const put = async () => {
    const fields = { vote: draft.vote, kind: draft.kind, text: draft.text.trim() };
    const answer = await deeds().ask(rule?.secret ? "RecordPaperBallot" : "OpenVote", fields);
    if ("done" in answer) done();
  };
  return (
    <Dialog title={t("Put to the vote")} close={close}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          run(put);
        }}
      >
        <div class="field">
          <label for={field}>{t("What is voted on")}</label>
          <textarea
            id={field}
            required
            maxLength={2000}
            value={draft.text}
            onInput={(e) => keepDraft(MOTION, { ...draft, text: e.currentTarget.value })}
          />
          <p class="help">{t("Members read exactly these words, and so do the minutes.")}</p>
        </div>
        <div class="field">
          <label for={select}>{t("Kind of question")}</label>
          <select id={select} value={draft.kind} onChange={(e) => keepDraft(MOTION, { ...draft, kind: e.currentTarget.value })}>
            {kinds.map(([kind]) => (
              <option key={kind} value={kind}>
                {wordOf(MOTIONS, kind)}
              </option>
            ))}
          </select>
          {rule && <p class="help">{rule.document ? `${ruleOf(rule)} · ${rule.document}` : ruleOf(rule)}</p>}
        </div>
        {rule?.secret && (
          <p class="notice care">{t("This is voted secretly, on paper. The program keeps the motion and the count, which two people enter.")}</p>
        )}
        <div class="actions">
          <button type="button" class="button" onClick={close}>
            {t("Back")}
          </button>
          <button type="submit" class="button main" aria-busy={pending} disabled={draft.text.trim() === ""}>
            {rule?.secret ? t("Record a paper ballot") : t("Open the vote")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

// -- while it is open ----------------------------------------------------------------------------------------------

function CloseVoteDialog({ id, vote, view, close }: { id: Vote; vote: VoteLine; view: View; close: () => void }) {
  const { here, away } = notVoted(view, vote);
  return (
    <Dialog title={t("Close the vote?")} close={close}>
      <p>{vote.text}</p>
      <p>
        <strong>{t("{n} of {all} have voted", { n: vote.voted ?? 0, all: vote.base })}</strong>
      </p>
      {here.length > 0 && (
        <p class="notice care">{t("Here, and has not voted: {names}. Please call them before you close.", { names: namesOf(view, here) })}</p>
      )}
      {away.length > 0 && <p class="soft">{t("Absent: {names}", { names: namesOf(view, away) })}</p>}
      {here.length + away.length > 0 && <p class="soft">{t("Who has not voted is counted in the base all the same.")}</p>}
      <div class="actions">
        <button type="button" class="button" onClick={close}>
          {t("Wait a little")}
        </button>
        <Act name="CloseVote" fields={{ vote: id }} look="main" done={close}>
          {t("Close the vote")}
        </Act>
      </div>
    </Dialog>
  );
}

export function CloseVote({ id, vote, view, look = "" }: { id: Vote; vote: VoteLine; view: View; look?: string }) {
  const asking = useSignal(false);
  return (
    <>
      <button type="button" class={`button ${look}`} disabled={!may("CloseVote")} onClick={() => (asking.value = true)}>
        {t("Close the vote")}
      </button>
      {asking.value && <CloseVoteDialog id={id} vote={vote} view={view} close={() => (asking.value = false)} />}
    </>
  );
}

export function CancelVote({ id, vote }: { id: Vote; vote: VoteLine }) {
  const asking = useSignal(false);
  return (
    <>
      <button type="button" class="button plain" disabled={!may("CancelVote")} onClick={() => (asking.value = true)}>
        {t("Cancel the vote")}
      </button>
      {asking.value && (
        <ReasonDialog
          title={t("Cancel the vote: {text}", { text: vote.text })}
          name="CancelVote"
          fields={{ vote: id }}
          action={t("Cancel the vote")}
          close={() => (asking.value = false)}
        />
      )}
    </>
  );
}

function HandLine({ id, view, member, how }: { id: Vote; view: View; member: Member; how: string }) {
  const name = nameOf(view, member);
  return (
    <li>
      <p class="who">
        {name} <span class="soft small">· {how}</span>
      </p>
      <div class="row deeds" role="group" aria-label={name}>
        {CHOICES.map((choice) => (
          <Act key={choice} name="EnterHand" fields={{ vote: id, member, choice }} look="grow">
            {choiceWord(choice)}
          </Act>
        ))}
      </div>
    </li>
  );
}

/** Show of hands: for who is in the room or on a telephone.  The member sees it and may contest it. */
function Hands({ id, vote, view }: { id: Vote; vote: VoteLine; view: View }) {
  const raised = hands(view, vote);
  if (raised.length === 0) return null;
  return (
    <details class="hands">
      <summary>{t("Enter raised hands ({n})", { n: raised.length })}</summary>
      <p class="soft small">{t("Each sees what you entered and may contest it for a minute; the vote closes after that.")}</p>
      <ul class="ledger">
        {raised.map(([member, how]) => (
          <HandLine key={member} id={id} view={view} member={member} how={how} />
        ))}
      </ul>
    </details>
  );
}

/** In the chair's hand, in the course of the meeting. */
export function VoteDesk({ view }: { view: View }) {
  const asking = useSignal(false);
  const open = openVote(view);
  if (!open)
    return (
      <>
        <RoundMotions view={view} />
        {view.round?.group === undefined && (
          <section class="stack tight">
            <h3>{t("Voting")}</h3>
            <div class="row">
              <button type="button" class="button" disabled={!may("OpenVote") && !may("RecordPaperBallot")} onClick={() => (asking.value = true)}>
                {t("Put to the vote")}
              </button>
            </div>
            {asking.value && <MotionDialog view={view} close={() => (asking.value = false)} />}
          </section>
        )}
      </>
    );
  const [id, vote] = open;
  return (
    <section class="stack tight">
      <h3>{t("Voting")}</h3>
      <p>{vote.text}</p>
      <Turnout view={view} vote={vote} />
      <Hands key={id} id={id} vote={vote} view={view} />
      <div class="row">
        <CloseVote id={id} vote={vote} view={view} />
        <CancelVote id={id} vote={vote} />
      </div>
    </section>
  );
}

/** Where the chair's eye is while a vote is open. */
export function VoteStep({ view }: { view: View }) {
  const open = openVote(view);
  return open ? <CloseVote id={open[0]} vote={open[1]} view={view} look="main" /> : null;
}
