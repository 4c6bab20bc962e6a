/** `npm run protocol`: src/protocol.ts from the JSON schema that the server prints (stdin). */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { compile } from "json-schema-to-typescript";

const text = readFileSync(0, "utf8");
const print = createHash("sha256").update(JSON.stringify(JSON.parse(text))).digest("hex");
const bannerComment = `/** What travels between the room and the server (docs/protocol.md).
 * Made of the server's own schema by \`npm run protocol\`; not written by hand.
 * schema: ${print} */`;
const style = { printWidth: 120, semi: true, singleQuote: false, tabWidth: 2 };
writeFileSync(
  new URL("../src/protocol.ts", import.meta.url),
  await compile(JSON.parse(text), "Protocol", { bannerComment, additionalProperties: false, style }),
);
