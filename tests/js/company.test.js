// People play together: one follows the host's log, votes, and comes back after a break.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Company, Refused, pauseBefore } from "../../socialapp/static/scenes/player/company.js";

const choose = (choice) => ({ type: "choose", state: "table", choice, at: 0 });
const PEOPLE = [{ handle: "ann", name: "Ann", host: true, here: true, voted: false }];
const votes = (at, tally = { go: 0 }) => ({ at, tally, closes_in: null, voted: [] });
const read = (rev, events) => ({
  key: "k", url: "/sc/s/play/?company=k", host: "ann", mine: false, seconds: 30,
  people: PEOPLE, votes: votes(events.length), vote: null, play: { rev, snapshot: { events } },
});

/** A company whose house is the test. */
async function joined(answers = [read(1, [])]) {
  const wires = [];
  const asked = [];
  const heard = { moved: [], votes: [], people: [], counted: [], improvised: [], stuck: [], over: [], away: [] };
  const listeners = Object.fromEntries(
    Object.entries(heard).map(([name, list]) => [name, (...what) => list.push(what)]),
  );
  const company = new Company("k", listeners, {
    house: "wss://house",
    token: () => "token",
    fetcher: async (path, { method, headers }) => {
      asked.push([method, path, headers["X-CSRFToken"]]);
      const answer = answers.shift() ?? {};
      const { status = 200 } = answer;
      return { ok: status < 400, status, json: async () => answer };
    },
    open: (address) => {
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
  });
  const found = await company.join();
  wires[0]?.tell({ type: "welcome", rev: found.play.rev, people: PEOPLE, votes: found.votes, vote: null });
  return { company, wires, asked, heard };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("a seat is taken before the socket is opened, and the play is followed", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
  const { company, wires, asked, heard } = await joined();
  assert.deepEqual(asked, [["PUT", "/api/v1/companies/k/seat/", "token"]]);
  assert.equal(wires[0].address, "wss://house/ws/companies/k/");
  wires[0].tell({ type: "moved", rev: 2, at: 2, since: 0, events: [choose("drink"), choose("drink")], state: "table" });
  wires[0].tell({ type: "moved", rev: 3, at: 2, since: 1, events: [choose("go")], state: "end" });
  assert.deepEqual(heard.moved.map(([log, rev]) => [log.map((e) => e.choice), rev]), [
    [["drink", "drink"], 2],
    [["drink", "go"], 3],
  ]);
  wires[0].tell({ type: "moved", rev: 3, at: 0, since: 0, events: [], state: "table" });
  assert.equal(heard.moved.length, 2);
  company.close();
  assert.ok(wires[0].closed);
});

test("after a gap, and when the way is too long to tell, the log is read", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
  const log = [choose("drink"), choose("go")];
  const { company, wires, asked, heard } = await joined([read(1, []), read(4, log), read(5, [])]);
  wires[0].tell({ type: "moved", rev: 4, at: 2, since: 1, events: [choose("go")], state: "end" });
  await settled();
  assert.deepEqual(heard.moved, [[log, 4]]);
  wires[0].tell({ type: "moved", rev: 5, at: 0, since: 0, events: null, state: "table" });
  await settled();
  assert.deepEqual(heard.moved[1], [[], 5]);
  assert.deepEqual(asked.slice(1).map(([method, path]) => [method, path]), [
    ["GET", "/api/v1/companies/k/"],
    ["GET", "/api/v1/companies/k/"],
  ]);
  company.close();
});

test("a vote names its place, and one knows one's own until the play moves", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
  const { company, wires, heard } = await joined();
  const voting = company.vote("go");
  assert.deepEqual(wires[0].sent, [{ type: "vote", at: 0, choice: "go", n: 1 }]);
  wires[0].tell({ type: "votes", ...votes(0, { go: 1 }), closes_in: 30 });
  wires[0].tell({ type: "accepted", n: 1 });
  await voting;
  assert.deepEqual(heard.votes.at(-1), [{ ...votes(0, { go: 1 }), closes_in: 30 }, "go"]);
  wires[0].tell({ type: "counted", at: 0, choice: "go", votes: { go: 1 }, by: "all" });
  wires[0].tell({ type: "moved", rev: 2, at: 1, since: 0, events: [choose("go")], state: "end" });
  assert.equal(heard.counted[0][0].choice, "go");
  assert.equal(company.mine, null);
  const late = company.vote("go");
  wires[0].tell({ type: "refused", n: 2, code: "no-choice", detail: "That cannot be chosen here." });
  await assert.rejects(late, (error) => error instanceof Refused && error.code === "no-choice");
  company.close();
});

test("a broken line is told, tried again, and what was asked meanwhile is refused", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
  const { company, wires, heard } = await joined([read(1, []), read(2, [choose("drink")])]);
  const lost = company.vote("go");
  wires[0].end(1006);
  await assert.rejects(lost, { code: "lost" });
  await assert.rejects(company.vote("go"), { code: "lost" });
  assert.equal(heard.away.length, 1);
  t.mock.timers.tick(500);
  assert.equal(wires.length, 2);
  wires[1].tell({ type: "welcome", rev: 2, people: PEOPLE, votes: votes(1), vote: null });
  await settled();
  assert.deepEqual(heard.moved, [[[choose("drink")], 2]]);
  company.close();
  t.mock.timers.tick(60_000);
  assert.equal(wires.length, 2);
});

test("a line on which nobody answers is dropped", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval", "setTimeout", "Date"] });
  const { company, wires, heard } = await joined();
  t.mock.timers.tick(20_000);
  assert.deepEqual(wires[0].sent, [{ type: "ping" }]);
  wires[0].tell({ type: "pong", n: null });
  t.mock.timers.tick(80_000);
  assert.ok(wires[0].closed);
  assert.equal(heard.away.length >= 1, true);
  company.close();
});

test("when it is over, or one was sent away, nobody tries again", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
  const one = await joined();
  one.wires[0].tell({ type: "closed", why: "The host has ended it." });
  assert.deepEqual(one.heard.over, [["The host has ended it."]]);
  const other = await joined();
  other.wires[0].end(4404);
  assert.match(other.heard.over[0][0], /no seat/);
  t.mock.timers.tick(60_000);
  assert.equal(one.wires.length + other.wires.length, 2);
});

test("who may not come is told why, and no socket is opened", async () => {
  const wires = [];
  const company = new Company("k", /** @type {any} */ ({}), {
    house: "wss://house", token: () => "", open: (address) => wires.push(address),
    fetcher: async () => ({
      ok: false, status: 409,
      json: async () => ({ type: "urn:troupe:full", detail: "12 people play here, and no more fit." }),
    }),
  });
  await assert.rejects(company.join(), { code: "full", message: /12 people/ });
  assert.equal(wires.length, 0);
});

test("tries grow rarer, and some closes are final", () => {
  assert.equal(pauseBefore(1006, 0, 1), 500);
  assert.equal(pauseBefore(1006, 3, 1), 4000);
  assert.equal(pauseBefore(1006, 30, 1), 20_000);
  assert.equal(pauseBefore(4429, 0, 0), 3250);
  for (const code of [4400, 4401, 4404]) assert.equal(pauseBefore(code, 0, 0), null);
});
