// How a scene is told: words, steps, pages, who stands where, the log as a history.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Machine } from "../../socialapp/static/scenes/machine.js";
import { Play } from "../../socialapp/static/scenes/play.js";
import { PlayClock } from "../../socialapp/static/scenes/player/clock.js";
import { Actor, nodAt, readVisemes } from "../../socialapp/static/scenes/player/faces.js";
import { carried, choicesIn, endingsOf, journal } from "../../socialapp/static/scenes/player/journal.js";
import { actOf } from "../../socialapp/static/scenes/player/keys.js";
import { OnStage } from "../../socialapp/static/scenes/player/on-stage.js";
import { Run } from "../../socialapp/static/scenes/player/run.js";
import { linesAhead, linesIn, rolledBetween, stepsOf } from "../../socialapp/static/scenes/player/steps.js";
import { Teller } from "../../socialapp/static/scenes/player/teller.js";
import { pagesOf, readingWords, secondsOf, wordAt, wordsOf } from "../../socialapp/static/scenes/player/words.js";

const house = (name) => JSON.parse(
  readFileSync(new URL(`../../scenes/content/${name}.json`, import.meta.url), "utf8"),
);
const text = (words) => words.map((word) => word.text).join("");
const CAST = { host: { character: "k1", name: "Hob", rig: null, portrait: null } };

/** A scene of two states and an ending, with everything that the player shows. */
const tea = (change = () => {}) => {
  const scene = {
    format: "scene", version: 1, id: "tea", title: "Tea", rating: "everyone", languages: ["en", "de"],
    roles: { host: { label: "the host" }, guest: { label: "the guest" } },
    context: { cups: { type: "int", min: 0, max: 9, start: 1 } },
    dice: { luck: { count: 1, sides: 6 } },
    initial: "table",
    states: {
      table: {
        background: "bakery",
        beats: [
          { type: "narration", text: "It rains." },
          { type: "line", role: "host", emotion: "happy", text: "Cup number {cups}?" },
          { type: "camera", on: "guest" },
        ],
        choices: [
          { id: "drink", text: "Drink cup {cups}", target: "garden",
            actions: [{ type: "assign", variable: "cups", value: "cups + 1" }, { type: "roll", dice: "luck" }] },
          { id: "go", text: "Go", target: "end_tea" },
        ],
        after: [{ seconds: 20, target: "end_tea" }],
      },
      garden: {
        beats: [{ type: "line", role: "guest", text: "{host} made {cups}." }],
        choices: [{ id: "back", text: "Back", target: "table" }, { id: "go", text: "Go", target: "end_tea" }],
      },
      end_tea: { type: "final", ending: { title: "Tea with {host}", mood: "calm" } },
    },
  };
  change(scene);
  return scene;
};

// Words -----------------------------------------------------------------------

test("with less motion a head is here or there, with no way between", () => {
  const words = [{ at: 0, until: 1, text: "Tea?" }];
  const speaking = { role: "host", emotion: "calm", part: null, words, listeners: null, position: 0.1 };
  const heads = (calm) => {
    const actor = new Actor(0);
    const seen = [];
    for (const [now, who] of [[0, "host"], [0.05, "host"], [0.1, "guest"], [0.15, "guest"], [0.2, "guest"]]) {
      const face = actor.face({ now, calm, speaking: { ...speaking, role: who }, role: "guest", side: 1 });
      seen.push([face.yaw, face.pitch, face.roll, face.x, face.y]);
    }
    return seen;
  };
  const still = heads(true).map(String);
  assert.deepEqual([...new Set(still)], [still[0], still[2]], "two poses");
  assert.notEqual(still[0], still[2]);
  const [, , first, , last] = heads(false);
  assert.ok(first[0] > 1 && last[0] < first[0], "otherwise it takes its way");
});

test("words at reading speed are all of the text, in order, seventeen characters a second", () => {
  const said = "The slides say one of nine. It is fine; I have told it so, twice.";
  const words = readingWords(said);
  assert.equal(text(words), said);
  words.forEach((word, i) => assert.ok(word.at < word.until && (i === 0 || word.at >= words[i - 1].until)));
  const seconds = secondsOf(words);
  assert.ok(seconds > said.length / 17 && seconds < said.length / 17 + 1);
  assert.ok(secondsOf(readingWords("No.")) >= 1.2);
  assert.deepEqual(readingWords(""), []);
});

test("a script without spaces is cut into words too", () => {
  const said = "地図はレモン汁で描かれている。温めれば、すべてを教えてくれるだろう。きっとそうだ。";
  const words = wordsOf(said, "ja");
  assert.equal(words.join(""), said);
  assert.ok(words.length > 5);
});

