/** What tells a page that its network may be another, or that it has slept. */

export interface Hints {
  /** Something may have changed: look closely whether anything still comes. */
  doubt(): void;
  /** The page is seen again, or the network is back: ask for whatever was missed. */
  back(): void;
}

export function onHints({ doubt, back }: Hints): void {
  const seen = () => {
    if (document.visibilityState === "visible") back();
  };
  (navigator as { connection?: EventTarget }).connection?.addEventListener("change", doubt);
  addEventListener("offline", doubt);
  addEventListener("online", seen);
  addEventListener("pageshow", seen);
  document.addEventListener("visibilitychange", seen);
}
