/** The room: head, debate, pictures, the three lists, the controls. */
import { computed, signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { type Member, mine as mineSignal, type Mine, place, MEGABYTE, perHour, traffic, type View, view as viewSignal } from "../store";
import { clock, now, secondsFrom, secondsUntil } from "../time";
import { t } from "../words";
import { Agenda, Spent } from "./agenda";
import { Conduct, NextStep } from "./chair";
import { Carried } from "./carried";
import { Controls } from "./controls";
import { Showing } from "./documents";
import { ChairNotice, LineNotice, PresenceCheck, SoundNotice, Toast } from "./notice";
import { GroupBanner, GroupsPanel, Reports } from "./groups";
import { nameOf, nextItem, PHASES, roleOf, wordOf } from "./reading";
import { Queue } from "./queue";
import { Record as RecordPanel } from "./record";
import { Roll } from "./roll";
import { leastMinutes } from "./round_reading";
import { Main, Share, Thumbnails } from "./tiles";
import { VoteCall } from "./vote";
import { VoteStep } from "./vote_desk";

const SOON = 30; // seconds left of a speech

function Head({ view }: { view: View }) {
  const since = view.opened_at ? clock(Math.max(0, secondsFrom(view.opened_at, now.value))) : "";
  const least = leastMinutes(view);
  return (
    <header class="room-head">
      <div class="room-title">
        <h1>{view.about.title}</h1>
        <p class="soft">{view.about.cell}</p>
      </div>
      <div class="room-facts">
        <span class={`tag ${view.phase === "open" ? "good" : "care"}`}>{wordOf(PHASES, view.phase)}</span>
        {view.about.sealed && (
          <span class="tag good" title={t("Only the members in this meeting can hear and see it; the server passes on what it cannot open.")}>
            {t("Sealed from end to end")}
          </span>
        )}
        {since && (
          <span class="room-clock" aria-label={least ? t("Since opening: {time}, of at least {n} minutes", { time: since, n: least }) : undefined}>
            {since} {least > 0 && <span class="soft">/ {t("{n} minutes", { n: least })}</span>}
          </span>
        )}
        <span>{t("{n}/{all} present", { n: view.counts.present, all: view.counts.of })}</span>
        {!place.inPerson && (
          <span class="soft room-data" title={t("Data used for sound and picture")}>
            {Math.round(traffic.value / MEGABYTE)} MB
          {perHour.value !== null && <span> · {t("{n} MB an hour", { n: Math.round(perHour.value) })}</span>}
          </span>
        )}
      </div>
    </header>
  );
}

function Debate({ view }: { view: View }) {
  const current = view.agenda.current === undefined ? undefined : view.agenda.items[view.agenda.current];
  const next = nextItem(view)?.[1];
  return (
    <section class="debate" aria-live="polite" aria-atomic="true">
      <p class="soft small">{t("Under debate")}</p>
      {current ? <h2>{current.title}</h2> : <h2 class="soft">{waitingFor(view, next?.title)}</h2>}
      {current && (
        <p class="soft small line" aria-live="off">
          <Spent item={current} />
          {current.presenter && <span>{current.presenter}</span>}
        </p>
      )}
      {view.agenda.current !== undefined && view.groups.apart === undefined && <Reports view={view} item={view.agenda.current} />}
      {current?.kind === "last_tasks" && (
        <details class="fold" open>
          <summary>{t("Tasks of last month")}</summary>
          <Carried view={view} />
        </details>
      )}
    </section>
  );
}

function waitingFor(view: View, next: string | undefined): string {
  if (view.phase === "gathering" || view.phase === "called") return t("The meeting has not been opened yet.");
  if (view.phase === "paused") return t("The meeting is paused.");
  return next ? t("Next: {title}", { title: next }) : t("No item is under debate.");
}

/** Time left of a speech, or over. */
function Left({ until }: { until: string }) {
  const left = secondsUntil(until, now.value);
  const over = left < 0;
  return (
    <p class="speech-clock" data-over={over} data-soon={!over && left <= SOON}>
      <strong>{clock(Math.abs(left))}</strong> <span>{over ? t("over time") : t("left")}</span>
    </p>
  );
}

function Speaker({ view, member, holds }: { view: View; member: Member; holds: boolean }) {
  const seat = view.seats[member];
  const floor = view.speaking.floor;
  return (
    <section class="speaker">
      <div aria-live="polite" aria-atomic="true">
        <p class="soft small">{holds ? t("Speaking now") : view.speaking.free ? t("Free discussion") : member === view.chair.acting ? t("In the chair") : t("Leads the group")}</p>
        <p class="speaker-name">{nameOf(view, member)}</p>
        {seat && <p class="soft">{roleOf(seat)}</p>}
      </div>
      {floor && <Left until={floor.until} />}
    </section>
  );
}

// -- the lists: beside on a desk, from below in a hand --------------------------------------------------------------

type Tab = "conduct" | "queue" | "groups" | "agenda" | "roll" | "record";
const WIDE = "(min-width: 1024px)";
const wide = signal(matchMedia(WIDE).matches);
matchMedia(WIDE).addEventListener("change", (event) => (wide.value = event.matches));
const chosen = signal<Tab | null>(null);
const shown = computed<Tab | null>(() => chosen.value ?? (wide.value ? "queue" : null));

function tabsOf(view: View, chairs: boolean): [Tab, string, string][] {
  const { queue } = view.speaking;
  const grouped = view.round === undefined && (chairs || Object.keys(view.groups.sittings).length > 0);
  const tabs: [Tab, string, string][] = [
    ["queue", t("Speakers"), queue.length ? String(queue.length) : ""],
    ...(grouped ? [["groups", t("Groups"), ""] as [Tab, string, string]] : []),
    ["agenda", t("Agenda"), ""],
    ["roll", t("Roll"), ""],
    ["record", t("Minutes"), ""],
  ];
  return chairs ? [...tabs, ["conduct", t("Conduct"), ""]] : tabs;
}

function Panel({ tab, view, mine }: { tab: Tab; view: View; mine: Mine }) {
  const { member: me, chair: chairs } = mine;
  const panels: Record<Tab, () => ComponentChildren> = {
    conduct: () => <Conduct view={view} />,
    queue: () => <Queue view={view} me={me} chairs={mine.groups.leads} />,
    groups: () => <GroupsPanel view={view} mine={mine} />,
    agenda: () => <Agenda view={view} chairs={chairs} />,
    roll: () => <Roll view={view} me={me} chairs={chairs} />,
    record: () => <RecordPanel view={view} mine={mine} />,
  };
  return (
    <div class="side-panel" id="side-panel" role="tabpanel" aria-labelledby={`tab-${tab}`} tabIndex={0}>
      {panels[tab]()}
    </div>
  );
}

/** Arrow keys walk along the tabs (WAI-ARIA Authoring Practices, tabs). */
function walk(event: KeyboardEvent, tabs: Tab[], at: Tab): void {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step === undefined) return;
  const next = tabs[(tabs.indexOf(at) + step + tabs.length) % tabs.length];
  if (next === undefined) return;
  chosen.value = next;
  document.getElementById(`tab-${next}`)?.focus();
}

