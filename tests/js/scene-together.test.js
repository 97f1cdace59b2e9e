// Several people on one stage: what each page shows of the others and of the votes.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Together } from "../../socialapp/static/scenes/player/together.js";

const wait = (ms = 0) => new Promise((done) => setTimeout(done, ms));
const person = (handle, more = {}) => ({ handle, name: handle, host: false, here: true, voted: false, ...more });
const event = (choice) => ({ type: "choose", state: "s", choice, at: 0 });
const READ = {
  key: "c1", url: "/sc/sc1/play/?company=c1", host: "ann", mine: false, seconds: 30,
  people: [person("ann", { host: true }), person("bob")],
  votes: { at: 0, tally: { a: 0, b: 0 }, closes_in: null, voted: [] }, vote: null,
  play: { key: "p1", rev: 4, snapshot: { events: [] } },
};

/** A page of a company, and the house that it listens to. */
async function company(read = READ) {
  const told = { company: [], moved: [], says: [], over: [] };
  const socket = { readyState: 1, sent: [], send: (text) => socket.sent.push(JSON.parse(text)), close() {} };
  const together = new Together("c1", {
    company: (one) => told.company.push(one),
    moved: (log, rev) => told.moved.push([log.length, rev]),
    says: (words) => told.says.push(words),
    over: (words) => told.over.push(words),
  }, {
    fetcher: async () => ({ ok: true, status: 200, json: async () => read }),
    open: () => socket, token: () => "t", house: "ws://house",
  });
  const play = await together.join();
  const hear = (message) => socket.onmessage({ data: JSON.stringify(message) });
  return { together, told, socket, hear, play };
}

test("who is here and how the votes stand is on the stage", async () => {
  const { together, told, hear, play } = await company();
  assert.equal(play.key, "p1");
  assert.equal(together.hosts, false);
  assert.equal(together.host, "ann");
  assert.equal(told.company.at(-1).words, "2 here");
  hear({ type: "votes", at: 0, tally: { a: 1, b: 0 }, closes_in: 30, voted: ["ann"] });
  assert.deepEqual(told.company.at(-1), { words: "2 here, 1 voted, counted in 30 s", tally: { a: 1, b: 0 }, mine: null });
  together.close();
});

test("a vote is sent and shown as one's own once it counts", async () => {
  const { together, told, socket, hear } = await company();
  const voting = together.vote("b");
  assert.deepEqual(socket.sent[0], { type: "vote", at: 0, choice: "b", n: 1 });
  hear({ type: "accepted", n: 1 });
  await voting;
  assert.equal(told.company.at(-1).mine, "b");
  const late = together.vote("a");
  hear({ type: "refused", n: 2, code: "moved", detail: "The play has gone on." });
  await late;
  assert.deepEqual(told.says, ["The play has gone on."]);
  together.close();
});

test("where the company goes everybody goes, and votes begin anew", async () => {
  const { together, told, hear } = await company();
  hear({ type: "moved", rev: 5, at: 0, since: 0, events: [event("a")], state: "s", ending: "" });
  assert.deepEqual(told.moved, [[1, 5]]);
  assert.deepEqual(told.company.at(-1), { words: "2 here", tally: {}, mine: null });
  hear({ type: "closed", why: "The host has ended it." });
  await wait();
  assert.deepEqual(told.over, ["The host has ended it."]);
  together.close();
});
