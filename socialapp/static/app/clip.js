// @ts-check
/** `<troupe-clip>`: a video with our captions, sound choice and controls. */
import { post } from "./http.js";
import { icon, setIcon } from "./icons.js";
import { calm, pref, setPref, speed } from "./prefs.js";
import { Surtitles } from "./surtitles.js";
import { clock, counts } from "./watch.js";

export class TroupeClip extends HTMLElement {
  /** Seconds watched since the clip came on screen. */
  watched = 0;
  last = 0;
  counted = false;
  told = false;
  /** The person pressed pause: no script starts this clip again. */
  held = false;
  wasPlaying = false;

  connectedCallback() {
    if (this.video) return;
    const video = this.querySelector("video");
    const box = /** @type {HTMLElement | null} */ (this.querySelector("[data-surtitle]"));
    if (!video || !box) return;
    this.video = video;
    this.surtitles = new Surtitles(video, box, this.dataset.captions ?? "");
    this.big = /** @type {HTMLElement | null} */ (this.querySelector("[data-play]"));
    this.toggler = /** @type {HTMLElement | null} */ (this.querySelector("[data-toggle]"));
    this.bar = /** @type {HTMLProgressElement | null} */ (this.querySelector("[data-bar]"));
    this.seek = /** @type {HTMLInputElement | null} */ (this.querySelector("[data-seek]"));
    this.time = this.querySelector("[data-time]");

    this.big?.addEventListener("click", () => void this.start());
    this.toggler?.addEventListener("click", () => this.flip());
    this.seek?.addEventListener("input", () => {
      video.currentTime = Number(this.seek?.value);
    });
    video.addEventListener("play", () => this.showState());
    video.addEventListener("pause", () => this.showState());
    video.addEventListener("timeupdate", () => this.tick());
    video.addEventListener("error", () => this.breakDown());
    for (const [event, waits] of /** @type {const} */ ([
      ["waiting", true],
      ["playing", false],
      ["emptied", false],
    ])) {
      video.addEventListener(event, () => this.toggleAttribute("data-waits", waits));
    }
    this.beginAt(video);
    if (this.toggler) video.addEventListener("click", () => this.flip());
    this.applyPrefs();
    this.onPref = () => this.applyPrefs();
    document.addEventListener("troupe-pref", this.onPref);
    if (this.dataset.at) this.begin(video, Number(this.dataset.at));
    this.onHide = () => this.hide();
    document.addEventListener("visibilitychange", this.onHide);
  }

  disconnectedCallback() {
    if (this.onPref) document.removeEventListener("troupe-pref", this.onPref);
    if (this.onHide) document.removeEventListener("visibilitychange", this.onHide);
  }

  /**
   * Whoever came for a line hears it, unless they asked for less movement.
   * @param {HTMLVideoElement} video
   * @param {number} at seconds
   */
  begin(video, at) {
    const jump = () => {
      video.currentTime = at;
      if (this.mayBegin) void this.play();
    };
    if (video.readyState >= HTMLMediaElement.HAVE_METADATA) jump();
    else video.addEventListener("loadedmetadata", jump, { once: true });
  }

  applyPrefs() {
    if (this.video) {
      this.video.muted = !pref("sound");
      this.video.defaultPlaybackRate = speed();
      this.video.playbackRate = speed();
    }
    this.surtitles?.show(pref("captions"));
  }

  /**
   * A page of one clip may be opened at a second of it: `?t=12`.
   * @param {HTMLVideoElement} video
   */
  beginAt(video) {
    const second = Number(new URLSearchParams(location.search).get("t"));
    if (!this.toggler || !(second > 0)) return;
    const go = () => {
      if (second < video.duration) video.currentTime = second;
    };
    if (video.readyState) go();
    else video.addEventListener("loadedmetadata", go, { once: true });
  }

  /**
   * In a feed few clips at a time have their film: those near the screen.
   * @param {boolean} ahead fetch it before it is asked for
   */
  give(ahead) {
    const url = this.dataset.video;
    if (!this.video || !url) return;
    this.video.preload = ahead ? "auto" : "none";
    if (!this.video.hasAttribute("src")) this.video.src = url;
  }

  /** Let go of the film and of what was decoded of it; the poster stays. */
  release() {
    if (!this.video?.hasAttribute("src") || !this.dataset.video) return;
    this.stop();
    this.video.removeAttribute("src");
    this.video.preload = "none";
    this.video.load();
  }

