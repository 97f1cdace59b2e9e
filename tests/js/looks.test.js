import assert from "node:assert/strict";
import test from "node:test";
import { Looks } from "../../socialapp/static/app/looks.js";

function house() {
  const sent = [];
  const clock = { at: 100 };
  const looks = new Looks(
    (batch) => sent.push(batch),
    () => clock.at,
  );
  return { sent, clock, looks };
}

test("a look lasts until the next begins", () => {
  const { sent, clock, looks } = house();
  looks.enter("a");
  clock.at += 3;
  looks.leave(0.5);
  looks.enter("b");
  clock.at += 1.5;
  looks.leave(1);
  looks.flush();
  assert.deepEqual(sent, [
    [
      ["a", 3, 0.5],
      ["b", 1.5, 1],
    ],
  ]);
});

test("looks at the same post add up, and the longest stretch stays", () => {
  const { sent, clock, looks } = house();
  for (const part of [0.8, 0.2]) {
    looks.enter("a");
    clock.at += 2;
    looks.leave(part);
  }
  looks.flush();
  assert.deepEqual(sent, [[["a", 4, 0.8]]]);
});

test("what is scrolled past is not told, and nothing is told twice", () => {
  const { sent, clock, looks } = house();
  looks.enter("a");
  clock.at += 0.1;
  looks.leave(0);
  looks.flush();
  looks.flush();
  assert.deepEqual(sent, []);
  looks.enter("b");
  clock.at += 1;
  looks.leave(0);
  looks.flush();
  looks.flush();
  assert.equal(sent.length, 1);
});

test("twenty posts go at once", () => {
  const { sent, clock, looks } = house();
  for (let i = 0; i < 20; i += 1) {
    looks.enter(`p${i}`);
    clock.at += 1;
    looks.leave(0);
  }
  assert.equal(sent.length, 1);
  assert.equal(sent[0].length, 20);
});

test("a clock that jumps back makes no negative look", () => {
  const { sent, clock, looks } = house();
  looks.enter("a");
  clock.at += 2;
  looks.leave(0.4);
  looks.enter("a");
  clock.at -= 50;
  looks.leave(0.1);
  looks.flush();
  assert.deepEqual(sent, [[["a", 2, 0.4]]]);
});
