// @ts-check
/**
 * Colours of a picture's own skin: a flat cartoon's mouth covered with it. The twin of
 * ``cover_mouth`` in ``avatarfx/animators/warp/drawn.py``.
 */

import { lab } from "./lab.js";
import { dilated, labelled, opened } from "./masks.js";
import { grow } from "./plate.js";

/** @import { Size } from "./masks.js" */
/** @import { Colour, Pixels } from "./numbers.js" */
/** @import { Point } from "./rig.js" */

/** Lab distance from the skin around it at which a pixel belongs to the old mouth. */
const UNLIKE = 16;
/** Lab distance from the palette's skin, lightness halved, of what is still skin. */
const SKIN = 22;
/** Of a mouth's surroundings that must be skin; of their border that must not be, where hair
 * grows; and of all, what it takes. */
const SOME = 0.12;
const HAIRY = 0.2;
const MASS = 0.06;
/** Eye distances across: thinner is a line. */
const THIN = 0.05;
/** The region around a mouth is worked on at this width at most. */
const WIDEST = 220;

/**
 * The picture on a canvas whose pixels can be read.
 * @param {CanvasImageSource & {width: number, height: number}} picture
 */
export function onCanvas(picture) {
  const canvas = document.createElement("canvas");
  canvas.width = picture.width;
  canvas.height = picture.height;
  context(canvas).drawImage(picture, 0, 0);
  return canvas;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {ImageData}
 */
export function pixelsOf(canvas) {
  return context(canvas).getImageData(0, 0, canvas.width, canvas.height);
}

/**
 * What a mask shows, filled from what lies around it below a line.
 * @param {HTMLCanvasElement} picture
 * @param {{x: number, y: number, width: number, height: number}} area in its pixels
 * @param {(x: number, y: number) => {hidden: boolean, own: boolean}} what of a pixel
 */
export function without(picture, { x, y, width, height }, what) {
  const image = context(picture).getImageData(x, y, width, height);
  const seen = Array.from({ length: width * height }, (_, i) =>
    what(x + (i % width), y + Math.floor(i / width)),
  );
  const hidden = dilated(Uint8Array.from(seen, (one) => Number(one.hidden)), { width, height }, 5);
  const known = seen.map((one, i) => Number(one.own && !hidden[i]));
  if (!known.some(Boolean)) return;
  const filled = grow(image.data, known, width, height);
  hidden.forEach((v, i) => {
    if (v) for (let c = 0; c < 3; c++) image.data[4 * i + c] = filled[3 * i + c];
  });
  context(picture).putImageData(image, x, y);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {CanvasRenderingContext2D}
 */
function context(canvas) {
  return /** @type {CanvasRenderingContext2D} */ (
    canvas.getContext("2d", { willReadFrequently: true })
  );
}

/**
 * Paint skin over the mouth.
 * @param {HTMLCanvasElement} picture
 * @param {Point[]} lips outer lip points in its pixels
 * @param {number} unit the eye distance in its pixels
 * @param {Colour} plain the palette's skin, 0 to 255
 */
export function coverMouth(picture, lips, unit, plain) {
  const xs = lips.map((p) => p[0]);
  const ys = lips.map((p) => p[1]);
  const x0 = Math.max(0, Math.floor(Math.min(...xs) - 0.1 * unit));
  const y0 = Math.max(0, Math.floor(Math.min(...ys) - 0.09 * unit));
  const x1 = Math.min(picture.width, Math.ceil(Math.max(...xs) + 0.1 * unit));
  const y1 = Math.min(picture.height, Math.ceil(Math.max(...ys) + 0.09 * unit));
  if (x1 - x0 < 4 || y1 - y0 < 4) return;
  const scale = Math.min(1, WIDEST / (x1 - x0));
  const small = document.createElement("canvas");
  small.width = Math.max(4, Math.round((x1 - x0) * scale));
  small.height = Math.max(4, Math.round((y1 - y0) * scale));
  const { width, height } = small;
  context(small).drawImage(picture, x0, y0, x1 - x0, y1 - y0, 0, 0, width, height);
  const image = context(small).getImageData(0, 0, width, height);
  const points = lips.map(([x, y]) => /** @type {Point} */ ([(x - x0) * scale, (y - y0) * scale]));
  const { mask, hair } = oldMouth(image, points, unit * scale, plain);
  // No skin takes the colour of a moustache.
  const filled = grow(image.data, mask.map((m, i) => Number(!m && !hair[i])), width, height);
  const soft = blur(Float32Array.from(mask), width, height, Math.max(0.8, 0.01 * unit * scale));
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = filled[3 * i + c];
    image.data[4 * i + 3] = Math.round(255 * soft[i]);
  }
  context(small).clearRect(0, 0, width, height);
  context(small).putImageData(image, 0, 0);
  context(picture).drawImage(small, x0, y0, x1 - x0, y1 - y0);
}

/**
 * 1 where the picture's own mouth is: inside the lips, and whatever stands out from the
 * skin and is connected to them. A moustache that only comes near is not, nor a beard.
 * @param {Pixels} image
 * @param {Point[]} lips
 * @param {number} unit
 * @param {Colour} plain the palette's skin
 * @returns {{mask: Uint8Array, hair: Uint8Array}}
 */
export function oldMouth({ data, width, height }, lips, unit, plain) {
  const edge = Math.max(2, Math.round(0.02 * unit));
  const inner = Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return Number(x >= edge && y >= edge && x < width - edge && y < height - edge);
  });
  const hair = hairAround({ data, width, height }, plain, inner, unit);
  const skin = grow(data, inner.map((v, i) => Number(!v && !hair[i])), width, height);
  const unlike = Uint8Array.from({ length: width * height }, (_, i) => {
    const own = lab(data[4 * i], data[4 * i + 1], data[4 * i + 2]);
    const around = lab(skin[3 * i], skin[3 * i + 1], skin[3 * i + 2]);
    return Number(Math.hypot(...own.map((v, c) => v - around[c])) > UNLIKE && !hair[i]);
  });
  const core = Math.max(1, Math.round(0.015 * unit));
  const between = insideOf(convexHull(lips), width, height);
  const hull = swollen(between, width, height, core);
  const mask = Uint8Array.from(hull);
  /** @type {number[]} */
  const open = [];
  hull.forEach((v, i) => {
    if (v && unlike[i]) open.push(i);
  });
  const seen = new Uint8Array(width * height);
  for (let i = open.pop(); i !== undefined; i = open.pop()) {
    if (seen[i]) continue;
    seen[i] = mask[i] = 1;
    const x = i % width;
    for (const [dx, dy] of [[-1, -1], [0, -1], [1, -1], [-1, 0], [1, 0], [-1, 1], [0, 1], [1, 1]]) {
      const next = i + dy * width + dx;
      const inRow = x + dx >= 0 && x + dx < width && next >= 0 && next < width * height;
      if (inRow && unlike[next] && !seen[next]) open.push(next);
    }
  }
  for (let i = 0; i < mask.length; i++) mask[i] &= inner[i];
  const whole = swollen(mask, width, height, Math.max(1, Math.round(0.0175 * unit)));
  return { mask: whole.map((v, i) => Number(v && !(hair[i] && !between[i]))), hair };
}

