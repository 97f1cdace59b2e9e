// @ts-check
/** What the recorder says, and how it reads a script. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { clock, level, noMicrophone, readAloud, soundObjection } from "../../socialapp/static/app/recorder-words.js";

test("a script is read without its tags and its lone signs", () => {
  assert.equal(readAloud("[whispers] Good *evening* — to\n the lamp. 🎭"), "Good evening to the lamp.");
  assert.equal(readAloud("[pause]"), "");
});

test("a file is refused before it travels", () => {
  assert.match(soundObjection({ size: 10, type: "image/png" }, 100), /not a sound/);
  assert.match(soundObjection({ size: 0, type: "audio/mpeg" }, 100), /empty/);
  assert.match(soundObjection({ size: 30 * 1024 ** 2, type: "" }, 12 * 1024 ** 2), /30 MB; we take up to 12 MB/);
  assert.equal(soundObjection({ size: 10, type: "video/webm" }, 100), "");
});

test("each refusal of the microphone has a way out", () => {
  for (const name of ["NotAllowedError", "NotFoundError", "NotReadableError", "AbortError"]) {
    assert.match(noMicrophone(name), /file/);
  }
});

test("time and loudness are told in the small", () => {
  assert.equal(clock(61.9), "1:01");
  assert.equal(level(new Float32Array(64)), 0);
  assert.equal(level(new Float32Array(64).fill(1)), 1);
  const half = level(new Float32Array(64).fill(0.0316));
  assert.ok(half > 0.45 && half < 0.55);
});
