/** The groups for everyone: where I am, how long, who leads; what they brought back. */
import { useSignal } from "@preact/signals";
import type { GroupLine, Item, Member, Mine, Sitting, View } from "../store";
import { may } from "../store";
import { clock, now, secondsUntil } from "../time";
import { t } from "../words";
import { Discussion } from "./chair";
import { GroupsDesk } from "./groups_desk";
import { ReportForm } from "./group_report";
import { apartNow, inOrder, lastSitting, placeOf, reportsOn, reportState, sittingIn } from "./groups_reading";
import { Icon } from "./icons";
import { Act } from "./parts";
import { nameOf } from "./reading";

const SOON = 60; // seconds left

/** How long the groups still sit: seen by everyone, said aloud by no screen reader each second. */
export function Countdown({ until }: { until: string }) {
  const left = Math.max(0, secondsUntil(until, now.value));
  return (
    <span class="countdown" role="timer" aria-live="off" data-soon={left <= SOON}>
      <strong>{clock(left)}</strong> {t("left")}
    </span>
  );
}

function Questions({ view, sitting }: { view: View; sitting: Sitting }) {
  return (
    <ol class="questions">
      {inOrder(sitting.questions).map(([id, question]) => (
        <li key={id}>{[view.agenda.items[question.item]?.title, question.text].filter(Boolean).join(": ")}</li>
      ))}
    </ol>
  );
}

