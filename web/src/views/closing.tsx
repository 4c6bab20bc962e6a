/** The last screens: closed, left, refused. */
import { deeds, ended, parted, place, seal, type View } from "../store";
import { clock, day, hour } from "../time";
import { t } from "../words";
import { Icon } from "./icons";
import { unsent } from "./minutes_keeping";
import { agendaInOrder } from "./reading";

const papers = () => `/meetings/${encodeURIComponent(place.meeting)}/papers`;
const attendance = () => `/meetings/${encodeURIComponent(place.meeting)}/attendance`;

/** What its writer would otherwise take for written. */
function Unsent({ view }: { view: View }) {
  const parts = parted.value ? unsent(view) : [];
  if (parts.length === 0) return null;
  return (
    <div class="notice care" role="alert">
      <div class="stack tight">
        <p>{t("These words of yours did not come into the minutes. Please copy them to the page of the papers.")}</p>
        {parts.map(([item, text]) => (
          <p key={item} class="written">
            {text}
          </p>
        ))}
      </div>
    </div>
  );
}

/** The meeting is closed: what it came to, and where its record lies. */
export function Closed({ view }: { view: View }) {
  const items = agendaInOrder(view);
  const lasted = view.opened_at && view.closed_at ? (Date.parse(view.closed_at) - Date.parse(view.opened_at)) / 1000 : 0;
  return (
    <main class="calm">
      <p class="soft">{view.about.cell}</p>
      <h1>{t("The meeting is closed")}</h1>
      <p class="lead">{view.about.title}</p>
      <dl class="facts">
        {view.opened_at && (
          <>
            <dt>{t("Opened")}</dt>
            <dd>{`${hour(view.opened_at)}, ${day(view.opened_at)}`}</dd>
          </>
        )}
        {view.closed_at && (
          <>
            <dt>{t("Closed")}</dt>
            <dd>{hour(view.closed_at)}</dd>
          </>
        )}
        <dt>{t("Lasted")}</dt>
        <dd>{clock(lasted)}</dd>
        <dt>{t("Agenda")}</dt>
        <dd>
          {t("{n} of {all} items done", { n: items.filter(([, item]) => item.state === "closed").length, all: items.length })}
        </dd>
      </dl>
      <Unsent view={view} />
      <div class="seal">
        <Icon of="seal" />
        <div>
          <strong>{t("The record is sealed")}</strong>
          <span class={seal.value ? "hash" : ""}>{seal.value || t("A record nobody can alter unseen.")}</span>
        </div>
      </div>
      <a class="button main big full" href={papers()}>
        {t("To the papers")}
      </a>
      <a class="button full" href={attendance()}>
        {t("See the attendance sheet")}
      </a>
      <a class="button full" href="/meetings">
        {t("Back to the meetings")}
      </a>
    </main>
  );
}

/** We went out by ourselves. */
export function Gone() {
  return (
    <main class="calm">
      <h1>{t("You have left the meeting")}</h1>
      <p class="lead">{t("Your presence was counted until now. You can come back as long as the meeting is open.")}</p>
      <button type="button" class="button main big full" onClick={() => deeds().join()}>
        {t("Join the meeting again")}
      </button>
      <a class="button full" href="/meetings">
        {t("Back to the meetings")}
      </a>
    </main>
  );
}

const TITLES: Record<string, () => string> = {
  removed: () => t("You are no longer in this meeting"),
  meetingclosed: () => t("The meeting is closed"),
  closed: () => t("The meeting is closed"),
  notonroster: () => t("You are not on the roster of this meeting"),
  roster: () => t("You are not on the roster of this meeting"),
  nosuchmeeting: () => t("There is no such meeting"),
};

/** The server decided that we are not in: why, calmly, and where to go. */
export function Ended() {
  const refusal = ended.value;
  const rule = refusal?.rule.toLowerCase() ?? "";
  return (
    <main class="calm">
      <h1>{TITLES[rule]?.() ?? t("You cannot come into this meeting")}</h1>
      {refusal && <p class="lead">{t(refusal.why, refusal.facts)}</p>}
      {rule.endsWith("closed") && (
        <a class="button main big full" href={attendance()}>
          {t("See the attendance sheet")}
        </a>
      )}
      <a class="button full" href="/meetings">
        {t("Back to the meetings")}
      </a>
    </main>
  );
}
