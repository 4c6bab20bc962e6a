/** Before joining: see yourself, hear that you are heard, and go in with whatever works. */
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import {
  camera,
  cameraWanted,
  chromeLink,
  choices,
  deeds,
  type Device,
  inApp,
  level,
  microphone,
  place,
  selfPicture,
} from "../store";
import { faultSentence, t } from "../words";
import { Icon } from "./icons";
import { Picture } from "./parts";

/** The bar is drawn through the element's own style object: the page's policy allows no style attribute. */
function LevelBar() {
  const ref = useRef<HTMLSpanElement>(null);
  const loud = level.value;
  useLayoutEffect(() => {
    ref.current?.style.setProperty("transform", `scaleX(${loud.toFixed(2)})`);
  }, [loud]);
  return (
    <span class="level" role="meter" aria-label={t("Your voice")} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(loud * 100)}>
      <span ref={ref} />
    </span>
  );
}

function MicrophoneLine() {
  const device = microphone.value;
  if (device.state === "faulty")
    return (
      <div class="notice care">
        <Icon of="micOff" />
        <p>{faultSentence("microphone", device.fault)}</p>
      </div>
    );
  return (
    <div class="lobby-voice">
      <Icon of="mic" />
      <div>
        <p>{device.state === "ready" ? t("Say a few words: the bar moves.") : t("The browser asks for the microphone: please allow it.")}</p>
        <LevelBar />
      </div>
    </div>
  );
}

function Preview() {
  const stream = selfPicture.value;
  const device = camera.value;
  const why = device.state === "faulty" ? faultSentence("camera", device.fault) : t("Your picture is off.");
  return (
    <div class="lobby-picture">
      {stream && cameraWanted.value ? (
        <Picture stream={stream} mirrored />
      ) : (
        <p>
          <Icon of="videoOff" />
          {device.state === "asking" ? t("The browser asks for the camera: please allow it.") : why}
        </p>
      )}
    </div>
  );
}

const idOf = (device: Device) => (device.state === "ready" ? device.id : "");

function Choose({ kind, label }: { kind: "microphone" | "camera"; label: string }) {
  const list = kind === "microphone" ? choices.value.microphones : choices.value.cameras;
  const id = `choose-${kind}`;
  if (list.length === 0) return null;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={idOf(kind === "microphone" ? microphone.value : camera.value)}
        onChange={(event) => void deeds().chooseDevice(kind, event.currentTarget.value)}
      >
        {list.map((device) => (
          <option key={device.deviceId} value={device.deviceId}>
            {device.label}
          </option>
        ))}
      </select>
    </div>
  );
}

/** A meeting in the room: nobody is seen or heard from here, so no device is asked for. */
export function Desk() {
  return (
    <main class="calm">
      <p class="soft">{t("You are about to keep the record of")}</p>
      <h1>{place.title}</h1>
      <p>{t("This meeting is held in the room. Tick who is here, enter the hands that are raised, write what is decided.")}</p>
      <button type="button" class="button main big full" onClick={() => deeds().join()}>
        {t("Open the record")}
      </button>
    </main>
  );
}

export function Lobby() {
  return (
    <main class="lobby">
      <header>
        <p class="soft">{t("You are about to join")}</p>
        <h1>{place.title}</h1>
      </header>
      <Preview />
      <section class="lobby-own stack" aria-label={t("Your devices")}>
        {place.sealed && !place.canSeal && (
          <div class="notice care">
            <p>
              {t(
                "Sound and picture of this meeting are sealed from end to end, which this browser cannot do. You can follow and vote here, but not hear or speak. Please use a current Chrome, Edge, Firefox or Safari.",
              )}
            </p>
          </div>
        )}
        <MicrophoneLine />
        <button
          type="button"
          class="switch"
          role="switch"
          aria-checked={cameraWanted.value}
          onClick={() => void deeds().setCamera(!cameraWanted.value)}
        >
          {t("Show my picture")}
        </button>
        <button type="button" class="button main big full" onClick={() => deeds().join()}>
          {t("Join the meeting")}
        </button>
        <p class="soft small">{t("Your microphone is off when you first come in. If it is on in the meeting already, it stays on.")}</p>
        <p class="small">
          <a href="/network">{t("Check my network")}</a>
        </p>
        <details class="lobby-choose">
          <summary>
            <Icon of="choose" />
            {t("change device")}
          </summary>
          <div class="stack">
            <Choose kind="microphone" label={t("Microphone")} />
            <Choose kind="camera" label={t("Camera")} />
            {choices.value.microphones.length + choices.value.cameras.length === 0 && (
              <p class="soft">{t("No device is known yet. Allow the microphone or the camera first.")}</p>
            )}
          </div>
        </details>
      </section>
    </main>
  );
}

/** Inside Zalo or Messenger the microphone is barred: the way out comes before any question. */
export function WayOut() {
  const copied = useSignal(false);
  const android = /Android/i.test(navigator.userAgent);
  const copy = () =>
    void navigator.clipboard?.writeText(location.href).then(
      () => (copied.value = true),
      () => undefined,
    );
  return (
    <main class="calm">
      <h1>{t("Please open this page in a real browser")}</h1>
      <p>
        {t("This window belongs to {app}, which gives no page the microphone. To speak in the meeting, open it in Chrome or Safari.", {
          app: inApp.value,
        })}
      </p>
      {android && (
        <a class="button main big full" href={chromeLink(location.href)}>
          {t("Open in Chrome")}
        </a>
      )}
      {!android && <p>{t("Press the three dots in the corner, then “Open in browser”.")}</p>}
      <button type="button" class="button full" onClick={copy}>
        {copied.value ? t("Copied. Paste it into Chrome or Safari.") : t("Copy the link")}
      </button>
      <input class="input" readOnly value={location.href} aria-label={t("The link of the meeting")} onFocus={(e) => e.currentTarget.select()} />
      <button type="button" class="button plain full" onClick={() => deeds().enterAnyway()}>
        {t("Join here, only to listen and vote")}
      </button>
    </main>
  );
}
