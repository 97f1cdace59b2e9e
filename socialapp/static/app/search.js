// @ts-check
/** `<troupe-search>`: suggestions while somebody types, and what they looked for before,
 *  which stays on this device. */
import { getJson } from "./http.js";
import { icon } from "./icons.js";

/** @typedef {{ kind: string, text: string, url: string }} Suggestion */

const KEPT = "troupe-searches";
const MOST_KEPT = 8;

/** A pause in typing that is long enough to ask. */
const PAUSE = 140;

/** @type {Record<string, string>} */
const ICONS = {
  words: "search",
  before: "history",
  character: "drama",
  tag: "list",
  person: "user",
  scene: "theater",
};

/** @type {Record<string, string>} */
const SAID = { character: "character", tag: "tag", person: "person", scene: "scene" };

/** @returns {string[]} the newest first */
function kept() {
  try {
    const told = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    return Array.isArray(told) ? told.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

/** @param {string[]} searches */
function keep(searches) {
  try {
    if (searches.length) localStorage.setItem(KEPT, JSON.stringify(searches));
    else localStorage.removeItem(KEPT);
  } catch {
    // Storage is closed: nothing is remembered.
  }
}

/** @param {string} text */
function remember(text) {
  const words = text.trim();
  if (words) keep([words, ...kept().filter((one) => one !== words)].slice(0, MOST_KEPT));
}

class TroupeSearch extends HTMLElement {
  /** @type {Suggestion[]} */
  shown = [];
  chosen = -1;
  timer = 0;
  /** @type {AbortController | undefined} */
  asking;

  connectedCallback() {
    const form = this.querySelector("form");
    const input = /** @type {HTMLInputElement | null} */ (this.querySelector("input[type=search]"));
    const box = /** @type {HTMLElement | null} */ (this.querySelector("[data-box]"));
    const list = this.querySelector("[data-list]");
    if (!form || !input || !box || !list) return;
    this.form = form;
    this.input = input;
    this.box = box;
    this.list = list;
    this.head = /** @type {HTMLElement | null} */ (this.querySelector("[data-head]"));
    this.clearer = /** @type {HTMLElement | null} */ (this.querySelector("[data-clear]"));
    this.said = this.querySelector("[data-said]");
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", list.id);
    remember(input.defaultValue);

    input.addEventListener("input", () => this.later());
    input.addEventListener("focus", () => this.look());
    input.addEventListener("keydown", (event) => this.key(event));
    form.addEventListener("submit", () => remember(input.value));
    this.clearer?.addEventListener("click", () => {
      keep([]);
      this.show([]);
      input.focus();
    });
    this.addEventListener("focusout", (event) => {
      if (!(event.relatedTarget instanceof Node && this.contains(event.relatedTarget))) {
        this.show([]);
      }
    });
    // A press must not take the focus away before it counts.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    this.asking?.abort();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.look(), PAUSE);
  }

  async look() {
    const typed = this.input?.value ?? "";
    this.asking?.abort();
    if (!typed.trim()) {
      this.show(kept().map((text) => ({ kind: "before", text, url: "" })));
      return;
    }
    if (typed === this.input?.defaultValue) return;
    const asking = (this.asking = new AbortController());
    try {
      const url = `${this.dataset.suggest}?${new URLSearchParams({ q: typed })}`;
      const told = await getJson(url, asking.signal);
      if (!asking.signal.aborted) this.show(told?.suggestions ?? []);
    } catch {
      // Without suggestions one can search all the same.
    }
  }

  /** @param {Suggestion[]} found */
  show(found) {
    if (!this.input || !this.box || !this.list) return;
    const active = document.activeElement === this.input;
    this.shown = active ? found : [];
    this.chosen = -1;
    this.list.replaceChildren(...this.shown.map((one, at) => this.item(one, at)));
    const open = this.shown.length > 0;
    const before = this.shown[0]?.kind === "before";
    this.box.hidden = !open;
    if (this.head) this.head.hidden = !before;
    if (this.clearer) this.clearer.hidden = !before;
    this.input.setAttribute("aria-expanded", String(open));
    this.input.removeAttribute("aria-activedescendant");
    const count = this.shown.length;
    if (this.said) this.said.textContent = open ? `${count} suggestion${count > 1 ? "s" : ""}` : "";
  }

  /**
   * @param {Suggestion} one
   * @param {number} at
   */
  item(one, at) {
    const item = document.createElement("li");
    item.id = `q-option-${at}`;
    item.className = "searchbar__item";
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    const text = document.createElement("span");
    text.dir = "auto";
    const sign = one.kind === "tag" ? "#" : one.kind === "person" ? "@" : "";
    text.textContent = sign + one.text;
    item.append(icon(ICONS[one.kind] ?? "search"), text);
    const kind = SAID[one.kind];
    if (kind) {
      const what = document.createElement("span");
      what.className = "small muted";
      what.textContent = kind;
      item.append(what);
    }
    item.addEventListener("click", () => this.choose(at));
    return item;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.isComposing) return;
    const count = this.shown.length;
    if (event.key === "Escape" && count) {
      event.preventDefault();
      this.show([]);
    } else if (event.key === "ArrowDown" && count) {
      event.preventDefault();
      this.point((this.chosen + 1) % count);
    } else if (event.key === "ArrowUp" && count) {
      event.preventDefault();
      this.point(this.chosen <= 0 ? count - 1 : this.chosen - 1);
    } else if (event.key === "Enter" && this.chosen >= 0) {
      event.preventDefault();
      this.choose(this.chosen);
    }
  }

  /** @param {number} at */
  point(at) {
    this.chosen = at;
    for (const [number, item] of [...(this.list?.children ?? [])].entries()) {
      item.setAttribute("aria-selected", String(number === at));
      if (number === at) item.scrollIntoView({ block: "nearest" });
    }
    this.input?.setAttribute("aria-activedescendant", `q-option-${at}`);
  }

  /** @param {number} at */
  choose(at) {
    const one = this.shown[at];
    if (!one || !this.input || !this.form) return;
    if (one.url) {
      location.assign(one.url);
      return;
    }
    this.input.value = one.text;
    this.form.requestSubmit();
  }
}

if (!customElements.get("troupe-search")) customElements.define("troupe-search", TroupeSearch);