test("a long text is shown in pages that end with a sentence where one ends near", () => {
  const said = "The map is drawn in lemon juice. ".repeat(12);
  const pages = pagesOf(readingWords(said), 150);
  assert.equal(pages.map(text).join(""), said);
  assert.ok(pages.length > 2);
  for (const page of pages) {
    assert.ok(text(page).length <= 151);
    assert.match(text(page).trim(), /juice\.$/);
  }
  assert.equal(pagesOf(readingWords("Short."), 150).length, 1);
  assert.equal(pagesOf(readingWords(`${"x".repeat(400)} end`), 150).map(text).join("").length, 404);
});

test("the word of a moment is the last that began", () => {
  const words = [{ at: 0, until: 1, text: "a " }, { at: 1, until: 2, text: "b" }];
  assert.deepEqual([-0.1, 0, 0.9, 1, 99].map((t) => wordAt(words, t)), [-1, 0, 0, 1, 1]);
});

// Steps -----------------------------------------------------------------------

test("steps carry the words, the values that they show, and the place", () => {
  const machine = new Machine(tea());
  const steps = stepsOf(machine, machine.start(), CAST, "en");
  assert.deepEqual(steps.map((step) => step.kind), ["narration", "line", "camera"]);
  assert.equal(steps[1].text, "Cup number 1?");
  assert.equal(steps[1].background, "bakery");
  assert.deepEqual(linesIn(steps), [{ state: "table", beat: 1, values: { cups: 1 } }]);
});

test("the lines one choice or the next timer away are known before", () => {
  const machine = new Machine(tea());
  assert.deepEqual(linesAhead(machine, machine.start()), [{ state: "garden", beat: 0, values: { cups: 2 } }]);
  const ended = new Play(machine).choose("go").position;
  assert.deepEqual(linesAhead(machine, ended), []);
});

test("dice that fell are shown, and those that did not are not", () => {
  const machine = new Machine(tea());
  const start = machine.start(7);
  const after = machine.choose(start, "drink");
  const [{ id, total, count, sides }] = rolledBetween(machine, start, after);
  assert.deepEqual({ id, count, sides }, { id: "luck", count: 1, sides: 6 });
  assert.ok(total >= 1 && total <= 6);
  assert.deepEqual(rolledBetween(machine, start, machine.choose(start, "go")), []);
});

// The journal -----------------------------------------------------------------

test("the log gives everything that was told, and each choice in the words of its moment", () => {
  const machine = new Machine(tea());
  const how = { seed: 1, cast: CAST };
  const play = new Play(machine, how).choose("drink").choose("back").wait(30);
  const entries = journal(machine, how, play.events);
  assert.deepEqual(entries.map(({ kind, text: said }) => `${kind}: ${said}`), [
    "narration: It rains.", "line: Cup number 1?", "choice: Drink cup 1",
    "line: Hob made 2.", "choice: Back", "narration: It rains.", "line: Cup number 2?",
    "timer: ", "ending: Tea with Hob",
  ]);
  assert.deepEqual(choicesIn(entries).map((entry) => entry.count), [0, 1]);
  assert.deepEqual(endingsOf(machine), ["end_tea"]);
});

test("a log is carried to another version as far as it fits", () => {
  const events = new Play(new Machine(tea())).choose("drink").choose("go").events;
  const changed = new Machine(tea((scene) => {
    scene.states.garden.choices = scene.states.garden.choices.filter((choice) => choice.id !== "go");
  }));
  const { play, kept } = carried(changed, {}, events);
  assert.equal(kept, 1);
  assert.equal(changed.leaf(play.position).id, "garden");
});

// A run -----------------------------------------------------------------------

test("a run goes on from its own snapshot, to the event", () => {
  const how = { document: tea(), cast: CAST, seed: 9, digest: "a".repeat(64) };
  const run = new Run(how);
  run.choose("drink");
  const { snapshot } = run;
  assert.equal(snapshot.scene, `sha256:${"a".repeat(64)}`);
  const again = new Run({ ...how, seed: 4, snapshot: JSON.parse(JSON.stringify(snapshot)) });
  assert.deepEqual(again.snapshot, snapshot);
  assert.equal(again.state, "garden");
  again.rewind(again.lastChoice);
  assert.equal(again.state, "table");
  assert.equal(again.taken, 0);
});

test("a run follows a log from elsewhere, forwards with its dice and backwards", () => {
  const how = { document: tea(), cast: CAST, seed: 9 };
  const host = new Run(how);
  const page = new Run(how);
  host.choose("drink");
  page.follow(host.play.events);
  assert.deepEqual(page.snapshot, host.snapshot);
  assert.deepEqual(page.rolled, host.rolled);
  page.follow([]);
  assert.equal(page.state, "table");
  assert.deepEqual(page.rolled, []);
});

