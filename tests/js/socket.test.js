// A viewer's socket: what it asks for, and whether and when it comes back.
import assert from "node:assert/strict";
import { test } from "node:test";

import { CLOSE } from "../../socialapp/static/streams/protocol.js";
import { Socket, pauseBefore } from "../../socialapp/static/streams/socket.js";

const WELCOME = {
  kind: "welcome", version: 1, stream: "k", title: "t", state: "live", after: 4, resumed: false,
  clock: 9, stage: { background: "", shape: "16:9", places: {}, camera: [] }, seats: [],
  topic: "", topics: [], viewers: 1, reactions: {}, messages: [], may_write: true,
  slow_seconds: 0, ai_generated: true, vote_closes: 0,
};
const started = (seq) => ({ kind: "stream-paused", seq, at: 1 });

/** A socket whose other end is the test. */
function opened() {
  const wires = [];
  const seen = [];
  const away = [];
  const socket = new Socket(
    "wss://house/ws/streams/k/",
    { event: (event) => seen.push(event), away: (lost) => away.push(lost) },
    (address) => {
      const wire = {
        address, sent: [], readyState: 1, closed: false,
        send: (text) => wire.sent.push(JSON.parse(text)),
        close: () => { wire.closed = true; },
        tell: (event) => wire.onmessage({ data: JSON.stringify(event) }),
        end: (code) => wire.onclose({ code }),
      };
      wires.push(wire);
      return wire;
    },
  );
  socket.connect();
  return { socket, wires, seen, away };
}

test("who is new asks for no number, who comes back asks for the next", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { socket, wires, seen, away } = opened();
  assert.equal(wires[0].address, "wss://house/ws/streams/k/?v=1");
  wires[0].tell(WELCOME);
  wires[0].tell(started(5));
  wires[0].tell(started(6));
  wires[0].end(1006);
  assert.deepEqual(away, [false]);
  t.mock.timers.tick(1000);
  assert.equal(wires[1].address, "wss://house/ws/streams/k/?v=1&after=6");
  wires[1].tell({ ...WELCOME, after: 6, resumed: true });
  wires[1].tell(started(7));
  assert.deepEqual(seen.filter((e) => e.seq).map((e) => e.seq), [5, 6, 7]);
  socket.close();
});

test("what comes twice is told once, and after a gap one comes back for what is missing", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  t.mock.method(console, "warn", () => {});
  const { socket, wires, seen } = opened();
  wires[0].tell(WELCOME);
  for (const seq of [5, 5, 4, 6]) wires[0].tell(started(seq));
  assert.deepEqual(seen.filter((e) => e.seq).map((e) => e.seq), [5, 6]);
  wires[0].tell(started(9));
  assert.equal(wires[0].closed, true);
  t.mock.timers.tick(1000);
  assert.match(wires[1].address, /after=6$/);
  socket.close();
});

test("a frame that nobody understands is a fault of the line", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  t.mock.method(console, "warn", () => {});
  const { socket, wires, away } = opened();
  wires[0].tell(WELCOME);
  wires[0].tell({ kind: "nonsense" });
  assert.deepEqual(away, [false]);
  socket.close();
});

test("messages are numbered from one on every line, and answered to who asked", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { socket, wires } = opened();
  wires[0].tell(WELCOME);
  const said = socket.say("Hello");
  const voted = socket.vote(2);
  assert.deepEqual(wires[0].sent.map((m) => [m.kind, m.n]), [["ping", 1], ["say", 2], ["vote", 3]]);
  wires[0].tell({ kind: "refused", re: 3, code: "no-topic", detail: "Not now.", help: [] });
  wires[0].tell({ kind: "accepted", re: 2 });
  await said;
  await assert.rejects(voted, { code: "no-topic", detail: "Not now." });
  const lost = socket.say("Anybody?");
  wires[0].end(1006);
  await assert.rejects(lost, { code: "away" });
  await assert.rejects(socket.say("Still?"), { code: "away" });
  t.mock.timers.tick(1000);
  wires[1].tell(WELCOME);
  assert.deepEqual(wires[1].sent, [{ kind: "ping", n: 1 }]);
  socket.close();
});

test("several pings teach the clock", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { socket, wires } = opened();
  wires[0].tell(WELCOME);
  assert.equal(socket.clock.known, false);
  for (let i = 0; i < 5; i += 1) t.mock.timers.tick(150);
  const pings = wires[0].sent.filter((m) => m.kind === "ping");
  assert.equal(pings.length, 5);
  for (const { n } of pings) wires[0].tell({ kind: "pong", re: n, clock: 20 });
  assert.equal(socket.clock.known, true);
  assert.ok(Math.abs(socket.clock.now() - 20) < 0.2);
  socket.close();
});

test("one does not come back to what is over or refused", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const ended = opened();
  ended.wires[0].tell(WELCOME);
  ended.wires[0].tell({ kind: "stream-ended", seq: 5, at: 3, reason: "finished" });
  ended.wires[0].end(1006);
  const refused = opened();
  refused.wires[0].end(CLOSE.NO_STREAM);
  t.mock.timers.tick(60_000);
  assert.deepEqual([ended.away, ended.wires.length], [[true], 1]);
  assert.deepEqual([refused.away, refused.wires.length], [[true], 1]);
});

test("when to come back is told by the code of the close", () => {
  for (const code of [CLOSE.DONE, CLOSE.TICKET, CLOSE.NO_STREAM, CLOSE.WRONG_SEQUENCE, CLOSE.UNREADABLE]) {
    assert.equal(pauseBefore(code, 0, 0.5), null, String(code));
  }
  assert.ok(pauseBefore(CLOSE.RESTART, 0, 1) <= 400);
  assert.ok(pauseBefore(CLOSE.TOO_FAST, 0, 0) >= 3000);
  assert.ok(pauseBefore(CLOSE.FULL, 0, 0) >= 3000);
  const pauses = [0, 1, 2, 3, 9].map((tries) => pauseBefore(1006, tries, 1));
  assert.deepEqual(pauses, [500, 1000, 2000, 4000, 20_000]);
  assert.ok(pauseBefore(1006, 3, 0) < pauseBefore(1006, 3, 1));
});
