/** Pictures: the main one, the small ones, and initials where no picture moves. */
import { useLayoutEffect, useRef } from "preact/hooks";
import {
  cameraWanted,
  deeds,
  feed,
  heights,
  type Member,
  type Mine,
  canShare,
  mode,
  moving,
  picturePage,
  selfPicture,
  sharing,
  slots,
  streams,
  type View,
  voiceOnly,
  voices,
} from "../store";
import { t } from "../words";
import { Icon } from "./icons";
import { Initials, Picture } from "./parts";
import { sittingIn } from "./groups_reading";
import { nameOf } from "./reading";

const MAIN = "6";
const STEP = 10; // pixels: a finer measure would be told again and again

/** Small pictures: the receive slots after the main one, in order. */
function thumbnails(): string[] {
  return Object.keys(slots.value)
    .filter((mid) => Number(mid) > Number(MAIN))
    .sort((a, b) => Number(a) - Number(b));
}

/** Tells the store how large a picture slot is on the screen: so much of it is sent. */
function useHeight(mid: string) {
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const box = ref.current;
    if (!box) return;
    let seen = true;
    const tell = () => {
      const height = seen ? Math.round((box.clientHeight * devicePixelRatio) / STEP) * STEP : 0;
      if (heights.peek()[mid] !== height) heights.value = { ...heights.peek(), [mid]: height };
    };
    const size = new ResizeObserver(tell);
    const sight = new IntersectionObserver((entries) => {
      seen = entries[entries.length - 1]?.isIntersecting ?? true;
      tell();
    });
    size.observe(box);
    sight.observe(box);
    return () => {
      size.disconnect();
      sight.disconnect();
      const { [mid]: _, ...others } = heights.peek();
      heights.value = others;
    };
  }, [mid]);
  return ref;
}

function Face({ mid, name }: { mid: string; name: string }) {
  const ref = useHeight(mid);
  const stream = streams.value[mid];
  const shows = Boolean(stream) && moving.value[mid] === true && !voiceOnly.value;
  return (
    <>
      <div class="face" data-shows={shows} ref={ref}>
        {stream && <Picture stream={stream} />}
      </div>
      {!shows && <Initials name={name} />}
    </>
  );
}

/** What stands large: whom the server put there, else whoever speaks or chairs. */
export function Main({ view, speaker }: { view: View; speaker: Member }) {
  const member = slots.value[MAIN] ?? speaker;
  const name = nameOf(view, member);
  const screen = feed.value?.screen === member;
  return (
    <figure class="main-picture" data-speaks={voices.value[member] === true} data-screen={screen}>
      <Face mid={MAIN} name={name} />
      <figcaption>{screen ? t("{name} shares the screen", { name }) : name}</figcaption>
    </figure>
  );
}

function Thumbnail({ view, mid, member }: { view: View; mid: string; member: Member }) {
  const name = nameOf(view, member);
  return (
    <li class="thumb" data-speaks={voices.value[member] === true}>
      <div class="thumb-picture">
        <Face mid={mid} name={name} />
      </div>
      <span class="thumb-name">
        {voices.value[member] && <Icon of="sound" />}
        {name}
      </span>
    </li>
  );
}

function Myself({ view, member }: { view: View; member: Member }) {
  const stream = selfPicture.value;
  const shows = stream !== null && cameraWanted.value && !voiceOnly.value;
  return (
    <li class="thumb mine">
      <div class="thumb-picture">
        {shows ? (
          <div class="face" data-shows="true">
            <Picture stream={stream} mirrored />
          </div>
        ) : (
          <Initials name={nameOf(view, member)} />
        )}
      </div>
      <span class="thumb-name">{t("You")}</span>
    </li>
  );
}

export function Thumbnails({ view, me, place }: { view: View; me: Member; place: string }) {
  const shown = thumbnails();
  const faces = new Set([me, slots.value[MAIN], ...shown.map((mid) => slots.value[mid])]);
  const others = sittingIn(view, place).filter((member) => view.roll[member]?.state === "present" && !faces.has(member));
  return (
    <>
      <ul class="thumbs" aria-label={t("Pictures")}>
        <Myself view={view} member={me} />
        {shown.map((mid) => (
          <Thumbnail key={mid} view={view} mid={mid} member={slots.value[mid] ?? ""} />
        ))}
        {others.length > 0 && <li class="thumb more">{t("and {n} more", { n: others.length })}</li>}
        {mode.value === "all" && <Pager />}
      </ul>
    </>
  );
}

/** Pages of small pictures, when there are more of them than places. */
function Pager() {
  const places = Math.max(1, Object.keys(streams.value).length - 1);
  const pictures = (feed.value?.pictures ?? 0) - (feed.value?.screen === undefined ? 1 : 0);
  const pages = Math.ceil(pictures / places);
  if (picturePage.value === 0 && pictures <= places) return null;
  const turn = (by: number) => (picturePage.value = (picturePage.value + by + pages + 1) % (pages + 1));
  return (
    <li class="turn">
      <div class="pager" role="group" aria-label={t("Pages of pictures")}>
        <button type="button" class="button small" onClick={() => turn(-1)}>
          {t("Earlier pictures")}
        </button>
        <span class="soft" aria-live="polite">
          {picturePage.value === 0 ? t("Who speaks") : t("Page {n} of {all}", { n: picturePage.value, all: pages })}
        </span>
        <button type="button" class="button small" onClick={() => turn(1)}>
          {t("More pictures")}
        </button>
      </div>
    </li>
  );
}

/** For who leads and who has the floor: hand out a screen or a window of one's own. */
export function Share({ mine }: { mine: Mine }) {
  if (!mine.may_share || !canShare.value) return null;
  return sharing.value ? (
    <div class="stack tight">
      <p class="notice" role="status">
        {t("Your screen is being shared with everybody.")}
      </p>
      <button type="button" class="button" onClick={() => deeds().stopSharing()}>
        <Icon of="screenOff" />
        {t("Stop sharing the screen")}
      </button>
    </div>
  ) : (
    <button type="button" class="button" onClick={() => void deeds().share()}>
      <Icon of="screen" />
      {t("Share my screen")}
    </button>
  );
}
