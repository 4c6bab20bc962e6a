/** Words.  The English sentence is the key; the catalogue of the language is a file that browsers keep. */

export type Facts = Record<string, string | number>;

let catalogue: Record<string, string> = {};
let language = "vi";

export function setWords(lang: string, words: Record<string, string>): void {
  language = lang;
  catalogue = words;
}

const PATIENCE = 2_000; // ms until what did not come is asked for again

/** The sentences at this address; on a bad line they are asked for until they come. */
export async function fetchWords(lang: string, address: string): Promise<void> {
  for (;;) {
    try {
      const answer = await fetch(address);
      if (answer.ok) return setWords(lang, (await answer.json()) as Record<string, string>);
    } catch {
      // the network is away
    }
    await new Promise((again) => setTimeout(again, PATIENCE));
  }
}

export function lang(): string {
  return language;
}

/** Marks a sentence that is translated later, where it is shown. */
export const msgid = (sentence: string): string => sentence;

/** The sentence in the reader's language, its {placeholders} filled; one without its fact stays as it stands. */
export function t(sentence: string, facts: Facts = {}): string {
  const said = catalogue[sentence] || sentence;
  return said.replace(/\{(\w+)\}/g, (whole, name: string) => (name in facts ? String(facts[name]) : whole));
}

type Kind = "microphone" | "camera";

/** Why a device cannot be used, in one sentence that says what to do. */
const FAULTY: Record<Kind, Record<string, () => string>> = {
  microphone: {
    absent: () => t("No microphone was found. You can still listen, ask to speak and vote."),
    denied: () => t("The browser may not use the microphone. Press the lock beside the address to allow it."),
    busy: () => t("Another program holds the microphone. Close it, then try again."),
    barred: () => t("This browser gives no page the microphone. You can still listen and vote."),
    unknown: () => t("The microphone does not answer. You can still listen and vote."),
  },
  camera: {
    absent: () => t("No camera was found. The others will see your name."),
    denied: () => t("The browser may not use the camera. The others will see your name."),
    busy: () => t("Another program holds the camera. Close it, then try again."),
    barred: () => t("This browser gives no page the camera. The others will see your name."),
    unknown: () => t("The camera does not answer. The others will see your name."),
  },
};

export function faultSentence(kind: Kind, fault: string): string {
  return (FAULTY[kind][fault] ?? FAULTY[kind].unknown)?.() ?? "";
}
