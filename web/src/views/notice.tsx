/** What must be said: the line, the chair, the presence check, one toast. */
import { useEffect } from "preact/hooks";
import { computed } from "@preact/signals";
import { deeds, line, media, type Mine, soundBlocked, toast, type View } from "../store";
import { clock, now, secondsUntil } from "../time";
import { t } from "../words";
import { Icon } from "./icons";
import { Act, usePending } from "./parts";
import { nameOf } from "./reading";

const PATIENCE = 5000; // ms of trouble repaired in silence
const SOUND_PATIENCE = 10_000;
const TOAST = 7000;

const lineTroubled = computed(() => (now.value, !line.value.up && Date.now() - line.value.since > PATIENCE));
const soundTroubled = computed(
  () => (now.value, line.value.up && media.value.state !== "up" && Date.now() - media.value.since > SOUND_PATIENCE),
);

function lineSentence(): string {
  if (lineTroubled.value)
    return media.value.state === "up"
      ? t("The line is being restored by itself. You still hear the meeting; your place in the queue is kept.")
      : t("The network is away. The line is being restored by itself; you need not do anything.");
  if (soundTroubled.value) return t("No sound yet. You can still follow, ask to speak and vote; we keep trying.");
  return "";
}

/** Silent for the first seconds, then one calm sentence with what still works. */
export function LineNotice() {
  const sentence = lineSentence();
  return (
    <div class="line-notice" role="status">
      {sentence && (
        <p class="notice care">
          <Icon of="info" />
          <span>{sentence}</span>
        </p>
      )}
    </div>
  );
}

export function SoundNotice() {
  if (!soundBlocked.value) return null;
  return (
    <button type="button" class="button main big full" onClick={() => deeds().listen()}>
      <Icon of="sound" />
      {t("Press to hear the meeting")}
    </button>
  );
}

/** The chair's place is empty, or offered to us. */
export function ChairNotice({ view, mine }: { view: View; mine: Mine }) {
  if (mine.offered)
    return (
      <section class="offer" role="alert">
        <div>
          <h2>{t("Please take the chair")}</h2>
          <p>{t("{name} has lost the connection. The meeting waits for you to lead it on.", { name: nameOf(view, view.chair.acting) })}</p>
        </div>
        <Act name="TakeChair" look="main big">{t("Take the chair")}</Act>
      </section>
    );
  if (!view.chair.empty_since) return null;
  return (
    <p class="notice" role="status">
      <Icon of="info" />
      <span>
        {view.chair.offered
          ? t("The chair has lost the connection. {name} is asked to lead the meeting on.", { name: nameOf(view, view.chair.offered) })
          : t("The chair has lost the connection. Please wait a moment.")}
      </span>
    </p>
  );
}

/** "Are you there?": one big button, a tone and a shake of the phone. */
export function PresenceCheck({ until }: { until: string }) {
  const [pending, run] = usePending();
  useEffect(() => deeds().alarm(), [until]);
  return (
    <section class="presence" role="alertdialog" aria-labelledby="presence-ask" aria-describedby="presence-how">
      <div>
        <h2 id="presence-ask">{t("Roll call: are you there?")}</h2>
        <p id="presence-how">
          {t("Please press the button within {time}.", { time: clock(Math.max(0, secondsUntil(until, now.value))) })}
        </p>
      </div>
      <button type="button" class="button main big" aria-busy={pending} onClick={() => run(() => deeds().ask("AnswerPresence"))}>
        <Icon of="present" />
        {t("I am here")}
      </button>
    </section>
  );
}

/** One sentence near the hand, gone by itself. */
export function Toast() {
  const shown = toast.value;
  useEffect(() => {
    if (!shown) return undefined;
    const timer = setTimeout(() => {
      if (toast.value === shown) toast.value = null;
    }, TOAST);
    return () => clearTimeout(timer);
  }, [shown]);
  return (
    <div class="toasts" role="status" aria-live="assertive">
      {shown && (
        <p key={shown.key} class="toast" data-kind={shown.kind}>
          <span>{shown.text}</span>
          <button type="button" class="toast-close" aria-label={t("Close this message")} onClick={() => (toast.value = null)}>
            <Icon of="x" />
          </button>
        </p>
      )}
    </div>
  );
}
