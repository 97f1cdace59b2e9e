// @ts-check
/**
 * The sound of a stream: one context, several voices at once, and the time that is heard.
 * Before a gesture allows sound, and where the browser takes it away, nothing is heard
 * and `heard` says so.
 */

import { reading } from "./house-clock.js";

/** Seconds in which a voice that is cut falls silent, or one that is joined rises. */
const FADE = 0.015;
/** What a context says about its output is believed as far as it agrees with itself. */
const PLAUSIBLE = 0.15;
/** Readings of a sound card come in steps; the picture should not. */
const STEADY = 0.1;
const JUMP = 0.08;
/** Rate at which sound is decoded before a context may run. */
const RATE = 48_000;

/** Everything that one line sounds like. */
class Voice {
  /**
   * @param {AudioContext} context
   * @param {AudioNode} output
   * @param {AudioBuffer[]} buffers
   * @param {number} zero context time at which their first moment is heard
   */
  constructor(context, output, buffers, zero) {
    this.context = context;
    this.zero = zero;
    this.gain = context.createGain();
    this.gain.connect(output);
    const late = context.currentTime - zero;
    if (late > 0) {
      this.gain.gain.setValueAtTime(0, context.currentTime);
      this.gain.gain.linearRampToValueAtTime(1, context.currentTime + FADE);
    }
    this.sources = buffers
      .filter((buffer) => late < buffer.duration)
      .map((buffer) => {
        const source = context.createBufferSource();
        source.buffer = buffer;
        source.connect(this.gain);
        if (late > 0) source.start(0, late);
        else source.start(zero);
        return source;
      });
  }

  stop() {
    const { currentTime } = this.context;
    this.gain.gain.cancelScheduledValues(currentTime);
    this.gain.gain.setTargetAtTime(0, currentTime, FADE / 3);
    for (const source of this.sources) source.stop(currentTime + 2 * FADE);
    setTimeout(() => this.gain.disconnect(), 10 * FADE * 1000);
  }
}

export class Sound {
  /** @type {AudioContext | null} */ #context = null;
  /** @type {GainNode | null} */ #output = null;
  /** @type {number | null} context time minus reading, steadied */ #offset = null;
  #muted = false;

  get muted() {
    return this.#muted;
  }

  set muted(value) {
    this.#muted = value;
    if (this.#output && this.#context) {
      this.#output.gain.setTargetAtTime(value ? 0 : 1, this.#context.currentTime, FADE / 3);
    }
  }

  /** Whether sound comes out, or would if it were not muted. */
  get running() {
    return this.#context?.state === "running";
  }

  /** Call it in a gesture: browsers allow sound only there. Resolves when it runs. */
  async unlock() {
    if (!this.#context) {
      this.#context = new AudioContext({ latencyHint: "interactive" });
      this.#output = this.#context.createGain();
      this.#output.gain.value = this.#muted ? 0 : 1;
      this.#output.connect(this.#context.destination);
    }
    await this.#context.resume();
  }

  /**
   * @param {Uint8Array} file wav, flac or opus in Ogg
   * @returns {Promise<AudioBuffer | null>} null: this browser cannot play it
   */
  async decode(file) {
    const decoder = this.#context ?? new OfflineAudioContext(1, 1, RATE);
    try {
      return await decoder.decodeAudioData(/** @type {ArrayBuffer} */ (file.slice().buffer));
    } catch (error) {
      console.info("troupe-show: a sound that cannot be played:", error);
      return null;
    }
  }

  /**
   * The context's time that is heard now, as it tells it; null: nothing is heard.
   * @returns {number | null}
   */
  get raw() {
    const context = this.#context;
    if (!context || context.state !== "running") return null;
    const told = context.currentTime - (context.outputLatency || 0);
    const { contextTime, performanceTime } = context.getOutputTimestamp?.() ?? {};
    if (!contextTime || !performanceTime) return told;
    const exact = contextTime + reading() - performanceTime / 1000;
    return Math.abs(exact - told) < PLAUSIBLE ? exact : told;
  }

  /**
   * The same without the steps of the sound card.
   * @returns {number | null}
   */
  get heard() {
    const { raw } = this;
    if (raw === null) {
      this.#offset = null;
      return null;
    }
    const now = reading();
    const error = this.#offset === null ? Infinity : raw - now - this.#offset;
    this.#offset = Math.abs(error) > JUMP ? raw - now : (this.#offset ?? 0) + STEADY * error;
    return now + this.#offset;
  }

  /**
   * Let buffers be heard together.
   * @param {AudioBuffer[]} buffers
   * @param {number} ahead seconds from now until their first moment; negative: it is past
   * @returns {Voice | null}
   */
  play(buffers, ahead) {
    const { heard } = this;
    if (heard === null || !this.#context || !this.#output) return null;
    return new Voice(this.#context, this.#output, buffers, heard + ahead);
  }

  close() {
    void this.#context?.close();
    this.#context = this.#output = null;
  }
}

/** @typedef {InstanceType<typeof Voice>} Heard */
