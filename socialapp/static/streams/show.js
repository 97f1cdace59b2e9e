// @ts-check
/**
 * ``<troupe-show>``: one to three characters on one stage, live or from the log.
 *
 * Attributes: ``socket`` (address of a stream's socket: live), ``events`` (address of its
 * log: a replay, where there is no socket), ``spotlight`` (``off``: everybody is lit
 * alike). Inside it a page puts the cast as JSON in a ``script[data-cast]``, by seat the
 * ``name`` and the addresses of ``rig`` and ``portrait``; an ``<img class="stage__bg">``
 * where there is a background; and a ``[data-surtitle]`` for what is said.
 *
 * Says, bubbling: ``show-event`` (each event of the protocol, the welcome first),
 * ``show-state`` (connecting, waiting, live, paused, ended, lost; of a replay: waiting,
 * live, paused, ended, lost), ``show-line`` (``{line, seat, name, text, at, seconds}``),
 * ``show-line-end`` (``{line}``), ``show-time`` (seconds, at most ten a second). Its
 * dataset tells state, drawn (webgl or plain), frames, line, time, opening, lipOffsetMs.
 */

import { wantsCalm } from "../stage/calm.js";
import { Sight } from "../stage/screen.js";
import { Surtitle } from "../stage/surtitle.js";
import { reading } from "./house-clock.js";
import { Picture } from "./picture.js";
import { Player } from "./player.js";
import { Log, ReplayClock } from "./replay.js";
import { Refused, Socket } from "./socket.js";
import { Sound } from "./sound.js";

/** @import { Line } from "./lines.js" */
/** @import { Actor } from "./picture.js" */

/** @typedef {"connecting" | "waiting" | "live" | "paused" | "ended" | "lost"} State */

/** Between two looks at what is due, for pages that draw nothing. Milliseconds. */
const LOOK = 250;
/** Idling is drawn at most this often. */
const IDLE_FPS = 30;
const TIMES_A_SECOND = 10;
/** Who enters waits this long for the clock to be known. Seconds. */
const PATIENCE = 1.2;
/** After no look for this long the computer slept, and its clocks may have. Seconds. */
const SLEPT = 5;

export class TroupeShow extends HTMLElement {
  #sound = new Sound();
  #surtitle = new Surtitle();
  #replay = new ReplayClock();
  #player = this.#newPlayer();
  /** @type {Socket | null} */ #socket = null;
  /** @type {Log | null} */ #log = null;
  /** @type {Picture | null} */ #picture = null;
  /** @type {Sight | null} */ #sight = null;
  /** @type {Record<string, Actor>} */ #cast = {};
  /** @type {State | ""} What it is when the last line is over. */ #ending = "";
  /** When the clock must do as it is; 0: it is known. */
  #unsettled = 0;
  #captions = true;
  #request = 0;
  /** @type {ReturnType<typeof setInterval> | undefined} */ #looks;
  #lookedAt = 0;
  #drawnAt = 0;
  #frames = 0;
  #tenth = -1;