/**
 * What comes into the surroundings of a mouth from beyond them and is not like skin.
 * @param {Pixels} image
 * @param {Colour} plain
 * @param {Uint8Array} inner
 * @param {number} unit
 */
function hairAround({ data, width, height }, plain, inner, unit) {
  const size = { width, height };
  const goal = lab(...plain);
  const other = Uint8Array.from(inner, (_, i) => {
    const [l, a, b] = lab(data[4 * i], data[4 * i + 1], data[4 * i + 2]);
    return Number(Math.hypot((l - goal[0]) / 2, a - goal[1], b - goal[2]) >= SKIN);
  });
  const none = new Uint8Array(other.length);
  const share = (/** @type {(i: number) => boolean} */ where) => {
    let [found, all] = [0, 0];
    other.forEach((v, i) => {
      if (!where(i)) return;
      all++;
      found += v;
    });
    return found / Math.max(all, 1);
  };
  if (1 - share(() => true) < SOME || share((i) => !inner[i]) < HAIRY) return none;
  // The line of the mouth may hang together with hair, but is thinner.
  const thick = opened(other, size, Math.max(3, Math.round(THIN * unit)) | 1);
  const labels = labelled(thick, size, true);
  const areas = new Map();
  labels.forEach((label) => areas.set(label, (areas.get(label) ?? 0) + 1));
  const beyond = new Set(labels.filter((label, i) => label && !inner[i]));
  const found = Uint8Array.from(labels, (label) =>
    Number(beyond.has(label) && areas.get(label) > MASS * other.length),
  );
  return squares(found, size);
}

