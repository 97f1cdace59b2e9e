// @ts-check
/**
 * The one clock of a performance. With sound it is what the listener hears; without, or
 * where the browser will not start its sound, it is the wall clock. Seconds throughout.
 */

/** How long a browser may take to start its sound before the picture goes on alone. */
const START_SECONDS = 0.6;

export class Clock {
  /** @type {AudioContext | null} */ #context = null;
  /** @type {AudioBuffer | null} */ #sound = null;
  /** @type {AudioBufferSourceNode | null} */ #source = null;
  /** Where it stands while it does not run. */
  #held = 0;
  /** @type {number | null} Reading of the running clock at position 0; null: not started. */
  #zero = null;
  #seconds = 0;
  #running = false;
  /** Whether the running clock is the sound's. */
  #heard = false;

  get running() {
    return this.#running;
  }

  get seconds() {
    return this.#seconds;
  }

  /** Whether the sound is what drives the clock now. */
  get heard() {
    return this.#running && this.#heard;
  }

  /**
   * @param {number} seconds length of the performance
   * @param {AudioBuffer | null} sound
   */
  load(seconds, sound) {
    this.stop();
    this.#seconds = seconds;
    this.#sound = sound;
    this.#held = 0;
  }

  /** The context; made late, because browsers want a gesture first. */
  context() {
    this.#context ??= new AudioContext();
    return this.#context;
  }

  /** Start, or go on from where it was held. Resolves when it runs. */
  async start() {
    if (this.#running) return;
    this.#running = true;
    this.#heard = false;
    const sound = this.#sound;
    if (sound) {
      const context = this.context();
      await Promise.race([
        context.resume().catch(() => {}),
        new Promise((done) => setTimeout(done, START_SECONDS * 1000)),
      ]);
      if (!this.#running) return;
      if (context.state === "running" && this.#held < sound.duration) {
        const source = context.createBufferSource();
        source.buffer = sound;
        source.connect(context.destination);
        source.start(0, this.#held);
        this.#source = source;
        this.#heard = true;
      }
    }
    this.#zero = this.#reading() - this.#held;
  }

  /** Hold where it is. */
  stop() {
    this.#held = this.now();
    this.#running = false;
    this.#silence();
  }

  /** @param {number} t */
  async seek(t) {
    const running = this.#running;
    this.stop();
    this.#held = Math.min(Math.max(t, 0), this.#seconds);
    if (running) await this.start();
  }

  /** Where the performance is now, from 0 to its length. */
  now() {
    if (!this.#running || this.#zero === null) return this.#held;
    // Sound is heard a little after it is scheduled; the picture waits for the ear.
    const late = this.#heard ? (this.#context?.outputLatency ?? 0) : 0;
    return Math.min(Math.max(this.#reading() - this.#zero - late, this.#held), this.#seconds);
  }

  /**
   * Loudness of `count` equal stretches of the sound, the loudest being 1.
   * @param {number} count
   */
  loudness(count) {
    if (!this.#sound) return null;
    const samples = this.#sound.getChannelData(0);
    const size = samples.length / count;
    const loud = Float32Array.from({ length: count }, (_, n) => {
      let sum = 0;
      for (let i = Math.floor(n * size); i < (n + 1) * size; i++) sum += (samples[i] ?? 0) ** 2;
      return Math.sqrt(sum / size);
    });
    const most = Math.max(...loud, 1e-6);
    return loud.map((v) => v / most);
  }

  get ended() {
    return this.#running && this.#zero !== null && this.now() >= this.#seconds;
  }

  close() {
    this.stop();
    void this.#context?.close();
    this.#context = null;
  }

  #reading() {
    return this.#heard && this.#context ? this.#context.currentTime : performance.now() / 1000;
  }

  #silence() {
    this.#source?.stop();
    this.#source?.disconnect();
    this.#source = null;
    this.#heard = false;
    this.#zero = null;
  }
}
