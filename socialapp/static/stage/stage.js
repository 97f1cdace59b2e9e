// @ts-check
/**
 * ``<troupe-stage>``: one actor on a stage, alive. ``render(rig, performance)`` in the
 * browser.
 *
 * Attributes: ``rig`` (an address, or ``#id`` of a JSON script on the page),
 * ``performance``, ``sound`` (addresses; the properties of the same names take the data
 * itself), ``background`` (address of a picture), ``seat``,
 * ``framing`` (close, bust, cover), ``autoplay``. Inside it a page puts an ``<img>`` of
 * the portrait, shown where WebGL2 is missing, and may put a ``[data-surtitle]`` element.
 *
 * Says ``stage-state`` (detail: the state) and ``stage-time`` (detail: seconds). Its
 * dataset tells the same: state (loading, ready, playing, paused, lost, failed), drawn
 * (webgl or plain), time, mouth, frames.
 */

import { wantsCalm } from "./calm.js";
import { Clock } from "./clock.js";
import { plainOf, setBackground } from "./hangings.js";
import { Life } from "./life.js";
import { restingFace } from "./motion.js";
import { withBed } from "./bed.js";
import { decode, loadPiece, onPage } from "./piece.js";
import { makePuppet } from "./puppets.js";
import { closeRig, loadRig } from "./rig.js";
import { Screen, Sight } from "./screen.js";
import { Surtitle } from "./surtitle.js";
import { viewOf } from "./view.js";

/** @import { Face, Performance } from "./performance.js" */
/** @import { Piece } from "./piece.js" */
/** @import { Puppet } from "./puppets.js" */
/** @import { Loaded, Rig } from "./rig.js" */
/** @import { Framing } from "./view.js" */

/** @typedef {"empty" | "loading" | "ready" | "playing" | "paused" | "lost" | "failed"} State */

/** Idling is drawn at most this often. */
const IDLE_FPS = 30;

export class TroupeStage extends HTMLElement {
  static observedAttributes = ["rig", "performance", "sound", "background", "framing"];

  #clock = new Clock();
  #surtitle = new Surtitle();
  /** @type {Screen | null} */ #screen = null;
  /** @type {Loaded | null} */ #loaded = null;
  /** @type {Puppet | null} */ #puppet = null;
  /** @type {Piece | null} */ #piece = null;
  /** @type {ArrayBuffer | string | null} */ #sound = null;
  #life = new Life();
  /** @type {AbortController} */ #loading = new AbortController();
  /** @type {Promise<void>} */ #rigReady = Promise.resolve();
  /** @type {Promise<void>} */ #performanceReady = Promise.resolve();
  /** @type {Sight | null} */ #sight = null;
  #request = 0;
  #turn = 0;
  #drawnAt = 0;
  #frames = 0;

