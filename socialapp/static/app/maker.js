// @ts-check
/**
 * ``<avatar-maker>``: parts and colours become a drawing. The server draws; this element
 * keeps the recipe, its history, and a draft of it in this browser.
 */
import { RefusedError, getJson, post } from "./http.js";
import { History } from "./history.js";
import { part, say } from "./player.js";

/** @typedef {Record<string, string | number>} Recipe */

/**
 * @typedef {object} Options
 * @property {{id: string, title: string, parts: string[]}[]} groups
 * @property {Record<string, {title: string, choices: {id: string, title: string}[]}>} parts
 * @property {Record<string, {title: string, group: string, choices: string[]}>} colours
 */

const DRAFT = "avatar-recipe";
const SVG = "http://www.w3.org/2000/svg";

class AvatarMaker extends HTMLElement {
  /** @type {History<Recipe>} */ #history = new History({});
  #drawn = 0;

  connectedCallback() {
    /** @type {Options} */
    this.options = JSON.parse(part(this, "#options").textContent ?? "");
    this.#history = new History(this.#draft() ?? JSON.parse(part(this, "#recipe").textContent ?? ""));
    this.picture = /** @type {HTMLImageElement} */ (part(this, "[data-picture]"));
    this.#layOut();
    this.addEventListener("change", (event) => {
      if (event.target instanceof HTMLInputElement) {
        this.#take({ ...this.#history.now, [event.target.name]: event.target.value });
      }
    });
    part(this, "[data-undo]").addEventListener("click", () => this.#back(this.#history.undo()));
    part(this, "[data-redo]").addEventListener("click", () => this.#back(this.#history.redo()));
    part(this, "[data-shuffle-all]").addEventListener("click", () => void this.#shuffle());
    part(this, "[data-keep]").addEventListener("click", () => void this.#keep());
    this.#show();
    this.dataset.ready = "";
  }

  #draft() {
    try {
      return JSON.parse(localStorage.getItem(DRAFT) ?? "null");
    } catch {
      return null;
    }
  }

  /** @param {Recipe} recipe */
  #take(recipe) {
    this.#history.add(recipe);
    this.#show();
  }

  /** @param {boolean} moved */
  #back(moved) {
    if (moved) this.#show();
  }

  async #shuffle() {
    const seed = Math.floor(Math.random() * 1e9);
    try {
      const { recipe } = await getJson(`${this.dataset.shuffle}?seed=${seed}`);
      this.#take(recipe);
    } catch {
      this.#refuse("The dice did not reach us. Try again.");
    }
  }

  async #keep() {
    const button = part(this, "[data-keep]");
    button.setAttribute("aria-busy", "true");
    say(part(this, "[data-error]"));
    try {
      const { next } = await post(this.dataset.save ?? "", {
        recipe: JSON.stringify(this.#history.now),
      });
      try {
        localStorage.removeItem(DRAFT);
      } catch {
        // Storage is closed: there was no draft either.
      }
      location.assign(next);
    } catch (problem) {
      button.removeAttribute("aria-busy");
      const refused = problem instanceof RefusedError && problem.data?.error;
      this.#refuse(refused || "The drawing did not arrive. Check the connection and try again.");
    }
  }

