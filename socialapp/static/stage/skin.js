// @ts-check
/**
 * Colours of a picture's own skin: a flat cartoon's mouth covered with it, the lid of an
 * eye painted in it. The twin of ``cover_mouth`` in ``avatarfx/animators/warp/drawn.py``
 * and of ``LidPaint`` in ``lids.py``.
 */

import { grow } from "./plate.js";

/** @import { Point } from "./rig.js" */

/** Lab distance from the skin around it at which a pixel belongs to the old mouth. */
const UNLIKE = 16;
/** The region around a mouth is worked on at this width at most. */
const WIDEST = 220;

/** @typedef {[number, number, number]} Colour 0 to 255 */

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
 */
export function coverMouth(picture, lips, unit) {
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
  const mask = oldMouth(image, points, unit * scale);
  const filled = grow(image.data, mask.map((m) => (m ? 0 : 1)), width, height);
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
 * skin and is connected to them. A moustache that only comes near is not.
 * @param {ImageData} image
 * @param {Point[]} lips
 * @param {number} unit
 * @returns {Uint8Array}
 */
export function oldMouth({ data, width, height }, lips, unit) {
  const edge = Math.max(2, Math.round(0.02 * unit));
  const inner = Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return Number(x >= edge && y >= edge && x < width - edge && y < height - edge);
  });
  const skin = grow(data, inner.map((v) => 1 - v), width, height);
  const unlike = Uint8Array.from({ length: width * height }, (_, i) => {
    const own = lab(data[4 * i], data[4 * i + 1], data[4 * i + 2]);
    const around = lab(skin[3 * i], skin[3 * i + 1], skin[3 * i + 2]);
    return Number(Math.hypot(...own.map((v, c) => v - around[c])) > UNLIKE);
  });
  const core = Math.max(1, Math.round(0.015 * unit));
  const hull = swollen(insideOf(convexHull(lips), width, height), width, height, core);
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
  return swollen(mask, width, height, Math.max(1, Math.round(0.0175 * unit)));
}

/** Of the eye's width above its lid: where skin is looked for. */
const REACHES = [0.17, 0.26, 0.36];

/** Of the way from the lashes to the lightest of those: darker is paint, not skin. */
const SKIN = 0.62;

/**
 * The colours of one upper lid: skin by column from the viewer's left to the right, and
 * the lashes.
 * @param {HTMLCanvasElement} picture
 * @param {Point[]} edge of the lid, in its pixels
 * @returns {{skin: Colour[], lash: Colour}}
 */
export function lidColours(picture, edge) {
  const last = edge[edge.length - 1];
  const width = Math.max(Math.hypot(last[0] - edge[0][0], last[1] - edge[0][1]), 1e-6);
  const across = [(last[0] - edge[0][0]) / width, (last[1] - edge[0][1]) / width];
  const dark = edge.map((p) => {
    const found = patch(picture, p, Math.max(1, 0.05 * width));
    found.sort((a, b) => a[0] + a[1] + a[2] - b[0] - b[1] - b[2]);
    const some = found.slice(0, Math.max(1, Math.round(found.length / 5)));
    return each((c) => some.reduce((sum, v) => sum + v[c], 0) / some.length);
  });
  const lash = median(dark);
  const near = Math.max(1, 0.3 * REACHES[0] * width);
  const rows = REACHES.map((away) => {
    const reach = away * width;
    return edge.map(([x, y]) =>
      median(patch(picture, [x + across[1] * reach, y - across[0] * reach], near)),
    );
  });
  const light = rows.map((row) => middling(row.map(mean)));
  const enough = mean(lash) + SKIN * (Math.max(...light) - mean(lash));
  const raw = rows[light.findIndex((seen) => seen >= enough)];
  const middle = median(raw);
  // One odd sample (a lash, a lock of hair) must not stripe the lid.
  const skin = raw.map((_, i) => {
    const near = [-2, -1, 0, 1, 2].map((d) => raw[Math.min(Math.max(i + d, 0), raw.length - 1)]);
    return each((c) => (0.6 * near.reduce((sum, v) => sum + v[c], 0)) / 5 + 0.4 * middle[c]);
  });
  const shade = median(skin);
  return { skin, lash: each((c) => Math.min(lash[c], 0.55 * shade[c])) };
}

/**
 * @param {(c: number) => number} value
 * @returns {Colour}
 */
function each(value) {
  return [value(0), value(1), value(2)];
}

/**
 * @param {HTMLCanvasElement} picture
 * @param {Point} at
 * @param {number} reach
 * @returns {Colour[]}
 */
function patch(picture, at, reach) {
  const clip = (/** @type {number} */ v, /** @type {number} */ size) =>
    Math.min(Math.max(Math.trunc(v), 0), size - 1);
  const [x0, x1] = [-reach, reach].map((d) => clip(at[0] + d, picture.width));
  const [y0, y1] = [-reach, reach].map((d) => clip(at[1] + d, picture.height));
  const { data } = context(picture).getImageData(x0, y0, x1 - x0 + 1, y1 - y0 + 1);
  return Array.from({ length: data.length / 4 }, (_, i) => each((c) => data[4 * i + c]));
}

/**
 * Channel by channel.
 * @param {Colour[]} colours
 */
function median(colours) {
  return each((c) => middling(colours.map((v) => v[c])));
}

/** @param {number[]} values */
function middling(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  return (sorted[Math.floor(half)] + sorted[Math.ceil(half)]) / 2;
}

/** @param {Colour} colour */
function mean(colour) {
  return (colour[0] + colour[1] + colour[2]) / 3;
}

/**
 * CIE Lab of an sRGB colour, D65.
 * @param {number} r 0 to 255
 * @param {number} g
 * @param {number} b
 */
export function lab(r, g, b) {
  const linear = (/** @type {number} */ v) =>
    v <= 10.31475 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4;
  const [x, y, z] = [
    [0.412453, 0.35758, 0.180423, 0.950456],
    [0.212671, 0.71516, 0.072169, 1],
    [0.019334, 0.119193, 0.950227, 1.088754],
  ].map(([u, v, w, white]) => {
    const t = (u * linear(r) + v * linear(g) + w * linear(b)) / white;
    return t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116;
  });
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
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
