/** What was concluded on each item, and who does what by when. */
import { useSignal } from "@preact/signals";
import { useEffect, useId, useState } from "preact/hooks";
import { type AgendaItem, freshId, type Item, may, type Task, type View } from "../store";
import { hour } from "../time";
import { t } from "../words";
import { draftOf, dropDraft, keepDraft } from "./drafts";
import { Chosen, CommandForm, TextDialog, Written } from "./forms";
import { Dialog, ReasonDialog } from "./parts";
import { nameOf } from "./reading";
import { members, takenUp, tasksInOrder, writtenDay } from "./record_reading";

// -- conclusions ---------------------------------------------------------------------------------------------------

function Earlier({ texts }: { texts: [string, string][] }) {
  if (texts.length === 0) return null;
  return (
    <details class="fold small">
      <summary>{t("Earlier wording ({n})", { n: texts.length })}</summary>
      {texts.map(([at, text]) => (
        <p key={at} class="soft written">{`${hour(at)}: ${text}`}</p>
      ))}
    </details>
  );
}

function Conclusion({ view, id, item, chairs }: { view: View; id: Item; item: AgendaItem; chairs: boolean }) {
  const asking = useSignal(false);
  const said = view.conclusions[id];
  const word = said ? t("Change the conclusion") : t("Write the conclusion");
  return (
    <li>
      <p class="who">{item.title}</p>
      {said ? <p class="written">{said.text}</p> : <p class="soft">{t("Not concluded yet.")}</p>}
      <Earlier texts={Object.values(said?.earlier ?? {}).map((wording) => [wording.at, wording.text])} />
      {chairs && may("Conclude") && (
        <div class="row deeds">
          <button type="button" class="button" onClick={() => (asking.value = true)}>
            {word}
          </button>
        </div>
      )}
      {asking.value && (
        <TextDialog
          draft={`conclusion ${id}`}
          title={t("Conclusion: {title}", { title: item.title })}
          label={t("The chair's conclusion")}
          name="Conclude"
          fields={{ item: id }}
          before={said?.text ?? ""}
          close={() => (asking.value = false)}
        />
      )}
    </li>
  );
}

export function Conclusions({ view, chairs }: { view: View; chairs: boolean }) {
  const items = takenUp(view);
  if (items.length === 0) return <p class="empty">{t("Conclusions are written when an item has been taken up.")}</p>;
  return (
    <ul class="ledger">
      {items.map(([id, item]) => (
        <Conclusion key={id} view={view} id={id} item={item} chairs={chairs} />
      ))}
    </ul>
  );
}

// -- tasks ---------------------------------------------------------------------------------------------------------

interface TaskDraft {
  task: string;
  text: string;
  owner: string;
  deadline: string;
}

interface TaskDialogProps {
  view: View;
  name: "GiveTask" | "ReviseTask";
  draft: string;
  before: TaskDraft;
  close: () => void;
}

function TaskDialog({ view, name, draft, before, close }: TaskDialogProps) {
  const [fresh] = useState(before);
  const task = draftOf(draft, fresh);
  const change = (part: Partial<TaskDraft>) => keepDraft(draft, { ...task, ...part });
  const day = useId();
  const owners: [string, string][] = [["", t("Choose a member")], ...members(view).map(([id, seat]): [string, string] => [id, seat.name])];
  const ready = task.text.trim() !== "" && task.owner !== "" && task.deadline !== "";
  const done = () => {
    dropDraft(draft);
    close();
  };
  useEffect(() => {
    if (name === "GiveTask" && view.tasks[task.task]) done(); // it is given, though its answer was lost
  });
  return (
    <Dialog title={name === "GiveTask" ? t("Give a task") : t("Change the task")} close={close}>
      <CommandForm name={name} fields={() => ({ ...task, text: task.text.trim() })} action={t("Write down")} ready={ready} done={done} back={close}>
        <Written label={t("What is to be done")} text={task.text} most={2000} write={(text) => change({ text })} />
        <Chosen label={t("Who does it")} value={task.owner} choices={owners} choose={(owner) => change({ owner })} />
        <div class="field">
          <label for={day}>{t("By when")}</label>
          <input id={day} type="date" required value={task.deadline} onInput={(e) => change({ deadline: e.currentTarget.value })} />
        </div>
      </CommandForm>
    </Dialog>
  );
}

function TaskDeeds({ view, id, task }: { view: View; id: string; task: Task }) {
  const asking = useSignal<"change" | "withdraw" | null>(null);
  const close = () => (asking.value = null);
  const { text, owner, deadline } = task;
  return (
    <div class="row deeds">
      <button type="button" class="button" onClick={() => (asking.value = "change")}>
        {t("Change")}
      </button>
      <button type="button" class="button plain" onClick={() => (asking.value = "withdraw")}>
        {t("Withdraw the task")}
      </button>
      {asking.value === "change" && (
        <TaskDialog view={view} name="ReviseTask" draft={`task ${id}`} before={{ task: id, text, owner, deadline }} close={close} />
      )}
      {asking.value === "withdraw" && (
        <ReasonDialog title={t("Withdraw the task: {text}", { text })} name="WithdrawTask" fields={{ task: id }} action={t("Withdraw the task")} close={close} />
      )}
    </div>
  );
}

function TaskLine({ view, id, task, chairs }: { view: View; id: string; task: Task; chairs: boolean }) {
  const given = (to: { owner: string; deadline: string }) =>
    t("{name}, by {day}", { name: nameOf(view, to.owner), day: writtenDay(to.deadline) });
  const withdrawn = task.withdrawn && t("withdrawn: {reason}", { reason: task.withdrawn.reason });
  return (
    <li data-state={task.withdrawn ? "withdrawn" : "given"}>
      <p class="written">{task.text}</p>
      <p class="soft small">{[given(task), withdrawn].filter(Boolean).join(" · ")}</p>
      <Earlier texts={Object.values(task.earlier ?? {}).map((was) => [was.at, `${was.text} (${given(was)})`])} />
      {chairs && !task.withdrawn && may("ReviseTask") && <TaskDeeds view={view} id={id} task={task} />}
    </li>
  );
}

export function Tasks({ view, chairs }: { view: View; chairs: boolean }) {
  const asking = useSignal(false);
  const [next, setNext] = useState(freshId);
  const tasks = tasksInOrder(view);
  const close = () => {
    asking.value = false;
    setNext(freshId());
  };
  return (
    <div class="stack">
      {tasks.length === 0 ? (
        <p class="empty">{t("No task is given yet.")}</p>
      ) : (
        <ul class="ledger tasks">
          {tasks.map(([id, task]) => (
            <TaskLine key={id} view={view} id={id} task={task} chairs={chairs} />
          ))}
        </ul>
      )}
      {chairs && (
        <div class="row">
          <button type="button" class="button" disabled={!may("GiveTask")} onClick={() => (asking.value = true)}>
            {t("Give a task")}
          </button>
        </div>
      )}
      {asking.value && (
        <TaskDialog view={view} name="GiveTask" draft="task" before={{ task: next, text: "", owner: "", deadline: "" }} close={close} />
      )}
    </div>
  );
}
