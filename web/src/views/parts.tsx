/** Small parts that every view uses. */
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { type CommandName, deeds, type Fields, may } from "../store";
import { t } from "../words";
import { draftOf, dropDraft, keepDraft } from "./drafts";
import { Icon, type IconName } from "./icons";
import { initials } from "./reading";

/** While `work` runs the button says so and takes no second press; once it asks for another thing (`what`), it does: on a
    slow line we see that a thing is done before its answer is here. */
export function usePending(what = ""): [boolean, (work: () => Promise<unknown>) => void] {
  const [pending, setPending] = useState<string | null>(null);
  const run = (work: () => Promise<unknown>) => {
    if (pending === what) return;
    setPending(what);
    void work().finally(() => setPending((now) => (now === what ? null : now)));
  };
  return [pending === what, run];
}

interface ActProps {
  name: CommandName;
  fields?: Fields;
  look?: string;
  icon?: IconName;
  label?: string;
  children: ComponentChildren;
  done?: () => void;
}

/** A button that asks one command; what the server refuses is said in one sentence. */
export function Act({ name, fields, look = "", icon, label, children, done }: ActProps) {
  const [pending, run] = usePending();
  const ask = async () => {
    const answer = await deeds().ask(name, fields);
    if ("done" in answer) done?.();
  };
  return (
    <button
      type="button"
      class={`button ${look}`}
      aria-busy={pending}
      aria-label={label}
      disabled={!may(name)}
      onClick={() => run(ask)}
    >
      {icon && <Icon of={icon} />}
      {children}
    </button>
  );
}

export function Initials({ name }: { name: string }) {
  return (
    <span class="initials" aria-hidden="true">
      {initials(name)}
    </span>
  );
}

interface DialogProps {
  title: string;
  close: () => void;
  children: ComponentChildren;
}

/** A modal in the page: Escape and the veil close it, the keyboard stays inside, and returns where it was. */
export function Dialog({ title, close, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const pressed = useRef<EventTarget | null>(null); // a text that is marked may end on the veil, and closes nothing
  const id = useId();
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
    (dialog?.querySelector("textarea") ?? dialog?.querySelector("h2"))?.focus();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={ref}
      class="dialog"
      aria-labelledby={id}
      onClose={close}
      onPointerDown={(event) => (pressed.current = event.target)}
      onClick={(event) => event.target === ref.current && pressed.current === ref.current && close()}
    >
      <div class="stack">
        <h2 id={id} tabIndex={-1}>
          {title}
        </h2>
        {children}
      </div>
    </dialog>
  );
}

interface ReasonProps {
  title: string;
  name: CommandName;
  fields: Fields;
  action: string;
  close: () => void;
}

/** Asks for the reason that goes into the record.  What is being typed is nobody's but ours. */
export function ReasonDialog({ title, name, fields, action, close }: ReasonProps) {
  const draft = `reason ${name} ${JSON.stringify(fields)}`;
  const reason = draftOf(draft, "");
  const [pending, run] = usePending();
  const id = useId();
  const send = async () => {
    const answer = await deeds().ask(name, { ...fields, reason: reason.trim() });
    if (!("done" in answer)) return;
    dropDraft(draft);
    close();
  };
  return (
    <Dialog title={title} close={close}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          run(send);
        }}
      >
        <div class="field">
          <label for={id}>{t("Reason")}</label>
          <textarea id={id} required maxLength={500} value={reason} onInput={(e) => keepDraft(draft, e.currentTarget.value)} />
          <p class="help">{t("It is written into the record of the meeting.")}</p>
        </div>
        <div class="actions">
          <button type="button" class="button" onClick={close}>
            {t("Back")}
          </button>
          <button type="submit" class="button main" aria-busy={pending} disabled={reason.trim() === ""}>
            {action}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** A moving picture.  The element keeps its stream while everything around it changes. */
export function Picture({ stream, mirrored = false }: { stream: MediaStream; mirrored?: boolean }) {
  const ref = useRef<HTMLVideoElement>(null);
  useLayoutEffect(() => {
    const video = ref.current;
    if (!video || video.srcObject === stream) return;
    video.srcObject = stream;
    video.play().catch(() => undefined); // muted pictures play by themselves; if not, the name stands in their place
  }, [stream]);
  return <video ref={ref} class={mirrored ? "mirrored" : ""} muted autoplay playsInline disablePictureInPicture />;
}
