// @ts-check
/** Seconds of a film into a `<video>` as they are made: Media Source, else HLS. */

/** @typedef {import("./waiting.js").Early} Early */

const HLS = "application/vnd.apple.mpegurl";

export class Segments {
  /** The number of the next segment; another run goes on with it. */
  next = 0;
  /** What comes after can no longer be had. */
  lost = false;
  /** Called when the first second is in. */
  onshown = () => {};

  /** @type {Early | undefined} */
  #live;
  #run = "";
  #over = false;
  #busy = false;
  #closed = false;
  /** @type {SourceBuffer | undefined} */
  #buffer;
  /** @type {MediaSource | undefined} */
  #source;

  /** @param {HTMLVideoElement} video */
  constructor(video) {
    this.video = video;
  }

  /** @param {Early} live what can be had now */
  feed(live) {
    if (this.#closed) return;
    this.#live = live;
    void this.#pump();
  }

  /** All of it is made, and can be had for a little while. */
  rest() {
    if (!this.#live) return;
    // Two of one second, the rest have two; see `avatarfx.progressive.pace`.
    const total = this.#live.total - 1e-6;
    const count = total <= 2 ? Math.ceil(total) : 1 + Math.ceil(total / 2);
    this.feed({ ...this.#live, count, whole: true });
  }

  close() {
    this.#closed = true;
    if (this.video.src.startsWith("blob:")) URL.revokeObjectURL(this.video.src);
    this.video.removeAttribute("src");
    this.video.load();
  }

  async #pump() {
    if (this.#busy || !this.#live || this.#over) return;
    this.#busy = true;
    try {
      while (!this.#closed && this.#live.count > this.next) await this.#one(this.#live);
      this.lost = false;
    } catch (error) {
      // What comes next tells whether it goes on; without news the film does.
      this.lost = true;
      console.info("early:", error);
    } finally {
      this.#busy = false;
    }
  }

  /** @param {Early} live */
  async #one(live) {
    if (!this.#buffer && !(await this.#open(live))) return;
    const buffer = this.#buffer;
    if (!buffer) return;
    if (this.#run !== live.run) {
      await append(buffer, await bytes(live.init));
      this.#run = live.run;
    }
    const source = this.#source;
    // How long it will be is known better and better.
    if (source && source.duration < live.total) source.duration = live.total;
    await append(buffer, await bytes(`${live.segments}${this.next}.m4s`));
    this.next += 1;
    if (this.next === 1) this.onshown();
    const { whole, count } = this.#live ?? live;
    if (whole && this.next >= count && this.#source?.readyState === "open") {
      this.#over = true;
      this.#source.endOfStream();
    }
  }

  /**
   * @param {Early} live
   * @returns {Promise<boolean>} whether segments are to be fetched here
   */
  async #open(live) {
    const Source = /** @type {typeof MediaSource | undefined} */ (
      Reflect.get(globalThis, "ManagedMediaSource") ?? globalThis.MediaSource
    );
    if (!Source?.isTypeSupported(live.mime)) {
      this.#over = true;
      if (!this.video.canPlayType(HLS)) return false;
      this.next = live.count;
      this.video.src = live.playlist;
      this.onshown();
      return false;
    }
    const source = new Source();
    const opened = new Promise((resolve) => {
      source.addEventListener("sourceopen", resolve, { once: true });
    });
    this.video.src = URL.createObjectURL(source);
    await opened;
    source.duration = live.total;
    this.#source = source;
    this.#buffer = source.addSourceBuffer(live.mime);
    return true;
  }
}

/**
 * @param {string} url
 * @returns {Promise<ArrayBuffer>}
 */
async function bytes(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.arrayBuffer();
}

/**
 * @param {SourceBuffer} buffer
 * @param {ArrayBuffer} data
 * @returns {Promise<void>}
 */
function append(buffer, data) {
  return new Promise((resolve, reject) => {
    buffer.addEventListener("updateend", () => resolve(), { once: true });
    buffer.addEventListener("error", () => reject(new Error("It cannot be played")), {
      once: true,
    });
    buffer.appendBuffer(data);
  });
}