/** Nobody leads: tap whom you want; more than half decide. */
function Choosing({ view, group, id, me }: { view: View; group: GroupLine; id: string; me: Member }) {
  const candidates = sittingIn(view, id).filter((member) => member in group.members);
  const choices = group.choices ?? {};
  const votes = (member: Member) => Object.values(choices).filter((choice) => choice === member).length;
  return (
    <section class="offer choosing">
      <div>
        <h2>{t("Who shall lead the group?")}</h2>
        <p>{t("Tap a name. Whoever has more than half of those who sit here leads.")}</p>
      </div>
      <ul class="picks">
        {candidates.map((member) => (
          <li key={member}>
            <Act name="ChooseLeader" fields={{ member }} look={choices[me] === member ? "main" : ""}>
              {nameOf(view, member)} {votes(member) > 0 && <span class="count">{votes(member)}</span>}
            </Act>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Calls({ view, mine, group, id }: { view: View; mine: Mine; group: GroupLine; id: string }) {
  if (mine.groups.called)
    return (
      <section class="offer" role="alert">
        <div>
          <h2>{t("The chair asks you into the hall")}</h2>
          <p>{t("Your group goes on; you come back with one tap.")}</p>
        </div>
        <div class="row">
          <Act name="AnswerCall" fields={{ comes: true }} look="main big">{t("Go to the hall")}</Act>
          <Act name="AnswerCall" fields={{ comes: false }}>{t("Stay with the group")}</Act>
        </div>
      </section>
    );
  if (mine.groups.offered)
    return (
      <section class="offer" role="alert">
        <div>
          <h2>{t("Please lead the group")}</h2>
          <p>{t("The leader has lost the connection.")}</p>
        </div>
        <Act name="LeadGroup" look="main big">{t("Lead the group")}</Act>
      </section>
    );
  if (may("ChooseLeader") && mine.groups.place === id) return <Choosing view={view} group={group} id={id} me={mine.member} />;
  return null;
}

/** "You are in group 2": always on top while the groups sit. */
export function GroupBanner({ view, mine }: { view: View; mine: Mine }) {
  const sitting = apartNow(view);
  if (!sitting) return <AfterGathering view={view} mine={mine} />;
  const { place, belongs } = mine.groups;
  const here = sitting.groups[place];
  const own = sitting.groups[belongs];
  const visits = place !== belongs;
  const leader = here?.leader && view.roll[here.leader]?.state === "present" ? here.leader : "";
  return (
    <>
      <section class="group-banner" data-hall={!here} aria-label={t("Party groups")}>
        <div class="group-where">
          <p class="group-name" role="status">
            <Icon of="users" />
            {here ? (visits ? t("You are visiting {group}", { group: here.name }) : t("You are in {group}", { group: here.name })) : own ? t("You are in the hall for a moment") : t("The groups are discussing; you are in the hall")}
          </p>
          {leader && <p class="soft small">{t("Led by {name}", { name: nameOf(view, leader) })}</p>}
          {here && <Questions view={view} sitting={sitting} />}
        </div>
        <div class="group-time">
          <Countdown until={sitting.until} />
          {visits && (
            <Act name="EndVisit" icon="door">
              {own ? t("Back to {group}", { group: own.name }) : t("Back to the hall")}
            </Act>
          )}
        </div>
      </section>
      {view.groups.address && (
        <p class="notice care" role="status">
          <Icon of="sound" />
          <span>{t("{name} is speaking to all groups.", { name: nameOf(view, view.groups.address) })}</span>
        </p>
      )}
      <Visitors view={view} place={place} me={mine.member} />
      {own && <Calls view={view} mine={mine} group={own} id={belongs} />}
    </>
  );
}

/** Nobody listens in unseen. */
function Visitors({ view, place, me }: { view: View; place: string; me: Member }) {
  const visitors = Object.entries(view.groups.visiting).flatMap(([member, group]) => (group === place && member !== me ? [nameOf(view, member)] : []));
  if (visitors.length === 0) return null;
  return (
    <p class="notice" role="status">
      <Icon of="info" />
      <span>{t("Visiting here: {names}", { names: visitors.join(", ") })}</span>
    </p>
  );
}

/** The time ran out while a leader was writing: he still submits. */
function AfterGathering({ view, mine }: { view: View; mine: Mine }) {
  const sitting = lastSitting(view);
  const own = mine.groups.report;
  if (!sitting?.reports_until || !own || sitting.groups[own.group]?.report) return null;
  return (
    <section class="offer" role="status">
      <div>
        <h2>{t("Your group’s report is still awaited")}</h2>
        <p>{t("What you wrote is kept. Please submit it from the list “Groups”.")}</p>
      </div>
      <Countdown until={sitting.reports_until} />
    </section>
  );
}

/** What the groups brought back on an item, word for word. */
export function Reports({ view, item }: { view: View; item: Item }) {
  const reports = reportsOn(view, item);
  const open = useSignal(true);
  if (reports.length === 0) return null;
  return (
    <details class="fold reports" open={open.value} onToggle={(event) => (open.value = event.currentTarget.open)}>
      <summary>{t("Reports of the groups ({n})", { n: reports.length })}</summary>
      {reports.map(({ key, question, group, report, answer }) => (
        <article key={key} class="report">
          <p class="who">
            {group} <span class="soft small">{nameOf(view, report.by)}</span>
          </p>
          {question.text && <p class="soft small">{question.text}</p>}
          <dl class="facts">
            {[
              [t("Opinions for"), answer.in_favour],
              [t("Opinions against"), answer.against],
              [t("Proposals"), answer.proposals],
              [t("Reserved opinions"), answer.reserved.map((member) => nameOf(view, member)).join(", ")],
              [t("Hands"), answer.hands_for + answer.hands_against + answer.hands_other > 0 ? t("{a} for, {b} against, {c} other", { a: answer.hands_for, b: answer.hands_against, c: answer.hands_other }) : ""],
            ].map(([label, text]) => text && [<dt key={label}>{label}</dt>, <dd key={`${label} text`} class="written">{text}</dd>])}
          </dl>
        </article>
      ))}
    </details>
  );
}

const STATES = {
  none: () => t("No report yet"),
  writing: () => t("Report being written"),
  submitted: () => t("Reported"),
};
export const reportWord = (group: GroupLine): string => STATES[reportState(group)]();

function OneGroup({ view, id, group, mine }: { view: View; id: string; group: GroupLine; mine: Mine }) {
  const apart = apartNow(view) !== undefined;
  const here = apart ? sittingIn(view, id) : Object.keys(group.members);
  return (
    <li>
      <details class="fold" open={mine.groups.place === id && apart}>
        <summary>
          {group.name} <span class="count">{here.length}</span> <span class="soft small">{reportWord(group)}</span>
        </summary>
        <ul class="names">
          {here.map((member) => (
            <li key={member}>
              {nameOf(view, member)}
              {member === group.leader && <span class="soft small"> · {t("leads")}</span>}
              {placeOf(view, member) === id && !(member in group.members) && <span class="soft small"> · {t("visits")}</span>}
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}

export function GroupsPanel({ view, mine }: { view: View; mine: Mine }) {
  const sitting = lastSitting(view);
  return (
    <div class="stack wide">
      {mine.groups.leads && mine.groups.place !== "" && <Discussion free={view.speaking.free} />}
      <ReportForm view={view} mine={mine} />
      {(mine.chair || may("VisitGroup")) && <GroupsDesk view={view} mine={mine} />}
      {sitting ? (
        <section class="stack tight">
          <h3>{t("Who sits where")}</h3>
          <ul class="ledger">
            {inOrder(sitting.groups).map(([id, group]) => (
              <OneGroup key={id} view={view} id={id} group={group} mine={mine} />
            ))}
          </ul>
        </section>
      ) : (
        !mine.chair && <p class="empty">{t("The cell sits together.")}</p>
      )}
    </div>
  );
}
