// How the client of a stream keeps time: lines, their schedule, clocks and joins.
import assert from "node:assert/strict";
import { test } from "node:test";

import { restingFace } from "../../socialapp/static/stage/motion.js";
import { HouseClock, median } from "../../socialapp/static/streams/house-clock.js";
import { Lines, Recording } from "../../socialapp/static/streams/lines.js";
import { Log, ReplayClock } from "../../socialapp/static/streams/replay.js";
import { GRACE, LATE, Schedule } from "../../socialapp/static/streams/schedule.js";
import { Joint, Light, damped } from "../../socialapp/static/streams/smooth.js";

const near = (a, b, most = 1e-9) => assert.ok(Math.abs(a - b) <= most, `${a}, not ${b}`);
const bytes = (...values) => Uint8Array.from(values);

const line = (number, at, seconds = 2, parts = [{ seat: "a", sound: null, captions: [] }]) => ({
  kind: "line", line: number, seat: "a", at, performance: { seconds, parts, stage: {} },
});
const chunk = (number, { offset = 0, last = true, data = bytes(1, 2) } = {}) => ({
  kind: "audio-chunk", line: number, seat: "a", codec: "opus", offset, last, data, at: 0,
});

/** A stage on which `events` arrive, each `[when, event]`; what it does, every 20 ms. */
function played(events, { until, joined = -Infinity, step = 0.02, decoding = 0 }) {
  const lines = new Lines();
  const schedule = new Schedule(lines);
  schedule.joined = joined;
  const waiting = [...events];
  const seen = [];
  for (let i = 0; i * step <= until; i += 1) {
    const now = i * step;
    while (waiting.length && waiting[0][0] <= now) {
      const [when, event] = waiting.shift();
      lines.take(event, when);
      if (event.kind === "audio-chunk" && event.last) {
        waiting.push([when + decoding, { kind: "decoded", line: event.line }]);
        waiting.sort((a, b) => a[0] - b[0]);
      }
      if (event.kind === "decoded") {
        lines.get(event.line).sounds.set("a", {});
        lines.get(event.line).settle(when);
      }
    }
    const { ended, begun } = schedule.step(now);
    for (const one of ended) seen.push(["end", one.line, now]);
    if (begun) seen.push(["begin", begun.line.line, now, begun.began]);
  }
  return seen;
}

const begins = (seen) => seen.filter(([what]) => what === "begin");

// Pieces ----------------------------------------------------------------------

test("a recording is whole when nothing of it is missing", () => {
  const recording = new Recording();
  recording.add({ offset: 2, last: true, data: bytes(3, 4) });
  assert.equal(recording.file, null);
  recording.add({ offset: 0, last: false, data: bytes(1, 2) });
  assert.deepEqual([...recording.file], [1, 2, 3, 4]);
});

test("a recording with a hole, or a piece that overlaps, is never whole", () => {
  const hole = new Recording();
  hole.add({ offset: 0, last: false, data: bytes(1) });
  hole.add({ offset: 2, last: true, data: bytes(3) });
  assert.equal(hole.file, null);
  const over = new Recording();
  over.add({ offset: 0, last: false, data: bytes(1, 2) });
  over.add({ offset: 1, last: true, data: bytes(3) });
  assert.equal(over.file, null);
});

test("sound of a line that nobody has is dropped", () => {
  const lines = new Lines();
  lines.take(chunk(7), 0);
  assert.equal(lines.get(7), null);
});

test("what is over is forgotten, what plays is not", () => {
  const lines = new Lines();
  lines.take(line(1, 0), 0);
  lines.take(line(2, 10), 0);
  lines.drop(5);
  assert.equal(lines.get(1), null);
  assert.equal(lines.get(2).at, 10);
});

// When lines play -------------------------------------------------------------

test("lines begin at their moment, wherever it is looked for them", () => {
  for (const step of [0.016, 0.25, 1]) {
    const seen = begins(played([[0, line(1, 1)], [0.5, line(2, 3.4)]], { until: 6, step }));
    assert.deepEqual(seen.map(([, number, , began]) => [number, began]), [[1, 1], [2, 3.4]]);
    for (const [, , now, began] of seen) assert.ok(now - began < step + 1e-9 && now >= began);
  }
});

