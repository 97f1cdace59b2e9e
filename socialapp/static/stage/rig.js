// @ts-check
/**
 * A rig and the files it names, ready to draw. The JSON is ``Rig.to_json()`` of
 * ``socialapp/performance/rig.py`` and, beside it, ``urls``: ref to address.
 */

/**
 * @typedef {[number, number]} Point
 * @typedef {object} Anchors
 * @property {Point} eye_left in units of the picture's width, as all that follow
 * @property {Point} eye_right
 * @property {Point} mouth
 * @property {Point} chin
 * @property {number} mouth_width 0: judge it from the eyes
 */

/**
 * @typedef {object} Layer
 * @property {string} name
 * @property {string} ref
 * @property {[number, number, number, number]} box x, y, width, height
 * @property {number} depth 0 far back, 1 nearest
 * @property {boolean} head rolls with the head
 * @property {string} clip name of the layer that bounds this one, or ""
 */

/**
 * @typedef {object} Rig
 * @property {"rig"} format
 * @property {1} version
 * @property {string} portrait
 * @property {number} width
 * @property {number} height
 * @property {"photo" | "paint" | "flat" | "layers"} style
 * @property {Anchors | null} anchors
 * @property {[number, number, number][]} landmarks
 * @property {number} presence
 * @property {boolean} mouth_drawn
 * @property {string} reason
 * @property {Anchors | null} [guess] where a face may be while none is known
 * @property {Record<string, string>} palette
 * @property {string} grids
 * @property {string} matte
 * @property {Layer[]} layers
 * @property {Record<string, string>} mouths
 * @property {string[]} blink_show
 * @property {string[]} blink_hide
 * @property {string[]} irises
 * @property {Point} gaze_travel
 * @property {Point} pivot
 * @property {number} rest_tilt
 * @property {string} made_by
 * @property {Record<string, string>} urls
 */

/**
 * @typedef {object} Loaded
 * @property {Rig} rig
 * @property {ImageBitmap | null} portrait null for layers, which bring their own
 * @property {Map<string, ImageBitmap>} pictures by ref: layers and matte
 * @property {ArrayBuffer | null} grids
 * @property {Record<string, HTMLCanvasElement>} mouths drawn for a flat cartoon, by letter
 */

/** What was sent is not a rig this code can draw. */
export class RigError extends Error {}

/**
 * The rig in `data`, checked as far as drawing relies on it.
 * @param {unknown} data
 * @returns {Rig}
 */
export function readRig(data) {
  if (typeof data !== "object" || data === null) throw new RigError("A rig is an object");
  const rig = /** @type {Rig} */ (data);
  if (rig.format !== "rig" || rig.version !== 1) throw new RigError("Not a rig of version 1");
  if (!(rig.width > 0 && rig.height > 0)) throw new RigError("A rig needs a width and a height");
  if (!["photo", "paint", "flat", "layers"].includes(rig.style)) {
    throw new RigError(`Unknown style ${rig.style}`);
  }
  if (rig.style === "layers" && !rig.layers?.length) throw new RigError("No layers to draw");
  return { ...rig, urls: rig.urls ?? {} };
}

/**
 * @param {Rig} rig
 * @param {string} ref
 */
function urlOf(rig, ref) {
  const url = rig.urls[ref];
  if (!url) throw new RigError(`The rig names ${ref} and no address for it`);
  return url;
}

/**
 * @param {string} url
 * @param {AbortSignal} [signal]
 */
async function fetchOk(url, signal) {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new RigError(`${response.status} for ${url}`);
  return response;
}

/**
 * @param {string} url
 * @param {AbortSignal} [signal]
 */
async function fetchPicture(url, signal) {
  const blob = await (await fetchOk(url, signal)).blob();
  // Untouched colours, as the server reads the same file; WebGL takes a bitmap's alpha as
  // it finds it, so it is multiplied in here.
  return createImageBitmap(blob, {
    premultiplyAlpha: "premultiply",
    colorSpaceConversion: "none",
  });
}

/** Under ``urls`` a flat cartoon has ``mouth-X`` and eight more: vector drawings. */
const DRAWN = "mouth-";

/**
 * A vector drawing on a canvas, at the size it says it has.
 * @param {string} url
 */
async function drawing(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  canvas.getContext("2d", { willReadFrequently: true })?.drawImage(image, 0, 0);
  return canvas;
}

/**
 * Fetch and decode all that the rig names.
 * @param {string | unknown} source address of the rig's JSON, or the JSON itself
 * @param {AbortSignal} [signal]
 * @returns {Promise<Loaded>}
 */
export async function loadRig(source, signal) {
  const data = typeof source === "string" ? await (await fetchOk(source, signal)).json() : source;
  const rig = readRig(data);
  const layered = rig.style === "layers";
  const refs = new Set(rig.layers.map((layer) => layer.ref));
  if (rig.matte && !layered) refs.add(rig.matte);
  const drawn = Object.entries(rig.urls).filter(([name]) => name.startsWith(DRAWN));
  const [mouths, portrait, grids, ...pictures] = await Promise.all([
    Promise.all(drawn.map(async ([name, url]) => [name.slice(DRAWN.length), await drawing(url)])),
    layered ? null : fetchPicture(urlOf(rig, rig.portrait), signal),
    rig.grids ? fetchOk(urlOf(rig, rig.grids), signal).then((r) => r.arrayBuffer()) : null,
    ...[...refs].map((ref) => fetchPicture(urlOf(rig, ref), signal)),
  ]);
  return {
    rig,
    portrait,
    grids,
    pictures: new Map([...refs].map((ref, i) => [ref, pictures[i]])),
    mouths: Object.fromEntries(mouths),
  };
}

/** @param {Loaded} loaded */
export function closeRig(loaded) {
  loaded.portrait?.close();
  for (const picture of loaded.pictures.values()) picture.close();
}
