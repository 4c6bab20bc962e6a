/** What a member can always reach: microphone, camera, the queue, voice only, the way out. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import {
  camera,
  cameraWanted,
  deeds,
  level,
  heardBy,
  interrupted,
  may,
  MEGABYTE,
  microphone,
  type Mine,
  type Mode,
  mode,
  perHour,
  place,
  traffic,
  type View,
  voiceOnly,
} from "../store";
import { t } from "../words";
import { Icon, type IconName } from "./icons";
import { Dialog, usePending } from "./parts";
import { placeInQueue } from "./reading";

interface ControlProps {
  icon: IconName;
  look?: string;
  pressed?: boolean;
  off?: boolean;
  busy?: boolean;
  label?: string;
  word: string;
  badge?: string;
  press: () => void;
}

/** A sign in a round field, a word under it. */
function Control({ icon, look = "", pressed, off = false, busy = false, label, word, badge, press }: ControlProps) {
  return (
    <button
      type="button"
      class={`control ${look}`}
      aria-pressed={pressed}
      aria-disabled={off}
      aria-busy={busy}
      aria-label={label}
      onClick={press}
    >
      <span class="control-sign">
        <Icon of={icon} />
        {badge && <span class="control-badge">{badge}</span>}
      </span>
      <span class="control-word">{word}</span>
    </button>
  );
}

/** Loudness as a ring around the open microphone. */
function Ring() {
  const ref = useRef<HTMLSpanElement>(null);
  useEffect(
    () => level.subscribe((loud) => ref.current?.style.setProperty("transform", `scale(${(1 + loud * 0.2).toFixed(2)})`)),
    [],
  );
  return <span class="ring" ref={ref} aria-hidden="true" />;
}

function Microphone({ mine }: { mine: Mine }) {
  const [pending, run] = usePending();
  const ready = microphone.value.state === "ready";
  const on = mine.microphone === "on" && ready;
  const closed = mine.microphone === "muted" || (mine.microphone === "off" && !may("TurnOnMicrophone"));
  const word = closed
    ? mine.microphone === "muted"
      ? t("Muted by the chair")
      : t("Not your turn yet")
    : on
      ? t("Turn sound off")
      : t("Turn sound on");
  return (
    <div class="microphone" data-on={on}>
      {on && <Ring />}
      <Control
        icon={on ? "mic" : "micOff"}
        look={on ? "large live" : "large"}
        pressed={on}
        off={closed}
        busy={pending || microphone.value.state === "asking"}
        word={word}
        press={() => run(() => deeds().toggleMicrophone())}
      />
    </div>
  );
}

function Camera() {
  const on = cameraWanted.value && camera.value.state === "ready" && !voiceOnly.value;
  return (
    <Control
      icon={on ? "video" : "videoOff"}
      pressed={on}
      off={voiceOnly.value}
      busy={camera.value.state === "asking"}
      word={on ? t("Turn picture off") : t("Turn picture on")}
      press={() => void (voiceOnly.value ? deeds().setMode("all") : deeds().setCamera(!on))}
    />
  );
}

const MODES: [Mode, IconName, () => string, () => string][] = [
  ["voice", "ear", () => t("Voice only"), () => t("For a very weak network: about 20 MB an hour.")],
  ["chair", "users", () => t("Voice + chair"), () => t("The voices, and the picture of the chair or the speaker.")],
  ["all", "watch", () => t("Everything"), () => t("The voices and everybody’s picture, as far as your network allows.")],
];

/** As it is written here: 4,4 in Vietnamese. */
const megabytes = (n: number) => n.toLocaleString(document.documentElement.lang, { maximumFractionDigits: n < 9.95 ? 1 : 0 });

/** What sound and picture have used, and what an hour of it costs. */
function Used() {
  const hour = perHour.value;
  return (
    <p class="soft" data-bytes={traffic.value}>
      {t("Used so far: {n} MB.", { n: megabytes(traffic.value / MEGABYTE) })}{" "}
      {hour !== null && t("As things are, about {n} MB an hour.", { n: megabytes(hour) })}
    </p>
  );
}