  connectedCallback() {
    this.#setState("empty");
    this.dataset.drawn = "plain";
    this.#sight = new Sight(this, {
      resized: () => this.#resize(),
      changed: () => {
        if (document.hidden) this.pause();
        else this.#wake();
      },
    });
    this.#life = new Life();
    if (this.hasAttribute("background")) setBackground(this, this.getAttribute("background"));
    if (this.hasAttribute("rig")) this.#rigReady = this.#loadRig(this.getAttribute("rig"));
    if (this.hasAttribute("sound")) this.#sound = this.getAttribute("sound");
    if (this.hasAttribute("performance")) {
      this.#performanceReady = this.#loadPerformance(this.getAttribute("performance"));
    }
  }

  disconnectedCallback() {
    this.#loading.abort();
    this.#sight?.close();
    cancelAnimationFrame(this.#request);
    this.#request = 0;
    this.#clock.close();
    this.#clock = new Clock();
    this.#dropPuppet();
    this.#screen?.close();
    this.#screen = null;
    if (this.#loaded) closeRig(this.#loaded);
    this.#loaded = null;
  }

  /**
   * @param {string} name
   * @param {string | null} before
   * @param {string | null} after
   */
  attributeChangedCallback(name, before, after) {
    if (!this.isConnected || before === after || this.dataset.state === undefined) return;
    if (name === "rig") this.#rigReady = this.#loadRig(after);
    if (name === "performance") this.#performanceReady = this.#loadPerformance(after);
    if (name === "sound") this.sound = after;
    if (name === "background") setBackground(this, after);
    if (name === "framing") this.#drawNow();
  }

  /** @returns {Rig | null} */
  get rig() {
    return this.#loaded?.rig ?? null;
  }

  /**
   * The rig's JSON, or its address. The old one is shown until the new one is there.
   * @param {Rig | string | null} source
   */
  set rig(source) {
    this.#rigReady = this.#loadRig(source);
  }

  /** @returns {Performance | null} */
  get performance() {
    return this.#piece?.performance ?? null;
  }

  /**
   * The performance's JSON, or its address; null takes it away.
   * @param {Performance | string | null} source
   */
  set performance(source) {
    this.#performanceReady = this.#loadPerformance(source);
  }

  /**
   * The encoded sound, or its address; null: silent.
   * @param {ArrayBuffer | string | null} source
   */
  set sound(source) {
    this.#sound = source;
    if (this.#piece) this.performance = this.#piece.performance;
  }

  /**
   * Performance and sound together.
   * @param {Performance} performance
   * @param {ArrayBuffer | string | null} sound
   */
  perform(performance, sound) {
    this.#sound = sound;
    this.performance = performance;
  }

  /** Call it in the click that will lead to sound: browsers allow it only there. */
  unlock() {
    void this.#clock.context().resume();
  }

  /**
   * How loud the sound is in each of `count` equal stretches, the loudest being 1.
   * @param {number} count
   * @returns {Float32Array | null} null without sound
   */
  loudness(count) {
    return this.#clock.loudness(count);
  }

  /** Open and shut the mouth without a sound, to show a new rig. */
  rehearse() {
    if (this.dataset.state !== "playing" && !wantsCalm()) {
      this.#life.rehearse();
      this.#wake();
    }
  }

  /** Seconds from the start of the performance. */
  get time() {
    return this.#clock.now();
  }

  get seconds() {
    return this.#clock.seconds;
  }

  /** Resolves when all that was asked for is loaded. */
  async loaded() {
    await Promise.all([this.#rigReady, this.#performanceReady]);
  }

  /** Play from where it stands; from the start when it has ended. */
  async play() {
    if (this.#sound) this.unlock();
    await this.loaded();
    if (!this.#piece) return;
    if (this.#clock.now() >= this.#clock.seconds - 0.02) await this.#clock.seek(0);
    this.#life.held = null;
    const started = this.#clock.start();
    this.#setState("playing");
    await started;
    this.#wake();
  }

  pause() {
    if (this.dataset.state !== "playing") return;
    this.#clock.stop();
    this.#setState("paused");
    this.#drawNow();
  }

  /** @param {number} t seconds */
  async seek(t) {
    this.#life.held = null;
    await this.#clock.seek(t);
    if (this.#piece && this.dataset.state === "ready") this.#setState("paused");
    this.#drawNow();
  }

  /**
   * Hold one face; null goes back to living. Drawn before it returns.
   * @param {Partial<Face> | null} face
   */
  show(face) {
    this.#life.held = face && { ...restingFace(), ...face };
    this.#drawNow();
  }

  /** @param {State} state */
  #setState(state) {
    if (this.dataset.state === state) return;
    this.dataset.state = state;
    this.dispatchEvent(new CustomEvent("stage-state", { detail: state, bubbles: true }));
  }

  /** @param {string | unknown} source */
  async #loadRig(source) {
    this.#loading.abort();
    this.#loading = new AbortController();
    const { signal } = this.#loading;
    if (source === null) return;
    if (!this.#loaded) this.#setState("loading");
    try {
      const loaded = await loadRig(onPage(source), signal);
      if (signal.aborted) return closeRig(loaded);
      if (this.#loaded) closeRig(this.#loaded);
      this.#loaded = loaded;
      this.#build();
      if (this.dataset.state === "loading" || this.dataset.state === "failed") {
        this.#setState("ready");
      }
      this.#wake();
    } catch (error) {
      if (signal.aborted) return;
      console.warn("troupe-stage:", error);
      if (!this.#loaded) this.#setState("failed");
    }
  }

  /** @param {string | Performance | null} source */
  async #loadPerformance(source) {
    const turn = ++this.#turn;
    if (this.dataset.state === "playing") this.pause();
    if (source === null) {
      this.#piece = null;
      this.#surtitle.load([]);
      this.#clock.load(0, null);
      return;
    }
    try {
      const piece = await loadPiece(source, this.getAttribute("seat"));
      const spoken = await decode(this.#sound, this.#clock);
      const sound = await withBed(spoken, piece.performance.bed, this.#clock);
      // A newer one was asked for while this was being fetched.
      if (turn !== this.#turn) return;
      this.#piece = piece;
      this.#surtitle.load(piece.part.captions);
      this.#clock.load(piece.performance.seconds, sound);
      this.dataset.time = "0.00";
      if (this.dataset.state === "paused") this.#setState("ready");
      if (this.hasAttribute("autoplay") && !wantsCalm()) {
        void this.play();
      }
    } catch (error) {
      if (turn === this.#turn) this.#piece = null;
      console.warn("troupe-stage:", error);
    }
  }

  /** Make canvas and puppet for what is loaded; leave the plain picture where that fails. */
  #build() {
    const loaded = this.#loaded;
    if (!loaded) return;
    this.#screen ??= this.#makeScreen();
    this.#dropPuppet();
    const screen = this.#screen;
    if (!screen || screen.lost) return;
    try {
      this.#puppet = makePuppet(screen.gl, loaded);
    } catch (error) {
      console.warn("troupe-stage:", error);
      return;
    }
    this.#resize();
    this.#drawNow();
    this.#show(true);
  }

  /** @param {boolean} drawn or the portrait */
  #show(drawn) {
    this.dataset.drawn = drawn ? "webgl" : "plain";
    const plain = plainOf(this);
    if (plain) plain.hidden = drawn;
    if (this.#screen) this.#screen.canvas.hidden = !drawn;
  }

  #makeScreen() {
    const plain = plainOf(this);
    return Screen.make(this, { after: plain, label: plain?.alt }, {
      lost: () => {
        this.#puppet = null;
        this.#show(false);
      },
      restored: () => this.#build(),
    });
  }

  #dropPuppet() {
    this.#puppet?.free();
    this.#puppet = null;
  }

  #resize() {
    if (this.#screen?.fit()) this.#drawNow();
  }

  /** Whether anything moves by itself now. */
  #moving() {
    if (!this.isConnected || document.hidden) return false;
    if (this.dataset.state === "playing") return true;
    const still = this.#life.held !== null || wantsCalm();
    return this.#puppet !== null && this.#sight?.seen === true && !still;
  }

  #wake() {
    if (this.#request || !this.#moving()) return;
    this.#request = requestAnimationFrame((now) => {
      this.#request = 0;
      this.#tick(now / 1000);
      this.#wake();
    });
  }

  /** @param {number} now seconds */
  #tick(now) {
    if (this.dataset.state === "playing") {
      const t = this.#clock.now();
      this.dataset.time = t.toFixed(2);
      this.dispatchEvent(new CustomEvent("stage-time", { detail: t }));
      if (this.#clock.ended) {
        this.#clock.stop();
        this.#setState("ready");
        this.dispatchEvent(new CustomEvent("stage-ended"));
      }
      this.#caption(t);
    } else if (now - this.#drawnAt < 1 / IDLE_FPS) {
      return;
    }
    this.#draw(now);
  }

  #drawNow() {
    this.#caption(this.#clock.now());
    this.#draw(performance.now() / 1000);
    this.#wake();
  }

  /** @param {number} t */
  #caption(t) {
    const element = /** @type {HTMLElement | null} */ (this.querySelector("[data-surtitle]"));
    const speaks = this.dataset.state === "playing" || this.dataset.state === "paused";
    if (element) this.#surtitle.show(element, speaks ? t : -1);
  }

  /** @param {number} now seconds */
  #draw(now) {
    const { state } = this.dataset;
    const played =
      this.#piece && (state === "playing" || state === "paused")
        ? { piece: this.#piece, t: this.#clock.now() }
        : null;
    const face = this.#life.face(now, played);
    this.dataset.mouth = face.mouth;
    if (!this.#puppet || !this.#loaded || !this.#screen) return;
    const { canvas } = this.#screen;
    const framing = /** @type {Framing} */ (this.getAttribute("framing") ?? "close");
    const view = viewOf(this.#loaded.rig, canvas.width / canvas.height, framing);
    this.#screen.clear();
    this.#puppet.draw(face, view, canvas.width, canvas.height);
    this.#drawnAt = now;
    this.#frames += 1;
    this.dataset.frames = String(this.#frames);
  }
}

if (!customElements.get("troupe-stage")) customElements.define("troupe-stage", TroupeStage);