  /** The film did not come, or cannot be read: say so, and offer to try again. */
  breakDown() {
    if (!this.video?.hasAttribute("src") || this.hasAttribute("data-broken")) return;
    this.toggleAttribute("data-broken", true);
    if (this.big) this.big.hidden = true;
    if (!this.dataset.video) return;
    const box = document.createElement("div");
    box.className = "clip__fault";
    box.setAttribute("role", "status");
    const words = document.createElement("p");
    words.textContent = "This clip did not load.";
    const again = document.createElement("button");
    again.type = "button";
    again.className = "btn btn--sm";
    again.append(icon("refresh-cw"), "Try again");
    again.addEventListener("click", () => {
      box.remove();
      this.removeAttribute("data-broken");
      this.release();
      void this.start();
      this.closest("article")?.focus({ preventScroll: true });
    });
    box.append(words, again);
    this.append(box);
  }

  hide() {
    if (!this.video) return;
    if (document.hidden && !this.video.paused) {
      this.wasPlaying = true;
      this.video.pause();
    } else if (!document.hidden && this.wasPlaying) {
      this.wasPlaying = false;
      void this.play();
    }
  }

  /** A person asked for it. */
  start() {
    this.held = false;
    return this.play();
  }

  /** Play; muted when the browser allows no sound yet, or show the big button. */
  async play() {
    const { video } = this;
    if (!video || this.hasAttribute("data-broken")) return;
    this.give(true);
    try {
      await video.play();
    } catch (error) {
      // AbortError: paused again before it began. Nothing to mend.
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
      video.muted = true;
      // Nobody hears it: the words are there to be read.
      this.surtitles?.show(true);
      await video.play().catch(() => this.showState());
    }
  }

  /** What a script does when the clip leaves the screen. */
  stop() {
    this.video?.pause();
    this.tell();
    if (this.video?.currentTime) this.video.currentTime = 0;
    this.held = false;
    this.told = false;
    this.watched = 0;
  }

  flip() {
    if (!this.video) return;
    if (this.video.paused) void this.start();
    else {
      this.held = true;
      this.video.pause();
    }
  }

  /** Nothing begins by itself for those who asked for less movement or less data. */
  get mayBegin() {
    return !calm() && !this.held && pref("autoplay") && !pref("saver");
  }

  showState() {
    if (!this.video) return;
    const { paused } = this.video;
    this.toggleAttribute("data-playing", !paused);
    if (this.big) this.big.hidden = !paused || this.hasAttribute("data-broken");
    if (this.toggler) {
      setIcon(this.toggler, paused ? "play" : "pause");
      this.toggler.setAttribute("aria-label", paused ? "Play" : "Pause");
    }
  }

  tick() {
    const { video } = this;
    if (!video) return;
    const { currentTime, duration } = video;
    const step = currentTime - this.last;
    this.last = currentTime;
    if (step > 0 && step < 1) this.watched += step;
    if (this.bar && duration) this.bar.value = (100 * currentTime) / duration;
    if (this.seek) {
      this.seek.value = String(currentTime);
      this.seek.setAttribute("aria-valuetext", `${clock(currentTime)} of ${clock(duration)}`);
    }
    if (this.time) this.time.textContent = clock(currentTime);
    if (!this.counted && counts(this.watched, duration)) {
      this.counted = true;
      this.send();
    }
  }

  /** How much of it was watched, 0 to 1. */
  get fraction() {
    const duration = this.video?.duration;
    return duration ? Math.min(1, this.watched / duration) : 0;
  }

  /** Say how long it was, once, for those who stayed past the count. */
  tell() {
    if (this.counted && !this.told && this.video && this.watched > 0) {
      this.told = true;
      this.send();
    }
  }

  send() {
    const url = this.dataset.view ?? this.closest("[data-view]")?.getAttribute("data-view");
    const duration = this.video?.duration;
    if (!url || !duration) return;
    const seconds = Math.min(this.watched, duration);
    const completed = this.watched >= duration * 0.95;
    post(
      url,
      { seconds: seconds.toFixed(1), completed: completed ? "1" : "0" },
      { keepalive: true },
    ).catch(() => {
      // A view that was not counted is no reason to disturb anyone.
    });
  }
}

/** Every sound and caption button of the page says and shows how things are. */
export function showPrefs() {
  const sound = pref("sound");
  const captions = pref("captions");
  for (const button of document.querySelectorAll("[data-sound]")) {
    button.setAttribute("aria-pressed", String(sound));
    setIcon(button, sound ? "volume-2" : "volume-x");
  }
  for (const button of document.querySelectorAll("[data-captions-toggle]")) {
    button.setAttribute("aria-pressed", String(captions));
  }
}

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest("[data-sound]")) setPref("sound", !pref("sound"));
  if (target?.closest("[data-captions-toggle]")) setPref("captions", !pref("captions"));
});
document.addEventListener("troupe-pref", showPrefs);
document.addEventListener("troupe-more", showPrefs);
if (!customElements.get("troupe-clip")) customElements.define("troupe-clip", TroupeClip);
showPrefs();
