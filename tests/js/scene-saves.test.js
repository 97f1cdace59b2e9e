// How a play is kept: in the browser, on the server, and when the two disagree.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Kept } from "../../socialapp/static/scenes/player/kept.js";
import { Opening } from "../../socialapp/static/scenes/player/opening.js";
import { ReadMarks } from "../../socialapp/static/scenes/player/read-marks.js";
import { Refusal, Saves } from "../../socialapp/static/scenes/player/saves.js";
import { Server } from "../../socialapp/static/scenes/player/server.js";
import { OwnSlots, ServerSlots } from "../../socialapp/static/scenes/player/slots.js";
import { Voices } from "../../socialapp/static/scenes/player/voices.js";

const wait = (ms = 0) => new Promise((done) => setTimeout(done, ms));

/** What localStorage does, with as much room as it is given. */
function storage(room = 1e6) {
  const rows = new Map();
  return {
    rows,
    getItem: (name) => rows.get(name) ?? null,
    setItem: (name, text) => {
      if (text.length > room) throw new Error("QuotaExceededError");
      rows.set(name, text);
    },
    removeItem: (name) => rows.delete(name),
  };
}

const snapshot = (...choices) => ({
  format: "play", version: 1, scene: "sha256:x", seed: 3, cast: {},
  events: choices.map((choice) => ({ type: "choose", state: "s", choice, at: 0 })),
});

/** Saves with a server that answers as `answer` says. */
function saving(answer, rev = 1) {
  const told = [];
  const sent = [];
  const kept = new Kept(storage());
  const put = answer && (async (save) => {
    sent.push(save);
    return answer(save, sent.length);
  });
  const saves = new Saves({ name: "play-k", rev, put, kept, tell: (state) => told.push(state) });
  return { saves, told, sent, kept };
}

test("a save is in the browser at once and on the server soon", async () => {
  const { saves, told, sent } = saving(async ({ rev }) => ({ rev: rev + 1 }));
  saves.save(snapshot("a"));
  assert.deepEqual(saves.left(), { rev: 1, snapshot: snapshot("a") });
  await wait(1);
  assert.deepEqual(told, ["saving", "saved"]);
  assert.equal(saves.left(), null);
  saves.save(snapshot("a", "b"));
  await wait(1);
  assert.deepEqual(sent.map((save) => save.rev), [1, 2]);
  assert.equal(saves.rev, 3);
  saves.close();
});

test("while one is on its way only the latest of the next ones is sent", async () => {
  const { saves, sent } = saving(async ({ rev }) => {
    await wait(5);
    return { rev: rev + 1 };
  });
  for (const choices of [["a"], ["a", "b"], ["a", "b", "c"]]) saves.save(snapshot(...choices));
  await wait(30);
  assert.deepEqual(sent.map((save) => save.snapshot.events.length), [1, 3]);
  assert.deepEqual(sent.map((save) => save.rev), [1, 2]);
  saves.close();
});

test("without a network it is kept here, and sent when the network is back", async () => {
  let online = false;
  const { saves, told, sent } = saving(async ({ rev }) => {
    if (!online) throw new TypeError("Failed to fetch");
    return { rev: rev + 1 };
  });
  saves.save(snapshot("a"));
  await wait(1);
  assert.deepEqual(told, ["saving", "kept"]);
  assert.deepEqual(saves.left(), { rev: 1, snapshot: snapshot("a") });
  online = true;
  saves.retry();
  await wait(1);
  assert.equal(told.at(-1), "saved");
  assert.equal(sent.length, 2);
  saves.close();
});