  connectedCallback() {
    const cast = this.querySelector("script[data-cast]")?.textContent;
    this.#cast = JSON.parse(cast || "{}");
    this.dataset.drawn = "plain";
    this.#player = this.#newPlayer();
    this.#picture = new Picture(this, this.#cast, (drawn) => {
      this.dataset.drawn = drawn;
      // At once: the portraits are gone, and nothing else is there yet.
      this.#draw(reading());
      this.#wake();
    });
    this.#picture.load().catch((error) => console.warn("troupe-show:", error));
    this.#sight = new Sight(this, {
      resized: () => this.#picture?.fit() && this.#draw(reading()),
      changed: () => this.#back(),
    });
    addEventListener("online", this.#back);
    this.#lookedAt = reading();
    this.#looks = setInterval(() => this.#tick(), LOOK);
    if (this.hasAttribute("socket")) this.#watch();
    else if (this.hasAttribute("events")) this.#open();
  }

  disconnectedCallback() {
    removeEventListener("online", this.#back);
    clearInterval(this.#looks);
    cancelAnimationFrame(this.#request);
    this.#request = 0;
    this.#sight?.close();
    this.#socket?.close();
    this.#player.hush();
    this.#sound.close();
    this.#picture?.close();
    this.#socket = this.#log = this.#picture = this.#sight = null;
    this.#replay = new ReplayClock();
    this.#ending = "";
  }

  // What a page does ------------------------------------------------------------

  /** Call it in a gesture: browsers allow sound only there. */
  unlock() {
    this.#sound.unlock().then(
      () => this.#tick(),
      () => {},
    );
  }

  get muted() {
    return this.#sound.muted;
  }

  set muted(value) {
    this.#sound.muted = value;
  }

  get captions() {
    return this.#captions;
  }

  set captions(value) {
    this.#captions = value;
    this.#caption();
  }

  /** Seconds of the stream's clock. */
  get clock() {
    return this.#now();
  }

  /** Length of a replay, as far as it is known; of a live stream, how long it runs. */
  get seconds() {
    return this.#log ? this.#log.seconds : this.#now();
  }

  get playing() {
    return this.#log ? this.#replay.running : this.dataset.state === "live";
  }

  /** @param {string} text */
  say(text) {
    return this.#socket?.say(text) ?? Promise.reject(closed());
  }

  /** @param {number} topic */
  vote(topic) {
    return this.#socket?.vote(topic) ?? Promise.reject(closed());
  }

  /** @param {string} name heart, laugh, wow, clap or cry */
  react(name) {
    return this.#socket?.react(name) ?? Promise.reject(closed());
  }

  /** A replay: go on; from the start when it is over. */
  async play() {
    if (!this.#log || this.#replay.running) return;
    this.unlock();
    if (this.dataset.state === "ended") await this.seek(0);
    if (!(await this.#reach(this.#replay.now()))) return;
    this.#replay.start();
    this.#setState("live");
    this.#tick();
  }

  /** A replay: hold. */
  pause() {
    if (!this.#log || !this.#replay.running) return;
    this.#replay.stop();
    this.#setState("paused");
    this.#tick();
  }

  /** @param {number} t seconds of the stream's clock */
  async seek(t) {
    const log = this.#log;
    if (!log) return;
    const { running } = this.#replay;
    if (running) this.#replay.stop();
    this.#replay.seek(Math.max(0, t));
    if (!(await this.#reach(t))) return;
    this.#replay.seek(Math.min(Math.max(0, t), log.seconds));
    this.#player.join();
    if (running) this.#replay.start();
    if (this.dataset.state === "ended") this.#setState(running ? "live" : "paused");
    this.#tick();
  }

  // Where it comes from ---------------------------------------------------------

  #watch() {
    const url = new URL(this.getAttribute("socket") ?? "", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    this.#setState("connecting");
    this.#socket = new Socket(url.href, {
      event: (event) => this.#heard(event),
      away: (lost) => {
        if (this.dataset.state !== "ended") this.#setState(lost ? "lost" : "connecting");
      },
    });
    this.#socket.connect();
  }

  #open() {
    this.#log = new Log(this.getAttribute("events") ?? "", (event) => {
      this.#player.lines.take(event, -Infinity);
      this.#tell("show-event", event);
    });
    this.#setState("waiting");
    this.#log.measure().catch(() => {});
    void this.#reach(0).then((there) => there && this.#setState("paused"));
  }

  /** @param {number} t @returns {Promise<boolean>} whether the log is read as far as that */
  async #reach(t) {
    try {
      await this.#log?.reach(t);
      return this.#log !== null;
    } catch (error) {
      console.warn("troupe-show:", error);
      this.#replay.stop();
      this.#setState("lost");
      return false;
    }
  }

  /** @param {any} event of the socket */
  #heard(event) {
    if ("seq" in event) this.#player.lines.take(event, this.#now());
    switch (event.kind) {
      case "welcome":
        if (this.#picture) this.#picture.stage = event.stage;
        if (!event.resumed) this.#unsettled = reading() + PATIENCE;
        if (event.state !== "ended") this.#setState(event.state === "scheduled" ? "waiting" : event.state);
        break;
      case "pong":
        this.#settle();
        break;
      case "pose":
        this.#picture?.pose(event);
        break;
      case "stream-started":
      case "stream-resumed":
        this.#setState("live");
        break;
      case "stream-paused":
        this.#setState("paused");
        break;
      case "stream-ended":
        this.#ending = "ended";
        break;
      default:
    }
    this.#tell("show-event", event);
    this.#tick();
  }

  /** The clock is known, or has to do: enter at this moment. */
  #settle() {
    if (!this.#unsettled) return;
    this.#unsettled = 0;
    this.#player.join();
  }

  // Time ------------------------------------------------------------------------

  #newPlayer() {
    return new Player(this.#sound, () => this.#now(), {
      begun: (line) => this.#begun(line),
      ended: (line) => this.#ended(line),
    });
  }

  #now() {
    return this.#log ? this.#replay.now() : (this.#socket?.clock.now() ?? 0);
  }

  /** Bring everything up to date, drawn or not. */
  #tick() {
    const now = reading();
    const slept = now - this.#lookedAt > SLEPT;
    this.#lookedAt = now;
    if (slept) this.#socket?.resync();
    if (this.#log) this.#tickReplay();
    else if (this.#unsettled && now < this.#unsettled) return;
    else {
      this.#settle();
      this.#player.tick();
    }
    if (this.#ending && !this.#player.playing && !this.#player.schedule.next()) {
      this.#setState("ended");
      this.#ending = "";
    }
    const clock = this.#now();
    this.dataset.time = clock.toFixed(2);
    const tenth = Math.floor(clock * TIMES_A_SECOND);
    if (tenth !== this.#tenth) this.#tell("show-time", clock);
    this.#tenth = tenth;
    this.#caption();
    // Portraits are lit and listen too, though nothing is drawn.
    if (this.#picture?.alive) this.#wake();
    else this.#draw(reading());
  }

  #tickReplay() {
    const log = this.#log;
    if (!log) return;
    if (!this.#replay.running) return this.#player.tick({ forget: false, silent: true });
    const now = this.#replay.now();
    void this.#reach(now);
    if (!log.whole && now > log.reached) {
      // Read too slowly: wait for it.
      this.#replay.seek(log.reached);
    }
    this.#player.tick({ forget: false });
    if (log.whole && now >= log.seconds) {
      this.#replay.stop();
      this.#replay.seek(log.seconds);
      this.#player.join();
      this.#setState("ended");
    }
  }

  /** Seen again, or the network is back. */
  #back = () => {
    if (document.hidden) return;
    this.#socket?.hurry();
    this.#tick();
  };

  /** @param {Line} line */
  #begun(line) {
    this.dataset.line = String(line.line);
    const name = this.#cast[line.seat]?.name ?? "";
    this.#surtitle.load(line.part()?.captions ?? [], name);
    const { seat, text, at, seconds } = line;
    this.#tell("show-line", { line: line.line, seat, name, text, at, seconds });
  }

  /** @param {Line} line */
  #ended(line) {
    delete this.dataset.line;
    delete this.dataset.lipOffsetMs;
    this.#tell("show-line-end", { line: line.line });
  }

  #caption() {
    const element = /** @type {HTMLElement | null} */ (this.querySelector("[data-surtitle]"));
    if (!element) return;
    const { playing } = this.#player;
    this.#surtitle.show(element, playing && this.#captions ? this.#player.position() : -1);
  }

  // Drawing ---------------------------------------------------------------------

  #wake() {
    if (this.#request || document.hidden || !this.#sight?.seen || !this.#picture?.alive) return;
    this.#request = requestAnimationFrame(() => {
      this.#request = 0;
      if (!this.isConnected) return;
      const now = reading();
      if (this.#player.playing) this.#tick();
      const idles = !this.#player.playing || (this.#log && !this.#replay.running);
      if (!idles || now - this.#drawnAt >= 1 / IDLE_FPS) this.#draw(now);
      this.#wake();
    });
  }

  /** @param {number} now */
  #draw(now) {
    this.#drawnAt = now;
    const offset = this.#player.offset();
    const drawn = this.#picture?.draw({
      now,
      clock: this.#now(),
      playing: this.#player.playing,
      position: this.#player.position(),
      calm: wantsCalm(),
      spotlight: this.getAttribute("spotlight") !== "off",
    });
    if (offset !== null) this.dataset.lipOffsetMs = (1000 * offset).toFixed(1);
    this.dataset.opening = (this.#picture?.opening ?? 0).toFixed(3);
    if (!drawn) return;
    this.#frames += 1;
    this.dataset.frames = String(this.#frames);
  }

  /** @param {State} state */
  #setState(state) {
    if (this.dataset.state === state) return;
    this.dataset.state = state;
    this.#tell("show-state", state);
  }

  /**
   * @param {string} name
   * @param {unknown} detail
   */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }
}

function closed() {
  return new Refused({ code: "closed", detail: "Nobody listens: this is not live." });
}

if (!customElements.get("troupe-show")) customElements.define("troupe-show", TroupeShow);