test("a line that comes late begins when it is here, and pauses make up for it", () => {
  const seen = played([[1.8, line(1, 1)], [2, line(2, 3.3)], [2, line(3, 6)]], { until: 9 });
  const began = begins(seen).map(([, , , at]) => at);
  near(began[0], 1.8);
  near(began[1], 3.8);
  near(began[2], 6);
});

test("a line that comes very late is joined in its middle", () => {
  const [[, , now, began]] = begins(played([[2.6, line(1, 1)]], { until: 4 }));
  near(began, 1);
  near(now, 2.6, 0.021);
  assert.ok(2.6 - 1 > LATE);
});

test("a line of which nothing is left is not played", () => {
  assert.deepEqual(played([[5, line(1, 1)]], { until: 8 }), []);
});

test("lines never overlap, though all come late and at once", () => {
  const seen = played([1, 2, 3, 4, 5].map((n) => [3, line(n, n, 1)]), { until: 9 });
  let free = true;
  for (const [what] of seen) {
    assert.equal(what === "begin", free);
    free = what === "end";
  }
  assert.equal(seen.at(-1)[0], "end");
  assert.ok(seen.at(-1)[2] < 7.3, "and what was lost is made up for");
});

test("jitter of 0.8 s delays lines, and loses none", () => {
  const events = Array.from({ length: 20 }, (_, i) => [
    i * 2.5 - 0.5 + 0.8 * ((i * 7) % 5) / 4, line(i + 1, i * 2.5, 2.2),
  ]);
  events.sort((a, b) => a[0] - b[0]);
  const seen = begins(played(events.map(([at, e]) => [Math.max(at, 0), e]), { until: 60 }));
  assert.equal(seen.length, 20);
  for (const [, number, , began] of seen) {
    const late = began - (number - 1) * 2.5;
    assert.ok(late >= 0 && late <= 0.31, `line ${number} is ${late} s late`);
  }
});

test("who enters sees the line that plays from its middle", () => {
  const [[, number, now, began]] = begins(played([[0.1, line(4, -3, 5)]], { until: 1, joined: 0.1 }));
  assert.equal(number, 4);
  near(began, -3);
  near(now, 0.1, 0.021);
});

test("who enters just after a beginning is in the middle too, as everybody is", () => {
  const [[, , , began]] = begins(played([[0.5, line(1, 0.2)]], { until: 1, joined: 0.5 }));
  near(began, 0.2);
});

test("a line waits for its sound a little, and then plays without", () => {
  const late = played(
    [[0, line(1, 1)], [0.1, chunk(1, { last: false })], [1.3, chunk(1, { offset: 2 })]], { until: 3 },
  );
  near(begins(late)[0][3], 1.3);
  const never = played([[0, line(1, 1)], [0.1, chunk(1, { last: false })]], { until: 3 });
  near(begins(never)[0][3], 1 + GRACE);
});

test("decoding counts as waiting", () => {
  const seen = played([[0.9, line(1, 1)], [0.9, chunk(1)]], { until: 3, decoding: 0.3 });
  near(begins(seen)[0][3], 1.2);
});

test("a cut stops a line, and what was sent ahead is not begun", () => {
  const seen = played([
    [0, line(1, 1, 3)], [0, line(2, 4, 2)],
    [2, { kind: "line-cut", line: 1, at: 2 }], [2, { kind: "line-cut", line: 2, at: 2 }],
    [2.1, line(3, 2.6)],
  ], { until: 6 });
  assert.deepEqual(seen.map(([what, number]) => [what, number]), [
    ["begin", 1], ["end", 1], ["begin", 3], ["end", 3],
  ]);
  near(seen[1][2], 2, 0.021);
  near(seen[2][3], 2.6);
});

test("a removed line stops at once and does not come back", () => {
  const seen = played([
    [0, line(1, 1, 3)], [2, { kind: "line-removed", line: 1 }], [2, line(1, 1, 3)],
  ], { until: 5 });
  assert.deepEqual(seen.map(([what]) => what), ["begin", "end"]);
  near(seen[1][2], 2, 0.021);
});

