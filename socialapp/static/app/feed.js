// @ts-check
/** `<troupe-feed>`: one clip to a screen, one playing, the next one loading. */
import { TroupeClip } from "./clip.js";
import { Aside } from "./feed-aside.js";
import { armKeys } from "./feed-keys.js";
import { Tail } from "./feed-tail.js";
import { Touch } from "./feed-touch.js";
import { sendJson } from "./http.js";
import { TroupeLike } from "./like.js";
import { Looks } from "./looks.js";
import { calm, pref } from "./prefs.js";
import { TroupeSnippet } from "./snippet.js";
import { Standing } from "./standing.js";
import { takeDown } from "./taken-down.js";
import { toast } from "./toast.js";
import { Wheel } from "./wheel.js";

const AHEAD = 3; // items left when the next page is fetched
const EMPTY = 4; // pages with nothing on them that are fetched one after another
const DOUBLE = 280; // milliseconds between two taps that belong together
const TELL = 10_000; // milliseconds between two batches of looks
const TRAVEL = 1200; // milliseconds after which a step has surely arrived
const NEAR = [-1, 0, 1]; // places from the one on screen that have their film
const ASKED = [-2, 8]; // places from the one on screen that are asked about

export class TroupeFeed extends HTMLElement {
  connectedCallback() {
    const list = /** @type {HTMLElement | null} */ (this.querySelector('[role="feed"]'));
    const house = /** @type {HTMLElement | null} */ (this.querySelector("[data-house]"));
    if (!list || !house || this.list) return;
    this.list = list;
    this.house = house;
    this.next = this.dataset.after ?? "";
    /** @type {HTMLElement | null} on screen */
    this.active = null;
    /** @type {HTMLElement | null} where a step leads, until it is there */
    this.goal = null;
    /** @type {Element | null} the house's words that the feed rests for today */
    this.rests = null;
    this.aside = new Aside(document.querySelector("[data-feed-aside]"));
    this.tail = new Tail(this, () => void this.more());
    this.watcher = new IntersectionObserver((entries) => this.see(entries), {
      root: house,
      threshold: 0.6,
    });
    for (const item of this.items) this.take(item);
    if (this.tail.box) this.watcher.observe(this.tail.box);
    if (!this.next) this.tail.show("end");
    else if (!this.items.length) void this.more();
    this.addEventListener("click", (event) => {
      const button = event.target instanceof Element && event.target.closest("[data-step]");
      if (button) this.step(Number(button.getAttribute("data-step")));
    });
    armKeys(this);
    this.armWheel();
    this.armTouch();
    this.armLooks();
    this.armStanding();
    document.addEventListener("feed-away", (event) => this.away(event));
    document.addEventListener("troupe-pref", (event) => this.heed(event));
    // Sound that was chosen on another visit waits for the first touch.
    if (pref("sound") && !navigator.userActivation?.hasBeenActive) this.whisper();
  }

