// The browser reads the same frames as the Python side, on the same file.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import {
  CLOSE, Requests, Sequence, mayReturn, readEvent, readFrame,
} from "../../socialapp/static/streams/protocol.js";

const VECTORS = JSON.parse(
  readFileSync(new URL("../protocol/frames.json", import.meta.url), "utf8"),
);

/** As plain JSON again: bytes as base64, a performance with its format and version. */
function plain(event) {
  const copy = { ...event };
  if (copy.kind === "line") {
    copy.performance = { format: "performance", version: 1, ...copy.performance };
  }
  if (copy.kind === "audio-chunk") copy.data = Buffer.from(copy.data).toString("base64");
  return copy;
}

for (const [i, vector] of VECTORS.entries()) {
  test(`frame ${i}, ${vector.event.kind}, reads as its event`, () => {
    const frame = vector.text ?? Uint8Array.from(Buffer.from(vector.hex, "hex"));
    assert.deepEqual(plain(readFrame(frame)), vector.event);
    if (vector.event.kind !== "pose") {
      assert.deepEqual(plain(readEvent(vector.event)), vector.event);
    }
  });
}

test("a frame from an ArrayBuffer reads too", () => {
  const { hex, event } = VECTORS.find((one) => one.event.kind === "pose");
  const bytes = Uint8Array.from(Buffer.from(hex, "hex"));
  assert.deepEqual(plain(readFrame(bytes.buffer)), event);
});

test("odd frames are refused", () => {
  const whole = Buffer.from(VECTORS.find((one) => one.event.kind === "line").hex, "hex");
  for (const size of [0, 1, 2, 9, whole.length - 1]) {
    assert.throws(() => readFrame(Uint8Array.from(whole.subarray(0, size))), TypeError);
  }
  assert.throws(() => readFrame(Uint8Array.from([...whole, 0])), /left over/);
  assert.throws(() => readFrame(Uint8Array.from([2, 1, 0])), /version 1/);
  assert.throws(() => readFrame('{"kind":"toString"}'), /No event/);
  assert.throws(() => readFrame('{"kind":"viewers","count":"9"}'), /int is needed/);
  assert.throws(() => readFrame('{"kind":"viewers","count":9,"odd":1}'), /unknown odd/);
  assert.throws(() => readFrame('{"kind":"viewers"}'), /missing count/);
});

test("requests are numbered from one", () => {
  const requests = new Requests();
  assert.deepEqual(JSON.parse(requests.ping()), { kind: "ping", n: 1 });
  assert.deepEqual(JSON.parse(requests.say("Hi")), { kind: "say", n: 2, text: "Hi" });
  assert.deepEqual(JSON.parse(requests.vote(2)), { kind: "vote", n: 3, topic: 2 });
});

test("a repeated event is dropped and a gap is noticed", () => {
  const seen = new Sequence(4);
  assert.equal(seen.take(4), false);
  assert.equal(seen.take(5), true);
  assert.throws(() => seen.take(7), /Event 6 is missing/);
  assert.equal(seen.after, 5);
});

test("one returns after a restart or a lost line, not after a refusal", () => {
  for (const code of [1001, 1006, CLOSE.RESTART, CLOSE.TOO_SLOW, CLOSE.FULL]) {
    assert.equal(mayReturn(code), true, String(code));
  }
  for (const code of [CLOSE.DONE, CLOSE.TICKET, CLOSE.NO_STREAM, CLOSE.WRONG_SEQUENCE]) {
    assert.equal(mayReturn(code), false, String(code));
  }
});
