/** The tasks of earlier meetings, as this one was called: what the item of last month's tasks is about. */
import { writtenDay } from "./record_reading";
import type { View } from "../store";
import { t } from "../words";
import { wordOf } from "./reading";

const STATES: Record<string, () => string> = {
  open: () => t("under way"),
  overdue: () => t("overdue"),
  done: () => t("done"),
};
const LOOKS: Record<string, string> = { done: "good", overdue: "wrong" };

export function Carried({ view }: { view: View }) {
  if (view.carried.length === 0) return <p class="soft small">{t("No task was given at earlier meetings.")}</p>;
  return (
    <ul class="carried">
      {view.carried.map((task, at) => (
        <li key={at}>
          <p>{task.text}</p>
          <p class="line small">
            <strong>{task.owner}</strong>
            <span class="soft">{t("until {day}", { day: writtenDay(task.deadline) })}</span>
            <span class={`tag ${LOOKS[task.state] ?? ""}`}>{wordOf(STATES, task.state)}</span>
          </p>
          {task.result && <p class="small">{t("Result: {text}", { text: task.result })}</p>}
        </li>
      ))}
    </ul>
  );
}
