// The editor's documents: read, changed, undone, merged, checked, laid out and counted.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import * as commands from "../../socialapp/static/scenes/editor/commands.js";
import { findingsOf, refusalOf, together } from "../../socialapp/static/scenes/editor/findings.js";
import { History } from "../../socialapp/static/scenes/editor/history.js";
import { JsonError, at, placesOf as jsonPlaces, read } from "../../socialapp/static/scenes/editor/json.js";
import { alike, placesOf } from "../../socialapp/static/scenes/editor/layout.js";
import { parseBeats, writeBeats } from "../../socialapp/static/scenes/editor/lines.js";
import { merge } from "../../socialapp/static/scenes/editor/merging.js";
import * as naming from "../../socialapp/static/scenes/editor/naming.js";
import { statisticsOf } from "../../socialapp/static/scenes/editor/statistics.js";
import { indexOf, positionOf } from "../../socialapp/static/scenes/editor/tree.js";
import { write, writeLine } from "../../socialapp/static/scenes/editor/writing.js";
import { Machine } from "../../socialapp/static/scenes/machine.js";

const SCENES = new URL("../../scenes/content/", import.meta.url);
const shipped = readdirSync(SCENES).filter((name) => name.endsWith(".json"))
  .map((name) => read(readFileSync(new URL(name, SCENES), "utf8")));
const features = () => read(readFileSync(new URL("../scenes/features.json", import.meta.url), "utf8"));
const vectors = JSON.parse(readFileSync(new URL("../scenes/plays.json", import.meta.url), "utf8"));

/** A small story with a way round, an ending, and everything that has a name. */
const story = () => ({
  format: "scene", version: 1, id: "tea", title: "Tea", rating: "everyone", languages: ["en", "de"],
  roles: { mira: { label: "the host" }, thistle: { label: "the guest" } },
  initial: "door",
  states: {
    door: {
      beats: [
        { type: "line", role: "mira", text: "Come in, {thistle}. Cup {cups}." },
        { type: "camera", on: "mira" },
      ],
      choices: [
        {
          id: "in", text: "Go in", target: "table", guard: "visits(door) < 3 and cups == 0 and 'door' == 'door'",
          actions: [{ type: "assign", variable: "cups", value: "cups + rolled(luck)" }, { type: "roll", dice: "luck" }],
        },
        { id: "off", text: "Leave", target: "over" },
      ],
    },
    table: {
      initial: "sit",
      states: {
        sit: { choices: [{ id: "back", text: "Back", target: "door" }] },
        memory: { type: "history", history: "shallow", target: "sit" },
      },
    },
    over: { type: "final", ending: { title: "Over" } },
  },
  context: { cups: { type: "int", min: 0, max: 9, start: 0 } },
  dice: { luck: { count: 1, sides: 6 } },
});

test("a key that stands twice, an endless text and a comma too many are told by line and column", () => {
  for (const [text, where] of [
    ['{"a": 1,\n "a": 2}', /^Line 2, column 2: the key a stands twice/],
    ['{"a": "no end}', /^Line 1, column 7: this text has no end/],
    ['[1, 2,]', /^Line 1, column 7: a value is needed/],
    ["[NaN]", /^Line 1, column 2/],
    ["1e999", /too large/],
    ["{} x", /nothing may follow/],
    [`${"[".repeat(100_000)}`, /nested too deeply/],
    ["", /the text ends here/],
  ]) {
    assert.throws(() => read(text), (error) => error instanceof JsonError && where.test(error.message), text.slice(0, 20));
  }
});

test("texts of megabytes are read, and told when they have no end", () => {
  const long = "a\\\\".repeat(1_000_000);
  assert.equal(read(`"${long}"`).length, 2_000_000);
  assert.throws(() => read(`"${long}`), /this text has no end/);
  assert.throws(() => read('"a\\"'), /this text has no end/);
  assert.throws(() => read('"\\x"'), /escape that means nothing/);
  assert.throws(() => read("1".repeat(1e6)), /a number of 1000000 digits/);
});

test("keys that an engine knows are keys like others", () => {
  const found = read('{"__proto__": {"constructor": 1}, "toString": 2}');
  assert.deepEqual(Object.keys(found), ["__proto__", "toString"]);
  assert.equal(at(found, "/__proto__/constructor"), 1);
  assert.equal(at(found, "/valueOf"), undefined);
  assert.equal({}.constructor, Object);
});

test("a pointer is found in the text", () => {
  const text = '{"a/b": [1, {"c": true}]}';
  const places = jsonPlaces(text);
  assert.equal(text.slice(places.get("/a~1b/1/c"), places.get("/a~1b/1/c") + 4), "true");
});

