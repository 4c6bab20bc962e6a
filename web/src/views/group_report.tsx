/** The leader's report: local while it is typed, kept by the server a breath later, never re-rendered by a push. */
import { signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { deeds, type Fields, may, type Member, type Mine, place, type View, type ReportAnswer, type Sitting } from "../store";
import { t } from "../words";
import { draftOf, dropDraft, hasDraft, keepDraft, spare } from "./drafts";
import { Written } from "./forms";
import { inOrder } from "./groups_reading";
import { usePending } from "./parts";
import { nameOf } from "./reading";

const PAUSE = 1200; // ms after the last key
const MOST = 2000;
const HANDS = ["hands_for", "hands_against", "hands_other"] as const;

const saving = signal<Readonly<Record<string, "saving" | "saved" | "failed">>>({});
const timers: Record<string, ReturnType<typeof setTimeout>> = {};

function told(answer: ReportAnswer): Fields {
  return { ...answer, in_favour: answer.in_favour.trim(), against: answer.against.trim(), proposals: answer.proposals.trim() };
}

async function save(name: string, question: string): Promise<boolean> {
  clearTimeout(timers[name]);
  const answer = draftOf<ReportAnswer | null>(name, null);
  if (!answer) return true;
  saving.value = { ...saving.value, [name]: "saving" };
  const done = "done" in (await deeds().ask("DraftReport", { question, ...told(answer) }));
  saving.value = { ...saving.value, [name]: done ? "saved" : "failed" };
  if (done && draftOf(name, answer) === answer) spare.write(name, null);
  return done;
}

function write(name: string, question: string, answer: ReportAnswer): void {
  keepDraft(name, answer);
  spare.write(name, answer);
  clearTimeout(timers[name]);
  timers[name] = setTimeout(() => void save(name, question), PAUSE);
}

function Hands({ answer, most, change }: { answer: ReportAnswer; most: number; change: (answer: ReportAnswer) => void }) {
  const words = { hands_for: t("For"), hands_against: t("Against"), hands_other: t("Other opinion") };
  return (
    <fieldset class="plain-set">
      <legend class="label">{t("Hands counted in the group")}</legend>
      <p class="soft small">{t("For information only: a group decides nothing.")}</p>
      <div class="hands">
        {HANDS.map((key) => (
          <label key={key} class="field">
            <span class="soft small">{words[key]}</span>
            <input
              inputMode="numeric"
              maxLength={3}
              value={String(answer[key])}
              onInput={(event) => {
                const typed = Number(event.currentTarget.value.replace(/\D/g, ""));
                change({ ...answer, [key]: Math.min(typed, most) });
              }}
            />
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Reserved({ view, members, answer, change }: { view: View; members: Member[]; answer: ReportAnswer; change: (answer: ReportAnswer) => void }) {
  const toggle = (member: Member) => {
    const without = answer.reserved.filter((other) => other !== member);
    change({ ...answer, reserved: without.length < answer.reserved.length ? without : [...without, member] });
  };
  return (
    <details class="fold" open={answer.reserved.length > 0}>
      <summary>{t("Who wishes to reserve his opinion ({n})", { n: answer.reserved.length })}</summary>
      <ul class="picks">
        {members.map((member) => (
          <li key={member}>
            <label class="pick">
              <input type="checkbox" checked={answer.reserved.includes(member)} onChange={() => toggle(member)} />
              {nameOf(view, member)}
            </label>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Question({ view, name, title, id, members, kept }: { view: View; name: string; title: string; id: string; members: Member[]; kept: ReportAnswer }) {
  const answer = draftOf(name, kept);
  const change = (next: ReportAnswer) => write(name, id, next);
  const leave = () => void save(name, id);
  const state = saving.value[name];
  const used = (key: (typeof HANDS)[number]) => HANDS.reduce((sum, other) => sum + (other === key ? 0 : answer[other]), 0);
  const hands = (next: ReportAnswer) => {
    const changed = HANDS.find((key) => next[key] !== answer[key]);
    if (changed) change({ ...next, [changed]: Math.min(next[changed], members.length - used(changed)) });
  };
  return (
    <section class="stack" aria-label={title}>
      <h3>{title}</h3>
      <Written label={t("Opinions for")} text={answer.in_favour} most={MOST} write={(in_favour) => change({ ...answer, in_favour })} leave={leave} />
      <Written label={t("Opinions against")} text={answer.against} most={MOST} write={(against) => change({ ...answer, against })} leave={leave} />
      <Written label={t("Proposals")} text={answer.proposals} most={MOST} write={(proposals) => change({ ...answer, proposals })} leave={leave} />
      <Hands answer={answer} most={members.length} change={hands} />
      <Reserved view={view} members={members} answer={answer} change={change} />
      <p class="soft small" role="status">
        {state === "saving" && t("Being kept…")}
        {state === "saved" && t("Kept on the server")}
        {state === "failed" && t("Not kept yet; it stays on this page.")}
      </p>
    </section>
  );
}

export function ReportForm({ view, mine }: { view: View; mine: Mine }) {
  const own = mine.groups.report;
  const sitting = own && view.groups.sittings[own.sitting];
  return own && sitting ? <Form view={view} number={own.sitting} sitting={sitting} group={own.group} answers={own.answers} /> : null;
}

interface FormProps {
  view: View;
  number: string;
  sitting: Sitting;
  group: string;
  answers: Record<string, ReportAnswer>;
}

function Form({ view, number, sitting, group, answers }: FormProps) {
  const [pending, run] = usePending();
  const sent = useSignal(false);
  const nameFor = (question: string) => `report ${place.meeting} ${number} ${group} ${question}`;
  const questions = inOrder(sitting.questions);
  const members = Object.keys(sitting.groups[group]?.members ?? {}).sort((a, b) => (view.seats[a]?.order ?? 0) - (view.seats[b]?.order ?? 0));
  const report = sitting.groups[group]?.report;
  useEffect(() => {
    for (const [id] of questions) {
      const name = nameFor(id);
      const typed = hasDraft(name) ? null : spare.read<ReportAnswer>(name);
      if (typed) write(name, id, typed);
    }
    return () => questions.forEach(([id]) => void save(nameFor(id), id));
  }, [number, group]);
  const submit = async () => {
    const kept = await Promise.all(questions.map(([id]) => save(nameFor(id), id)));
    if (kept.every(Boolean) && "done" in (await deeds().ask("SubmitReport"))) {
      for (const [id] of questions) dropDraft(nameFor(id));
      sent.value = true;
    }
  };
  const touched = questions.some(([id]) => hasDraft(nameFor(id)));
  return (
    <form
      class="stack wide report-form"
      onSubmit={(event) => {
        event.preventDefault();
        run(submit);
      }}
    >
      <h2>{t("Report of the group")}</h2>
      {report && !touched && <p class="notice good">{t("The report is submitted. It may be revised while the time lasts.")}</p>}
      {questions.map(([id, question]) => {
        const title = question.text || (view.agenda.items[question.item]?.title ?? "");
        const kept = answers[id];
        return kept && <Question key={id} view={view} name={nameFor(id)} title={title} id={id} members={members} kept={kept} />;
      })}
      <div class="actions">
        <button type="submit" class="button main" aria-busy={pending} disabled={!may("DraftReport")}>
          {report ? t("Submit the revised report") : t("Submit the report")}
        </button>
      </div>
    </form>
  );
}
