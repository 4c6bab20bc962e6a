/** What chair and committee do about the groups: split, visit, call, speak to all, extend, gather, see who reported. */
import { useSignal } from "@preact/signals";
import { deeds, freshId, type Member, type Mine, may, type View, type GroupLine, type Question } from "../store";
import { t } from "../words";
import { draftOf, dropDraft, keepDraft } from "./drafts";
import { Chosen } from "./forms";
import { apartNow, assignable, circles, type Draft, drawn, fromRegister, howMany, inOrder, lastSitting, membersOf, moved, placeOf, reportState, sittingIn, tooSmall } from "./groups_reading";
import { Act, Dialog, usePending } from "./parts";
import { agendaInOrder, nameOf } from "./reading";

const TIMES = [5, 10, 15, 20, 30, 45, 60];
const MORE = 5; // minutes

// -- the split dialog ------------------------------------------------------------------------------------------------

interface Plan {
  items: string[];
  text: string;
  minutes: number;
  draft: Draft;
}

const SPLIT = "split";
const groupName = (index: number): string => t("Group {n}", { n: index + 1 });

function fresh(view: View): Plan {
  const registered = Object.keys(view.groups.register).length > 1;
  const names = [groupName(0), groupName(1)];
  const draft = registered ? fromRegister(view) : { names, where: {} };
  return { items: view.agenda.current === undefined ? [] : [view.agenda.current], text: "", minutes: 15, draft };
}

function Ask({ view, plan, keep }: { view: View; plan: Plan; keep: (plan: Plan) => void }) {
  const toggle = (item: string) => {
    const without = plan.items.filter((other) => other !== item);
    keep({ ...plan, items: without.length < plan.items.length ? without : [...plan.items, item] });
  };
  return (
    <fieldset class="plain-set stack tight">
      <legend class="label">{t("What the groups discuss")}</legend>
      <ul class="picks">
        {agendaInOrder(view).map(([id, item]) => (
          <li key={id}>
            <label class="pick">
              <input type="checkbox" checked={plan.items.includes(id)} onChange={() => toggle(id)} />
              {item.title}
            </label>
          </li>
        ))}
      </ul>
      <div class="field">
        <label for="split-text">{t("Another question (optional)")}</label>
        <input id="split-text" maxLength={2000} value={plan.text} onInput={(event) => keep({ ...plan, text: event.currentTarget.value })} />
      </div>
    </fieldset>
  );
}

/** Tap a name, then the group; or drag it there. */
function Assigning({ view, draft, keep }: { view: View; draft: Draft; keep: (draft: Draft) => void }) {
  const held = useSignal<Member>("");
  const put = (member: Member, to: number) => {
    if (member) keep(moved(draft, member, to));
    held.value = "";
  };
  const left = assignable(view).filter((member) => !(member in draft.where));
  const column = (title: string, members: Member[], to: number) => (
    <section
      key={to}
      class="basket"
      data-open={held.value !== ""}
      aria-label={title}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        put(event.dataTransfer?.getData("text/plain") ?? "", to);
      }}
    >
      <div class="basket-head">
        <strong>{title}</strong> <span class="count">{members.length}</span>
        {held.value && (
          <button type="button" class="button small-button" onClick={() => put(held.value, to)}>
            {t("Put here")}
          </button>
        )}
      </div>
      <div class="chips">
        {members.map((member) => (
          <button
            key={member}
            type="button"
            class="chip"
            draggable
            aria-pressed={held.value === member}
            onDragStart={(event) => event.dataTransfer?.setData("text/plain", member)}
            onClick={() => (held.value = held.value === member ? "" : member)}
          >
            {nameOf(view, member)}
          </button>
        ))}
      </div>
    </section>
  );
  return (
    <div class="baskets">
      {draft.names.map((name, index) => column(name, membersOf(draft, index), index))}
      {column(t("In the hall"), left, -1)}
    </div>
  );
}