test("a draft that is no scene keeps everything when it is written", () => {
  const text = '{"states": {"A b": {"oops": [1], "beats": [{"type": "dance", "x": 1}, 7]}}, "mine": {"z": 1, "a": 2}}';
  assert.deepEqual(read(write(read(text))), read(text));
});

test("a state called otherwise is called so in links, conditions and history, and not in texts", () => {
  const made = naming.renameState(story(), "door", "gate");
  assert.equal(made.initial, "gate");
  assert.deepEqual(Object.keys(made.states), ["gate", "table", "over"]);
  assert.equal(made.states.gate.choices[0].guard, "visits(gate) < 3 and cups == 0 and 'door' == 'door'");
  assert.equal(made.states.table.states.sit.choices[0].target, "gate");
  const inner = naming.renameState(made, "sit", "chair");
  assert.equal(inner.states.table.initial, "chair");
  assert.equal(inner.states.table.states.memory.target, "chair");
  assert.doesNotThrow(() => new Machine(inner));
});

test("variables, roles and dice take their new names everywhere", () => {
  let made = naming.renameVariable(story(), "cups", "mugs");
  made = naming.renameRole(made, "thistle", "guest");
  made = naming.renameRole(made, "mira", "host");
  made = naming.renameDice(made, "luck", "fate");
  const { beats, choices } = made.states.door;
  assert.equal(beats[0].text, "Come in, {guest}. Cup {mugs}.");
  assert.equal(beats[0].role, "host");
  assert.equal(beats[1].on, "host");
  assert.deepEqual(choices[0].actions, [
    { type: "assign", variable: "mugs", value: "mugs + rolled(fate)" },
    { type: "roll", dice: "fate" },
  ]);
  assert.doesNotThrow(() => new Machine(made));
  assert.equal(naming.usesOf(story(), "context", "cups"), 4);
});

test("renaming there and back leaves every scene as it was", () => {
  for (const scene of [...shipped, features()]) {
    const before = write(scene);
    let made = scene;
    const ids = [...indexOf(scene).keys()];
    for (const id of ids) made = naming.renameState(made, id, `${id}_x`);
    for (const id of ids) made = naming.renameState(made, `${id}_x`, id);
    for (const [kind, rename] of [["roles", naming.renameRole], ["context", naming.renameVariable], ["dice", naming.renameDice]]) {
      for (const id of Object.keys(scene[kind] ?? {})) {
        made = rename(rename(made, id, `${id}_x`), `${id}_x`, id);
      }
    }
    assert.equal(write(made), before);
  }
});

test("a name that is taken or has a meaning is refused with the reason", () => {
  const scene = story();
  const taken = Object.keys(scene.context);
  assert.match(naming.refusalOf(scene, "context", "cups", taken), /already/);
  assert.match(naming.refusalOf(scene, "context", "mira", taken), /role is called mira/);
  assert.match(naming.refusalOf(scene, "context", "floor", taken), /word of conditions/);
  assert.match(naming.refusalOf(scene, "context", "Mugs", taken), /small letter/);
  assert.equal(naming.refusalOf(scene, "context", "mugs", taken), "");
  assert.equal(naming.idFor("Héllo, Wörld!", () => false), "he_llo_wo_rld");
  assert.equal(naming.idFor("99", () => false), "node");
  assert.equal(naming.idFor("door", (id) => id === "door"), "door_2");
});

test("states are added, copied, moved and deleted, and what leads to them stays", () => {
  let [scene, id] = commands.addState(story(), { title: "The attic", behind: "door", at: { x: 9.6, y: 4 } });
  assert.equal(id, "the_attic");
  assert.deepEqual(Object.keys(scene.states), ["door", "the_attic", "table", "over"]);
  assert.deepEqual(positionOf(scene.states.the_attic), { x: 10, y: 4 });
  [scene, id] = commands.duplicateState(scene, "table");
  assert.equal(id, "table_2");
  assert.deepEqual(Object.keys(scene.states.table_2.states), ["sit_2", "memory_2"]);
  assert.equal(scene.states.table_2.initial, "sit_2");
  assert.equal(scene.states.table_2.states.memory_2.target, "sit_2");
  scene = commands.shiftState(scene, "over", -9);
  assert.equal(Object.keys(scene.states)[0], "over");
  scene = commands.moveInto(scene, "the_attic", "table");
  assert.deepEqual(indexOf(scene).get("the_attic").way, ["table", "the_attic"]);
  assert.equal(commands.moveInto(scene, "table", "sit"), scene);
  scene = commands.deleteState(scene, "table");
  assert.equal(indexOf(scene).has("sit"), false);
  assert.equal(scene.states.door.choices[0].target, "table");
  assert.deepEqual(
    findingsOf(scene).filter(({ code }) => code === "undefined-state").map(({ pointer }) => pointer),
    ["/states/door/choices/0/target"],
  );
});

