/** Two courtesies where a password is chosen: showing what was typed, and taking the one that was proposed. */

function named(form: HTMLFormElement, words: string): HTMLInputElement[] {
  return words
    .split(" ")
    .map((name) => form.elements.namedItem(name))
    .filter((field) => field instanceof HTMLInputElement);
}

/** `<label data-shows="a b" hidden><input type=checkbox>`: the fields of these names are readable while it is ticked. */
function shows(label: HTMLElement): void {
  const [form, box] = [label.closest("form"), label.querySelector("input")];
  if (!form || !box) return;
  label.hidden = false;
  const follow = (): void => {
    for (const field of named(form, label.dataset.shows ?? "")) field.type = box.checked ? "text" : "password";
  };
  box.addEventListener("change", follow);
  form.addEventListener("submit", () => {
    box.checked = false; // as a password it is sent, so that the browser offers to keep it
    follow();
  });
}

/** `<p data-offers="a b" hidden><button value="…">`: the value goes into the fields of these names, to be seen. */
function offers(frame: HTMLElement): void {
  const [form, button] = [frame.closest("form"), frame.querySelector("button")];
  if (!form || !button) return;
  frame.hidden = false;
  button.addEventListener("click", () => {
    for (const field of named(form, frame.dataset.offers ?? "")) field.value = button.value;
    const box = form.querySelector<HTMLInputElement>("[data-shows] input");
    if (box && !box.checked) box.click();
  });
}

export function helpPasswords(within: ParentNode): void {
  for (const label of within.querySelectorAll<HTMLElement>("[data-shows]")) shows(label);
  for (const frame of within.querySelectorAll<HTMLElement>("[data-offers]")) offers(frame);
}
