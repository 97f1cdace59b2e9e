// The editor's draft on its way to the server, and what stands in the way.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Saver } from "../../socialapp/static/scenes/editor/saving.js";
import { OfflineError, Server, ServerError } from "../../socialapp/static/scenes/editor/server.js";

/** A server that keeps one draft, as scenes/<key>/draft/ does. */
class Fake {
  constructor(document = "old", rev = 4) {
    Object.assign(this, { document, rev, online: true, asked: [], status: 0 });
    this.server = new Server("k1", { csrf: "secret", fetch: (url, how) => this.answer(url, how) });
  }

  async answer(url, { method, headers, body }) {
    this.asked.push(`${method} ${url}`);
    if (!this.online) throw new TypeError("fetch failed");
    const told = (status, data) => new Response(JSON.stringify(data), { status });
    if (this.status) return told(this.status, { detail: "No." });
    assert.equal(headers["X-CSRFToken"], "secret");
    if (method === "GET") return told(200, { document: this.document, rev: this.rev });
    const sent = JSON.parse(body);
    if (sent.rev !== this.rev) return told(409, { code: "conflict", document: this.document, rev: this.rev });
    this.document = sent.document;
    this.rev += 1;
    return told(200, { rev: this.rev, saved: "2026-01-01T00:00:00Z" });
  }
}

/** localStorage, without a browser. */
class Kept {
  all = new Map();
  getItem(key) { return this.all.get(key) ?? null; }
  setItem(key, value) { this.all.set(key, value); }
  removeItem(key) { this.all.delete(key); }
}

async function begun(fake = new Fake(), kept = new Kept()) {
  const saver = new Saver(fake.server, kept);
  const { document, rev } = await fake.server.draft();
  return { fake, kept, saver, text: saver.begin(document, rev) };
}

test("what is typed is sent once, with the rev that it changed", async () => {
  const { fake, kept, saver } = await begun();
  saver.changed("new");
  saver.changed("newer");
  assert.equal(saver.status, "waiting");
  assert.equal(JSON.parse(kept.getItem("troupe-scene-draft-k1")).text, "newer");
  await saver.flush();
  assert.deepEqual([fake.document, fake.rev, saver.rev, saver.status], ["newer", 5, 5, "saved"]);
  assert.equal(kept.all.size, 0);
  assert.deepEqual(fake.asked, ["GET /api/v1/scenes/k1/draft/", "PUT /api/v1/scenes/k1/draft/"]);
});

test("what is typed while it is sent is sent after it", async () => {
  const { fake, saver } = await begun();
  saver.changed("new");
  const sending = saver.flush();
  saver.changed("newer");
  await sending;
  assert.equal(saver.unsent, true);
  await saver.flush();
  assert.deepEqual([fake.document, fake.rev], ["newer", 6]);
});

test("without a network it stays in the browser, also over a new start, and is sent later", async () => {
  const { fake, kept, saver } = await begun();
  fake.online = false;
  saver.changed("on a train");
  await saver.flush();
  assert.equal(saver.status, "offline");
  clearTimeout(saver.timer);
  fake.online = true;
  const again = await begun(fake, kept);
  assert.equal(again.text, "on a train");
  await again.saver.flush();
  assert.equal(fake.document, "on a train");
  assert.equal(kept.all.size, 0);
});

test("what somebody else saved is not written over: both are shown, and one goes on from theirs", async () => {
  const { fake, saver } = await begun();
  fake.document = "theirs";
  fake.rev = 9;
  saver.changed("mine");
  await saver.flush();
  assert.equal(saver.status, "conflict");
  assert.deepEqual(saver.conflict, { rev: 9, theirs: "theirs", mine: "mine", base: "old" });
  saver.changed("mine, longer");
  await saver.flush();
  assert.equal(fake.document, "theirs");
  assert.equal(saver.conflict.mine, "mine, longer");
  saver.settle("both");
  await saver.flush();
  assert.deepEqual([fake.document, fake.rev, saver.status], ["both", 10, "saved"]);
});

test("unsent words of an older rev are a conflict at the start, with what both began with", async () => {
  const kept = new Kept();
  kept.setItem("troupe-scene-draft-k1", JSON.stringify({ rev: 3, text: "unsent", base: "older" }));
  const { saver, text } = await begun(new Fake(), kept);
  assert.equal(text, "unsent");
  assert.deepEqual(saver.conflict, { rev: 4, theirs: "old", mine: "unsent", base: "older" });
  kept.setItem("troupe-scene-draft-k1", "{broken");
  assert.equal((await begun(new Fake(), kept)).text, "old");
});

test("a refusal is told with the server's words, and a failing server is tried again", async () => {
  const { fake, saver } = await begun();
  fake.status = 400;
  saver.changed("too long");
  await saver.flush();
  assert.deepEqual([saver.status, saver.message], ["refused", "No."]);
  fake.status = 503;
  saver.changed("too long?");
  await saver.flush();
  assert.equal(saver.status, "offline");
  clearTimeout(saver.timer);
});

test("back to what is saved is saved", async () => {
  const { kept, saver } = await begun();
  saver.changed("new");
  saver.changed("old");
  assert.deepEqual([saver.status, saver.unsent, kept.all.size], ["saved", false, 0]);
});

test("every address is the agreed one, and a problem is an error with its data", async () => {
  const seen = [];
  const server = new Server("k1", { fetch: async (url, { method, body }) => {
    seen.push(`${method} ${url}${typeof body === "string" ? ` ${body}` : ""}`);
    return new Response("{}", { status: 200 });
  } });
  await server.check("{}");
  await server.publish(3, "note", "public");
  await server.versions();
  await server.stats();
  await server.settings({ tags: ["a"] });
  await server.create({ template: "table_nine" });
  await server.assets();
  await server.upload(new File(["x"], "x.png"), "background");
  await server.bring(new File(["x"], "x.twee"));
  assert.deepEqual(seen, [
    'POST /api/v1/scenes/k1/check/ {"document":"{}"}',
    'POST /api/v1/scenes/k1/publish/ {"rev":3,"note":"note","visibility":"public"}',
    "GET /api/v1/scenes/k1/versions/", "GET /api/v1/scenes/k1/stats/",
    'PATCH /api/v1/scenes/k1/ {"tags":["a"]}', 'POST /api/v1/scenes/ {"template":"table_nine"}',
    "GET /api/v1/scene-assets/", "POST /api/v1/scene-assets/", "POST /api/v1/scenes/import/",
  ]);
  const no = new Server("k1", { fetch: async () => new Response('{"detail": "Why", "findings": [1]}', { status: 409 }) });
  await assert.rejects(no.publish(1, "", "private"), (error) => (
    error instanceof ServerError && error.message === "Why" && error.data.findings.length === 1
  ));
  const html = new Server("k1", { fetch: async () => new Response("<html>", { status: 502 }) });
  await assert.rejects(html.stats(), /answered 502/);
  const gone = new Server("k1", { fetch: async () => { throw new TypeError(); } });
  await assert.rejects(gone.stats(), OfflineError);
});
