// Plays a story with inkjs as often as asked; prints CPU seconds of each round, choices,
// and where each play ended. Reads {folder, source, plays, rounds} from standard input.
const { createRequire } = require("node:module");
const { readFileSync } = require("node:fs");

const { folder, source, plays, rounds } = JSON.parse(readFileSync(0, "utf8"));
const { Compiler } = createRequire(`${folder}/`)("inkjs/full");
const story = new Compiler(source).Compile();

const cpu = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

function round(endings) {
  let seconds = 0;
  let choices = 0;
  for (const play of plays) {
    story.ResetState();
    let line = "";
    while (story.canContinue) line = story.Continue();
    const begun = cpu();
    for (const index of play) {
      story.ChooseChoiceIndex(index);
      while (story.canContinue) line = story.Continue();
    }
    seconds += cpu() - begun;
    choices += play.length;
    endings?.push(line.trim());
  }
  return { seconds, choices };
}

const endings = [];
round(endings);
const found = Array.from({ length: rounds }, () => round(null));
console.log(JSON.stringify({
  seconds: found.map((one) => one.seconds), choices: found[0].choices, endings,
}));
