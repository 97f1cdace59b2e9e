// @ts-check
/**
 * Small black and white pictures, and what is done to them: as OpenCV does it on the
 * server, so that both find the same eyes and the same hair.
 */

/** @import { Point } from "./rig.js" */

/** @typedef {{width: number, height: number}} Size */

/**
 * Half the width of each row of a round brush, by its distance from the middle row.
 * @param {number} across pixels
 */
function brush(across) {
  const reach = Math.max(1, Math.round(across)) >> 1;
  return Array.from({ length: reach + 1 }, (_, dy) =>
    reach ? Math.round(Math.sqrt(reach * reach - dy * dy)) : 0,
  );
}

/**
 * 1 within a round brush of any 1; nothing beyond the picture counts.
 * @param {Uint8Array} mask
 * @param {Size} size
 * @param {number} across
 */
export function dilated(mask, { width, height }, across) {
  const rows = brush(across);
  const out = new Uint8Array(mask.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!mask[y * width + x]) continue;
      const start = x;
      while (x + 1 < width && mask[y * width + x + 1]) x++;
      for (let dy = 1 - rows.length; dy < rows.length; dy++) {
        if (y + dy < 0 || y + dy >= height) continue;
        const [from, half] = [(y + dy) * width, rows[Math.abs(dy)]];
        out.fill(1, from + Math.max(0, start - half), from + Math.min(width - 1, x + half) + 1);
      }
    }
  }
  return out;
}

/**
 * @param {Uint8Array} mask
 * @param {Size} size
 * @param {number} across
 */
export function eroded(mask, size, across) {
  return inverted(dilated(inverted(mask), size, across));
}

/**
 * Without what is narrower than the brush.
 * @param {Uint8Array} mask
 * @param {Size} size
 * @param {number} across
 */
export function opened(mask, size, across) {
  return dilated(eroded(mask, size, across), size, across);
}

/**
 * With gaps narrower than the brush filled.
 * @param {Uint8Array} mask
 * @param {Size} size
 * @param {number} across
 */
export function closed(mask, size, across) {
  return eroded(dilated(mask, size, across), size, across);
}

/** @param {Uint8Array} mask */
function inverted(mask) {
  return mask.map((v) => (v ? 0 : 1));
}

/**
 * What hangs together, numbered from 1 on; 0 where the mask is.
 * @param {Uint8Array} mask
 * @param {Size} size
 * @param {boolean} [corners] neighbours by their corners too
 * @returns {Int32Array}
 */
export function labelled(mask, { width, height }, corners = false) {
  const out = new Int32Array(mask.length);
  const steps = corners
    ? [[-1, -1], [0, -1], [1, -1], [-1, 0], [1, 0], [-1, 1], [0, 1], [1, 1]]
    : [[0, -1], [-1, 0], [1, 0], [0, 1]];
  let number = 0;
  for (let start = 0; start < mask.length; start++) {
    if (!mask[start] || out[start]) continue;
    out[start] = ++number;
    const open = [start];
    for (let i = open.pop(); i !== undefined; i = open.pop()) {
      const [x, y] = [i % width, Math.floor(i / width)];
      for (const [dx, dy] of steps) {
        const [u, v] = [x + dx, y + dy];
        if (u < 0 || v < 0 || u >= width || v >= height) continue;
        const next = v * width + u;
        if (!mask[next] || out[next]) continue;
        out[next] = number;
        open.push(next);
      }
    }
  }
  return out;
}

/**
 * Those parts of a mask that share a pixel with `seeds`.
 * @param {Uint8Array} mask
 * @param {ArrayLike<unknown>} seeds
 * @param {Size} size
 * @param {boolean} [corners]
 */
export function hanging(mask, seeds, size, corners = false) {
  const labels = labelled(mask, size, corners);
  const kept = new Set();
  labels.forEach((label, i) => {
    if (label && seeds[i]) kept.add(label);
  });
  return Uint8Array.from(labels, (label) => Number(kept.has(label)));
}

/**
 * 1 inside a polygon whose corners are rounded to whole pixels, and on its edge.
 * @param {Point[]} outline
 * @param {Size} size
 */
export function filledPolygon(outline, { width, height }) {
  const points = outline.map(([x, y]) => [Math.round(x), Math.round(y)]);
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    /** @type {number[]} */
    const crossings = [];
    points.forEach(([x0, y0], n) => {
      const [x1, y1] = points[(n + 1) % points.length];
      if (y0 <= y !== y1 <= y) crossings.push(x0 + ((y - y0) * (x1 - x0)) / (y1 - y0));
      // An edge is part of it, all along.
      const [low, high] = [Math.min(y0, y1), Math.max(y0, y1)];
      if (y < low || y > high) return;
      const at = (/** @type {number} */ v) => (y0 === y1 ? x0 : x0 + ((v - y0) * (x1 - x0)) / (y1 - y0));
      const ends = y0 === y1 ? [x0, x1] : [at(Math.max(low, y - 0.5)), at(Math.min(high, y + 0.5))];
      paint(Math.min(...ends), Math.max(...ends), y);
    });
    crossings.sort((a, b) => a - b);
    for (let n = 0; n + 1 < crossings.length; n += 2) paint(crossings[n], crossings[n + 1], y);
  }
  return out;

  /** @param {number} from @param {number} to @param {number} y */
  function paint(from, to, y) {
    const [a, b] = [Math.max(0, Math.round(from)), Math.min(width - 1, Math.round(to))];
    if (a <= b) out.fill(1, y * width + a, y * width + b + 1);
  }
}

/**
 * @param {Float32Array} values
 * @param {Size} size
 * @param {number} sigma
 */
export function blurred(values, { width, height }, sigma) {
  const reach = Math.ceil(3 * sigma);
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-0.5 * ((i - reach) / sigma) ** 2));
  const total = kernel.reduce((a, b) => a + b);
  /** @param {Float32Array} from @param {boolean} down */
  const pass = (from, down) =>
    from.map((_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      let sum = 0;
      for (let d = -reach; d <= reach; d++) {
        const u = down ? x : mirrored(x + d, width);
        const v = down ? mirrored(y + d, height) : y;
        sum += kernel[d + reach] * from[v * width + u];
      }
      return sum / total;
    });
  return pass(pass(values, false), true);
}

/** @param {number} i @param {number} count */
function mirrored(i, count) {
  if (count === 1) return 0;
  const turn = 2 * count - 2;
  const at = ((i % turn) + turn) % turn;
  return at < count ? at : turn - at;
}
