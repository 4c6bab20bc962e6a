/** The minutes while they are written: each part by its own version, so that two people lose nothing. */
import { useEffect } from "preact/hooks";
import { type Item, may, type Mine, type View } from "../store";
import { hour } from "../time";
import { t } from "../words";
import { Written } from "./forms";
import { isOlder, isWritten, minutesDraft, saveMinutes, saving, settleMinutes, writeMinutes } from "./minutes_keeping";
import { Act } from "./parts";
import { agendaInOrder, nameOf } from "./reading";
import { joinedTexts, type MinutesDraft } from "./record_reading";

const MOST = 10_000;
const WHOLE: Item = ""; // of the meeting as a whole

interface PartProps {
  view: View;
  item: Item;
  title: string;
}

function Newer({ view, item, draft, keep }: { view: View; item: Item; draft: MinutesDraft; keep: (draft: MinutesDraft) => void }) {
  const line = view.minutes.items[item];
  if (!line) return null;
  const base = line.version;
  return (
    <div class="notice care" role="alert">
      <div class="stack tight">
        <p>{t("{name} has written here meanwhile. Your text is kept below; nothing is lost.", { name: nameOf(view, line.by) })}</p>
        <p class="written soft">{line.text}</p>
        <div class="row">
          <button type="button" class="button" onClick={() => keep({ base, text: joinedTexts(line.text ?? "", draft.text) })}>
            {t("Put both together")}
          </button>
          <button type="button" class="button plain" onClick={() => keep({ base, text: draft.text })}>
            {t("Mine replaces it")}
          </button>
        </div>
      </div>
    </div>
  );
}

/** Sent when the writer rests, when the writer leaves the field, and when he presses the button. */
function Writing({ view, item, title }: PartProps) {
  const line = view.minutes.items[item];
  const draft = minutesDraft(item);
  const [same, older, pending] = [isWritten(item), isOlder(item), saving.value[item] === true];
  useEffect(() => settleMinutes(item), [line?.version, pending]);
  const save = () => void saveMinutes(item);
  return (
    <div class="stack tight">
      {older && <Newer view={view} item={item} draft={draft} keep={(next) => writeMinutes(item, next)} />}
      <Written label={title} text={draft.text} most={MOST} write={(text) => writeMinutes(item, { ...draft, text })} leave={save} />
      <div class="row">
        <span class="soft small">{line ? t("{name} wrote at {time}", { name: nameOf(view, line.by), time: hour(line.at) }) : ""}</span>
        <button type="button" class="button push" aria-busy={pending} disabled={same || older} onClick={save}>
          {same ? t("Written down") : t("Write down")}
        </button>
      </div>
    </div>
  );
}

function Reading({ view, item, title }: PartProps) {
  const line = view.minutes.items[item];
  if (!line) return null;
  return (
    <div>
      <p class="who">{title}</p>
      {line.text === undefined ? <p class="soft">{t("being written")}</p> : <p class="written">{line.text}</p>}
    </div>
  );
}

export function MinutesSection({ view, mine }: { view: View; mine: Mine }) {
  const { read_at, adopted_at } = view.minutes;
  const Part = may("WriteMinutes") ? Writing : Reading;
  const parts: [Item, string][] = [...agendaInOrder(view).map(([id, item]): [Item, string] => [id, item.title]), [WHOLE, t("The meeting as a whole")]];
  const state = adopted_at ? t("Adopted at {time}", { time: hour(adopted_at) }) : read_at ? t("Read at {time}", { time: hour(read_at) }) : "";
  return (
    <div class="stack">
      <p class="soft small">{t("Times, numbers, votes and tasks write themselves. Here stands what was said.")}</p>
      {state && <p class="tag good">{state}</p>}
      {Object.keys(view.minutes.items).length === 0 && Part === Reading && <p class="empty">{t("Nothing is written yet.")}</p>}
      {parts.map(([item, title]) => (
        <Part key={item} view={view} item={item} title={title} />
      ))}
      {mine.chair && !adopted_at && (
        <div class="row">
          <Act name="ReadMinutes">{t("The minutes are read aloud")}</Act>
          <Act name="AdoptMinutes" look="main">
            {t("The minutes are adopted")}
          </Act>
        </div>
      )}
    </div>
  );
}