test("a show that was stopped is silent, one that is finished ends its line", () => {
  const ended = (reason) => played(
    [[0, line(1, 1, 3)], [2, { kind: "stream-ended", reason, at: 2 }]], { until: 6 },
  ).at(-1)[2];
  near(ended("stopped"), 2, 0.021);
  near(ended("finished"), 4, 0.021);
});

test("after ten minutes of sleep the present plays, and nothing of the past", () => {
  const lines = new Lines();
  const schedule = new Schedule(lines);
  for (let n = 1; n <= 200; n += 1) lines.take(line(n, n * 3, 2.5), n < 3 ? 0 : 600);
  assert.equal(schedule.step(3.1).begun.line.line, 1);
  const { ended, begun } = schedule.step(600.9);
  assert.deepEqual(ended.map((one) => one.line), [1]);
  assert.equal(begun.line.line, 200);
  near(begun.began, 600);
});

test("seeking starts anew, backwards too", () => {
  const lines = new Lines();
  const schedule = new Schedule(lines);
  for (let n = 1; n <= 9; n += 1) lines.take(line(n, n * 3, 2.5), -Infinity);
  schedule.join(20);
  assert.equal(schedule.step(20).begun.line.line, 6);
  schedule.join(4);
  const { begun } = schedule.step(4);
  assert.deepEqual([begun.line.line, begun.began], [1, 3]);
});

test("what comes next is known before it begins", () => {
  const lines = new Lines();
  const schedule = new Schedule(lines);
  lines.take(line(1, 1), 0);
  lines.take(line(2, 3.5), 0);
  schedule.step(1);
  const next = schedule.next();
  assert.deepEqual([next.line.line, next.moment, next.began], [2, 3.5, 3.5]);
});

// Clocks ----------------------------------------------------------------------

test("the house's clock is the median of the quickest round trips", () => {
  let time = 100;
  const clock = new HouseClock(() => time);
  clock.guess(7);
  near(clock.now(), 7);
  assert.equal(clock.known, false);
  // True: 5 s at reading 100. Ways there and back differ, and one took long.
  for (const [there, back] of [[0.02, 0.03], [0.5, 0.01], [0.03, 0.02], [0.02, 0.02], [0.01, 1.4]]) {
    const sent = time;
    const told = 5 + (time + there - 100);
    time += there + back;
    clock.note(sent, told);
    time += 0.15;
  }
  near(clock.now(), 5 + (time - 100), 0.02);
});

test("one quick answer outweighs many that waited for a busy page", () => {
  let time = 100;
  const clock = new HouseClock(() => time);
  for (const wait of [0.95, 0.9, 0.97, 0.94, 0.92, 0.03]) {
    assert.equal(clock.sure, false);
    const sent = time;
    time += 0.01 + wait;
    clock.note(sent, 5 + (sent + 0.01 - 100));
  }
  assert.equal(clock.sure, true);
  near(clock.now(), 5 + (time - 100), 0.02);
});

test("a wrong time of day changes nothing, and old round trips are forgotten", () => {
  let time = 0;
  const clock = new HouseClock(() => time);
  const sent = time;
  time += 0.1;
  clock.note(sent, 50);
  time += 200;
  const again = time;
  time += 0.1;
  clock.note(again, 400);
  near(clock.now(), 400.05, 1e-9);
});

test("a median is in the middle", () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([4, 1]), 2.5);
});

test("a replay's clock is held, moved and let go", () => {
  let time = 10;
  const clock = new ReplayClock(() => time);
  clock.seek(3);
  clock.start();
  time += 2;
  near(clock.now(), 5);
  clock.stop();
  time += 9;
  near(clock.now(), 5);
  clock.start();
  clock.seek(1);
  time += 1;
  near(clock.now(), 2);
});

/** How long a replay of these events is. */
async function lengthOf(...events) {
  const logged = events.map((event, i) => ({ seq: i + 1, ...event }));
  globalThis.location = { href: "http://troupe.test/s/one/" };
  globalThis.fetch = async (url) => ({
    ok: true,
    json: async () =>
      `${url}`.includes("after=0") ? { events: logged, after: 9 }
        : `${url}`.includes("after=9") ? { events: [], after: 9 }
          : { started: "2026-11-27T20:00:00Z", ended: "2026-11-27T20:00:05Z" },
  });
  const log = new Log("/api/v1/streams/one/events/", () => {});
  await log.reach(0);
  await log.measure();
  return log.seconds;
}

