// @ts-check
/** `<troupe-feed>`: one clip to a screen, one playing, the next one loading. */
import { TroupeClip } from "./clip.js";
import { sendJson } from "./http.js";
import { TroupeLike } from "./like.js";
import { Looks } from "./looks.js";
import { pref } from "./prefs.js";
import { TroupeSnippet } from "./snippet.js";
import { clock } from "./watch.js";

const AHEAD = 3; // items left when the next page is fetched
const DOUBLE = 280; // milliseconds between two taps that belong together
const TELL = 10_000; // milliseconds between two batches of looks

export class TroupeFeed extends HTMLElement {
  connectedCallback() {
    const feed = /** @type {HTMLElement | null} */ (this.querySelector('[role="feed"]'));
    if (!feed || this.feed) return;
    this.feed = feed;
    this.aside = document.querySelector("[data-feed-aside]");
    this.next = this.dataset.after ?? "";
    /** @type {HTMLElement | null} */
    this.active = null;
    this.watcher = new IntersectionObserver((entries) => this.see(entries), {
      root: feed,
      threshold: 0.6,
    });
    for (const item of this.items) this.take(item);
    this.addEventListener("click", (event) => {
      const button = event.target instanceof Element && event.target.closest("[data-step]");
      if (button) this.step(Number(button.getAttribute("data-step")));
    });
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("feed-away", (event) => this.away(event));
    this.armLooks();
    // Sound that was chosen on another visit waits for the first touch.
    if (pref("sound") && !navigator.userActivation?.hasBeenActive) {
      this.whisper();
    }
  }

  /** @returns {HTMLElement[]} */
  get items() {
    return [...(this.feed?.querySelectorAll("article") ?? [])];
  }

  whisper() {
    const speak = () => {
      for (const item of this.items) this.clip(item)?.applyPrefs();
      removeEventListener("pointerdown", speak);
      removeEventListener("keydown", speak);
    };
    addEventListener("pointerdown", speak);
    addEventListener("keydown", speak);
  }

  /**
   * @param {HTMLElement} item
   * @returns {TroupeClip | TroupeSnippet | null} what can be played or read
   */
  clip(item) {
    return item.querySelector("troupe-clip, troupe-snippet");
  }

  /** @param {HTMLElement} item */
  take(item) {
    this.watcher?.observe(item);
    const clip = this.clip(item);
    let tapped = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let waiting;
    clip?.addEventListener("click", (event) => {
      if (event.target instanceof Element && event.target.closest("a, button")) return;
      clearTimeout(waiting);
      if (event.timeStamp - tapped < DOUBLE) {
        tapped = 0;
        this.like(item);
      } else {
        tapped = event.timeStamp;
        waiting = setTimeout(() => clip.flip(), DOUBLE);
      }
    });
  }

  /** @param {HTMLElement} item */
  like(item) {
    const like = /** @type {TroupeLike | null} */ (item.querySelector("troupe-like"));
    void like?.set(true);
    const heart = item.querySelector("troupe-like svg")?.cloneNode(true);
    if (!(heart instanceof SVGElement)) return;
    heart.classList.add("clip__heart");
    this.clip(item)?.append(heart);
    heart.addEventListener("animationend", () => heart.remove());
    setTimeout(() => heart.remove(), 900);
  }

  /** @param {IntersectionObserverEntry[]} entries */
  see(entries) {
    for (const entry of entries) {
      const item = /** @type {HTMLElement} */ (entry.target);
      if (entry.isIntersecting) this.enter(item);
      else if (item !== this.active) this.clip(item)?.stop();
    }
  }

  /** @param {HTMLElement} item */
  enter(item) {
    if (item === this.active) return;
    const before = this.active;
    this.glance(before);
    this.active = item;
    this.looks?.enter(document.hidden ? "" : (item.dataset.key ?? ""));
    if (before) {
      this.clip(before)?.stop();
      before.removeAttribute("data-active");
    }
    item.setAttribute("data-active", "");
    const clip = this.clip(item);
    if (clip?.mayBegin) void clip.play();
    else clip?.showState();
    const items = this.items;
    const place = items.indexOf(item);
    const coming = items[place + 1]?.querySelector("video");
    if (coming) coming.preload = "auto";
    if (items.length - place <= AHEAD) void this.more();
    void this.fillAside(item);
  }