for (const [which, rev] of [["mine", 8], ["theirs", 7]]) {
  test(`of two saves the person's answer holds: ${which}`, async () => {
    const theirs = snapshot("z");
    const { saves, told, sent } = saving(async (save) => {
      if (save.rev !== 7) throw new Refusal(409, { code: "conflict", rev: 7, snapshot: theirs });
      return { rev: 8 };
    }, 2);
    saves.save(snapshot("a"));
    await wait(1);
    assert.equal(told.at(-1), "conflict");
    saves.save(snapshot("a", "b"));
    await wait(1);
    assert.equal(sent.length, 1, "nothing is sent over the other before an answer");
    const goes = saves.settle(which);
    await wait(1);
    assert.deepEqual(goes, which === "mine" ? null : theirs);
    assert.equal(saves.rev, rev);
    assert.equal(told.at(-1), "saved");
    assert.equal(saves.left(), null);
    if (which === "mine") assert.deepEqual(sent.at(-1).snapshot, snapshot("a", "b"));
    saves.close();
  });
}

test("a browser alone keeps the saves of guests", () => {
  const { saves, told, kept } = saving(null);
  saves.save(snapshot("a"));
  assert.deepEqual(told, ["saved"]);
  assert.equal(saves.left(), null);
  assert.deepEqual(kept.get("play-k").snapshot, snapshot("a"));
});

test("a full or closed storage keeps it as long as the page lives, and says so", () => {
  const full = new Kept(storage(3));
  assert.equal(full.set("a", "too long for it"), false);
  assert.equal(full.get("a"), "too long for it");
  const closed = new Kept({
    getItem() { throw new Error("SecurityError"); },
    setItem() { throw new Error("SecurityError"); },
    removeItem() { throw new Error("SecurityError"); },
  });
  assert.equal(closed.get("b"), null);
  assert.equal(closed.set("b", 1), false);
  closed.drop("b");
  assert.equal(closed.get("b"), null);
});

test("what was read is known by version, and rubbish in storage is nothing", () => {
  const kept = new Kept(storage());
  const marks = new ReadMarks(kept, "v1");
  for (const beat of [0, 31, 39]) marks.add({ state: "s", beat });
  marks.add({ state: "s", beat: 39 });
  marks.keep();
  const again = new ReadMarks(kept, "v1");
  assert.deepEqual([0, 1, 30, 31, 32, 39].map((beat) => again.has({ state: "s", beat })), [true, false, false, true, false, true]);
  assert.equal(new ReadMarks(kept, "v2").has({ state: "s", beat: 0 }), false);
  kept.set("read-v3", { s: "x", t: -4, u: 1.5 });
  assert.equal(new ReadMarks(kept, "v3").has({ state: "s", beat: 0 }), false);
});

// The server --------------------------------------------------------------------

/** A fetch that answers from a table of `METHOD address`. */
function fetching(table) {
  const asked = [];
  const fetcher = async (url, { method, body, headers, keepalive }) => {
    asked.push({ what: `${method} ${url}`, body: body && JSON.parse(body), headers, keepalive });
    const [status, data] = table[`${method} ${url}`] ?? [404, { detail: "Nothing here." }];
    return { ok: status < 400, status, json: async () => JSON.parse(JSON.stringify(data)) };
  };
  return { server: new Server("sc1", fetcher, () => "token"), asked };
}

test("the server is asked at the addresses that are agreed", async () => {
  const { server, asked } = fetching({
    "POST /api/v1/scenes/sc1/plays/": [201, { key: "p1" }],
    "PUT /api/v1/plays/p1/": [200, { rev: 2 }],
    "GET /api/v1/plays/?scene=sc1&limit=100": [200, { results: [{ key: "p1", scene: { key: "sc1" } }, { key: "p2", scene: { key: "other" } }] }],
    "POST /api/v1/scenes/sc1/takes/": [200, { takes: [{ status: "silent" }] }],
    "POST /api/v1/plays/p1/improv/": [200, { text: "Yes.", emotion: "calm", done: true }],
    "GET /sc/sc1/play/1.json": [200, { format: "scene" }],
  });
  assert.equal((await server.begin({ cast: { a: "k" }, seed: 3 })).key, "p1");
  assert.equal((await server.put("p1", { rev: 1, snapshot: snapshot() })).rev, 2);
  assert.deepEqual((await server.plays()).map((play) => play.key), ["p1"]);
  const of = { version: 1, cast: { a: "k" }, language: "en" };
  assert.equal((await server.takes(of, [{ state: "s", beat: 0, values: {} }], []))[0].status, "silent");
  assert.equal((await server.improv("p1", { state: "s", beat: 0, text: "Hm?" })).text, "Yes.");
  assert.equal((await server.document("/sc/sc1/play/1.json")).format, "scene");
  assert.equal(asked[1].headers["X-CSRFToken"], "token");
  assert.equal(asked[1].keepalive, true);
  assert.equal(asked[2].headers["X-CSRFToken"], undefined);
  assert.deepEqual(asked[3].body, { ...of, lines: [{ state: "s", beat: 0, values: {} }], soon: [] });
});

