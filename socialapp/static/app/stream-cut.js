// @ts-check
/**
 * `<troupe-cut>`: a strip of the show with a lane a seat; who drags over it chooses a
 * stretch and makes a clip of it. Live it is the last minute, afterwards the whole replay.
 */
import { moved, snapped, suggested, tenth, wordsIn } from "./cut-range.js";
import { getJson, RefusedError } from "./http.js";
import { clock } from "./watch.js";

/** @import { Limits, Range, Segment } from "./cut-range.js" */

const SVG = "http://www.w3.org/2000/svg";
const LANE = 28;
const GAP = 8;
const TICKS = 22; // room for the times below the lanes
const TOUCH = 22; // pixels from a handle within which it is meant
const SHORTEST = 15; // seconds of a clip that is chosen by hand
const SPANS = [60, 120, 300, 900, 1800, 3600, 7200];
const PAGES = 20; // of lines that are read of one show
const LAG = 0.5; // seconds behind now that can be cut for sure

/** @typedef {"start" | "end" | "both"} What */

export class TroupeCut extends HTMLElement {
  /** @type {Segment[]} */
  segments = [];
  /** @type {{seat: string, name: string}[]} */
  seats = [];
  /** @type {Range | null} */
  range = null;
  /** @type {{what: What, grip: number} | null} */
  drag = null;
  /** @type {HTMLElement | null} */
  lanes = null;
  seconds = 0;
  most = 60;
  refusal = "";
  from = 0;
  span = 60;
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
    if (this.lanes) return;
    this.lanes = this.querySelector("[data-lanes]");
    if (!this.lanes) return;
    this.live = this.hasAttribute("data-live");
    this.seats = [...this.querySelectorAll("[data-seat]")].map((one) => ({
      seat: one.getAttribute("data-seat") ?? "",
      name: one.querySelector("[data-name]")?.textContent ?? "",
    }));
    this.listen();
    new ResizeObserver(() => this.draw()).observe(this.lanes);
    void this.load();
  }

  disconnectedCallback() {
    this.stopped.abort();
    clearInterval(this.ticking);
  }

  listen() {
    const { signal } = this.stopped;
    const lanes = /** @type {HTMLElement} */ (this.lanes);
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
    this.span = this.live ? 60 : (this.spans.find((span) => span >= Math.min(this.seconds, 120)) ?? 120);
    this.from = this.live ? this.newest : 0;
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
    return Math.max(0, this.seconds - this.span);
  }

  /** @returns {Limits} */
  get limits() {
    const to = Math.max(0, this.seconds - (this.live ? LAG : 0));
    return { least: SHORTEST, most: this.most, from: 0, to: tenth(Math.floor(to * 10) / 10) };
  }

  /** What the strip shows, for a first choice. */
  suggest() {
    if (this.limits.to < 3) return;
    const shown = { ...this.limits, from: this.from };
    shown.to = Math.min(shown.to, shown.from + this.span);
    if (shown.to - shown.from >= 3) this.range = suggested(this.segments, shown);
  }

  tick() {
    // The show's own clock is better, but only a page that plays has one.
    if (!this.show) this.seconds = performance.now() / 1000 - this.began;
    if (!this.held) {
      this.from = this.newest;
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
    const head = this.querySelector(".cut__head");
    if (head) this.place(head, moment);
  }

  // Choosing ----------------------------------------------------------------------

  /** @param {PointerEvent} event */
  press(event) {
    if (event.button !== 0 || !this.range) return;
    const at = this.timeOf(event);
    const reach = TOUCH / this.scale;
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
    /** @type {HTMLElement} */ (this.lanes).setPointerCapture(event.pointerId);
    this.handle(what === "end" ? "end" : "start")?.focus({ preventScroll: true });
  }

  /** @param {PointerEvent} event */
  pull(event) {
    if (!this.drag) return;
    const wanted = this.timeOf(event) - this.drag.grip;
    const near = 8 / this.scale;
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
    const span = this.span;
    if (this.range.start < this.from) this.from = this.range.start;
    if (this.range.end > this.from + span) this.from = this.range.end - span;
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
    const span = this.span;
    const middle = this.from + span / 2 + (go * span) / 2;
    const place = this.spans.findIndex((one) => one >= span);
    this.span = this.spans[Math.max(0, Math.min(this.spans.length - 1, place - zoom))];
    this.from = Math.max(0, Math.min(middle - this.span / 2, this.newest));
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

  // Drawing -----------------------------------------------------------------------

  /** Pixels a second. */
  get scale() {
    return Math.max(1, this.lanes?.clientWidth ?? 1) / this.span;
  }

  /** @param {PointerEvent} event */
  timeOf(event) {
    const left = /** @type {HTMLElement} */ (this.lanes).getBoundingClientRect().left;
    return this.from + (event.clientX - left) / this.scale;
  }

  /** @param {string} what */
  handle(what) {
    const found = this.querySelector(`[data-handle="${what}"]`);
    return found instanceof SVGElement ? found : null;
  }

  draw() {
    if (!this.lanes || !this.lanes.clientWidth) return;
    const focused = document.activeElement?.getAttribute("data-handle");
    const width = this.lanes.clientWidth;
    const tall = this.seats.length * (LANE + GAP);
    const svg = part("svg", { viewBox: `0 0 ${width} ${tall + TICKS}`, height: tall + TICKS });
    const from = this.from;
    this.seats.forEach(({ seat }, row) => {
      const y = row * (LANE + GAP) + GAP / 2;
      svg.append(part("rect", { class: "cut__track", x: 0, y, width, height: LANE, rx: 6 }));
      for (const one of this.segments) {
        if (one.seat !== seat || one.at > from + this.span) continue;
        const left = Math.max(0, (one.at - from) * this.scale);
        const right = Math.min(width, (one.at + one.seconds - from) * this.scale);
        if (right - left < 1) continue;
        svg.append(
          part("rect", {
            class: `cut__line--${seat}`, x: left, y, width: Math.max(2, right - left - 2), height: LANE, rx: 6,
          }),
        );
      }
    });
    this.times(svg, width, tall);
    if (this.range) this.frame(svg, tall);
    const head = part("line", { class: "cut__head", y1: 0, y2: tall });
    svg.append(head);
    if (this.playing !== null) this.place(head, this.playing);
    else head.setAttribute("visibility", "hidden");
    this.lanes.replaceChildren(svg);
    if (focused) this.handle(focused)?.focus({ preventScroll: true });
    this.say();
  }

  /**
   * @param {SVGElement} svg
   * @param {number} width
   * @param {number} tall
   */
  times(svg, width, tall) {
    const span = this.span;
    const wanted = (span / width) * 90;
    const step = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800].find((one) => one >= wanted) ?? 3600;
    const from = this.from;
    for (let t = Math.ceil(from / step) * step; t <= from + span; t += step) {
      const x = (t - from) * this.scale;
      if (x > width - 20) break;
      const label = part("text", { class: "cut__tick", x: Math.max(0, x), y: tall + 15 });
      label.textContent = clock(t);
      svg.append(label);
    }
  }

  /**
   * @param {SVGElement} svg
   * @param {number} tall
   */
  frame(svg, tall) {
    const { start, end } = /** @type {Range} */ (this.range);
    const from = this.from;
    const left = (start - from) * this.scale;
    const right = (end - from) * this.scale;
    svg.append(
      part("rect", { class: "cut__range", x: left, y: 1, width: Math.max(1, right - left), height: tall - 2, rx: 8 }),
    );
    for (const [what, x, moment] of /** @type {[What, number, number][]} */ ([
      ["start", left, start],
      ["end", right, end],
    ])) {
      const handle = part("g", {
        class: "cut__handle", "data-handle": what, role: "slider", tabindex: 0,
        "aria-label": what === "start" ? "Beginning of the clip" : "End of the clip",
        "aria-valuemin": this.limits.from, "aria-valuemax": this.limits.to,
        "aria-valuenow": moment, "aria-valuetext": this.spoken(what, moment),
        "aria-orientation": "horizontal",
      });
      handle.append(
        part("rect", { x: x - TOUCH, y: 0, width: 2 * TOUCH, height: Math.max(44, tall) }),
        part("rect", { class: "cut__grip", x: x - 4, y: tall / 2 - 14, width: 8, height: 28, rx: 4 }),
      );
      svg.append(handle);
    }
  }

  /**
   * @param {What} what
   * @param {number} moment
   */
  spoken(what, moment) {
    const { start, end } = /** @type {Range} */ (this.range);
    const near = this.segments.filter((one) => one.at <= moment + 0.2 && one.at + one.seconds >= moment - 0.2);
    const one = what === "start" ? near.at(-1) : near[0];
    const words = one ? `, ${this.nameOf(one.seat)}: ${one.text.slice(0, 60)}` : "";
    return `${clock(moment)}, the clip runs for ${(end - start).toFixed(1)} seconds${words}`;
  }

  /** @param {string} seat */
  nameOf(seat) {
    return this.seats.find((one) => one.seat === seat)?.name ?? "";
  }

  /**
   * @param {Element} head
   * @param {number} moment
   */
  place(head, moment) {
    const x = (moment - this.from) * this.scale;
    const inside = x >= 0 && x <= (this.lanes?.clientWidth ?? 0);
    head.setAttribute("visibility", inside ? "visible" : "hidden");
    head.setAttribute("x1", String(x));
    head.setAttribute("x2", String(x));
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
        who.textContent = `${this.nameOf(seat)} `;
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
      const to = Math.min(this.from + this.span, this.seconds);
      const text = `${clock(this.from)} to ${clock(to)} of ${clock(this.seconds)}`;
      if (!this.live || this.held) shown.textContent = text;
      else shown.textContent = "The last minute";
    }
  }
}

/**
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @returns {SVGElement}
 */
function part(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

customElements.define("troupe-cut", TroupeCut);
