// @ts-check
/**
 * `<troupe-cut>`: a strip of the show with a lane a seat; who drags over it chooses a
 * stretch and makes a clip of it. Live it is the last minute, afterwards the whole replay.
 */
import { moved, snapped, suggested, tenth, wordsIn } from "./cut-range.js";
import { Strip, TOUCH, nameOf } from "./cut-strip.js";
import { getJson, RefusedError } from "./http.js";
import { clock } from "./watch.js";

/** @import { Limits, Range, Segment } from "./cut-range.js" */
/** @import { Seat } from "./cut-strip.js" */

const SHORTEST = 15; // seconds of a clip that is chosen by hand
const SPANS = [60, 120, 300, 900, 1800, 3600, 7200];
const PAGES = 20; // of lines that are read of one show
const LAG = 0.5; // seconds behind now that can be cut for sure

/** @typedef {"start" | "end" | "both"} What */

export class TroupeCut extends HTMLElement {
  /** @type {Segment[]} */
  segments = [];
  /** @type {Seat[]} */
  seats = [];
  /** @type {Range | null} */
  range = null;
  /** @type {{what: What, grip: number} | null} */
  drag = null;
  strip = new Strip();
  seconds = 0;
  most = 60;
  refusal = "";
  live = false;
  held = false; // live: somebody chooses, so the strip stands still
  busy = false;
  asked = "";
  once = "";
  began = 0; // of the show, by this page's clock
  /** @type {number | null} */
  playing = null;
  /** @type {number | null} */
  until = null;
  stopped = new AbortController();
  /** @type {ReturnType<typeof setInterval> | undefined} */
  ticking;

  connectedCallback() {
    const lanes = this.querySelector("[data-lanes]");
    if (this.strip.lanes || !(lanes instanceof HTMLElement)) return;
    this.strip.lanes = lanes;
    this.live = this.hasAttribute("data-live");
    this.seats = [...this.querySelectorAll("[data-seat]")].map((one) => ({
      seat: one.getAttribute("data-seat") ?? "",
      name: one.querySelector("[data-name]")?.textContent ?? "",
    }));
    this.listen(lanes);
    new ResizeObserver(() => this.draw()).observe(lanes);
    void this.load();
  }

  disconnectedCallback() {
    this.stopped.abort();
    clearInterval(this.ticking);
  }

  /** @param {HTMLElement} lanes */
  listen(lanes) {
    const { signal } = this.stopped;
    lanes.addEventListener("pointerdown", (event) => this.press(event), { signal });
    lanes.addEventListener("pointermove", (event) => this.pull(event), { signal });
    for (const over of ["pointerup", "pointercancel"]) {
      lanes.addEventListener(over, () => this.letGo(), { signal });
    }
    this.addEventListener("keydown", (event) => this.key(event), { signal });
    this.addEventListener("click", (event) => this.pressed(event), { signal });
    this.querySelector("[data-form]")?.addEventListener(
      "submit",
      (event) => {
        event.preventDefault();
        void this.make();
      },
      { signal },
    );
    // The show is anywhere on the page; its events bubble.
    document.addEventListener("show-line", (event) => this.heard(event), { signal });
    document.addEventListener("show-event", (event) => this.told(event), { signal });
    document.addEventListener("show-time", (event) => this.passed(event), { signal });
  }

  /** @returns {any} the show of this page, if there is one */
  get show() {
    return document.querySelector("troupe-show");
  }

  async load() {
    let since = 0;
    try {
      for (let page = 0; page < PAGES; page += 1) {
        const told = await getJson(`${this.dataset.segments}?since=${since}`);
        this.segments = [
          ...this.segments.filter((one) => one.at + one.seconds <= since),
          ...told.segments,
        ];
        this.seconds = Math.max(this.seconds, told.seconds);
        this.most = told.most;
        this.refusal = told.refusal;
        if (told.next === null) break;
        since = told.next;
      }
    } catch (error) {
      this.refuse(error instanceof Error ? error.message : "The replay cannot be read.");
      return;
    }
    this.strip.span = this.live ? 60 : (this.spans.find((span) => span >= Math.min(this.seconds, 120)) ?? 120);
    this.strip.from = this.live ? this.newest : 0;
    if (this.live) this.ticking = setInterval(() => this.tick(), 1000);
    this.began = performance.now() / 1000 - this.seconds;
    if (this.refusal && this.querySelector("[data-form]")) this.refuse(this.refusal);
    this.suggest();
    const views = this.querySelector("[data-views]");
    if (views instanceof HTMLElement) views.hidden = !this.live && this.spans.length < 2;
    this.draw();
  }

  /** Spans of the strip that make sense for this show, the closest first. */
  get spans() {
    const whole = Math.max(10, this.seconds);
    return [...SPANS.filter((span) => span < whole), whole];
  }

  /** Where the strip begins when it shows the newest. */
  get newest() {
    return Math.max(0, this.seconds - this.strip.span);
  }