test("a choice that comes after its time is what time did", () => {
  let now = 0;
  const run = new Run({ document: tea(), cast: CAST });
  run.clock = new PlayClock(() => now);
  run.clock.run();
  now = 21;
  assert.ok(run.due);
  assert.ok(run.choose("drink"));
  assert.equal(run.state, "end_tea");
  assert.deepEqual(run.play.events, [{ type: "wait", at: 21 }]);
});

test("what a closed choice asks for changes nothing", () => {
  const run = new Run({ document: tea(), cast: CAST });
  const before = run.snapshot;
  assert.equal(run.choose("nothing"), false);
  assert.deepEqual(run.snapshot, before);
});

test("the clock runs only while it is told to", () => {
  let now = 100;
  const clock = new PlayClock(() => now);
  now += 5;
  assert.equal(clock.now, 0);
  clock.run();
  now += 2.5;
  assert.equal(clock.now, 2.5);
  clock.hold();
  now += 50;
  clock.run();
  now += 1;
  assert.equal(clock.now, 3.5);
});

test("what cannot be played says why, and where", () => {
  const trouble = (make) => {
    try {
      return make() && null;
    } catch (error) {
      return Run.trouble(error);
    }
  };
  const of = (change) => trouble(() => new Run({ document: tea(change), cast: {} }));
  assert.equal(of((scene) => { scene.states.garden.choices[0].target = "nowhere"; }).place, "/states/garden/choices/0/target");
  assert.equal(of((scene) => { scene.states.table.choices[0].guard = "cups <"; }).place, "/states/table/choices/0/guard");
  assert.match(of((scene) => {
    scene.states.table.always = [{ target: "garden" }];
    scene.states.garden.always = [{ target: "table" }];
  }).words, /circles/);
  assert.match(trouble(() => new Run({ document: "{", cast: {} })).words, /JSON/);
  assert.equal(trouble(() => new Run({ document: null, cast: {} })).place, "/format");
  const deep = "[".repeat(1e5) + "]".repeat(1e5);
  assert.ok(trouble(() => new Run({ document: `{"format": "scene", "version": 1, "states": ${deep}}`, cast: {} })).words);
});

test("ten thousand states are ready to play in the time of ten times a thousand", () => {
  const ready = (count) => {
    const states = {};
    for (let i = 0; i < count; i += 1) {
      states[`s${i}`] = {
        beats: [{ type: "line", role: "host", text: "A line of words, as long as most lines of a story are." }],
        choices: [{ id: "a", text: "On", target: `s${i + 1}` }, { id: "b", text: "Far", target: `s${(i * 7) % count}` }],
      };
    }
    states[`s${count}`] = { type: "final" };
    const document = tea((scene) => Object.assign(scene, { initial: "s0", states }));
    const before = process.cpuUsage();
    const run = new Run({ document, cast: CAST });
    run.choose("a");
    assert.equal(run.steps[0].state, "s1");
    assert.equal(run.ahead.length, 2);
    return process.cpuUsage(before).user / 1000;
  };
  ready(1000);
  const [small, large] = [ready(1000), ready(10000)];
  assert.ok(large < 40 * Math.max(small, 5), `${small} ms, ${large} ms`);
  assert.ok(large < 3000, `${large} ms`);
});

test("every scene of the house is told to an ending by its first choices or others", () => {
  for (const name of ["seven_minutes", "table_nine", "the_lending_mountain", "night_guide", "the_colossus", "one_ticket_please"]) {
    const run = new Run({ document: house(name), cast: {} });
    let luck = 1;
    for (let i = 0; run.status !== "ended"; i += 1) {
      assert.ok(i < 300, name);
      const { offers } = run;
      luck = (luck * 48271) % 2147483647;
      assert.ok(run.choose(offers[luck % offers.length].id));
    }
    assert.ok(run.endings.includes(run.ending.state));
    assert.ok(run.ending.title.length > 2);
    assert.equal(run.journal().at(-1).kind, "ending");
  }
});

// Telling ---------------------------------------------------------------------

/** A teller on a clock of its own; what is said lasts as long as `seconds` says. */
function telling(steps, manner = {}, { seconds = 1, pages = 1 } = {}) {
  const world = { now: 0, log: [], rests: 0 };
  const teller = new Teller({
    say: (step) => {
      let page = 1;
      let from = world.now;
      let stopped = false;
      world.log.push(`say ${step.text}`);
      return {
        over: () => stopped || world.now - from >= seconds,
        next: () => {
          if (page >= pages) return false;
          page += 1;
          from = world.now;
          world.log.push(`page ${page}`);
          return true;
        },
        stop: () => { stopped = true; },
        hold: (still) => world.log.push(still ? "held" : "goes on"),
        talks: step.kind === "improv" ? true : undefined,
      };
    },
    show: (step, quick) => world.log.push(`${quick ? "quick " : ""}${step.kind} ${step.text}`.trim()),
    rests: () => { world.rests += 1; },
    done: () => world.log.push("done"),
  }, () => world.now);
  world.pass = (count) => {
    for (let i = 0; i < count * 20; i += 1) {
      world.now += 0.05;
      teller.tick();
    }
  };
  teller.tell(steps, { auto: false, skips: () => false, holdsLast: false, ...manner });
  return { world, teller };
}
const step = (kind, said = "", written = {}) => ({ kind, text: said, state: "s", beat: 0, written });