  /** @returns {HTMLElement[]} */
  get items() {
    return [...(this.list?.querySelectorAll(":scope > article") ?? [])].filter(
      (item) => item instanceof HTMLElement,
    );
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
      if (item === this.tail?.box) {
        if (entry.isIntersecting && !this.goal) this.rest();
      } else if (entry.isIntersecting) this.enter(item);
      else if (item !== this.active) this.clip(item)?.stop();
    }
  }

  /** @param {HTMLElement} item */
  enter(item) {
    // What a step passes on its way does not begin.
    if (this.goal && item !== this.goal) return;
    this.goal = null;
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
    this.serve();
    this.begin();
    const left = this.items.length - this.items.indexOf(item);
    if (left <= (pref("saver") ? 1 : AHEAD)) void this.more();
    this.aside?.fill(item);
    if (before) this.keepPlace();
  }

  /** No clip is on screen: what comes after the last one is. */
  rest() {
    if (!this.active) return;
    this.glance(this.active);
    this.clip(this.active)?.stop();
    this.active.removeAttribute("data-active");
    this.active = null;
    this.aside?.clear();
  }

  begin() {
    const clip = this.active && this.clip(this.active);
    if (clip?.mayBegin) void clip.play();
    else clip?.showState();
  }

  /** Films for the clip on screen, the next and the last one; of the others none. */
  serve() {
    const items = this.items;
    const place = this.active ? items.indexOf(this.active) : items.length - 1;
    items.forEach((item, at) => {
      const clip = this.clip(item);
      if (!(clip instanceof TroupeClip)) return;
      const near = NEAR.includes(at - place) && !(pref("saver") && at !== place);
      if (near) clip.give(at > place && !pref("saver"));
      else clip.release();
    });
  }

  /** The address names the clip on screen: reload, back and forward come back to it. */
  keepPlace() {
    clearTimeout(this.placing);
    this.placing = setTimeout(() => {
      const key = this.active?.dataset.key;
      if (key) history.replaceState(history.state, "", `?at=${key}`);
    }, 400);
  }

  /** @param {Event} event what was chosen: it counts at once */
  heed(event) {
    const { name } = /** @type {CustomEvent} */ (event).detail;
    if (name !== "autoplay" && name !== "saver") return;
    this.serve();
    this.begin();
  }

  armWheel() {
    const wheel = new Wheel();
    this.house?.addEventListener(
      "wheel",
      (event) => {
        const { deltaY, deltaX, deltaMode, ctrlKey, timeStamp } = event;
        // Zooming, and what scrolls sideways, is not ours.
        if (ctrlKey || Math.abs(deltaX) > Math.abs(deltaY)) return;
        const inner = event.target instanceof Element && event.target.closest(".said--feed");
        const room = inner ? inner.scrollHeight - inner.clientHeight - inner.scrollTop : 0;
        if (inner && (deltaY > 0 ? room > 1 : inner.scrollTop > 1)) return;
        event.preventDefault();
        const by = wheel.turn(deltaY * [1, 16, 800][deltaMode], timeStamp);
        if (by) this.step(by);
      },
      { passive: false },
    );
  }

  armTouch() {
    if (!this.house) return;
    const places = () => [...this.items, ...(this.tail?.box ? [this.tail.box] : [])];
    this.touch = new Touch(this.house, places, () => (this.goal = null));
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

  armStanding() {
    const url = this.dataset.standing;
    if (!url) return;
    const keys = () => {
      const items = this.items;
      const place = this.active ? items.indexOf(this.active) : 0;
      return items
        .slice(Math.max(0, place + ASKED[0]), place + ASKED[1])
        .filter((item) => !("gone" in item.dataset))
        .map((item) => item.dataset.key ?? "");
    };
    this.standing = new Standing(url, keys, (gone, hidden) => {
      for (const item of this.items) {
        if (gone.includes(item.dataset.key ?? "")) takeDown(item, this.clip(item));
      }
      this.drop(this.items.filter((item) => hidden.includes(item.dataset.key ?? "")));
      if (this.active && gone.includes(this.active.dataset.key ?? "")) {
        toast("This clip was taken down.", "info");
        this.aside?.clear();
      }
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
    const { creator, character, post } = /** @type {CustomEvent} */ (event).detail;
    this.drop(
      this.items.filter((item) => {
        if (creator) return item.dataset.creator === creator;
        if (character && item.dataset.character === character) return true;
        return post ? item.dataset.key === post : item === this.active;
      }),
    );
    // Whoever is hidden may play in others of them too, beside somebody.
    if (character) void this.standing?.ask();
  }

  /** @param {HTMLElement[]} gone */
  drop(gone) {
    if (!gone.length) return;
    const items = this.items;
    const left = items.filter((item) => !gone.includes(item));
    const from = this.active ? items.indexOf(this.active) : 0;
    const away = !this.active || gone.includes(this.active);
    const focused = gone.some((item) => item.contains(document.activeElement));
    const next = left.find((item) => items.indexOf(item) > from) ?? left.at(-1);
    for (const item of gone) {
      const clip = this.clip(item);
      if (clip instanceof TroupeClip) clip.release();
      else clip?.stop();
      item.remove();
    }
    this.count();
    if (!left.length) {
      location.assign(location.pathname);
      return;
    }
    if (away) this.active = null;
    if (next && (away || focused)) {
      this.go(next, "instant");
      // A sheet that closes meanwhile gives the focus back to what is gone.
      setTimeout(() => {
        if (document.activeElement === document.body) next.focus({ preventScroll: true });
      }, 300);
    }
    else this.active?.scrollIntoView({ block: "start", behavior: "instant" });
    if (left.length <= AHEAD) void this.more();
  }

  /** @param {number} by */
  step(by) {
    const items = this.items;
    const from = this.goal ?? this.active;
    const place = (from ? items.indexOf(from) : items.length) + by;
    if (place >= items.length && this.tail?.focus()) return;
    const item = items[Math.min(Math.max(place, 0), items.length - 1)];
    if (item) this.go(item);
  }

  /** @param {number} place from 0; -1 is the last one that is here */
  goTo(place) {
    const item = this.items.at(place);
    if (item) this.go(item, "instant");
  }

  /**
   * @param {HTMLElement} item
   * @param {ScrollBehavior} [behavior]
   */
  go(item, behavior = calm() ? "instant" : "smooth") {
    item.focus({ preventScroll: true });
    this.touch?.free();
    this.goal = item;
    this.enter(item);
    this.goal = item;
    clearTimeout(this.travelling);
    this.travelling = setTimeout(() => this.settle(), TRAVEL);
    item.scrollIntoView({ block: "start", behavior });
  }

  /** A step that was held up on its way ends where it is. */
  settle() {
    this.goal = null;
    const box = this.house?.getBoundingClientRect();
    const middle = box ? box.top + box.height / 2 : 0;
    const here = this.items.find((item) => {
      const { top, bottom } = item.getBoundingClientRect();
      return top <= middle && middle < bottom;
    });
    if (here) this.enter(here);
  }

  /** After something went or came, every place is numbered anew. */
  count() {
    const items = this.items;
    // A feed without articles is none.
    if (this.list) this.list.hidden = !items.length;
    items.forEach((item, at) => {
      item.setAttribute("aria-posinset", String(at + 1));
      item.setAttribute("aria-setsize", this.next ? "-1" : String(items.length));
    });
  }

  /** The next articles. Of a list that is searched as one reads, a page may be empty and
   * not the last: then the ones after it are asked for, `EMPTY` at a time. */
  async more() {
    if (!this.list || !this.next || this.loading) return;
    this.loading = true;
    this.list.setAttribute("aria-busy", "true");
    this.tail?.show("wait");
    try {
      /** @type {HTMLElement[]} */
      let came = [];
      for (let page = 0; page < EMPTY && this.next && !came.length; page += 1) {
        came = await this.fetchPage(this.next);
      }
      this.count();
      this.serve();
      if (this.rests) this.tail?.rest(this.rests);
      else if (!this.next) this.tail?.show(this.items.length ? "end" : "none");
      else if (!came.length) this.tail?.show("far");
      // Whoever waits after the last clip sees what came.
      if (came.length && !this.active) this.go(came[0], "instant");
      document.dispatchEvent(new CustomEvent("troupe-more"));
    } catch (error) {
      console.info(error);
      this.tail?.show("failed");
    } finally {
      this.loading = false;
      this.list.setAttribute("aria-busy", "false");
    }
  }

  /**
   * @param {string} after
   * @returns {Promise<HTMLElement[]>} what is new on that page
   */
  async fetchPage(after) {
    const query = new URLSearchParams({ after, start: String(this.items.length) });
    const response = await fetch(`${this.dataset.more}?${query}`);
    if (!response.ok) throw new Error(`The feed answered ${response.status}`);
    const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
    this.next = response.headers.get("X-After") ?? "";
    this.dataset.list = response.headers.get("X-List") ?? "";
    this.rests = parsed.querySelector('[data-when="rest"]');
    const known = new Set(this.items.map((item) => item.dataset.key));
    /** @type {HTMLElement[]} */
    const came = [];
    for (const item of parsed.querySelectorAll("article")) {
      if (known.has(item.dataset.key)) continue;
      const here = document.adoptNode(item);
      this.list?.append(here);
      this.take(here);
      came.push(here);
    }
    return came;
  }
}

customElements.define("troupe-feed", TroupeFeed);
