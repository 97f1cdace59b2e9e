// @ts-check
/** Choosing a stretch of a show: plain numbers, no page. All times are seconds. */

/** @typedef {{line: number, seat: string, at: number, seconds: number, text: string}} Segment */

/** @typedef {{start: number, end: number}} Range */

/**
 * What may be chosen: how long, and between which moments.
 * @typedef {{least: number, most: number, from: number, to: number}} Limits
 */

/** @param {number} seconds */
export function tenth(seconds) {
  return Math.round(seconds * 10) / 10;
}

/**
 * Move one end, or both. An end that comes too near to the other pushes it along, one
 * that goes too far pulls it; nothing leaves the limits.
 * @param {Range} range
 * @param {"start" | "end" | "both"} what
 * @param {number} to where `start` shall be; of "end", where the end shall be
 * @param {Limits} limits
 * @returns {Range}
 */
export function moved(range, what, to, limits) {
  const least = Math.min(limits.least, limits.to - limits.from);
  const length = range.end - range.start;
  let { start, end } = range;
  if (what === "both") {
    start = clamp(to, limits.from, limits.to - length);
    end = start + length;
  } else if (what === "start") {
    start = clamp(to, limits.from, limits.to - least);
    end = clamp(end, start + least, start + limits.most);
  } else {
    end = clamp(to, limits.from + least, limits.to);
    start = clamp(start, end - limits.most, end - least);
  }
  return {
    start: tenth(clamp(start, limits.from, limits.to)),
    end: Math.min(limits.to, tenth(clamp(end, limits.from, limits.to))),
  };
}

/**
 * What is chosen at first: the last half minute, whole lines.
 * @param {Segment[]} segments in order
 * @param {Limits} limits
 * @returns {Range}
 */
export function suggested(segments, limits) {
  const whole = { start: limits.from, end: limits.to };
  const first = moved(whole, "end", limits.to, { ...limits, most: 30 });
  const edge = segments.find((one) => one.at >= first.start - 0.5);
  return edge ? moved(first, "start", Math.max(limits.from, edge.at - 0.2), limits) : first;
}

/**
 * The edge of a line that is as near as `reach`, else the moment itself.
 * @param {number} moment
 * @param {Segment[]} segments
 * @param {number} reach
 */
export function snapped(moment, segments, reach) {
  let best = moment;
  for (const one of segments) {
    // A breath before the first word, and one after the last.
    for (const edge of [one.at - 0.1, one.at + one.seconds + 0.1]) {
      if (Math.abs(edge - moment) < Math.min(reach, best === moment ? reach : Math.abs(best - moment)))
        best = edge;
    }
  }
  return Math.max(0, best);
}

/**
 * The lines that are heard in a range; of some only a part.
 * @param {Segment[]} segments
 * @param {Range} range
 * @returns {{seat: string, text: string, whole: boolean}[]}
 */
export function wordsIn(segments, range) {
  return segments
    .filter((one) => one.at < range.end && one.at + one.seconds > range.start && one.text)
    .map((one) => ({
      seat: one.seat,
      text: one.text,
      whole: one.at >= range.start - 0.3 && one.at + one.seconds <= range.end + 0.3,
    }));
}

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
function clamp(value, low, high) {
  return Math.max(low, Math.min(value, Math.max(low, high)));
}