  /** @returns {Limits} */
  get limits() {
    const to = Math.max(0, this.seconds - (this.live ? LAG : 0));
    return { least: SHORTEST, most: this.most, from: 0, to: tenth(Math.floor(to * 10) / 10) };
  }

  /** What the strip shows, for a first choice. */
  suggest() {
    if (this.limits.to < 3) return;
    const shown = { ...this.limits, from: this.strip.from };
    shown.to = Math.min(shown.to, shown.from + this.strip.span);
    if (shown.to - shown.from >= 3) this.range = suggested(this.segments, shown);
  }

  tick() {
    // The show's own clock is better, but only a page that plays has one.
    if (!this.show) this.seconds = performance.now() / 1000 - this.began;
    if (!this.held) {
      this.strip.from = this.newest;
      this.suggest();
    }
    if (!this.drag) this.draw();
  }

  // What the show tells -----------------------------------------------------------

  /** @param {Event} event */
  heard(event) {
    const { line, seat, text, at, seconds } = /** @type {CustomEvent} */ (event).detail;
    const known = this.segments.filter((one) => one.line !== line);
    this.segments = [...known, { line, seat, text, at, seconds }].sort((a, b) => a.at - b.at);
    if (!this.drag) this.draw();
  }

  /** @param {Event} event */
  told(event) {
    const { kind, line, at } = /** @type {CustomEvent} */ (event).detail ?? {};
    const segments = this.segments;
    if (kind === "line-removed") this.segments = segments.filter((one) => one.line !== line);
    else if (kind === "line-cut") {
      this.segments = segments.map((one) =>
        one.line === line ? { ...one, seconds: Math.max(0, Math.min(one.seconds, at - one.at)) } : one,
      );
    } else return;
    this.draw();
  }

  /** @param {Event} event */
  passed(event) {
    const moment = Number(/** @type {CustomEvent} */ (event).detail);
    if (!Number.isFinite(moment)) return;
    this.playing = moment;
    if (this.live) this.seconds = Math.max(this.seconds, moment);
    if (this.until !== null && moment >= this.until) {
      this.until = null;
      this.show?.pause?.();
    }
    this.strip.place(moment);
  }

  // Choosing ----------------------------------------------------------------------

  /** @param {PointerEvent} event */
  press(event) {
    if (event.button !== 0 || !this.range) return;
    const at = this.strip.timeOf(event);
    const reach = TOUCH / this.strip.scale;
    const { start, end } = this.range;
    /** @type {What} */
    let what = "both";
    const nearStart = Math.abs(at - start);
    const nearEnd = Math.abs(at - end);
    if (Math.min(nearStart, nearEnd) <= reach) what = nearStart <= nearEnd ? "start" : "end";
    else if (at < start || at > end) this.change("both", at - (end - start) / 2);
    this.held = true;
    const edge = what === "end" ? this.range.end : this.range.start;
    this.drag = { what, grip: at - edge };
    this.strip.lanes?.setPointerCapture(event.pointerId);
    this.strip.handle(what === "end" ? "end" : "start")?.focus({ preventScroll: true });
  }

  /** @param {PointerEvent} event */
  pull(event) {
    if (!this.drag) return;
    const wanted = this.strip.timeOf(event) - this.drag.grip;
    const near = 8 / this.strip.scale;
    this.change(this.drag.what, snapped(wanted, this.segments, near));
  }

  letGo() {
    this.drag = null;
    this.draw();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const handle = event.target instanceof Element && event.target.closest("[data-handle]");
    if (!handle || !this.range) return;
    const what = /** @type {What} */ (handle.getAttribute("data-handle"));
    const now = what === "end" ? this.range.end : this.range.start;
    const step = event.shiftKey ? 5 : 0.5;
    /** @type {Record<string, number>} */
    const goals = {
      ArrowLeft: now - step,
      ArrowDown: now - step,
      ArrowRight: now + step,
      ArrowUp: now + step,
      PageDown: now - 5,
      PageUp: now + 5,
      Home: this.limits.from,
      End: this.limits.to,
    };
    if (!(event.key in goals)) return;
    event.preventDefault();
    this.held = true;
    this.change(what, goals[event.key]);
    this.follow();
  }

  /**
   * @param {What} what
   * @param {number} to
   */
  change(what, to) {
    if (!this.range) return;
    this.range = moved(this.range, what, to, this.limits);
    this.refuse(this.refusal);
    this.draw();
  }

  /** Keep what is chosen inside of the strip. */
  follow() {
    if (!this.range) return;
    const span = this.strip.span;
    if (this.range.start < this.strip.from) this.strip.from = this.range.start;
    if (this.range.end > this.strip.from + span) this.strip.from = this.range.end - span;
    this.draw();
  }

