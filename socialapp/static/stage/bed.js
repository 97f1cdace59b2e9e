// @ts-check
/** Music under what is spoken, mixed once, so that one clock drives both. */

/** @import { Clock } from "./clock.js" */

/**
 * @typedef {{at: number, gain: number}} Level
 * @typedef {{name: string, levels: Level[], start: number}} Bed
 */

/** Seconds by which a file goes on past its own beginning, see ``avatarfx.beds``. */
const OVERLAP = 0.25;

/** @param {string} name */
export const bedUrl = (name) => new URL(`../beds/${encodeURIComponent(name)}.webm`, import.meta.url).href;

/**
 * The speech with its bed; as it is when there is none, or none can be had: words come
 * before music.
 * @param {AudioBuffer | null} spoken
 * @param {Bed | null | undefined} bed
 * @param {Clock} clock
 * @returns {Promise<AudioBuffer | null>}
 */
export async function withBed(spoken, bed, clock) {
  if (!spoken || !bed) return spoken;
  try {
    const answer = await fetch(bedUrl(bed.name));
    if (!answer.ok) return spoken;
    const context = clock.context();
    const music = await context.decodeAudioData(await answer.arrayBuffer());
    const mixed = context.createBuffer(1, spoken.length, spoken.sampleRate);
    const out = mixed.getChannelData(0);
    out.set(spoken.getChannelData(0));
    lay(out, turn(music.getChannelData(0), music.sampleRate), bed, spoken.sampleRate);
    return mixed;
  } catch (error) {
    console.info("troupe-stage:", error);
    return spoken;
  }
}

/**
 * One turn of the music, its end faded over into its beginning.
 * @param {Float32Array} samples
 * @param {number} rate
 */
export function turn(samples, rate) {
  const overlap = Math.min(Math.round(OVERLAP * rate), samples.length >> 1);
  const length = samples.length - overlap;
  const out = samples.slice(0, length);
  for (let i = 0; i < overlap; i++) {
    const share = i / (overlap - 1);
    out[i] = out[i] * share + samples[length + i] * (1 - share);
  }
  return out;
}

/**
 * Add the bed to `out`, as loud as its levels say.
 * @param {Float32Array} out
 * @param {Float32Array} music one turn at the same rate
 * @param {Bed} bed
 * @param {number} rate
 */
export function lay(out, music, bed, rate) {
  const first = Math.round(bed.start * rate);
  let key = 0;
  for (let i = 0; i < out.length; i++) {
    const t = i / rate;
    while (key + 1 < bed.levels.length && bed.levels[key + 1].at <= t) key++;
    out[i] += music[(first + i) % music.length] * gainAt(bed.levels, key, t);
  }
}

/**
 * @param {Level[]} levels
 * @param {number} key the last one not after `t`
 * @param {number} t
 */
function gainAt(levels, key, t) {
  const before = levels[key];
  const after = levels[key + 1];
  if (!before) return 0;
  if (!after || t < before.at) return before.gain;
  return before.gain + ((after.gain - before.gain) * (t - before.at)) / (after.at - before.at);
}