test("a refusal keeps its status, its code and its words", async () => {
  const { server } = fetching({ "PUT /api/v1/plays/p1/": [409, { code: "conflict", detail: "Saved elsewhere.", rev: 5, snapshot: snapshot("z") }] });
  await assert.rejects(server.put("p1", { rev: 1, snapshot: snapshot() }), (error) => (
    error instanceof Refusal && error.status === 409 && error.code === "conflict"
    && error.message === "Saved elsewhere." && error.data.rev === 5
  ));
});

// Which play is opened ------------------------------------------------------------

const READ = {
  key: null, rev: 0, slot: 0, scene: { key: "sc1", title: "Tea" }, seed: 3, language: "en", snapshot: null,
  version: { number: 2, digest: "b", document: "/sc/sc1/play/2.json" }, newest: { number: 2, digest: "b" },
  cast: { host: { character: "k1", name: "Hob", rig: null, portrait: null, voiced: true, gone: false } },
};
const PAGE = { signed_in: false, begins: true, chosen: false, again: false, documents: "/sc/sc1/play/0.json" };
const opening = (table = {}, page = {}) => {
  const kept = new Kept(storage());
  const { server, asked } = fetching(table);
  return { opened: new Opening(server, kept, { ...PAGE, ...page }), kept, asked };
};
/** A guest who has played version 1. */
const played = (page) => {
  const made = opening({}, page);
  made.opened.remember({ ...READ, version: { ...READ.version, number: 1, digest: "a" }, seed: 77 });
  made.kept.set("save-sc1", { rev: 0, snapshot: snapshot("a"), waits: false });
  return made;
};

test("a guest goes on where they were, on the version of then", async () => {
  const { read } = await played().opened.open(READ);
  assert.equal(read.version.document, "/sc/sc1/play/1.json");
  assert.equal(read.seed, 77);
  assert.deepEqual(read.snapshot, snapshot("a"));
  assert.deepEqual(read.newest, { number: 2, digest: "b" });
});

for (const how of ["chosen", "again"]) {
  test(`a guest who asks for it begins anew: ${how}`, async () => {
    assert.deepEqual((await played({ [how]: true }).opened.open(READ)).read, READ);
  });
}

test("a new play of somebody signed in is the server's", async () => {
  const { opened, asked } = opening({ "POST /api/v1/scenes/sc1/plays/": [201, { ...READ, key: "p1", rev: 1 }] }, { signed_in: true });
  const { read } = await opened.open(READ);
  assert.equal(read.key, "p1");
  assert.deepEqual(asked[0].body, { cast: { host: "k1" }, seed: 3, language: "en" });
});

test("when the server does not begin it, it is played all the same, and said", async () => {
  const refused = { "POST /api/v1/scenes/sc1/plays/": [409, { detail: "Hob is not lent." }] };
  for (const [table, words] of [[refused, /Hob is not lent\. .*this device/], [{}, /^This play is kept on this device/]]) {
    const { read, note } = await opening(table, { signed_in: true }).opened.open(READ);
    assert.equal(read.key, null);
    assert.match(note, words);
  }
});

test("a copy is opened as a play of its own", async () => {
  const { opened } = opening({ "POST /api/v1/plays/c1/resume/": [201, { ...READ, key: "p9" }] }, { signed_in: true });
  assert.equal((await opened.open({ ...READ, key: "c1", slot: 2 })).read.key, "p9");
});

