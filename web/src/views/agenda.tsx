/** The agenda: what is done, what is under debate, what comes. */
import { useSignal } from "@preact/signals";
import type { AgendaItem, Item, View } from "../store";
import { now, clock, secondsFrom } from "../time";
import { t } from "../words";
import { Reports } from "./groups";
import { Carried } from "./carried";
import { Documents } from "./documents";
import { Icon } from "./icons";
import { Act, ReasonDialog } from "./parts";
import { agendaInOrder, wordOf } from "./reading";

const STATE: Record<string, () => string> = {
  ahead: () => "",
  current: () => t("under debate"),
  closed: () => t("done"),
  aside: () => t("put aside"),
};

/** How long an item has been debated, of the minutes planned for it. */
export function Spent({ item }: { item: AgendaItem }) {
  if (!item.taken_up_at) return item.minutes ? <span>{t("{n} minutes", { n: item.minutes })}</span> : null;
  const end = item.closed_at ? Date.parse(item.closed_at) : now.value;
  const spent = clock(Math.max(0, secondsFrom(item.taken_up_at, end)));
  return <span>{item.minutes ? t("{spent} of {n} minutes", { spent, n: item.minutes }) : spent}</span>;
}

function Deeds({ id, item }: { id: Item; item: AgendaItem }) {
  const aside = useSignal(false);
  if (item.state === "closed") return null;
  return (
    <div class="row deeds">
      {item.state === "current" ? (
        <Act name="CloseItem" look="main">
          {t("Conclude the item")}
        </Act>
      ) : (
        <Act name="TakeUpItem" fields={{ item: id }}>
          {t("Take up")}
        </Act>
      )}
      {item.state !== "aside" && (
        <button type="button" class="button plain" onClick={() => (aside.value = true)}>
          {t("Put aside")}
        </button>
      )}
      {aside.value && (
        <ReasonDialog
          title={t("Put aside: {title}", { title: item.title })}
          name="PutItemAside"
          fields={{ item: id }}
          action={t("Put aside")}
          close={() => (aside.value = false)}
        />
      )}
    </div>
  );
}

export function Agenda({ view, chairs }: { view: View; chairs: boolean }) {
  const items = agendaInOrder(view);
  if (items.length === 0) return <p class="empty">{t("No agenda was sent with the notice.")}</p>;
  return (
    <>
    <Documents view={view} item="" />
    <ol class="ledger agenda">
      {items.map(([id, item], index) => (
        <li key={id} data-state={item.state} aria-current={item.state === "current" ? "step" : undefined}>
          <span class="agenda-number">{item.state === "closed" ? <Icon of="check" /> : index + 1}</span>
          <div>
            <p class="agenda-title">{item.title}</p>
            <p class="soft small line">
              {wordOf(STATE, item.state) && <strong>{wordOf(STATE, item.state)}</strong>}
              <Spent item={item} />
              {item.presenter && <span>{item.presenter}</span>}
              {item.reason && <span>{item.reason}</span>}
            </p>
            <Reports view={view} item={id} />
            <Documents view={view} item={id} />
            {item.kind === "last_tasks" && <Carried view={view} />}
          </div>
          {chairs && view.phase === "open" && <Deeds id={id} item={item} />}
        </li>
      ))}
    </ol>
    </>
  );
}