  /** What is on screen is told in batches, the last when the page is left. */
  armLooks() {
    const url = this.dataset.looks;
    if (!url) return;
    this.looks = new Looks(
      (looks) => void sendJson(url, { list: this.dataset.list ?? "", looks }),
      () => performance.now() / 1000,
    );
    setInterval(() => this.looks?.flush(), TELL);
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) {
        this.glance(this.active);
        this.looks?.flush();
      } else this.looks?.enter(this.active?.dataset.key ?? "");
    });
    addEventListener("pagehide", () => {
      this.glance(this.active);
      this.looks?.flush();
    });
  }

  /** @param {HTMLElement | null | undefined} item that one looks away from */
  glance(item) {
    const clip = item && this.clip(item);
    this.looks?.leave(clip instanceof TroupeClip ? clip.fraction : 0);
  }

  /**
   * Somebody wants nothing of a creator, or not this post: it goes at once.
   * @param {Event} event
   */
  away(event) {
    const { creator, character } = /** @type {CustomEvent} */ (event).detail;
    const from = event.target instanceof Element ? event.target.closest("article") : null;
    const gone = this.items.filter((item) => {
      if (creator) return item.dataset.creator === creator;
      if (character) return item.dataset.character === character;
      return item === from;
    });
    const next = this.items.find(
      (item) =>
        !gone.includes(item) &&
        from &&
        from.compareDocumentPosition(item) & Node.DOCUMENT_POSITION_FOLLOWING,
    );
    for (const item of gone) {
      this.clip(item)?.stop();
      if (item === this.active) this.active = null;
      item.remove();
    }
    next?.scrollIntoView({ block: "start" });
    next?.focus({ preventScroll: true });
    if (!this.items.length) location.reload();
    else if (this.items.length <= AHEAD) void this.more();
  }

  /** @param {HTMLElement} item */
  async fillAside(item) {
    const template = item.querySelector("template");
    if (!this.aside || !template) return;
    this.aside.replaceChildren(template.content.cloneNode(true));
    const clip = /** @type {TroupeClip | null} */ (item.querySelector("troupe-clip"));
    const box = this.aside.querySelector("[data-transcript]");
    const cues = (await clip?.surtitles?.load()) ?? [];
    if (!box || item !== this.active) return;
    box.replaceChildren(
      ...cues.map((cue) => {
        const line = document.createElement("p");
        const at = document.createElement("span");
        at.className = "num";
        at.textContent = clock(cue.at);
        line.append(at, ` ${cue.words.map((word) => word.text).join(" ")}`);
        return line;
      }),
    );
  }

  /** @param {number} by */
  step(by) {
    const items = this.items;
    const place = this.active ? items.indexOf(this.active) : 0;
    const item = items[Math.min(Math.max(place + by, 0), items.length - 1)];
    item?.scrollIntoView({ block: "start" });
    item?.focus({ preventScroll: true });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const target = event.target instanceof Element ? event.target : null;
    if (event.altKey || event.metaKey || target?.closest("input, textarea, select")) return;
    const { key, ctrlKey } = event;
    if (ctrlKey && (key === "End" || key === "Home")) this.leave(key === "End");
    else if (ctrlKey) return;
    else if (key === "PageDown" || key === "ArrowDown") this.step(1);
    else if (key === "PageUp" || key === "ArrowUp") this.step(-1);
    else if (key === " " && !target?.closest("a, button") && this.active) {
      this.clip(this.active)?.flip();
    } else return;
    event.preventDefault();
  }

  /**
   * The feed has no end, so a key goes past it.
   * @param {boolean} forwards
   */
  leave(forwards) {
    const all = [...document.querySelectorAll("a[href], button")].filter(
      (one) => one instanceof HTMLElement && one.offsetParent !== null && !this.contains(one),
    );
    const after = all.filter(
      (one) => this.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING,
    );
    const goal = forwards ? after[0] : all[all.length - after.length - 1];
    if (goal instanceof HTMLElement) goal.focus();
  }

  async more() {
    if (!this.feed || !this.next || this.loading) return;
    this.loading = true;
    this.feed.setAttribute("aria-busy", "true");
    try {
      const query = new URLSearchParams({
        after: this.next,
        start: String(this.items.length),
      });
      const response = await fetch(`${this.dataset.more}?${query}`);
      if (!response.ok) throw new Error(`The feed answered ${response.status}`);
      const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
      this.next = response.headers.get("X-After") ?? "";
      this.dataset.list = response.headers.get("X-List") ?? "";
      for (const item of parsed.querySelectorAll("article")) {
        const here = document.adoptNode(item);
        this.feed.append(here);
        this.take(here);
      }
      document.dispatchEvent(new CustomEvent("troupe-more"));
    } catch (error) {
      // The next clip that comes on screen asks again.
      console.info(error);
    } finally {
      this.loading = false;
      this.feed.setAttribute("aria-busy", "false");
    }
  }
}

customElements.define("troupe-feed", TroupeFeed);
