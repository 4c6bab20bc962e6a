/** What a person is filling in: kept by this page alone, apart from everything the server sends.

A draft lives outside the components, so neither a push, nor a whole view after a reconnect, nor a list that is closed
and opened again can take a letter from it. */
import { signal } from "@preact/signals";

const kept = signal<Readonly<Record<string, unknown>>>({});

/** The draft of that name; `fresh` while there is none.  Whoever reads it is told of its changes. */
export function draftOf<T>(name: string, fresh: T): T {
  return name in kept.value ? (kept.value[name] as T) : fresh;
}

export function hasDraft(name: string): boolean {
  return name in kept.value;
}

export function keepDraft<T>(name: string, draft: T): void {
  kept.value = { ...kept.value, [name]: draft };
}

/** It was sent and answered, or its writer gave it up. */
export function dropDraft(name: string): void {
  const { [name]: _, ...others } = kept.value;
  kept.value = others;
}

/** What is typed survives a reload that comes before the server has it. */
export const spare = {
  read<T>(name: string): T | null {
    try {
      return JSON.parse(sessionStorage.getItem(name) ?? "null") as T | null;
    } catch {
      return null;
    }
  },
  write(name: string, draft: unknown): void {
    try {
      if (draft) sessionStorage.setItem(name, JSON.stringify(draft));
      else sessionStorage.removeItem(name);
    } catch {
      /* storage is barred: the server has all but the last second */
    }
  },
};
