import assert from "node:assert/strict";
import { test } from "node:test";

import { insert, opening, pieces } from "../../socialapp/static/app/script-marks.js";

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
