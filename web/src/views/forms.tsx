/** Fields whose contents are the writer's own until they are sent and answered. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { type CommandName, deeds, type Fields, may } from "../store";
import { t } from "../words";
import { draftOf, dropDraft, keepDraft } from "./drafts";
import { Dialog, usePending } from "./parts";

interface FormProps {
  name: CommandName;
  fields: () => Fields;
  action: string;
  ready: boolean;
  done: () => void;
  back?: () => void;
  children: ComponentChildren;
}

/** A form that asks one command; it empties itself only when the server has said yes. */
export function CommandForm({ name, fields, action, ready, done, back, children }: FormProps) {
  const [pending, run] = usePending();
  const send = async () => {
    if ("done" in (await deeds().ask(name, fields()))) done();
  };
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        run(send);
      }}
    >
      {children}
      <div class="actions">
        {back && (
          <button type="button" class="button" onClick={back}>
            {t("Back")}
          </button>
        )}
        <button type="submit" class="button main" aria-busy={pending} disabled={!ready || !may(name)}>
          {action}
        </button>
      </div>
    </form>
  );
}

interface WrittenProps {
  label: string;
  text: string;
  most: number;
  help?: string;
  write: (text: string) => void;
  leave?: () => void;
}

export function Written({ label, text, most, help, write, leave }: WrittenProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <textarea id={id} maxLength={most} value={text} onInput={(e) => write(e.currentTarget.value)} onBlur={() => leave?.()} />
      {help && <p class="help">{help}</p>}
    </div>
  );
}

interface ChosenProps {
  label: string;
  value: string;
  choices: [string, string][];
  choose: (value: string) => void;
}

export function Chosen({ label, value, choices, choose }: ChosenProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(e) => choose(e.currentTarget.value)}>
        {choices.map(([key, word]) => (
          <option key={key} value={key}>
            {word}
          </option>
        ))}
      </select>
    </div>
  );
}

interface TextDialogProps {
  draft: string;
  title: string;
  label: string;
  name: CommandName;
  fields: Fields;
  before?: string;
  close: () => void;
}

/** One text for the record. */
export function TextDialog({ draft, title, label, name, fields, before = "", close }: TextDialogProps) {
  const text = draftOf(draft, before);
  const done = () => {
    dropDraft(draft);
    close();
  };
  return (
    <Dialog title={title} close={close}>
      <CommandForm name={name} fields={() => ({ ...fields, text: text.trim() })} action={t("Write down")} ready={text.trim() !== ""} done={done} back={close}>
        <Written label={label} text={text} most={2000} help={t("It is written into the record of the meeting.")} write={(written) => keepDraft(draft, written)} />
      </CommandForm>
    </Dialog>
  );
}
