// Plays compiled ink with inkjs (npm) and writes down what it says:
//   NODE_PATH=… node record.mjs STORY.ink.json PLAYS > STORY.plays.json
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.NODE_PATH ?? process.cwd()}/`);
const { Story } = require("inkjs");

const [file, count] = process.argv.slice(2);
const json = readFileSync(file, "utf8").replace(/^\uFEFF/, "");
const plain = (text) => text.replace(/[ \t]+/g, " ").trim();

function step(story, chosen) {
  const lines = [];
  while (story.canContinue) {
    const line = plain(story.Continue());
    if (line) lines.push(line);
  }
  return { chosen, lines, choices: story.currentChoices.map(({ text }) => plain(text)) };
}

const plays = [];
let random = 7;
for (let i = 0; i < Number(count); i += 1) {
  const story = new Story(json);
  const steps = [step(story, null)];
  while (story.currentChoices.length && steps.length < 40) {
    random = (Math.imul(random, 1103515245) + 12345) >>> 0;
    const chosen = (random >>> 8) % story.currentChoices.length;
    story.ChooseChoiceIndex(chosen);
    steps.push(step(story, chosen));
  }
  plays.push(steps);
}
console.log(`[\n${plays.map((play) => JSON.stringify(play)).join(",\n")}\n]`);
