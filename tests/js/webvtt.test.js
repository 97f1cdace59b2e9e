import assert from "node:assert/strict";
import { test } from "node:test";

import { current, parse, seconds } from "../../socialapp/static/app/webvtt.js";

const FILE = `WEBVTT

00:00:00.200 --> 00:00:01.900
Not <00:00:00.600>one
<00:00:01.100>sent &amp; &lt;signed&gt;

NOTE not a cue

2
00:02.000 --> 00:03.000
<v Ren Okabe>Late.</v>
`;

test("times are read with and without hours", () => {
  assert.equal(seconds("01:02:03.500"), 3723.5);
  assert.equal(seconds("02:03.500"), 123.5);
});

test("every word has its time, and lines are one run", () => {
  const [first] = parse(FILE);
  assert.deepEqual(first.words, [
    { at: 0.2, text: "Not" },
    { at: 0.6, text: "one" },
    { at: 1.1, text: "sent" },
    { at: 1.1, text: "&" },
    { at: 1.1, text: "<signed>" },
  ]);
});

test("a voice tag names the speaker and is not read", () => {
  const cue = parse(FILE)[1];
  assert.equal(cue.who, "Ren Okabe");
  assert.deepEqual(cue.words, [{ at: 2, text: "Late." }]);
});

test("what is no cue is passed over", () => {
  assert.equal(parse(FILE).length, 2);
  assert.deepEqual(parse(""), []);
  assert.deepEqual(parse("<html>404</html>"), []);
});

test("files with other line ends are the same file", () => {
  assert.deepEqual(parse(FILE.replaceAll("\n", "\r\n")), parse(FILE));
});

test("the current word moves with the time, and silence shows nothing", () => {
  const cues = parse(FILE);
  assert.deepEqual(current(cues, 0.3), { cue: 0, word: 0 });
  assert.deepEqual(current(cues, 0.7), { cue: 0, word: 1 });
  assert.deepEqual(current(cues, 2.5), { cue: 1, word: 0 });
  assert.equal(current(cues, 0.1), null);
  assert.equal(current(cues, 1.95), null);
  assert.equal(current(cues, 3), null);
});
