// @ts-check
/** What every stage stands on: a canvas that follows its element, and whether it is seen. */

/** More pixels than twice the layout cost battery and nobody sees them. */
const MAX_PIXEL_RATIO = 2;

/**
 * @typedef {object} Changes
 * @property {() => void} lost the context is gone: show something else
 * @property {() => void} restored a new one is there, with nothing in it
 */

/** A canvas and its WebGL2 context. */
export class Screen {
  #closed = false;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {WebGL2RenderingContext} gl
   * @param {HTMLElement} host
   */
  constructor(canvas, gl, host) {
    this.canvas = canvas;
    this.gl = gl;
    this.host = host;
  }

  /**
   * In `host`, behind `after`, hidden; null where there is no WebGL2.
   * @param {HTMLElement} host
   * @param {{after?: Element | null, label?: string}} where `label`: what a picture of it is called
   * @param {Changes} changes
   */
  static make(host, { after = null, label = "" }, { lost, restored }) {
    const canvas = document.createElement("canvas");
    canvas.className = "troupe-stage__canvas";
    // Every edge that is drawn is soft in its own picture: samples would only cost.
    const gl = canvas.getContext("webgl2", { alpha: true, premultipliedAlpha: true, antialias: false });
    if (!gl) return null;
    const screen = new Screen(canvas, gl, host);
    canvas.hidden = true;
    if (label) {
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", label);
    } else {
      canvas.setAttribute("aria-hidden", "true");
    }
    canvas.addEventListener("webglcontextlost", (event) => {
      event.preventDefault();
      if (screen.#closed) return;
      canvas.hidden = true;
      lost();
    });
    canvas.addEventListener("webglcontextrestored", () => {
      if (!screen.#closed) restored();
    });
    if (after) after.after(canvas);
    else host.append(canvas);
    return screen;
  }

  get lost() {
    return this.gl.isContextLost();
  }

  /** As large as its element; whether that changed it, and so emptied it. */
  fit() {
    const { canvas, host } = this;
    const ratio = Math.min(devicePixelRatio || 1, MAX_PIXEL_RATIO);
    const width = Math.max(1, Math.round(host.clientWidth * ratio));
    const height = Math.max(1, Math.round(host.clientHeight * ratio));
    if (canvas.width === width && canvas.height === height) return false;
    canvas.width = width;
    canvas.height = height;
    return true;
  }

  /** Empty, and ready for puppets, which bring colours multiplied by alpha. */
  clear() {
    const { gl, canvas } = this;
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  close() {
    this.#closed = true;
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
    this.canvas.remove();
  }
}

/** Tells when an element changes its size, and when it comes into sight or leaves it. */
export class Sight {
  /** In the window, on a page that is shown. */
  seen = true;

  /**
   * @param {HTMLElement} host
   * @param {{resized: () => void, changed: () => void}} tell
   */
  constructor(host, { resized, changed }) {
    this.sizes = new ResizeObserver(resized);
    this.sizes.observe(host);
    this.sights = new IntersectionObserver((entries) => {
      this.seen = entries.at(-1)?.isIntersecting ?? true;
      changed();
    });
    this.sights.observe(host);
    this.changed = changed;
    document.addEventListener("visibilitychange", changed);
  }

  close() {
    this.sizes.disconnect();
    this.sights.disconnect();
    document.removeEventListener("visibilitychange", this.changed);
  }
}
