/** What only the chair sees: the next step, the course of the meeting, the proof of presence. */
import { useSignal } from "@preact/signals";
import { deeds, may, type View } from "../store";
import { clock, now, secondsFrom } from "../time";
import { t } from "../words";
import { Act, Dialog, usePending } from "./parts";
import { agendaInOrder, nameOf, nextStep, type Step } from "./reading";
import { leastMinutes } from "./round_reading";
import { VoteDesk } from "./vote_desk";

/** Minutes between the questions of the random timer. */
const TIMERS = [0, 15, 30, 45];
const MINUTE = 60;

function CloseDialog({ view, close }: { view: View; close: () => void }) {
  const [pending, run] = usePending();
  const items = agendaInOrder(view);
  const done = items.filter(([, item]) => item.state === "closed").length;
  const left = items.filter(([, item]) => item.state === "ahead").length;
  const least = leastMinutes(view);
  const lasted = view.opened_at ? secondsFrom(view.opened_at, now.value) : 0;
  const finish = async () => {
    const answer = await deeds().ask("Close");
    if ("done" in answer) close();
  };
  return (
    <Dialog title={t("Close the meeting?")} close={close}>
      <dl class="facts">
        <dt>{t("Lasted")}</dt>
        <dd>{clock(lasted)}</dd>
        <dt>{t("Present now")}</dt>
        <dd>{t("{n} of {all}", { n: view.counts.present, all: view.counts.of })}</dd>
        <dt>{t("Agenda")}</dt>
        <dd>{t("{n} of {all} items done", { n: done, all: items.length })}</dd>
        <dt>{t("Waiting to speak")}</dt>
        <dd>{view.speaking.queue.length}</dd>
      </dl>
      {lasted < least * MINUTE && (
        <p class="notice care">{t("The meeting has lasted less than the {n} minutes laid down.", { n: least })}</p>
      )}
      {left > 0 && <p class="notice care">{t("{n} items were not taken up.", { n: left })}</p>}
      {view.counts.to_verify > 0 && <p class="notice care">{t("{n} members are still to verify.", { n: view.counts.to_verify })}</p>}
      <p class="soft">{t("The record is then sealed: nothing can be added or changed.")}</p>
      <div class="actions">
        <button type="button" class="button" onClick={close}>
          {t("Go on with the meeting")}
        </button>
        <button type="button" class="button main" aria-busy={pending} onClick={() => run(finish)}>
          {t("Close the meeting")}
        </button>
      </div>
    </Dialog>
  );
}

function CloseMeeting({ view, look = "" }: { view: View; look?: string }) {
  const asking = useSignal(false);
  return (
    <>
      <button type="button" class={`button ${look}`} disabled={!may("Close")} onClick={() => (asking.value = true)}>
        {t("Close the meeting")}
      </button>
      {asking.value && <CloseDialog view={view} close={() => (asking.value = false)} />}
    </>
  );
}

function StepButton({ view, step }: { view: View; step: Step }) {
  const look = "main full";
  switch (step.kind) {
    case "open":
      return <Act name="Open" look={look}>{t("Open the meeting")}</Act>;
    case "resume":
      return <Act name="Resume" look={look}>{t("Resume")}</Act>;
    case "end_speech":
      return (
        <div class="row halves">
          <Act name="EndSpeech" look="main">{t("End the speech")}</Act>
          <Act name="ExtendSpeech" fields={{ seconds: MINUTE }}>{t("One more minute")}</Act>
        </div>
      );
    case "give_floor":
      return (
        <Act name="GiveFloor" fields={{ member: step.member }} look={look}>
          {t("Invite to speak: {name}", { name: nameOf(view, step.member) })}
        </Act>
      );
    case "take_up":
      return (
        <Act name="TakeUpItem" fields={{ item: step.item }} look={look}>
          {t("Take up: {title}", { title: view.agenda.items[step.item]?.title ?? "" })}
        </Act>
      );
    case "close_item":
      return <Act name="CloseItem" look="full">{t("Conclude the item")}</Act>;
    case "close":
      return <CloseMeeting view={view} look={look} />;
  }
}

/** The one thing most likely done next: large, where the eye already is. */
export function NextStep({ view }: { view: View }) {
  const step = nextStep(view);
  if (!step) return null;
  return (
    <section class="next-step" aria-label={t("Next step")}>
      <p class="soft small">{t("Next step")}</p>
      <StepButton view={view} step={step} />
    </section>
  );
}

function Timer({ view }: { view: View }) {
  const [pending, run] = usePending();
  const set = view.presence_timer ?? 0;
  const choices = TIMERS.includes(set) ? TIMERS : [...TIMERS, set];
  return (
    <div class="field">
      <label for="timer">{t("Ask by itself, at random times")}</label>
      <select
        id="timer"
        value={String(set)}
        disabled={pending || !may("SetPresenceTimer")}
        onChange={(event) => {
          const minutes = Number(event.currentTarget.value);
          run(() => deeds().ask("SetPresenceTimer", { minutes }));
        }}
      >
        {choices.map((minutes) => (
          <option key={minutes} value={String(minutes)}>
            {minutes === 0 ? t("Never") : t("About every {n} minutes", { n: minutes })}
          </option>
        ))}
      </select>
    </div>
  );
}

function Presence({ view }: { view: View }) {
  const check = view.check;
  const waiting = Object.keys(check?.waiting ?? {});
  return (
    <section class="stack tight">
      <h3>{t("Roll call")}</h3>
      {check ? (
        <>
          <p>{t("{n} of {all} have answered.", { n: check.answered, all: check.of })}</p>
          {waiting.length > 0 && (
            <p class="soft">{t("Not yet: {names}", { names: waiting.map((member) => nameOf(view, member)).join(", ") })}</p>
          )}
        </>
      ) : (
        <>
          <p class="soft">{t("Everybody sees one large button and has three minutes. Who misses it is marked “to verify”.")}</p>
          <div class="row">
            <Act name="AskPresence" icon="present">{t("Call the roll now")}</Act>
          </div>
        </>
      )}
      <Timer view={view} />
    </section>
  );
}

export function Discussion({ free }: { free: boolean }) {
  const [pending, run] = usePending();
  const name = free ? "CloseDiscussion" : "OpenDiscussion";
  return (
    <section class="stack tight">
      <button
        type="button"
        class="switch"
        role="switch"
        aria-checked={free}
        aria-busy={pending}
        disabled={!may(name)}
        onClick={() => run(() => deeds().ask(name))}
      >
        {t("Free discussion")}
      </button>
      <p class="soft small">{free ? t("Everybody present may turn the microphone on.") : t("Only the chair and the invited speaker are heard.")}</p>
    </section>
  );
}

/** The course of the meeting. */
export function Conduct({ view }: { view: View }) {
  return (
    <div class="stack wide conduct">
      <section class="stack tight">
        <h3>{t("Course of the meeting")}</h3>
        <div class="row">
          {view.phase === "gathering" && <Act name="Open" look="main">{t("Open the meeting")}</Act>}
          {view.phase === "open" && <Act name="Pause" icon="pause">{t("Pause")}</Act>}
          {view.phase === "paused" && <Act name="Resume" look="main" icon="play">{t("Resume")}</Act>}
          {(view.phase === "open" || view.phase === "paused") && <CloseMeeting view={view} />}
        </div>
      </section>
      <VoteDesk view={view} />
      <Discussion free={view.speaking.free} />
      <Presence view={view} />
    </div>
  );
}
