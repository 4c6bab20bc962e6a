/** Words.  The English sentence is the key; the page brings the catalogue of its language as a data block. */

export type Facts = Record<string, string | number>;

let catalogue: Record<string, string> = {};
let language = "vi";

export function setWords(lang: string, words: Record<string, string>): void {
  language = lang;
  catalogue = words;
}

/** From `<script type="application/json" id="words">` and the lang of the page. */
export function readWords(document: Document): void {
  const block = document.getElementById("words");
  setWords(document.documentElement.lang || "vi", JSON.parse(block?.textContent || "{}") as Record<string, string>);
}

export function lang(): string {
  return language;
}

/** The sentence in the reader's language, its {placeholders} filled; one without its fact stays as it stands. */
export function t(sentence: string, facts: Facts = {}): string {
  const said = catalogue[sentence] || sentence;
  return said.replace(/\{(\w+)\}/g, (whole, name: string) => (name in facts ? String(facts[name]) : whole));
}
