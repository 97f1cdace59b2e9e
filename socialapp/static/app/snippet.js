// @ts-check
/** `<troupe-snippet>`: lines of a chat. Read like a clip is watched, and counted like one. */
import { post } from "./http.js";
import { counts } from "./watch.js";

const LONGEST = 120; // seconds that one look can count
const TICK = 500; // milliseconds

export class TroupeSnippet extends HTMLElement {
  /** Seconds that it was in view of a page that somebody looks at. */
  read = 0;
  counted = false;
  told = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  timer;

  connectedCallback() {
    // On a page of its own nobody tells it when it is looked at.
    if (this.hasAttribute("data-alone")) this.play();
  }

  disconnectedCallback() {
    this.stop();
  }

  /** Reading needs no sound and no leave: it begins when it comes on screen. */
  get mayBegin() {
    return true;
  }

  play() {
    if (this.timer) return;
    this.timer = setInterval(() => this.tick(), TICK);
  }

  tick() {
    if (document.hidden) return;
    this.read = Math.min(this.read + TICK / 1000, LONGEST);
    if (!this.counted && counts(this.read, LONGEST)) {
      this.counted = true;
      this.send();
    }
  }

  /** What a script does when it leaves the screen. */
  stop() {
    clearInterval(this.timer);
    this.timer = undefined;
    if (this.counted && !this.told) {
      this.told = true;
      this.send();
    }
    this.told = false;
    this.read = 0;
  }

  // A clip has these as well; there is nothing to pause or to mute in what is read.
  flip() {}
  showState() {}
  applyPrefs() {}

  send() {
    const url = this.dataset.view ?? this.closest("[data-view]")?.getAttribute("data-view");
    if (!url || !this.read) return;
    post(url, { seconds: this.read.toFixed(1), completed: "0" }, { keepalive: true }).catch(() => {
      // A view that was not counted is no reason to disturb anyone.
    });
  }
}

if (!customElements.get("troupe-snippet")) customElements.define("troupe-snippet", TroupeSnippet);