function SplitDialog({ view, close }: { view: View; close: () => void }) {
  const plan = draftOf<Plan>(SPLIT, fresh(view));
  const keep = (next: Plan) => keepDraft(SPLIT, next);
  const [pending, run] = usePending();
  const small = tooSmall(plan.draft, view.groups.smallest);
  const asked = plan.items.length > 0 || plan.text.trim() !== "";
  const many = (count: number) => {
    const names = Array.from({ length: count }, (_, index) => groupName(index));
    const where = Object.fromEntries(Object.entries(plan.draft.where).filter(([, at]) => at < count));
    keep({ ...plan, draft: { names, where } });
  };
  const send = async () => {
    const questions: Question[] = plan.items.map((item) => ({ id: freshId(), item }));
    if (plan.text.trim()) questions.push({ id: freshId(), item: plan.items.length ? "" : (view.agenda.current ?? ""), text: plan.text.trim() });
    const groups = circles(view, plan.draft, () => freshId());
    if ("done" in (await deeds().ask("FormGroups", { questions, minutes: plan.minutes, groups }))) {
      dropDraft(SPLIT);
      close();
    }
  };
  const longest = Math.min(view.groups.longest, 600);
  return (
    <Dialog title={t("Split into groups")} close={close}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          run(send);
        }}
      >
        <Ask view={view} plan={plan} keep={keep} />
        <Chosen
          label={t("How long")}
          value={String(plan.minutes)}
          choices={TIMES.filter((minutes) => minutes <= longest).map((minutes) => [String(minutes), t("{n} minutes", { n: minutes })])}
          choose={(minutes) => keep({ ...plan, minutes: Number(minutes) })}
        />
        <div class="row">
          {Object.keys(view.groups.register).length > 1 && (
            <button type="button" class="button" onClick={() => keep({ ...plan, draft: fromRegister(view) })}>
              {t("Party groups of the register")}
            </button>
          )}
          <button type="button" class="button" onClick={() => keep({ ...plan, draft: drawn(assignable(view), plan.draft.names.map((_, index) => groupName(index)), Math.random) })}>
            {t("Draw at random")}
          </button>
        </div>
        <Chosen
          label={t("Number of groups")}
          value={String(plan.draft.names.length)}
          choices={howMany(view, plan.draft).map((count) => [String(count), String(count)])}
          choose={(count) => many(Number(count))}
        />
        <p class="soft small">{t("Tap a name and then a group, or drag it there. Whoever is in no group stays in the hall with you.")}</p>
        <Assigning view={view} draft={plan.draft} keep={(draft) => keep({ ...plan, draft })} />
        {small.length > 0 && <p class="notice care">{t("A group has at least {n} members: {names}", { n: view.groups.smallest, names: small.join(", ") })}</p>}
        <div class="actions">
          <button type="button" class="button" onClick={close}>
            {t("Back")}
          </button>
          <button type="submit" class="button main" aria-busy={pending} disabled={!asked || small.length > 0 || !may("FormGroups")}>
            {t("Split into groups")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

export function SplitButton({ view }: { view: View }) {
  const asking = useSignal(false);
  if (apartNow(view)) return null;
  return (
    <>
      <button type="button" class="button" disabled={!may("FormGroups")} onClick={() => (asking.value = true)}>
        {t("Split into groups")}
      </button>
      {asking.value && <SplitDialog view={view} close={() => (asking.value = false)} />}
    </>
  );
}

// -- while they sit --------------------------------------------------------------------------------------------------

function Row({ view, mine, id, group }: { view: View; mine: Mine; id: string; group: GroupLine }) {
  const here = sittingIn(view, id).length;
  const state = { none: t("No report yet"), writing: t("Report being written"), submitted: t("Reported") }[reportState(group)];
  return (
    <li>
      <div>
        <p class="who">{group.name}</p>
        <p class="soft small line">
          <span>{t("{n} here", { n: here })}</span>
          <span>{group.leader ? nameOf(view, group.leader) : t("Nobody leads yet")}</span>
          <span class={`tag ${group.report ? "good" : ""}`}>{state}</span>
        </p>
      </div>
      <div class="row deeds">
        {mine.groups.place !== id && (
          <Act name="VisitGroup" fields={{ group: id }} label={t("Visit {group}", { group: group.name })}>
            {t("Visit")}
          </Act>
        )}
        {mine.chair && (
          <Act name="CallLeader" fields={{ group: id }} label={t("Call the leader of {group}", { group: group.name })}>
            {group.called ? t("Called…") : t("Call the leader")}
          </Act>
        )}
      </div>
    </li>
  );
}

/** Somebody sits in the wrong place, or came late. */
function Reassign({ view }: { view: View }) {
  const sitting = apartNow(view);
  const member = useSignal("");
  if (!sitting) return null;
  const groups = inOrder(sitting.groups).map(([id, group]): [string, string] => [id, group.name]);
  const choices = assignable(view).map((each): [string, string] => [each, nameOf(view, each)]);
  return (
    <details class="fold">
      <summary>{t("Move a member")}</summary>
      <div class="stack tight">
        <Chosen label={t("Member")} value={member.value} choices={[["", t("Choose")], ...choices]} choose={(chosen) => (member.value = chosen)} />
        {member.value && (
          <div class="row">
            {[...groups, ["", t("In the hall")] as [string, string]]
              .filter(([id]) => id !== placeOf(view, member.value))
              .map(([id, name]) => (
                <Act key={id} name="AssignToGroup" fields={{ member: member.value, group: id }} done={() => (member.value = "")}>
                  {name}
                </Act>
              ))}
          </div>
        )}
      </div>
    </details>
  );
}

function Gather() {
  const asking = useSignal(false);
  return (
    <>
      <button type="button" class="button main" disabled={!may("GatherGroups")} onClick={() => (asking.value = true)}>
        {t("Back to the hall")}
      </button>
      {asking.value && (
        <Dialog title={t("Gather everyone in the hall?")} close={() => (asking.value = false)}>
          <p>{t("What the leaders have written is kept; they may still submit for a while.")}</p>
          <div class="actions">
            <button type="button" class="button" onClick={() => (asking.value = false)}>
              {t("Let them go on")}
            </button>
            <Act name="GatherGroups" look="main" done={() => (asking.value = false)}>
              {t("Back to the hall")}
            </Act>
          </div>
        </Dialog>
      )}
    </>
  );
}

export function GroupsDesk({ view, mine }: { view: View; mine: Mine }) {
  const sitting = lastSitting(view);
  const apart = apartNow(view) !== undefined;
  const waiting = inOrder(sitting?.groups ?? {}).filter(([, group]) => !group.report);
  return (
    <section class="stack">
      <h3>{t("Party groups")}</h3>
      {mine.chair && !apart && (
        <div class="row">
          <SplitButton view={view} />
          {may("AwaitReports") && <Act name="AwaitReports">{t("Wait for the missing reports")}</Act>}
        </div>
      )}
      {mine.chair && apart && (
        <div class="row">
          <Gather />
          <Act name="ExtendGroups" fields={{ minutes: MORE }}>{t("{n} more minutes", { n: MORE })}</Act>
          {view.groups.address ? <Act name="EndAddress" look="main">{t("Stop speaking to all")}</Act> : <Act name="AddressGroups" icon="sound">{t("Speak to all groups")}</Act>}
        </div>
      )}
      {sitting && !apart && waiting.length > 0 && <p class="notice care">{t("Not yet reported: {names}", { names: waiting.map(([, group]) => group.name).join(", ") })}</p>}
      {sitting && apart && (
        <ul class="ledger groups">
          {inOrder(sitting.groups).map(([id, group]) => (
            <Row key={id} view={view} mine={mine} id={id} group={group} />
          ))}
        </ul>
      )}
      {mine.chair && apart && <Reassign view={view} />}
    </section>
  );
}