test("a parent whose last child goes is a node like others", () => {
  let scene = commands.deleteState(story(), "memory");
  scene = commands.deleteState(scene, "sit");
  assert.deepEqual(scene.states.table, {});
});

test("undo and redo go through every step, and typing is one", () => {
  let now = 0;
  const first = story();
  const history = new History(first, () => now);
  history.put("Link", commands.linkStates(first, "sit", "over"), { selected: "sit" });
  for (const title of ["T", "Te", "Tea2"]) {
    now += 200;
    history.put("Title", commands.editScene(history.scene, { title }), { together: "title" });
  }
  const last = history.scene;
  assert.equal(history.past.length, 2);
  assert.equal(history.undo().label, "Title");
  assert.equal(history.scene.title, "Tea");
  assert.equal(history.undo("door").selected, "sit");
  assert.equal(history.scene, first);
  assert.equal(history.undo(), null);
  history.redo();
  history.redo();
  assert.equal(history.scene, last);
  history.undo();
  history.put("Other", commands.editScene(history.scene, { title: "Other" }));
  assert.equal(history.redo(), null);
});

const known = { roles: ["mira", "thistle", "one", "two"], languages: ["en", "de"] };

test("lines are read as they are written in the script", () => {
  const { beats, problems } = parseBeats([
    "MIRA [happy] to THISTLE: You came back.",
    "  I had money on it.",
    "@de Du bist zurück.",
    "",
    "The door opens by itself.",
    "@if cups > 2",
    "thistle: And now: never.",
    "(MIRA: is what the letter says)",
    "@pause 1.5", "@camera all zoom 2 ease 0.5", "@sound bell volume 0.5 loop", "@face MIRA sad 0.5",
    '@beat {"type": "improv", "role": "mira", "goal": "g", "turns": 2, "fallback": "f"}',
    "THISTLE to nobody: (aside)",
  ].join("\n"), known);
  assert.deepEqual(problems, []);
  assert.deepEqual(beats, [
    { type: "line", role: "mira", emotion: "happy", listeners: ["thistle"], text: { en: "You came back.\nI had money on it.", de: "Du bist zurück." } },
    { type: "narration", text: "The door opens by itself." },
    { type: "line", role: "thistle", text: "And now: never.", guard: "cups > 2" },
    { type: "narration", text: "MIRA: is what the letter says" },
    { type: "pause", seconds: 1.5 },
    { type: "camera", on: "all", zoom: 2, ease: 0.5 },
    { type: "sound", sound: "bell", volume: 0.5, loop: true },
    { type: "emotion", role: "mira", emotion: "sad", weight: 0.5 },
    { type: "improv", role: "mira", goal: "g", turns: 2, fallback: "f" },
    { type: "line", role: "thistle", text: "(aside)", listeners: [] },
  ]);
});

test("what does not read is told with its line, and a missing role by name", () => {
  const { problems } = parseBeats([
    "TRISTLE: hi", "MIRA [grumpy]: hm", "@pause long", "@dance", "@beat {", "MIRA:", "@if a", "@camera NOBODY", "@de x",
  ].join("\n"), known);
  assert.deepEqual(problems.map(({ line }) => line), [1, 2, 3, 4, 5, 6, 8, 9, 7]);
  assert.equal(problems[0].role, "tristle");
  assert.match(problems[1].message, /calm, happy/);
});

/** Texts that a short form could mistake for something else. */
const TRAPS = [
  "plain", "(aside)", "(", "()", "MIRA: no line", "mira: no line", "NOTE: x", "@pause 1", " lead", "tail ",
  "a\nb", "a\n\nb\n", "\na", "\n", "  two", "x: y", "[happy]", "(a) b (c)", "😀 {mira}", "{{x}}", " ", "@de x", "MIRA [x]:y",
];

