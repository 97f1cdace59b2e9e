// @ts-check
/**
 * Where a drawn lid ends: what the server finds in ``avatarfx/animators/layers/eyes.py``.
 */

/** @import { Alpha } from "./drawn-mouth.js" */

/**
 * By column, 0 to 1 down the patch: the lash line of the upper lid, and the lowest row
 * of the white.
 * @param {Alpha} upper
 * @param {Alpha} white
 * @returns {Float32Array | null} pairs; null when there is no white
 */
export function lidLines(upper, white) {
  const { width, height } = white;
  const near = (/** @type {number} */ x, /** @type {number} */ y) => {
    for (let dy = -2; dy <= 2; dy++) {
      for (let dx = -2; dx <= 2; dx++) {
        const [u, v] = [x + dx, y + dy];
        if (u >= 0 && v >= 0 && u < width && v < height && white.solid(u, v)) return true;
      }
    }
    return false;
  };
  const lash = lowest(width, height, (x, y) => upper.solid(x, y) && near(x, y));
  const floor = lowest(width, height, white.solid);
  if (!floor) return null;
  const lines = new Float32Array(width * 2);
  for (let x = 0; x < width; x++) {
    lines[2 * x] = (lash?.[x] ?? 0) / height;
    lines[2 * x + 1] = floor[x] / height;
  }
  return lines;
}

/**
 * By column, the lowest solid row, smoothed; a column without one takes what lies
 * between those that have, the outer ones the nearest.
 * @param {number} width
 * @param {number} height
 * @param {(x: number, y: number) => boolean} solid
 * @returns {Float32Array | null}
 */
function lowest(width, height, solid) {
  /** @type {[number, number][]} */
  const found = [];
  for (let x = 0; x < width; x++) {
    for (let y = height - 1; y >= 0; y--) {
      if (!solid(x, y)) continue;
      found.push([x, y]);
      break;
    }
  }
  if (!found.length) return null;
  const line = new Float32Array(width);
  let next = 0;
  for (let x = 0; x < width; x++) {
    while (next < found.length && found[next][0] < x) next++;
    const [x1, y1] = found[Math.min(next, found.length - 1)];
    const [x0, y0] = found[Math.max(next - 1, 0)];
    line[x] = x1 <= x0 || x <= x0 || x >= x1 ? (x <= x0 ? y0 : y1) : y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
  }
  return blurred(line, Math.max(width / 40, 0.5));
}

/**
 * @param {Float32Array} line
 * @param {number} sigma
 */
function blurred(line, sigma) {
  const reach = Math.ceil(3 * sigma);
  const out = new Float32Array(line.length);
  for (let x = 0; x < line.length; x++) {
    let sum = 0;
    let total = 0;
    for (let d = -reach; d <= reach; d++) {
      const weight = Math.exp(-0.5 * (d / sigma) ** 2);
      sum += weight * line[Math.min(Math.max(x + d, 0), line.length - 1)];
      total += weight;
    }
    out[x] = sum / total;
  }
  return out;
}
