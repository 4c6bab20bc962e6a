/** The opening: who keeps the minutes, the agenda adopted, a line of the roll corrected with a reason. */
import { useSignal } from "@preact/signals";
import { may, type Member, type View } from "../store";
import { hour } from "../time";
import { t } from "../words";
import { draftOf, dropDraft, keepDraft } from "./drafts";
import { Chosen, CommandForm, Written } from "./forms";
import { Act, Dialog } from "./parts";
import { nameOf, wordOf } from "./reading";
import { mayKeepMinutes } from "./record_reading";

export const CORRECTIONS: Record<string, () => string> = {
  present: () => t("Present"),
  absent_excused: () => t("Absent with a reason"),
  absent_unexcused: () => t("Absent without a reason"),
};

function Secretary({ view }: { view: View }) {
  const name = "minutes secretary";
  const member = draftOf(name, view.minutes_secretary ?? "");
  const here = mayKeepMinutes(view).map(([id, seat]): [string, string] => [id, seat.name]);
  return (
    <CommandForm
      name="AppointMinutesSecretary"
      fields={() => ({ member })}
      action={t("Appoint")}
      ready={member !== "" && member !== view.minutes_secretary}
      done={() => dropDraft(name)}
    >
      <Chosen label={t("Who keeps the minutes")} value={member} choices={[["", t("Choose a member")], ...here]} choose={(chosen) => keepDraft(name, chosen)} />
    </CommandForm>
  );
}

export function Opening({ view, chairs }: { view: View; chairs: boolean }) {
  const adopted = view.agenda.adopted_at;
  return (
    <div class="stack">
      <dl class="facts">
        <dt>{t("Minutes secretary")}</dt>
        <dd>{view.minutes_secretary ? nameOf(view, view.minutes_secretary) : t("Not appointed yet")}</dd>
        <dt>{t("Agenda")}</dt>
        <dd>{adopted ? t("Adopted at {time}", { time: hour(adopted) }) : t("Not adopted yet")}</dd>
      </dl>
      {chairs && may("AppointMinutesSecretary") && <Secretary view={view} />}
      {chairs && !adopted && (
        <div class="row">
          <Act name="AdoptAgenda">{t("The agenda is adopted")}</Act>
        </div>
      )}
    </div>
  );
}

/** In the chair's hand, on a line of the roll. */
export function CorrectRoll({ member, name }: { member: Member; name: string }) {
  const asking = useSignal(false);
  const draft = `roll ${member}`;
  const line = draftOf(draft, { state: "present", reason: "" });
  const close = () => (asking.value = false);
  const done = () => {
    dropDraft(draft);
    close();
  };
  return (
    <>
      <button type="button" class="button" disabled={!may("CorrectRoll")} onClick={() => (asking.value = true)}>
        {t("Correct the roll")}
      </button>
      {asking.value && (
        <Dialog title={t("Correct the roll: {name}", { name })} close={close}>
          <CommandForm
            name="CorrectRoll"
            fields={() => ({ member, state: line.state, reason: line.reason.trim() })}
            action={t("Correct the roll")}
            ready={line.reason.trim() !== ""}
            done={done}
            back={close}
          >
            <Chosen
              label={t("The roll shall say")}
              value={line.state}
              choices={Object.keys(CORRECTIONS).map((state): [string, string] => [state, wordOf(CORRECTIONS, state)])}
              choose={(state) => keepDraft(draft, { ...line, state })}
            />
            <Written label={t("Reason")} text={line.reason} most={500} help={t("It is written into the record of the meeting.")} write={(reason) => keepDraft(draft, { ...line, reason })} />
          </CommandForm>
        </Dialog>
      )}
    </>
  );
}