test("a guest's play is carried to the newest version, as far as it fits", async () => {
  const document = {
    format: "scene", version: 1, id: "tea", title: "Tea", rating: "everyone", languages: ["en"],
    roles: { host: { label: "h" } }, initial: "s",
    states: { s: { choices: [{ id: "a", text: "A", target: "s" }] }, e: { type: "final" } },
  };
  const { opened } = opening({ "GET /sc/sc1/play/2.json": [200, document] });
  const { read, kept, of } = await opened.carry(
    { ...READ, version: { ...READ.version, number: 1 } }, snapshot("a", "a", "gone", "a"),
  );
  assert.deepEqual([kept, of, read.version.number], [2, 4, 2]);
  assert.equal(read.snapshot.events.length, 2);
  assert.equal(read.snapshot.seed, 3);
});

// Copies --------------------------------------------------------------------------

test("a guest keeps six copies, opens one as it was, and deletes one to make room", async () => {
  const slots = new OwnSlots(new Kept(storage()), READ);
  for (let i = 0; i < 6; i += 1) await slots.keep(`copy ${i}`, snapshot("a", "b"));
  await assert.rejects(slots.keep("one more", snapshot()), /no more fit/);
  const [latest] = await slots.all();
  assert.deepEqual([latest.name, latest.choices], ["copy 5", 2]);
  const read = await slots.open(latest.id);
  assert.deepEqual([read.seed, read.snapshot, read.version], [3, snapshot("a", "b"), READ.version]);
  await slots.drop(latest.id);
  assert.equal((await slots.all()).length, 5);
  await assert.rejects(slots.open(latest.id), /gone/);
});

test("copies on the server are the plays with a slot", async () => {
  const row = (key, slot) => ({ key, slot, name: key, choices: 1, changed: "", scene: { key: "sc1" } });
  const { server } = fetching({ "GET /api/v1/plays/?scene=sc1&limit=100": [200, [row("p", 0), row("c", 1)]] });
  assert.deepEqual((await new ServerSlots(server, { ...READ, key: "p" }).all()).map((copy) => copy.id), ["c"]);
});

// Voices --------------------------------------------------------------------------

const LINE = { state: "s", beat: 0, values: {} };
const PERFORMANCE = { format: "performance", version: 1, seconds: 1, parts: [{ seat: "a" }] };
const ready = { ...LINE, id: "x", status: "ready", performance: PERFORMANCE, sound: "/x.ogg" };

test("a take that is being made is asked for again until it is there, with its sound", async () => {
  const asked = [];
  const answers = [{ ...ready, status: "making", performance: null, sound: null }, ready];
  const voices = new Voices(async (lines, soon) => {
    asked.push([lines.length, soon.length]);
    return [answers.shift()];
  }, async (url) => ({ url, duration: 1 }));
  voices.want([LINE], [LINE, LINE]);
  await wait(5);
  assert.equal(voices.get(LINE), null);
  await wait(800);
  assert.equal(voices.get(LINE).sound.url, "/x.ogg");
  assert.deepEqual(asked, [[1, 2], [1, 0]]);
  voices.want([LINE], []);
  await wait(5);
  assert.equal(asked.length, 2, "what is there is not asked for again");
  voices.close();
});

test("a silent take has a face without a sound, and one that is refused has nothing", async () => {
  const other = { ...LINE, beat: 1 };
  const voices = new Voices(async () => [
    { ...ready, status: "silent", sound: null }, { ...ready, ...other, status: "refused" },
  ], async () => null);
  voices.want([LINE, other], []);
  await wait(5);
  assert.deepEqual([voices.get(LINE).sound, voices.get(other)], [null, null]);
  assert.equal(voices.near(other), false);
  voices.close();
});

test("where nobody gives voices it is asked once, and words are not kept waiting", async () => {
  let asked = 0;
  const voices = new Voices(async () => {
    asked += 1;
    throw new Refusal(404, null);
  }, async () => null);
  voices.want([LINE], []);
  assert.ok(voices.near(LINE));
  await wait(5);
  assert.equal(voices.near(LINE), false);
  voices.want([{ ...LINE, beat: 2 }], []);
  await wait(5);
  assert.equal(asked, 1);
  voices.close();
});