  /** @param {string} words */
  #refuse(words) {
    say(part(this, "[data-error]"), words);
  }

  /** Bring page, picture and draft in line with the recipe. */
  #show() {
    const recipe = this.#history.now;
    for (const input of this.querySelectorAll("input[type=radio]")) {
      if (input instanceof HTMLInputElement) input.checked = recipe[input.name] === input.value;
    }
    /** @type {HTMLButtonElement} */ (part(this, "[data-undo]")).disabled = !this.#history.past;
    /** @type {HTMLButtonElement} */ (part(this, "[data-redo]")).disabled = !this.#history.future;
    try {
      localStorage.setItem(DRAFT, JSON.stringify(recipe));
    } catch {
      // A private window keeps nothing; the maker still works.
    }
    void this.#draw(recipe);
  }

  /** @param {Recipe} recipe */
  async #draw(recipe) {
    const turn = ++this.#drawn;
    const next = new Image();
    next.src = `${this.dataset.drawing}?recipe=${encodeURIComponent(JSON.stringify(recipe))}`;
    try {
      // Decoded out of sight, so that the old face stays until the new one is whole.
      await next.decode();
    } catch {
      if (turn === this.#drawn) this.#refuse("This face could not be drawn. Try another choice.");
      return;
    }
    if (turn !== this.#drawn || !this.picture) return;
    this.picture.src = next.src;
    this.dataset.drawn = String(turn);
  }

  #layOut() {
    const { groups = [], parts = {}, colours = {} } = this.options ?? {};
    const house = part(this, "[data-groups]");
    const tabs = document.createElement("div");
    tabs.className = "tabs";
    tabs.setAttribute("role", "tablist");
    tabs.setAttribute("aria-label", "What to change");
    const panels = groups.map(({ id, title, parts: names }, n) => {
      const panel = document.createElement("div");
      panel.className = "stack stack--loose";
      panel.id = `panel-${id}`;
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", `tab-${id}`);
      panel.hidden = n > 0;
      for (const name of names) panel.append(chips(name, parts[name]));
      for (const [name, entry] of Object.entries(colours)) {
        if (entry.group === id) panel.append(swatches(name, entry));
      }
      const tab = document.createElement("button");
      tab.className = "tabs__item";
      tab.type = "button";
      tab.id = `tab-${id}`;
      tab.textContent = title;
      tab.tabIndex = n ? -1 : 0;
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", panel.id);
      tab.setAttribute("aria-selected", String(n === 0));
      tabs.append(tab);
      return panel;
    });
    house.replaceChildren(tabs, ...panels);
    tabs.addEventListener("click", (event) => {
      const tab = event.target instanceof Element && event.target.closest("[role=tab]");
      if (tab instanceof HTMLElement) choose(tabs, panels, tab);
    });
    tabs.addEventListener("keydown", ({ key }) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
      const all = /** @type {HTMLElement[]} */ ([...tabs.children]);
      const from = all.findIndex((tab) => tab.getAttribute("aria-selected") === "true");
      const to = step && all[(from + step + all.length) % all.length];
      if (!to) return;
      choose(tabs, panels, to);
      to.focus();
    });
  }
}

/**
 * @param {HTMLElement} tabs
 * @param {HTMLElement[]} panels
 * @param {HTMLElement} chosen
 */
function choose(tabs, panels, chosen) {
  for (const tab of /** @type {HTMLElement[]} */ ([...tabs.children])) {
    tab.setAttribute("aria-selected", String(tab === chosen));
    tab.tabIndex = tab === chosen ? 0 : -1;
  }
  for (const panel of panels) panel.hidden = panel.id !== chosen.getAttribute("aria-controls");
}

/**
 * @param {string} name
 * @param {string} title
 * @param {string} kind class of the box that holds the choices
 */
function group(name, title, kind) {
  const box = document.createElement("fieldset");
  box.className = "maker__group";
  const legend = document.createElement("legend");
  legend.className = "label";
  legend.textContent = title;
  const choices = document.createElement("div");
  choices.className = kind;
  box.append(legend, choices);
  /** @param {string} value */
  const radio = (value) => {
    const input = document.createElement("input");
    input.type = "radio";
    input.className = "sr";
    input.name = name;
    input.value = value;
    return input;
  };
  return { box, choices, radio };
}

/**
 * @param {string} name
 * @param {{title: string, choices: {id: string, title: string}[]}} entry
 */
function chips(name, { title, choices: all }) {
  const { box, choices, radio } = group(name, title, "chips");
  for (const { id, title: words } of all) {
    const chip = document.createElement("label");
    chip.className = "chip";
    chip.append(radio(id), words);
    choices.append(chip);
  }
  return box;
}

/**
 * @param {string} name
 * @param {{title: string, choices: string[]}} entry
 */
function swatches(name, { title, choices: all }) {
  const { box, choices, radio } = group(name, `${title} colour`, "swatches");
  all.forEach((colour, n) => {
    const swatch = document.createElement("label");
    swatch.className = "swatch";
    const input = radio(colour);
    input.setAttribute("aria-label", `${title} ${n + 1} of ${all.length}`);
    const dot = document.createElementNS(SVG, "svg");
    dot.setAttribute("viewBox", "0 0 36 36");
    dot.setAttribute("aria-hidden", "true");
    const circle = document.createElementNS(SVG, "circle");
    for (const [key, value] of Object.entries({ cx: "18", cy: "18", r: "16", fill: colour })) {
      circle.setAttribute(key, value);
    }
    dot.append(circle);
    swatch.append(input, dot);
    choices.append(swatch);
  });
  return box;
}

customElements.define("avatar-maker", AvatarMaker);