test("every beat comes back from its lines as it was", () => {
  const beats = [];
  for (const text of TRAPS) {
    for (const said of [text, { en: text, de: text }]) {
      beats.push(
        { type: "narration", text: said }, { type: "line", role: "mira", text: said },
        { type: "line", role: "thistle", emotion: "sad", listeners: [], guard: "true", text: said },
        { type: "line", role: "two", listeners: ["one", "mira"], text: said, extensions: { x: 2n ** 60n } },
        { type: "line", role: "stranger", text: said },
        { type: "narration", text: said, guard: " a\n == 1" },
        { type: "improv", role: "one", goal: text, turns: 1, fallback: said, never: [text] },
      );
    }
  }
  for (const seconds of [0, 0.1, 1e-7, 86400, 1.25]) beats.push({ type: "pause", seconds });
  beats.push(
    { type: "camera", on: "all" }, { type: "camera", on: "mira", zoom: 0.5 }, { type: "camera", on: "x y", ease: 1 },
    { type: "sound", sound: "rain", volume: 0, loop: true }, { type: "sound", sound: "rain", loop: false },
    { type: "emotion", role: "one", emotion: "afraid", weight: 0 }, { type: "emotion", role: "one", emotion: "odd" },
    { type: "later", unknown: true },
  );
  for (const scene of [...shipped, ...vectors.map((one) => one.scene)]) {
    for (const { state } of indexOf(scene).values()) beats.push(...(state.beats ?? []));
  }
  assert.ok(beats.length > 500);
  /** @param {any[]} list */
  const flat = (list) => list.map((beat) => writeLine(beat, "beat", known.languages));
  for (const beat of beats) {
    const lines = writeBeats([beat], known);
    const { beats: again, problems } = parseBeats(lines, known);
    assert.deepEqual([problems, flat(again)], [[], flat([beat])], lines);
  }
  const { beats: all } = parseBeats(writeBeats(beats, known), known);
  assert.deepEqual(flat(all), flat(beats));
});

test("the scenes that ship need no JSON for their lines", () => {
  for (const scene of shipped) {
    const own = { roles: Object.keys(scene.roles), languages: scene.languages };
    for (const [id, { state }] of indexOf(scene)) {
      const lines = writeBeats((state.beats ?? []).filter(({ type }) => type !== "improv"), own);
      assert.ok(!lines.includes("@beat"), `${id}: ${lines}`);
    }
  }
});

test("what is wrong is found with its place, and nothing in the scenes that ship", () => {
  for (const scene of shipped) {
    assert.deepEqual(findingsOf(scene).filter(({ severity }) => severity === "error"), []);
  }
  let scene = commands.addState(story(), { title: "The cellar" })[0];
  scene = commands.linkStates(scene, "sit", "the_cellar");
  scene = commands.addState(scene, { title: "Attic" })[0];
  scene = commands.linkStates(scene, "attic", "nowhere");
  scene.states.door.beats.push(
    { type: "line", role: "ghost", text: "{boo}" }, { type: "narration", text: "x", guard: "cups = 1" },
    { type: "narration", text: "x", guard: "mugs == 1" },
  );
  const found = findingsOf(scene).map(({ severity, code, state }) => `${severity} ${code} ${state}`);
  assert.deepEqual(new Set(found), new Set([
    "error undefined-role door", "error placeholder door", "error expression door", "error undefined door",
    "error dead-end the_cellar", "error undefined-state attic", "warning unreachable-state attic",
    "error dead-end attic",
  ]));
  const { message } = findingsOf(scene).find(({ code }) => code === "dead-end");
  assert.equal(message, "The cellar is a dead end: add a choice or mark it as an ending.");
  assert.match(refusalOf(scene, "cups = 1"), /use == to compare, at character 6/);
  const told = [{ severity: "error", code: "dead-end", pointer: "/x", message: "", state: "" }, { severity: "error", code: "refused-text", pointer: "/y", message: "", state: "" }];
  assert.deepEqual(together([], told).map(({ code }) => code), ["refused-text"]);
});

test("ten thousand nodes are indexed, checked, laid out and counted in a moment", () => {
  const states = {};
  for (let i = 0; i < 10_000; i += 1) {
    states[`s${i}`] = {
      beats: [{ type: "line", role: "mira", text: "One two three." }],
      choices: [i + 1, (i * 7919) % 10_000].map((to, n) => ({ id: `c${n}`, text: "Go", target: to < 9_999 ? `s${to}` : "s9999" })),
    };
  }
  states.s9999 = { type: "final", ending: { title: "Over" } };
  const scene = { ...story(), initial: "s0", states };
  // Of this process alone: the machine may be busy.
  const before = process.cpuUsage();
  assert.equal(findingsOf(scene).filter(({ severity }) => severity === "error").length, 0);
  assert.equal(placesOf(scene).size, 10_000);
  assert.equal(statisticsOf(scene).words, 29_997);
  const renamed = naming.renameState(scene, "s5000", "middle");
  assert.equal(renamed.states.s4999.choices[0].target, "middle");
  const took = process.cpuUsage(before).user / 1000;
  assert.ok(took < 4000, `${took} ms`);
});