const said = (number, at, seconds) => ({
  kind: "line", line: number, seat: "a", at,
  performance: {
    format: "performance", version: 1, seconds, parts: [],
    stage: { background: "", shape: "16:9", places: {}, camera: [] },
    made_by: { voice: "", director: "", seed: 0 },
  },
});
const finished = { kind: "stream-ended", at: 5, reason: "finished" };

test("who finishes a show says the last line to its end, in its replay as well", async () => {
  assert.equal(await lengthOf(said(1, 1, 2), said(2, 4, 3), finished), 7);
  assert.equal(await lengthOf(said(1, 1, 2), finished), 5);
});

test("what was cut or taken out makes no replay longer", async () => {
  const line = said(1, 1, 60);
  assert.equal(await lengthOf(line, { kind: "line-cut", line: 1, at: 2 }, finished), 5);
  assert.equal(await lengthOf(line, { kind: "line-removed", line: 1, at: 2 }, finished), 5);
  assert.equal(await lengthOf(line, { ...finished, reason: "stopped" }), 5);
});

// Joins -----------------------------------------------------------------------

test("a difference dies away without a jump, an overshoot of it, or a rest", () => {
  near(damped(1, 0, 8, 0), 1);
  const values = Array.from({ length: 100 }, (_, i) => damped(1, 0, 8, i / 50));
  values.forEach((v, i) => assert.ok(v >= 0 && (!i || v <= values[i - 1])));
  assert.ok(values.at(-1) < 1e-4);
});

test("a face that changes its source moves on from where it was", () => {
  const joint = new Joint();
  const turned = (t) => ({ ...restingFace(), yaw: 10 * Math.sin(t), jaw_open: 0.5 });
  const still = { ...restingFace(), yaw: -5 };
  let face = null;
  let before = null;
  for (let t = 0; t < 3; t += 1 / 60) {
    face = t < 1 ? joint.follow(turned(t), "line", t) : joint.follow(still, "idle", t);
    if (before) {
      assert.ok(Math.abs(face.yaw - before.yaw) < 1, `yaw jumps at ${t}`);
      assert.ok(Math.abs(face.jaw_open - before.jaw_open) < 0.15, `jaw jumps at ${t}`);
    }
    before = face;
  }
  near(face.yaw, -5, 0.01);
  near(face.jaw_open, 0, 1e-4);
});

test("a face follows its source exactly once it has joined it", () => {
  const joint = new Joint();
  const at = (t) => ({ ...restingFace(), yaw: 20 * Math.sin(9 * t), jaw_open: Math.abs(Math.sin(20 * t)) });
  joint.follow(restingFace(), "idle", 0);
  joint.follow(at(0.02), "line", 0.02);
  for (let t = 2; t < 3; t += 0.02) {
    const face = joint.follow(at(t), "line", t);
    near(face.yaw, at(t).yaw, 0.01);
    near(face.jaw_open, at(t).jaw_open, 1e-6);
  }
});

test("who was out of sight is not joined with what he did then", () => {
  const joint = new Joint();
  joint.follow({ ...restingFace(), yaw: 20 }, "line", 0);
  assert.equal(joint.follow(restingFace(), "idle", 5).yaw, 0);
});

test("a drawn mouth changes into that of the next source", () => {
  const joint = new Joint();
  joint.follow({ ...restingFace(), mouth: "D", mouth_from: "C", mouth_mix: 1 }, "line", 0);
  const face = joint.follow({ ...restingFace(), mouth: "X", mouth_from: "X", mouth_mix: 1 }, "idle", 0.02);
  assert.deepEqual([face.mouth_from, face.mouth, face.mouth_mix], ["D", "X", 0]);
  const later = joint.follow({ ...restingFace(), mouth: "X", mouth_from: "X", mouth_mix: 1 }, "idle", 0.2);
  assert.deepEqual([later.mouth_from, later.mouth_mix], ["X", 1]);
});

test("a light goes softly, and at once for who wants no motion", () => {
  const light = new Light();
  assert.ok(light.follow(0, 0.02) > 0.8);
  assert.equal(light.follow(0, Infinity), 0);
});