test("words wait for the person, and the last ones lead to the choices by themselves", () => {
  const { world, teller } = telling([step("line", "one"), step("emotion"), step("line", "two"), step("camera")]);
  world.pass(5);
  assert.deepEqual(world.log, ["say one"]);
  assert.ok(teller.resting);
  assert.equal(world.rests, 1);
  teller.next();
  world.pass(1.5);
  assert.deepEqual(world.log, ["say one", "emotion", "say two", "camera", "done"]);
});

test("a tap ends what is said, page by page", () => {
  const { world, teller } = telling([step("line", "one"), step("line", "two")], {}, { pages: 2 });
  teller.next();
  teller.next();
  assert.deepEqual(world.log, ["say one", "page 2", "say two"]);
});

test("by itself it goes on after a moment, and pauses last as long as they are", () => {
  const { world } = telling([step("line", "one"), step("pause", "", { seconds: 2 }), step("line", "two")], { auto: true });
  world.pass(1.5);
  assert.deepEqual(world.log, ["say one"]);
  world.pass(1.5);
  assert.deepEqual(world.log, ["say one"]);
  world.pass(1.5);
  assert.deepEqual(world.log, ["say one", "say two"]);
});

test("before an ending the last words wait too", () => {
  const { world, teller } = telling([step("line", "bye")], { holdsLast: true });
  world.pass(9);
  assert.deepEqual(world.log, ["say bye"]);
  teller.next();
  assert.deepEqual(world.log, ["say bye", "done"]);
});

test("what was read before passes at once", () => {
  const { world } = telling(
    [step("line", "old"), step("pause", "", { seconds: 9 }), step("line", "new")],
    { skips: ({ text: said }) => said !== "new" },
  );
  assert.deepEqual(world.log, ["quick line old", "say new"]);
});

test("nothing but the person ends a talk", () => {
  const { world, teller } = telling([step("improv", "talk")], {}, { seconds: 1e9 });
  teller.next();
  world.pass(3);
  assert.deepEqual(world.log, ["say talk"]);
});

test("held, time stands still", () => {
  const { world, teller } = telling([step("pause", "", { seconds: 1 }), step("line", "one")]);
  teller.hold(true);
  world.pass(5);
  teller.next();
  assert.deepEqual(world.log, []);
  teller.hold(false);
  world.pass(1.1);
  assert.deepEqual(world.log, ["say one"]);
});

test("a position that tells nothing is told at once", () => {
  assert.deepEqual(telling([]).world.log, ["done"]);
});

// The stage -------------------------------------------------------------------

test("at most three stand on the stage, from the left in the order of the file", () => {
  const stage = new OnStage(["a", "b", "c", "d", "e"], (role) => role !== "e");
  stage.need(["c", "a"]);
  assert.deepEqual(stage.seats, ["a", "c"]);
  stage.need(["b"]);
  stage.need(["d"]);
  assert.deepEqual(stage.seats, ["b", "c", "d"], "a was needed longest ago");
  stage.need(["e", "nobody"]);
  assert.deepEqual(stage.seats, ["b", "c", "d"], "who cannot be seen takes no room");
  stage.leave();
  stage.need(["a", "b", "c", "d"]);
  assert.deepEqual(stage.seats, ["a", "b", "c"]);
});

test("read words move a mouth within their time, less than a voice would", () => {
  const words = readingWords("Mamma Mia");
  const visemes = readVisemes(words);
  assert.ok(visemes.some((one) => one.name === "PP") && visemes.some((one) => one.name === "aa"));
  assert.ok(visemes.every((one) => one.until <= secondsOf(words) + 1e-9 && one.weight < 1));
  assert.deepEqual(readVisemes(readingWords("… 12")), []);
});

test("listeners nod now and then, and are still in between", () => {
  const nods = Array.from({ length: 200 }, (_, i) => nodAt(i / 20, 1.7));
  assert.ok(Math.max(...nods) > 2);
  assert.ok(nods.filter((nod) => nod === 0).length > 100);
});

test("keys ask for one thing each, and shortcuts of the browser for nothing", () => {
  const key = (name, more = {}) => actOf({ key: name, ctrlKey: false, altKey: false, metaKey: false, ...more });
  assert.deepEqual(["1", "9", "0", " ", "Z", "?", "q"].map((name) => key(name)), [1, 9, null, "next", "rewind", "help", null]);
  assert.equal(key("a", { ctrlKey: true }), null);
});
