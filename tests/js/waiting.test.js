import assert from "node:assert/strict";
import { test } from "node:test";

import { about, inLine, line, open } from "../../socialapp/static/app/waiting.js";

const CLIP = {
  key: "abc", title: "Night calls", state: "queued", state_label: "In line", stage: "",
  stage_label: "", steps: [], percent: 0, place: 3, eta_seconds: 118, detail: "", error: "",
  rung: "", rung_label: "", rung_reason: "", seconds: null, url: "/clips/abc/",
};

test("places have their endings", () => {
  assert.deepEqual(
    [1, 3, 6, 11, 12, 13, 21, 22, 23, 111, 101].map(inLine),
    ["Next", "Third", "6th", "11th", "12th", "13th", "21st", "22nd", "23rd", "111th", "101st"].map(
      (place) => `${place} in line`,
    ),
  );
});

test("waits are rounded to what one believes", () => {
  assert.equal(about(3), "a moment");
  assert.equal(about(9), "about 9 seconds");
  assert.equal(about(41), "about 50 seconds");
  assert.equal(about(118), "about 2 minutes");
});

test("one line says where a clip is", () => {
  assert.equal(line(CLIP), "Third in line. Ready in about 2 minutes.");
  assert.equal(
    line({ ...CLIP, state: "rendering", stage_label: "Movement", detail: "frame 212 of 350", eta_seconds: 40 }),
    "Movement, frame 212 of 350. About 40 seconds left.",
  );
  assert.equal(
    line({ ...CLIP, state: "ready", seconds: 13.7, rung_label: "Full performance" }),
    "“Night calls” is ready. 14 seconds, full performance.",
  );
  assert.equal(line({ ...CLIP, state: "failed", error: "No voice." }), "No voice.");
});

test("a wait that is unsure is told as a range, and one that nobody knows as that", () => {
  assert.equal(
    line({ ...CLIP, eta_words: "1 to 4 minutes" }),
    "Third in line. Ready in 1 to 4 minutes.",
  );
  assert.equal(
    line({ ...CLIP, eta_seconds: null, eta_words: "unknown: nobody renders at the moment" }),
    "Third in line. Nobody renders at the moment; it keeps its place.",
  );
});

test("only waiting and rendering are open", () => {
  const states = ["queued", "rendering", "ready", "failed", "cancelled", "blocked"];
  assert.deepEqual(states.filter((state) => open({ ...CLIP, state })), ["queued", "rendering"]);
});
