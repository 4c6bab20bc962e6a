/** Commands on their way: kept until answered, sent again with the same id, which the server does once. */
import type { Answer, CommandName, Field, Fields } from "./store";
import { msgid } from "./words";

export interface Letter {
  id: string;
  name: CommandName;
  [field: string]: Field;
}

interface Kept {
  letter: Letter;
  asked: number;
  answer(answer: Answer): void;
}

/** After this long a member has given up waiting; a microphone must not open minutes later by itself. */
export const EXPIRES = 30_000;
/** Milliseconds from each sending to the next; the last for all that follow.  Seven times within ten seconds: of a
    hundred ballots whose answers are lost three times in ten, two in a hundred meetings have one that comes later. */
export const WAITS: readonly number[] = [1500, 1500, 1500, 1500, 1500, 1500, 3000, 6000];
export const NOT_SENT = msgid("The network is away, so we cannot tell whether this arrived. Please look, and try again.");

/** How long the answer is waited for when the letter went out for the `sent`-th time (0 = the first). */
export function patience(sent: number): number {
  return WAITS[Math.min(sent, WAITS.length - 1)] ?? 0;
}

export class Outbox {
  private kept = new Map<string, Kept>();

  add(id: string, name: CommandName, fields: Fields, at: number): { letter: Letter; answered: Promise<Answer> } {
    const letter = { ...fields, id, name };
    const answered = new Promise<Answer>((answer) => this.kept.set(id, { letter, asked: at, answer }));
    return { letter, answered };
  }

  /** An answer to a letter already answered is no news. */
  settle(id: string, answer: Answer): void {
    this.kept.get(id)?.answer(answer);
    this.kept.delete(id);
  }

  has(id: string): boolean {
    return this.kept.has(id);
  }

  /** What a fresh connection must send, in the order it was asked. */
  unanswered(): Letter[] {
    return [...this.kept.values()].map((kept) => kept.letter);
  }

  expire(at: number): void {
    for (const [id, kept] of this.kept) if (at - kept.asked > EXPIRES) this.settle(id, { bad: NOT_SENT });
  }
}
