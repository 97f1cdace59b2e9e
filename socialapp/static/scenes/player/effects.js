// @ts-check
/** Sounds of a scene: each once, or over and over as long as its state lasts. */

/** Seconds in which a loop falls silent. */
const FADE = 0.6;

/** @typedef {{source: AudioBufferSourceNode, gain: GainNode, state: string}} Loop */

export class Effects {
  /** @type {AudioContext | null} */ #context = null;
  /** @type {GainNode | null} */ #output = null;
  /** @type {Map<string, Promise<AudioBuffer | null>>} by address */ #known = new Map();
  /** @type {Map<string, Loop>} by address */ #loops = new Map();
  /** @type {Map<string, {volume: number, state: string}>} loops that wait for a gesture */
  #waiting = new Map();
  #muted = false;

  /** Call it in a gesture: browsers allow sound only there. */
  unlock() {
    if (!this.#context) {
      this.#context = new AudioContext();
      this.#output = this.#context.createGain();
      this.#output.gain.value = this.#muted ? 0 : 1;
      this.#output.connect(this.#context.destination);
    }
    void this.#context.resume().then(() => {
      for (const [url, { volume, state }] of this.#waiting) void this.begin(url, volume, true, state);
      this.#waiting.clear();
    }, () => {});
  }

  get muted() {
    return this.#muted;
  }

  set muted(value) {
    this.#muted = value;
    if (this.#output && this.#context) {
      this.#output.gain.setTargetAtTime(value ? 0 : 1, this.#context.currentTime, 0.02);
    }
  }

  /** @param {string} url */
  prepare(url) {
    let buffer = this.#known.get(url);
    if (!buffer) {
      buffer = this.#decode(url);
      this.#known.set(url, buffer);
    }
    return buffer;
  }

  /**
   * @param {string} url
   * @param {number} volume 0 to 1
   * @param {boolean} loop
   * @param {string} state in which it begins
   */
  async begin(url, volume, loop, state) {
    const context = this.#context;
    if (!context || context.state !== "running") {
      if (loop) this.#waiting.set(url, { volume, state });
      return;
    }
    const going = this.#loops.get(url);
    if (going && loop) {
      going.state = state;
      going.gain.gain.setTargetAtTime(volume, context.currentTime, FADE / 3);
      return;
    }
    const buffer = await this.prepare(url);
    if (!buffer || !this.#output || this.#context !== context) return;
    const gain = context.createGain();
    gain.gain.value = volume;
    gain.connect(this.#output);
    const source = context.createBufferSource();
    source.buffer = buffer;
    source.loop = loop;
    source.connect(gain);
    source.start();
    if (loop) this.#loops.set(url, { source, gain, state });
    else source.addEventListener("ended", () => gain.disconnect());
  }

  /** Loops of states that are left fall silent. @param {(state: string) => boolean} active */
  leave(active) {
    for (const [url, loop] of this.#loops) {
      if (active(loop.state)) continue;
      this.#silence(loop);
      this.#loops.delete(url);
    }
    for (const [url, { state }] of this.#waiting) if (!active(state)) this.#waiting.delete(url);
  }

  /** @param {boolean} still */
  hold(still) {
    if (!this.#context || this.#context.state === "closed") return;
    void (still ? this.#context.suspend() : this.#context.resume()).catch(() => {});
  }

  close() {
    void this.#context?.close();
    this.#context = this.#output = null;
    this.#loops.clear();
    this.#waiting.clear();
  }

  /** @param {Loop} loop */
  #silence({ source, gain }) {
    const now = this.#context?.currentTime ?? 0;
    gain.gain.setTargetAtTime(0, now, FADE / 3);
    source.stop(now + 2 * FADE);
  }

  /** @param {string} url */
  async #decode(url) {
    try {
      const response = await fetch(url);
      if (!response.ok) throw new Error(`${response.status} for ${url}`);
      const decoder = this.#context ?? new OfflineAudioContext(1, 1, 48_000);
      return await decoder.decodeAudioData(await response.arrayBuffer());
    } catch (error) {
      console.info("troupe-scene: a sound that cannot be played:", error);
      return null;
    }
  }
}