test("a knot of twenty thousand ways back, and 2^60 ways on, take no time to speak of", () => {
  const knot = { hub: { choices: [{ id: "a", text: "x", target: "s0" }] } };
  for (let i = 0; i < 20_000; i += 1) knot[`s${i}`] = { choices: [{ id: "a", text: "x", target: "hub" }] };
  const diamonds = { d60: { type: "final", ending: { title: "Over" } } };
  for (let i = 0; i < 60; i += 1) {
    diamonds[`d${i}`] = { choices: ["l", "r"].map((side) => ({ id: side, text: side, target: `${side}${i}` })) };
    for (const side of ["l", "r"]) diamonds[`${side}${i}`] = { choices: [{ id: "on", text: "On", target: `d${i + 1}` }] };
  }
  const before = process.cpuUsage();
  findingsOf({ ...story(), initial: "hub", states: knot });
  const { longest, endings } = statisticsOf({ ...story(), initial: "d0", states: diamonds });
  assert.equal(longest.steps, 120);
  assert.equal(endings[0].way.length, 120);
  const took = process.cpuUsage(before).user / 1000;
  assert.ok(took < 3000, `${took} ms`);
});

test("the layout goes from the start to the right, and no two nodes stand on one place", () => {
  for (const scene of [...shipped, features()]) {
    const places = placesOf(scene);
    assert.equal(places.size, indexOf(scene).size);
    assert.equal(new Set([...places.values()].map(({ x, y }) => `${x} ${y}`)).size, places.size);
    const left = Math.min(...[...places.values()].map(({ x }) => x));
    assert.equal(places.get(scene.initial).x, left);
  }
  const moved = commands.placeNodes(story(), new Map([["door", { x: 40, y: 50 }]]));
  assert.deepEqual(placesOf(moved).get("door"), { x: 40, y: 50 });
  assert.ok(placesOf(moved).get("over").y > 50);
});

test("a document is laid out anew only when states, links or places changed", () => {
  const one = story();
  assert.ok(alike(one, commands.editState(one, "sit", { title: "Sit", beats: [] })));
  assert.ok(!alike(one, commands.linkStates(one, "sit", "over")));
  assert.ok(!alike(one, commands.placeNodes(one, new Map([["sit", { x: 1, y: 2 }]]))));
  assert.ok(!alike(one, commands.shiftState(one, "over", -1)));
  assert.ok(!alike(one, commands.editScene(one, { initial: "over" })));
});

test("statistics tell the shortest way to each ending, in the words of the choices", () => {
  const found = statisticsOf(story());
  assert.equal(found.states, 5);
  assert.equal(found.words, 5);
  assert.deepEqual(found.endings, [{ state: "over", title: "Ending: Over", way: ["Leave"], nodes: ["door", "over"] }]);
  assert.deepEqual(found.roles.map(({ role, lines }) => [role, lines]), [["mira", 1], ["thistle", 0]]);
  for (const scene of shipped) {
    const { endings, shortest, longest } = statisticsOf(scene);
    assert.ok(endings.every(({ way }) => way?.length), scene.id);
    assert.ok(longest.words >= shortest.words);
  }
});

test("changes of two people to different nodes come together, to the same one they clash", () => {
  const base = story();
  const mine = commands.linkStates(commands.addState(base, { title: "Mine", behind: "door" })[0], "sit", "mine");
  const theirs = commands.editScene(commands.editState(base, "over", { title: "Their end" }), { genre: "farce" });
  const { scene, clashes } = merge(base, mine, theirs);
  assert.deepEqual(clashes, []);
  assert.equal(scene.genre, "farce");
  assert.equal(scene.states.over.title, "Their end");
  assert.deepEqual(Object.keys(scene.states), ["door", "mine", "table", "over"]);
  assert.equal(scene.states.table.states.sit.choices.at(-1).target, "mine");
  const other = commands.editState(base, "over", { title: "My end" });
  assert.deepEqual(merge(base, other, theirs).clashes, [{ what: "state", id: "over" }]);
  assert.deepEqual(merge(base, commands.deleteState(base, "over"), theirs).clashes, [{ what: "state", id: "over" }]);
  const gone = merge(base, commands.deleteState(base, "memory"), theirs);
  assert.deepEqual(Object.keys(gone.scene.states.table.states), ["sit"]);
  assert.equal(write(merge(base, mine, mine).scene), write(mine));
});
