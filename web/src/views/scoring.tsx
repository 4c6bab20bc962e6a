/** The score of the meeting: proposed, agreed by the committee, voted by the cell. */
import { useMemo } from "preact/hooks";
import { freshId, may, type Mine, type View } from "../store";
import { t } from "../words";
import { draftOf, dropDraft, keepDraft } from "./drafts";
import { CommandForm } from "./forms";
import { Act } from "./parts";
import { nameOf, wordOf } from "./reading";
import { CRITERIA, criteriaInOrder, gradeOf, GRADES, pointsOf, type ScoreDraft, totalOf } from "./record_reading";

const STATES: Record<string, () => string> = {
  proposed: () => t("Proposed; the committee has not agreed yet"),
  agreed: () => t("Agreed by the committee"),
  voting: () => t("The cell is voting"),
  accepted: () => t("Accepted by the cell"),
};

/** Points are missing here: the reason is asked for. */
function short(points: string | undefined, most: number): boolean {
  return /^\d+$/.test(points ?? "") && Number(points) < most;
}

function Propose({ view }: { view: View }) {
  const name = "score";
  const points = view.score.sheet?.points ?? {};
  const before: ScoreDraft = Object.fromEntries(
    Object.entries(points).map(([criterion, line]) => [criterion, { points: String(line.points), reason: line.reason ?? "" }]),
  );
  const draft = draftOf(name, before);
  const sheet = pointsOf(view, draft);
  const total = sheet ? totalOf(sheet) : null;
  const change = (criterion: string, part: Partial<ScoreDraft[string]>) =>
    keepDraft(name, { ...draft, [criterion]: { points: "", reason: "", ...draft[criterion], ...part } });
  return (
    <CommandForm name="ProposeScore" fields={() => ({ points: sheet ?? [] })} action={t("Propose this score")} ready={sheet !== null} done={() => dropDraft(name)}>
      <ul class="ledger">
        {criteriaInOrder(view).map(([criterion, most]) => (
          <li key={criterion} class="score-line">
            <label class="field">
              <span class="label">{t("{name} (at most {most})", { name: wordOf(CRITERIA, criterion), most })}</span>
              <input
                inputMode="numeric"
                maxLength={3}
                value={draft[criterion]?.points ?? ""}
                onInput={(e) => change(criterion, { points: e.currentTarget.value })}
              />
            </label>
            {short(draft[criterion]?.points, most) && (
              <label class="field">
                <span class="label">{t("Why points are missing")}</span>
                <input maxLength={500} value={draft[criterion]?.reason ?? ""} onInput={(e) => change(criterion, { reason: e.currentTarget.value })} />
              </label>
            )}
          </li>
        ))}
      </ul>
      <p aria-live="polite">
        {total === null
          ? t("Please enter a figure for each criterion.")
          : t("Together {n} points: {grade}", { n: total, grade: wordOf(GRADES, gradeOf(view, total)) })}
      </p>
    </CommandForm>
  );
}

function Sheet({ view }: { view: View }) {
  const sheet = view.score.sheet;
  if (!sheet) return <p class="empty">{t("No score is proposed yet.")}</p>;
  return (
    <div class="stack tight">
      <p class="tag">{wordOf(STATES, sheet.state)}</p>
      <p>
        <strong>{t("Together {n} points: {grade}", { n: sheet.total, grade: wordOf(GRADES, sheet.grade) })}</strong>
      </p>
      <dl class="tally">
        {criteriaInOrder(view).map(([criterion, most]) => (
          <div key={criterion}>
            <dt>{[wordOf(CRITERIA, criterion), sheet.points[criterion]?.reason].filter(Boolean).join(": ")}</dt>
            <dd>{`${sheet.points[criterion]?.points ?? 0}/${most}`}</dd>
          </div>
        ))}
      </dl>
      <p class="soft small">{t("Proposed by {name}", { name: nameOf(view, sheet.by) })}</p>
    </div>
  );
}

export function Score({ view, mine }: { view: View; mine: Mine }) {
  const vote = useMemo(freshId, [Object.keys(view.votes.all).length]); // an id that was used is never used again
  const sheet = view.score.sheet;
  const text = sheet ? t("The score of this meeting: {n} points, {grade}", { n: sheet.total, grade: wordOf(GRADES, sheet.grade) }) : "";
  return (
    <div class="stack">
      <Sheet view={view} />
      {mine.chair && sheet?.state === "proposed" && (
        <div class="row">
          <Act name="AgreeScore" fields={{ version: sheet.version }} look="main">
            {t("The committee agrees")}
          </Act>
        </div>
      )}
      {mine.chair && sheet?.state === "agreed" && (
        <div class="row">
          <Act name="OpenVote" fields={{ vote, kind: "score", text }} look="main">
            {t("Put the score to the vote")}
          </Act>
        </div>
      )}
      {may("ProposeScore") && (
        <details class="fold">
          <summary>{sheet ? t("Propose another score") : t("Propose a score")}</summary>
          <Propose view={view} />
        </details>
      )}
    </div>
  );
}
