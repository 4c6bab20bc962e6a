/** The minutes while they are written: each part by its own version, so that two people lose nothing. */
import { useEffect } from "preact/hooks";
import { deeds, type Item, may, type Mine, type View } from "../store";
import { hour } from "../time";
import { t } from "../words";
import { draftOf, dropDraft, hasDraft, keepDraft } from "./drafts";
import { Written } from "./forms";
import { Act, usePending } from "./parts";
import { agendaInOrder, nameOf } from "./reading";
import { joinedTexts, type MinutesDraft, overtaken } from "./record_reading";

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

/** Sent when the writer leaves the field or presses the button; the draft goes when the view has the same text. */
function Writing({ view, item, title }: PartProps) {
  const name = `minutes ${item}`;
  const line = view.minutes.items[item];
  const draft = draftOf<MinutesDraft>(name, { text: line?.text ?? "", base: line?.version ?? 0 });
  const [pending, run] = usePending();
  const same = (line?.text ?? "") === draft.text.trim();
  const older = hasDraft(name) && !same && overtaken(draft, line?.version ?? 0);
  const keep = (next: MinutesDraft) => keepDraft(name, next);
  useEffect(() => {
    if (hasDraft(name) && same && !pending) dropDraft(name);
  }, [line?.version, pending]);
  const send = async () => {
    const answer = await deeds().ask("WriteMinutes", { item, text: draft.text.trim(), base_version: draft.base });
    const now = draftOf(name, draft);
    if ("done" in answer) keep({ text: now.text, base: draft.base + 1 });
  };
  const save = () => {
    if (!same && !older) run(send);
  };
  return (
    <div class="stack tight">
      {older && <Newer view={view} item={item} draft={draft} keep={keep} />}
      <Written label={title} text={draft.text} most={MOST} write={(text) => keep({ ...draft, text })} leave={save} />
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