  /** @param {MouseEvent} event */
  pressed(event) {
    const button = event.target instanceof Element && event.target.closest("button");
    if (!button) return;
    if (button.matches("[data-listen]")) this.hear();
    if (button.matches("[data-now]")) {
      this.held = false;
      this.tick();
    }
    const go = Number(button.getAttribute("data-go") ?? 0);
    const zoom = Number(button.getAttribute("data-zoom") ?? 0);
    if (!go && !zoom) return;
    this.held = true;
    const span = this.strip.span;
    const middle = this.strip.from + span / 2 + (go * span) / 2;
    const place = this.spans.findIndex((one) => one >= span);
    this.strip.span = this.spans[Math.max(0, Math.min(this.spans.length - 1, place - zoom))];
    this.strip.from = Math.max(0, Math.min(middle - this.strip.span / 2, this.newest));
    this.draw();
  }

  hear() {
    if (!this.range || !this.show?.seek) return;
    this.until = this.range.end;
    this.show.seek(this.range.start);
    this.show.play?.();
  }

  async make() {
    if (!this.range || this.busy) return;
    const form = /** @type {HTMLFormElement} */ (this.querySelector("[data-form]"));
    const button = /** @type {HTMLButtonElement} */ (form.querySelector("[type=submit]"));
    this.busy = true;
    button.setAttribute("aria-busy", "true");
    this.refuse("");
    const asked = {
      start: this.range.start,
      end: this.range.end,
      title: String(new FormData(form).get("title") ?? ""),
    };
    // The same stretch pressed twice is one clip.
    const body = JSON.stringify(asked);
    if (body !== this.asked) this.once = crypto.randomUUID?.() ?? String(Math.random());
    this.asked = body;
    try {
      const response = await fetch(String(this.dataset.cuts), {
        method: "POST",
        body,
        headers: {
          Accept: "application/json",
          "Content-Type": "application/json",
          "Idempotency-Key": String(this.once),
          "X-CSRFToken": document.body.dataset.csrf ?? "",
        },
      });
      const data = await response.json().catch(() => null);
      if (!response.ok) throw new RefusedError(response.status, data);
      location.assign(data.url);
    } catch (error) {
      const lost = "We lost the connection. Nothing was spent; try again.";
      this.refuse(error instanceof RefusedError ? error.message : lost);
    } finally {
      this.busy = false;
      button.removeAttribute("aria-busy");
    }
  }

  /** @param {string} why empty: nothing stands in the way */
  refuse(why) {
    const box = this.querySelector("[data-refusal]");
    if (!(box instanceof HTMLElement)) return;
    const words = /** @type {HTMLElement} */ (box.querySelector("[data-why]"));
    if (words.textContent !== why) words.textContent = why;
    box.hidden = !why;
  }

  // What is seen and read ---------------------------------------------------------

  draw() {
    if (!this.strip.lanes?.clientWidth) return;
    const { seats, segments, range, limits, playing } = this;
    this.strip.draw({ seats, segments, range, limits, playing });
    this.say();
  }

  /** The words inside, the length, and what can be pressed. */
  say() {
    const range = this.range;
    const words = range ? wordsIn(this.segments, range) : [];
    const chosen = /** @type {HTMLElement} */ (this.querySelector("[data-chosen]"));
    chosen.hidden = !range;
    if (range) {
      const length = /** @type {HTMLElement} */ (this.querySelector("[data-length]"));
      length.textContent = `${clock(range.start)} to ${clock(range.end)}, ${(range.end - range.start).toFixed(1)} seconds`;
      const list = /** @type {HTMLElement} */ (this.querySelector("[data-words]"));
      const lines = words.map(({ seat, text, whole }) => {
        const item = document.createElement("li");
        const who = document.createElement("b");
        who.textContent = `${nameOf(this.seats, seat)} `;
        item.append(who, whole ? text : `… ${text} …`);
        item.toggleAttribute("data-part", !whole);
        return item;
      });
      if (!lines.length) {
        const item = document.createElement("li");
        item.textContent = "Nobody says anything here. Move to where they do.";
        lines.push(item);
      }
      const said = lines.map((one) => one.textContent).join();
      if (said !== list.textContent) list.replaceChildren(...lines);
    }
    const submit = this.querySelector("[type=submit]");
    if (submit instanceof HTMLButtonElement) submit.disabled = !words.length || Boolean(this.refusal);
    const hear = this.querySelector("[data-listen]");
    if (hear instanceof HTMLElement) hear.hidden = this.live || !this.show?.seek;
    const now = this.querySelector("[data-now]");
    if (now instanceof HTMLElement) now.hidden = !this.live || !this.held;
    const shown = this.querySelector("[data-window]");
    if (shown) {
      const to = Math.min(this.strip.from + this.strip.span, this.seconds);
      const text = `${clock(this.strip.from)} to ${clock(to)} of ${clock(this.seconds)}`;
      if (!this.live || this.held) shown.textContent = text;
      else shown.textContent = "The last minute";
    }
  }
}

customElements.define("troupe-cut", TroupeCut);
