// @ts-check
/** `<troupe-early>`: a clip that plays while it is made, and hands over to the film. */
import { TroupeClip } from "./clip.js";
import { swap } from "./live.js";
import { follow } from "./progress.js";
import { Segments } from "./segments.js";
import { about } from "./waiting.js";
import { clock } from "./watch.js";

/** @typedef {import("./waiting.js").Progress} Progress */
/** @typedef {import("./waiting.js").Early} Early */

const TICK = 500; // milliseconds between two looks at the time that is left

export class TroupeEarly extends HTMLElement {
  /** When playing may begin, in milliseconds of this page. */
  due = 0;
  begun = false;
  /** It was finished while it played: the page changes afterwards. */
  late = false;
  /** What was last told of the time that is left. */
  told = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  soon;

  connectedCallback() {
    const clip = this.querySelector("troupe-clip");
    // Where both come in at once, whoever is inside is upgraded later.
    if (clip) customElements.upgrade(clip);
    const video = this.querySelector("video");
    if (!(clip instanceof TroupeClip) || !video || this.segments) return;
    this.clip = clip;
    this.video = video;
    this.segments = new Segments(video);
    this.segments.onshown = () => this.reveal();
    const stop = follow(this.dataset.key ?? "", (p) => this.hear(p), this.dataset.poll ?? "");
    /** @param {Event} event */
    const hold = (event) => this.hold(event);
    document.addEventListener("ladder-swap", hold);
    const timer = setInterval(() => this.tick(), TICK);
    this.leave = () => {
      stop();
      document.removeEventListener("ladder-swap", hold);
      clearInterval(timer);
      clearTimeout(this.soon);
    };
    for (const end of ["ended", "pause"]) video.addEventListener(end, () => this.handOver());
    video.addEventListener("waiting", () => {
      if (this.late && this.segments?.lost) this.handOver();
    });
    video.addEventListener("seeking", () => this.tick());
  }

  disconnectedCallback() {
    this.leave?.();
    this.segments?.close();
  }

  /** @param {Progress} progress */
  hear(progress) {
    const { state, live } = progress;
    if (live) this.feed(live);
    else if (state === "ready") {
      this.segments?.rest();
      this.querySelector("[data-making]")?.setAttribute("hidden", "");
    } else if (state !== "rendering" && state !== "queued") this.over();
  }

  /** @param {Early} live */
  feed(live) {
    this.live = live;
    this.expect(live);
    this.segments?.feed(live);
    const { surtitles } = this.clip ?? {};
    if (surtitles && surtitles.url !== live.captions) {
      surtitles.url = live.captions;
      surtitles.loading = null;
      void surtitles.load();
    }
    this.measure();
    this.tick();
  }

  /**
   * News of the progress repeat what was said when the newest segment came; the time
   * that has passed since then counts.
   * @param {Early} live
   */
  expect({ run, count, total, starts_in }) {
    const told = JSON.stringify([run, count, total, starts_in]);
    if (this.begun || told === this.told) return;
    this.told = told;
    this.due = performance.now() + 1000 * starts_in;
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.tick(), 1000 * starts_in);
  }

  /** The first second is there: the portrait makes room for it. */
  reveal() {
    if (!this.clip || !this.live || !this.clip.hidden) return;
    this.clip.hidden = false;
    this.querySelector("[data-wings]")?.setAttribute("hidden", "");
    this.measure();
    this.tick();
  }

  /** How long the whole will be, as far as that is known. */
  measure() {
    if (!this.live) return;
    const seek = this.querySelector("[data-seek]");
    if (seek instanceof HTMLInputElement) seek.max = this.live.total.toFixed(2);
    const total = this.querySelector("[data-total]");
    if (total) total.textContent = clock(this.live.total);
  }

  /** Begin when it will not stop again, unless the person has begun by themselves. */
  tick() {
    const { clip, video } = this;
    if (!clip || !video || clip.hidden || this.late) return;
    this.begun ||= video.currentTime > 0 || !video.paused;
    const wait = Math.ceil((this.due - performance.now()) / 1000);
    if (this.begun) this.say("");
    else if (wait > 0) this.say(`Starts in ${about(wait)}, so that it does not stop again.`);
    else if (clip.mayBegin) {
      this.begun = true;
      this.say("");
      void clip.play();
    } else this.say("You can watch it while it is made.");
  }

  /**
   * The ladder is about to fetch the finished page.
   * @param {Event} event
   */
  hold(event) {
    const { video } = this;
    const ready = event.target instanceof HTMLElement && event.target.dataset.state === "ready";
    if (!ready) return this.over();
    if (!video || video.paused || video.ended) return this.remember();
    event.preventDefault();
    this.late = true;
    this.say("It is finished. The page changes when it has played.");
  }

  /** It has played, or was paused: the film takes over where it stands. */
  handOver() {
    if (!this.late) return;
    this.late = false;
    this.remember();
    void swap("clip");
  }

  /** The film of the finished page stands where this one stood. */
  remember() {
    const at = this.video?.ended ? 0 : (this.video?.currentTime ?? 0);
    const region = this.closest("[data-live]")?.parentElement;
    if (!at || !region) return;
    const watcher = new MutationObserver(() => {
      const film = region.querySelector("[data-live] troupe-clip video");
      if (!(film instanceof HTMLVideoElement) || film === this.video) return;
      watcher.disconnect();
      const jump = () => (film.currentTime = at);
      if (film.readyState) jump();
      else film.addEventListener("loadedmetadata", jump, { once: true });
    });
    watcher.observe(region, { childList: true });
  }

  /** It was stopped, held or failed: nothing of it stays in sight. */
  over() {
    this.segments?.close();
    if (!this.clip || this.clip.hidden) return;
    this.video?.pause();
    this.clip.hidden = true;
    this.querySelector("[data-wings]")?.removeAttribute("hidden");
    this.say("");
  }

  /** @param {string} words */
  say(words) {
    const line = this.querySelector("[data-early-line]");
    if (!(line instanceof HTMLElement) || line.textContent === words) return;
    line.textContent = words;
    line.hidden = !words;
  }
}

customElements.define("troupe-early", TroupeEarly);