/** Its own edge is soft, and of neither colour. @param {Uint8Array} mask @param {Size} size */
function squares(mask, { width, height }) {
  return mask.map((_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
      for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
        if (mask[v * width + u]) return 1;
      }
    }
    return 0;
  });
}

/**
 * @param {Point[]} points
 * @returns {Point[]} clockwise with y down
 */
export function convexHull(points) {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  /** @param {Point[]} from */
  const chain = (from) => {
    /** @type {Point[]} */
    const out = [];
    for (const p of from) {
      while (out.length > 1 && turn(out[out.length - 2], out[out.length - 1], p) <= 0) out.pop();
      out.push(p);
    }
    return out.slice(0, -1);
  };
  return [...chain(sorted), ...chain(sorted.reverse())];
}

/**
 * @param {Point} a
 * @param {Point} b
 * @param {Point} c
 */
function turn(a, b, c) {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

/**
 * @param {Point[]} hull
 * @param {number} width
 * @param {number} height
 */
function insideOf(hull, width, height) {
  return Uint8Array.from({ length: width * height }, (_, i) => {
    /** @type {Point} */
    const p = [i % width, Math.floor(i / width)];
    return Number(hull.every((a, n) => turn(a, hull[(n + 1) % hull.length], p) >= 0));
  });
}

/**
 * @param {Uint8Array} mask
 * @param {number} width
 * @param {number} height
 * @param {number} reach pixels
 */
function swollen(mask, width, height, reach) {
  const out = new Uint8Array(mask.length);
  mask.forEach((v, i) => {
    if (!v) return;
    const [x, y] = [i % width, Math.floor(i / width)];
    for (let dy = -reach; dy <= reach; dy++) {
      if (y + dy < 0 || y + dy >= height) continue;
      const half = Math.floor(Math.sqrt(reach * reach - dy * dy));
      const row = (y + dy) * width;
      out.fill(1, row + Math.max(0, x - half), row + Math.min(width - 1, x + half) + 1);
    }
  });
  return out;
}

/**
 * @param {Float32Array} values
 * @param {number} width
 * @param {number} height
 * @param {number} sigma
 */
function blur(values, width, height, sigma) {
  const reach = Math.ceil(2.5 * sigma);
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-0.5 * ((i - reach) / sigma) ** 2));
  const total = kernel.reduce((a, b) => a + b);
  /** @param {Float32Array} from @param {boolean} down */
  const pass = (from, down) =>
    from.map((_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      let sum = 0;
      for (let d = -reach; d <= reach; d++) {
        const u = down ? x : Math.min(Math.max(x + d, 0), width - 1);
        const v = down ? Math.min(Math.max(y + d, 0), height - 1) : y;
        sum += kernel[d + reach] * from[v * width + u];
      }
      return sum / total;
    });
  return pass(pass(values, false), true);
}
