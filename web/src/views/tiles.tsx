/** Pictures: the main one, the small ones, and initials where no picture moves. */
import { cameraWanted, type Member, moving, selfPicture, slots, streams, type View, voiceOnly, voices } from "../store";
import { t } from "../words";
import { Icon } from "./icons";
import { Initials, Picture } from "./parts";
import { sittingIn } from "./groups_reading";
import { nameOf } from "./reading";

const MAIN = "6";

/** Small pictures: the receive slots after the main one, in order. */
function thumbnails(): string[] {
  return Object.keys(slots.value)
    .filter((mid) => Number(mid) > Number(MAIN))
    .sort((a, b) => Number(a) - Number(b));
}

function Face({ mid, name }: { mid: string; name: string }) {
  const stream = streams.value[mid];
  const shows = Boolean(stream) && moving.value[mid] === true && !voiceOnly.value;
  return (
    <>
      {stream && (
        <div class="face" data-shows={shows}>
          <Picture stream={stream} />
        </div>
      )}
      {!shows && <Initials name={name} />}
    </>
  );
}

/** What stands large: whom the server put there, else whoever speaks or chairs. */
export function Main({ view, speaker }: { view: View; speaker: Member }) {
  const member = slots.value[MAIN] ?? speaker;
  const name = nameOf(view, member);
  return (
    <figure class="main-picture" data-speaks={voices.value[member] === true}>
      <Face mid={MAIN} name={name} />
      <figcaption>{name}</figcaption>
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
    <ul class="thumbs" aria-label={t("Pictures")}>
      <Myself view={view} member={me} />
      {shown.map((mid) => (
        <Thumbnail key={mid} view={view} mid={mid} member={slots.value[mid] ?? ""} />
      ))}
      {others.length > 0 && <li class="thumb more">{t("and {n} more", { n: others.length })}</li>}
    </ul>
  );
}
