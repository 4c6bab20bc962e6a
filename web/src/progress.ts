/** `<div data-progress="address"><progress></div>`: asks the address until nothing is busy, then shows the page anew. */

interface State {
  busy: boolean;
  done: number;
  total: number;
}

const EVERY = 400; // ms between two questions
const PATIENCE = 4_000; // ms after a question that failed

export function follow(frame: HTMLElement, leave: () => void, wait: (ms: number) => Promise<void>): Promise<void> {
  const bar = frame.querySelector("progress");
  return (async () => {
    for (;;) {
      const state = await asked(frame.dataset.progress ?? "");
      if (state && !state.busy) return leave();
      if (state && bar) [bar.max, bar.value] = [Math.max(state.total, 1), state.done];
      await wait(state ? EVERY : PATIENCE);
    }
  })();
}

async function asked(address: string): Promise<State | undefined> {
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    return answer.ok ? ((await answer.json()) as State) : undefined;
  } catch {
    return undefined; // the network is away for a moment
  }
}
