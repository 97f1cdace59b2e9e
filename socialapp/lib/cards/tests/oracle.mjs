// Second readers of what we write: `node oracle.mjs` with a JSON list of cards on its
// standard input; answers with what @risuai/ccardlib and character-card-utils see.
import fs from "node:fs";
import { CCardLib } from "@risuai/ccardlib";
import { v2 } from "character-card-utils";

const cards = JSON.parse(fs.readFileSync(0, "utf8"));
// check() takes members that are null out of what it is given, hence the copies.
const seen = cards.map((card) => {
  const known = CCardLib.character.check(structuredClone(card));
  const parsed = v2.safeParse(card);
  return {
    ccardlib: known,
    extensions:
      known === "v3"
        ? CCardLib.character.convert(structuredClone(card), { from: "v3", to: "v2" }).data.extensions
        : null,
    utils: parsed.success ? parsed.data.data : null,
  };
});
process.stdout.write(JSON.stringify(seen));