function Side({ view, mine }: { view: View; mine: Mine }) {
  const tabs = tabsOf(view, mine.chair);
  const names = tabs.map(([tab]) => tab);
  const tab = shown.value !== null && names.includes(shown.value) ? shown.value : wide.value ? "queue" : null;
  const press = (pressed: Tab) => (chosen.value = !wide.value && tab === pressed ? null : pressed);
  return (
    <aside class="room-side" data-open={tab !== null}>
      <div class="tabs" role="tablist" aria-label={t("Lists of the meeting")}>
        {tabs.map(([name, label, count]) => (
          <button
            key={name}
            type="button"
            class="tab"
            role="tab"
            id={`tab-${name}`}
            aria-selected={tab === name}
            aria-controls="side-panel"
            tabIndex={tab === name || (tab === null && name === "queue") ? 0 : -1}
            onClick={() => press(name)}
            onKeyDown={(event) => walk(event, names, name)}
          >
            {label} {count && <span class="count">{count}</span>}
          </button>
        ))}
      </div>
      {tab !== null && <Panel tab={tab} view={view} mine={mine} />}
    </aside>
  );
}

export function RoomView() {
  const view = viewSignal.value;
  const mine = mineSignal.value;
  return view && mine ? <Inside view={view} mine={mine} /> : <Waiting />;
}

function Waiting() {
  return (
    <main class="calm">
      <h1>{t("Coming into the meeting…")}</h1>
      <LineNotice />
    </main>
  );
}

function Inside({ view, mine }: { view: View; mine: Mine }) {
  const floor = view.speaking.floor?.member;
  const speaker = floor ?? view.speaking.leader ?? view.chair.acting;
  useEffect(() => {
    document.title = `${view.about.title} · Chibo`;
  }, [view.about.title]);
  return (
    <div class="room" data-phase={view.phase} data-chair={mine.chair}>
      <Head view={view} />
      <main class="room-main" tabIndex={0}>
        <div class="room-notices">
          <LineNotice />
          <SoundNotice />
          <ChairNotice view={view} mine={mine} />
          <GroupBanner view={view} mine={mine} />
          {mine.check && <PresenceCheck until={mine.check.until} />}
        </div>
        <VoteCall view={view} mine={mine}>
          {mine.chair && <VoteStep view={view} />}
        </VoteCall>
        <Debate view={view} />
        <Showing view={view} mine={mine} />
        <div class="stage">
          {!place.inPerson && <Main view={view} speaker={speaker} />}
          <div class="stage-side">
            <Speaker view={view} member={speaker} holds={floor !== undefined} />
            {!place.inPerson && <Share mine={mine} />}
            {mine.groups.leads && view.votes.open === undefined && <NextStep view={view} />}
          </div>
        </div>
        {!place.inPerson && <Thumbnails view={view} me={mine.member} place={mine.groups.place} />}
      </main>
      <Side view={view} mine={mine} />
      <Controls view={view} mine={mine} />
      <Toast />
    </div>
  );
}
