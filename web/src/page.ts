/** What every page but the room loads: the look, and two small courtesies. */
import "../style/page.css";
import { sendOnce } from "./once";
import { helpPasswords } from "./passwords";
import { follow } from "./progress";
export { default as icon } from "./icon.svg"; // so that it is built, for <link rel="icon">

const root = document.documentElement;
const THEMES = ["light", "dark"];

function chosenTheme(): string | null {
  try {
    return localStorage.getItem("theme");
  } catch {
    return null; // storage barred: the system's choice stands
  }
}

function keepTheme(theme: string): void {
  try {
    localStorage.setItem("theme", theme);
  } catch {
    /* it holds for this page */
  }
}

const chosen = chosenTheme();
if (chosen !== null && THEMES.includes(chosen)) root.dataset.theme = chosen;

for (const button of document.querySelectorAll<HTMLElement>("[data-set-theme]")) {
  button.addEventListener("click", () => {
    const theme = button.dataset.setTheme ?? "";
    if (THEMES.includes(theme)) root.dataset.theme = theme;
    else delete root.dataset.theme;
    keepTheme(theme);
  });
}

/** `<button data-print>`: the browser's own printing. */
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());

/** `<button data-copy="text">`: the text is on the clipboard, and the button says so. */
for (const button of document.querySelectorAll<HTMLElement>("[data-copy]")) {
  button.addEventListener("click", () => {
    void navigator.clipboard.writeText(button.dataset.copy ?? "").then(() => {
      if (button.dataset.copied) button.textContent = button.dataset.copied;
    });
  });
}

helpPasswords(document);

sendOnce(document.querySelectorAll("form"));

for (const frame of document.querySelectorAll<HTMLElement>("[data-progress]")) {
  void follow(
    frame,
    () => location.reload(),
    (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  );
}
