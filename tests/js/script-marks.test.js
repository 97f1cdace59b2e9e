import assert from "node:assert/strict";
import { test } from "node:test";

import { flagged, insert, opening, pieces, unitsAt } from "../../socialapp/static/app/script-marks.js";

const TAGS = ["whispers", "pause"];

test("pieces joined are the script again, and only known tags are tags", () => {
  const script = "[Whispers] Come in. [sic] [pause]\nSit.";
  const found = pieces(script, TAGS);
  assert.equal(found.map((piece) => piece.text).join(""), script);
  assert.deepEqual(found.filter((piece) => piece.tag).map((piece) => piece.text), ["[Whispers]", "[pause]"]);
});

test("a tag is put at the caret with one space around it", () => {
  assert.deepEqual(insert("Come in.", "pause", 4, 4), { script: "Come [pause] in.", caret: 13 });
  assert.deepEqual(insert("", "pause", 0, 0), { script: "[pause] ", caret: 8 });
  assert.deepEqual(insert("Come in.", "pause", 5, 8), { script: "Come [pause] ", caret: 13 });
});

test("a preview begins at the beginning and ends with a sentence", () => {
  const script = "One. Two is longer. Three is the longest of them all.";
  assert.equal(opening(script, 200), script);
  assert.equal(opening(script, 30), "One. Two is longer.");
  assert.equal(opening("a ".repeat(50) + "end", 21), "a a a a a a a a a a");
  assert.ok(opening("x".repeat(400), 160).length <= 160);
});

test("refused words are cut out, across tags and after emoji, and nothing is lost", () => {
  const script = "\u{1F600} I [pause] know you. Hi.";
  const cut = flagged(pieces(script, TAGS), [{ start: 2, end: 19 }, { start: null, end: null }]);
  assert.equal(cut.map((piece) => piece.text).join(""), script);
  assert.equal(cut.filter((piece) => piece.flag).map((piece) => piece.text).join(""), "I [pause] know yo");
  assert.deepEqual(flagged(pieces("", TAGS), []), []);
});

test("places are counted in code points and given in UTF-16 units", () => {
  assert.equal(unitsAt("a\u{1F600}b", 2), 3);
  assert.equal(unitsAt("ab", 9), 2);
});