/** What this member receives: his choice, remembered by the browser. */
function Receive() {
  const choosing = useSignal(false);
  const now = MODES.find(([name]) => name === mode.value) ?? MODES[0];
  const choose = (name: Mode) => {
    deeds().setMode(name);
    choosing.value = false;
  };
  return (
    <>
      <Control
        icon={now?.[1] ?? "ear"}
        look={mode.value === "all" ? "" : "chosen"}
        label={t("What you receive: {mode}. Press to choose.", { mode: now?.[2]() ?? "" })}
        word={now?.[2]() ?? ""}
        press={() => (choosing.value = true)}
      />
      {choosing.value && (
        <Dialog title={t("What do you want to receive?")} close={() => (choosing.value = false)}>
          <div class="modes">
            {MODES.map(([name, icon, word, meaning]) => (
              <button key={name} type="button" class="mode" aria-pressed={mode.value === name} onClick={() => choose(name)}>
                <Icon of={icon} />
                <span>
                  <strong>{word()}</strong>
                  <span class="soft">{meaning()}</span>
                </span>
                {mode.value === name && <Icon of="check" />}
              </button>
            ))}
          </div>
          <Used />
          <div class="actions">
            <button type="button" class="button" onClick={() => (choosing.value = false)}>
              {t("Close")}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}

function Ask({ view, mine }: { view: View; mine: Mine }) {
  const waiting = placeInQueue(view.speaking.queue, mine.member);
  const [pending, run] = usePending(waiting > 0 ? "waits" : view.speaking.floor?.member === mine.member ? "speaks" : "");
  if (view.speaking.floor?.member === mine.member)
    return <Control icon="check" look="chosen" word={t("End my speech")} busy={pending} press={() => run(() => deeds().ask("EndSpeech"))} />;
  if (waiting > 0)
    return (
      <Control
        icon="hand"
        look="chosen"
        pressed
        busy={pending}
        label={t("Withdraw my request. You are number {n} in the queue.", { n: waiting })}
        word={t("Withdraw request")}
        badge={t("number {n}", { n: waiting })}
        press={() => run(() => deeds().ask("WithdrawRequest"))}
      />
    );
  return (
    <Control
      icon="hand"
      off={!may("AskToSpeak")}
      busy={pending}
      word={t("Ask to speak")}
      press={() => run(() => deeds().ask("AskToSpeak"))}
    />
  );
}

function Leave({ mine }: { mine: Mine }) {
  const asking = useSignal(false);
  const [pending, run] = usePending();
  return (
    <>
      <Control icon="leave" look="quiet" word={t("Leave the meeting")} press={() => (asking.value = true)} />
      {asking.value && (
        <Dialog title={t("Leave the meeting?")} close={() => (asking.value = false)}>
          <p>
            {mine.chair
              ? t("You are chairing. When you leave, the next in line will be offered the chair. The meeting goes on.")
              : t("Your presence ends now. You can come back as long as the meeting is open.")}
          </p>
          <div class="actions">
            <button type="button" class="button" onClick={() => (asking.value = false)}>
              {t("Stay")}
            </button>
            <button type="button" class="button main" aria-busy={pending} onClick={() => run(() => deeds().leave())}>
              {t("Leave the meeting")}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}

/** One indicator, from what was measured; in doubt it says that nobody hears. */
function Heard({ mine }: { mine: Mine }) {
  const elsewhere = mine.active !== undefined && mine.active !== place.connection;
  const [look, sentence] = elsewhere
    ? ["care", t("Open in another window too: sound and picture go out from there.")]
    : heard(mine);
  return (
    <p class="heard" data-look={look} role="status">
      {sentence}
    </p>
  );
}

function heard(mine: Mine): [string, string] {
  if (mine.microphone === "muted") return ["", t("The chair has muted your microphone.")];
  if (interrupted.value && mine.microphone === "off" && may("TurnOnMicrophone"))
    return ["care", t("A call or another program took your microphone, so it is off. Press “Turn sound on” to speak again.")];
  if (mine.microphone === "off") return ["", t("Nobody hears you: your microphone is off.")];
  if (microphone.value.state !== "ready") return ["care", t("Nobody hears you: press “Turn sound on” to allow the microphone.")];
  if (heardBy.value === "heard") return ["live", t("Everybody hears you.")];
  if (heardBy.value === "silent") return ["care", t("Your microphone brings no sound. Is it switched off at the device?")];
  return ["care", t("You are not heard at the moment.")];
}

/** At the desk of a meeting in the room there is nothing to switch on. */
function DeskControls({ mine }: { mine: Mine }) {
  return (
    <footer class="room-bar">
      <p class="heard">{t("The meeting is held in the room: nothing is sent from here.")}</p>
      <div class="controls" role="toolbar" aria-label={t("Your controls")}>
        <Leave mine={mine} />
      </div>
    </footer>
  );
}

export function Controls({ view, mine }: { view: View; mine: Mine }) {
  if (place.inPerson) return <DeskControls mine={mine} />;
  return (
    <footer class="room-bar">
      <Heard mine={mine} />
      <div class="controls" role="toolbar" aria-label={t("Your controls")}>
        <Camera />
        <Receive />
        <Microphone mine={mine} />
        <Ask view={view} mine={mine} />
        <Leave mine={mine} />
      </div>
    </footer>
  );
}
