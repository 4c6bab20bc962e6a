/** The minutes between the keys and the server: kept in a spare at once, sent when the writer rests, and once more
    when the chair closes. */
import { signal } from "@preact/signals";
import { deeds, type Item, lastWords, place, type View, view } from "../store";
import { draftOf, dropDraft, keepDraft, spare } from "./drafts";
import { agendaInOrder } from "./reading";
import { type MinutesDraft, overtaken } from "./record_reading";

const PAUSE = 15_000; // ms after the last key: each version stays in the record for good

/** Which parts are on their way. */
export const saving = signal<Readonly<Record<Item, boolean>>>({});
const timers: Record<Item, ReturnType<typeof setTimeout>> = {};
const going: Record<Item, Promise<void>> = {};

const nameFor = (item: Item) => `minutes ${place.meeting} ${item}`;
const lineOf = (of: View | null, item: Item) => of?.minutes.items[item];

/** Typed here, or left from before a reload; null = nothing is.  Read for each part at each news: so the spare, which is
    a file to be parsed, only where nothing was typed since. */
function typed(item: Item): MinutesDraft | null {
  const draft = draftOf<MinutesDraft | null>(nameFor(item), null);
  return draft ?? spare.read<MinutesDraft>(nameFor(item));
}

/** What is being written, else what stands there. */
export function minutesDraft(item: Item): MinutesDraft {
  const line = lineOf(view.value, item);
  return typed(item) ?? { text: line?.text ?? "", base: line?.version ?? 0 };
}

export const isWritten = (item: Item) => (lineOf(view.value, item)?.text ?? "") === minutesDraft(item).text.trim();

/** Somebody else has written meanwhile: the writer decides. */
export function isOlder(item: Item): boolean {
  const draft = typed(item);
  return draft !== null && !isWritten(item) && overtaken(draft, lineOf(view.value, item)?.version ?? 0);
}

export function writeMinutes(item: Item, draft: MinutesDraft): void {
  keepDraft(nameFor(item), draft);
  spare.write(nameFor(item), draft);
  clearTimeout(timers[item]);
  timers[item] = setTimeout(() => void saveMinutes(item), PAUSE);
}

/** The draft goes when the view has the same text. */
export function settleMinutes(item: Item): void {
  if (!isWritten(item) || saving.value[item]) return;
  dropDraft(nameFor(item));
  spare.write(nameFor(item), null);
}

/** Until it is answered; whoever asks meanwhile waits for the same answer. */
export function saveMinutes(item: Item): Promise<void> {
  clearTimeout(timers[item]);
  going[item] ??= send(item).finally(() => delete going[item]);
  return going[item];
}

async function send(item: Item): Promise<void> {
  if (isWritten(item) || isOlder(item)) return;
  const draft = minutesDraft(item);
  saving.value = { ...saving.value, [item]: true };
  const answer = await deeds().ask("WriteMinutes", { item, text: draft.text.trim(), base_version: draft.base });
  saving.value = { ...saving.value, [item]: false };
  if (!("done" in answer)) return;
  const now = minutesDraft(item);
  writeMinutes(item, { text: now.text, base: draft.base + 1 }); // what was typed meanwhile follows
  if (now.text === draft.text) spare.write(nameFor(item), null);
}

const parts = (of: View): Item[] => [...agendaInOrder(of).map(([id]) => id), ""];

/** What was typed and never came into the record. */
export function unsent(of: View): [Item, string][] {
  return parts(of).flatMap((item): [Item, string][] => {
    const text = spare.read<MinutesDraft>(nameFor(item))?.text.trim();
    return text ? [[item, text]] : [];
  });
}

lastWords.push(async () => {
  const written = view.value ? unsent(view.value) : [];
  await Promise.all(written.map(([item]) => saveMinutes(item).then(() => saveMinutes(item)))); // and what was typed meanwhile
});
