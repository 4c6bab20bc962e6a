/** A form is sent once, however often its button is pressed: until the next page is there, or this one is back. */

const BUSY = "aria-busy";
const AGAIN = 15_000; // ms: who stopped the sending, and is still here, may try again

function mark(form: HTMLFormElement, busy: boolean): void {
  for (const button of form.elements) {
    if (!(button instanceof HTMLButtonElement)) continue;
    if (busy) button.setAttribute(BUSY, "true");
    else button.removeAttribute(BUSY);
  }
}

/** What is only fetched (`method=get`) changes nothing, and may bring a file: it may be asked for again. */
export function sendOnce(forms: Iterable<HTMLFormElement>): void {
  const sent = new Set<HTMLFormElement>();
  const release = (form: HTMLFormElement) => {
    mark(form, false);
    sent.delete(form);
  };
  for (const form of forms) {
    if (form.method === "get") continue;
    form.addEventListener("submit", (event) => {
      if (sent.has(form)) event.preventDefault();
      if (event.defaultPrevented) return;
      mark(form, true);
      sent.add(form);
      setTimeout(() => release(form), AGAIN);
    });
  }
  addEventListener("pageshow", () => [...sent].forEach(release));
}
