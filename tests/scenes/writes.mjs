// Holds the editor's writer to texts that Python wrote: `node writes.mjs FILE`. A line has
// `source` and `written`; it stops at the first that comes out otherwise.
import { readFileSync } from "node:fs";

import { read } from "../../socialapp/static/scenes/editor/json.js";
import { write } from "../../socialapp/static/scenes/editor/writing.js";

/** Where two texts part. @param {string} one @param {string} other */
function parting(one, other) {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  return `${one.slice(at - 60, at + 60)}\n-- instead of --\n${other.slice(at - 60, at + 60)}`;
}

const lines = readFileSync(process.argv[2], "utf8").trimEnd().split("\n").map(JSON.parse);
lines.forEach(({ source, written }, i) => {
  for (const text of [source, written]) {
    const found = write(read(text));
    if (found !== written) {
      console.error(`text ${i}: ${parting(found, written)}`);
      process.exit(1);
    }
  }
});
console.log(lines.length);
