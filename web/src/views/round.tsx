/** A round: the motions prepared with it, what the groups held, and their votes made one by the chair. */
import { useSignal } from "@preact/signals";
import { useState } from "preact/hooks";
import { type Count, freshId, may, type Prepared, type View, type VoteLine } from "../store";
import { day, hour } from "../time";
import { t } from "../words";
import { Act, Dialog } from "./parts";
import { nameOf, wordOf } from "./reading";
import { cast, groupName, heldInOrder, sumOf, votedHere, waitingMotions } from "./round_reading";
import { choiceWord, MOTIONS } from "./vote_reading";

// -- counts ----------------------------------------------------------------------------------------------------------

export function Tally({ count }: { count: Count }) {
  const rows: [string, number][] = [
    [choiceWord("for"), count.in_favour],
    [choiceWord("against"), count.against],
    [choiceWord("other"), count.other],
  ];
  return (
    <dl class="tally">
      {rows.map(([word, n]) => (
        <div key={word}>
          <dt>{word}</dt>
          <dd>{n}</dd>
        </div>
      ))}
    </dl>
  );
}

function inWords(count: Count): string {
  return t("{for} in favour, {against} against, {other} other opinion", {
    for: count.in_favour,
    against: count.against,
    other: count.other,
  });
}

function GroupSums({ view, groups }: { view: View; groups: Record<string, Count> }) {
  return (
    <ul class="small">
      {heldInOrder(view)
        .filter(([group]) => groups[group])
        .map(([group]) => (
          <li key={group}>{`${groupName(view, group)}: ${inWords(groups[group] as Count)}`}</li>
        ))}
    </ul>
  );
}

/** Beside a verdict: what each group voted, and what was voted in the common session. */
export function ByGroup({ view, vote }: { view: View; vote: VoteLine }) {
  if (!vote.groups) return null;
  const here = votedHere(vote);
  return (
    <details class="fold small">
      <summary>{t("By party group")}</summary>
      <GroupSums view={view} groups={vote.groups} />
      {cast(here) > 0 && <p>{t("In the common session: {counts}", { counts: inWords(here) })}</p>}
    </details>
  );
}

/** In the meeting of a group: counted, and not decided. */
export function Reported({ vote }: { vote: VoteLine }) {
  if (!vote.count) return null;
  return (
    <div class="verdict">
      <p>
        <strong>{t("Counted; decided over the whole cell.")}</strong>
      </p>
      <Tally count={vote.count} />
      <p class="soft small">{t("{n} of {all} have voted", { n: cast(vote.count), all: vote.base })}</p>
    </div>
  );
}

// -- the chair's hand ------------------------------------------------------------------------------------------------

/** Once counted it stands: the chair sees the sums before he asks for the verdict. */
function CountDialog({ view, id, motion, close }: { view: View; id: string; motion: Prepared; close: () => void }) {
  const [vote] = useState(freshId);
  const groups = motion.groups ?? {};
  const all = sumOf(Object.values(groups));
  return (
    <Dialog title={t("Count the groups?")} close={close}>
      <p>{motion.text}</p>
      <Tally count={all} />
      <GroupSums view={view} groups={groups} />
      <p class="notice care">
        {t("This becomes the verdict of the whole cell: who has not voted is counted in the base. It is not put again.")}
      </p>
      <div class="actions">
        <button type="button" class="button" onClick={close}>
          {t("Back")}
        </button>
        <Act name="CountGroups" fields={{ vote, motion: id }} look="main" done={close}>
          {t("Count the groups")}
        </Act>
      </div>
    </Dialog>
  );
}

function CountGroups({ view, id, motion }: { view: View; id: string; motion: Prepared }) {
  const asking = useSignal(false);
  return (
    <>
      <button type="button" class="button main" disabled={!may("CountGroups")} onClick={() => (asking.value = true)}>
        {t("Count the groups")}
      </button>
      {asking.value && <CountDialog view={view} id={id} motion={motion} close={() => (asking.value = false)} />}
    </>
  );
}

function MotionLine({ view, id, motion }: { view: View; id: string; motion: Prepared }) {
  const [vote] = useState(freshId);
  const gathers = view.round?.held !== undefined;
  return (
    <li class="stack tight">
      <p class="who">{motion.text}</p>
      <p class="soft small">{[wordOf(MOTIONS, motion.kind), view.agenda.items[motion.item]?.title].filter(Boolean).join(" · ")}</p>
      {motion.groups && <p class="small">{t("In the groups: {counts}", { counts: inWords(sumOf(Object.values(motion.groups))) })}</p>}
      {gathers && !motion.groups && <p class="small">{t("No group has voted on it.")}</p>}
      <div class="row">
        {motion.groups && <CountGroups view={view} id={id} motion={motion} />}
        <Act name="PutMotion" fields={{ vote, motion: id }} look={gathers ? "" : "main"}>
          {gathers ? t("Vote in the common session") : t("Put to the vote")}
        </Act>
      </div>
    </li>
  );
}

/** The motions of the round that wait: a group votes on them, the round decides them. */
export function RoundMotions({ view }: { view: View }) {
  if (!view.round) return null;
  const waiting = waitingMotions(view);
  return (
    <section class="stack tight">
      <h3>{t("Motions of the round")}</h3>
      {view.round.group && (
        <p class="soft small">{t("Your group votes on these; the whole cell decides. Nothing else is voted here.")}</p>
      )}
      {view.round.held && <p class="soft small">{t("Who has voted in his group does not vote again.")}</p>}
      {waiting.length === 0 ? (
        <p class="empty">{t("No motion waits.")}</p>
      ) : (
        <ul class="ledger">
          {waiting.map(([id, motion]) => (
            <MotionLine key={`${id} ${Object.keys(view.votes.all).length}`} view={view} id={id} motion={motion} />
          ))}
        </ul>
      )}
    </section>
  );
}

// -- what the groups held --------------------------------------------------------------------------------------------

export function Held({ view }: { view: View }) {
  return (
    <ul class="ledger">
      {heldInOrder(view).map(([group, held]) => (
        <li key={group} class="stack tight">
          <p class="who">{held.name}</p>
          <p class="soft small">
            {`${day(held.opened_at)}, ${hour(held.opened_at)} – ${hour(held.closed_at)}${held.place ? ` · ${held.place}` : ""}`}
          </p>
          <p class="small">
            {t("In the chair: {name} · {n} present", { name: nameOf(view, held.chair), n: held.present })}
            {" · "}
            {held.adopted ? t("minutes adopted") : t("minutes not adopted")}
          </p>
        </li>
      ))}
    </ul>
  );
}
