// @ts-check
/**
 * Plays a scene in one HTML file: words alone, no network, saves in this browser. The
 * page is made by scenes/trade/page.py, which puts this and the machine into it.
 */

import { inLanguage } from "./placeholders.js";
import { Machine, PlayError } from "./machine.js";
import { Play, offers, told } from "./play.js";

/** @typedef {import("./play.js").Event} Event */
/** @typedef {{events: Event[], seed: number, names: Record<string, string>, language: string}} Save */

/**
 * @param {string} tag
 * @param {Record<string, any>} properties
 * @param {(Node | string)[]} children
 */
function make(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** Keeps things in this browser, or not at all. */
const store = {
  /** @param {string} key @returns {any} */
  get(key) {
    try {
      return JSON.parse(localStorage.getItem(key) ?? "null");
    } catch {
      return null;
    }
  },
  /** @param {string} key @param {any} value */
  set(key, value) {
    try {
      localStorage.setItem(key, JSON.stringify(value));
    } catch {
      // A private window or a full store: the play goes on without a save.
    }
  },
};

const now = () => performance.now() / 1000;

class Page {
  /** @param {HTMLElement} root @param {Machine} machine @param {string} digest */
  constructor(root, machine, digest) {
    this.root = root;
    this.machine = machine;
    this.key = `troupe-scene-${digest}`;
    /** @type {Save} */
    this.save = { events: [], seed: 0, names: {}, language: machine.scene.languages[0] };
    /** @type {string[]} */
    this.found = this.endingsFound();
    /** @type {Play} */
    this.play = new Play(machine);
    this.timer = 0;
    this.waitingSince = 0;
    document.addEventListener("keydown", (event) => this.pressed(event));
    this.begin();
  }

  endingsFound() {
    const kept = store.get(`${this.key}-endings`);
    const ids = this.endings();
    return Array.isArray(kept) ? kept.filter((id) => ids.includes(id)) : [];
  }

  endings() {
    return this.machine.nodes.filter((node) => node.final).map((node) => node.id);
  }

  /** @param {import("./placeholders.js").Text} text */
  words(text) {
    return inLanguage(text, this.save.language, this.machine.scene.languages[0]);
  }

  cast() {
    const named = Object.entries(this.save.names).filter(([, name]) => name);
    return Object.fromEntries(named.map(([role, name]) => [role, { character: "", name }]));
  }

  // The first page --------------------------------------------------------------

  begin() {
    clearTimeout(this.timer);
    const { scene } = this.machine;
    const kept = store.get(this.key);
    const form = make("form", {
      onsubmit: (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        this.start(new FormData(/** @type {HTMLFormElement} */ (form)));
      },
    });
    form.append(make("h2", { textContent: this.words(scene.title) }));
    if (scene.logline) form.append(make("p", { textContent: this.words(scene.logline) }));
    for (const [id, role] of this.machine.program.roles) {
      const label = this.words(role.label);
      const input = make("input", { name: `role-${id}`, maxLength: 50, placeholder: label });
      form.append(make("label", {}, `Who: ${label}`, input));
    }
    if (scene.languages.length > 1) {
      const options = scene.languages.map((/** @type {string} */ tag) => (
        make("option", { value: tag, textContent: tag })
      ));
      form.append(make("label", {}, "Language", make("select", { name: "language" }, ...options)));
    }
    form.append(make("button", { className: "primary", textContent: "Play" }));
    if (Array.isArray(kept?.events) && kept.events.length) {
      form.append(make("button", {
        type: "button", textContent: "Go on where you were", onclick: () => this.resume(kept),
      }));
    }
    form.append(make("p", {
      className: "note",
      textContent: `${this.found.length} of ${this.endings().length} endings found. `
        + "Your place is kept in this browser.",
    }));
    this.root.replaceChildren(form);
    this.root.dataset.status = "casting";
  }

  /** @param {FormData} data */
  start(data) {
    const names = Object.fromEntries([...this.machine.program.roles.keys()].map((id) => (
      [id, String(data.get(`role-${id}`) ?? "").trim()]
    )));
    const seed = crypto.getRandomValues(new Uint32Array(1))[0];
    const language = String(data.get("language") ?? this.machine.scene.languages[0]);
    this.save = { events: [], seed, names, language };
    this.go(new Play(this.machine, { seed, cast: this.cast() }));
  }

  /** @param {any} kept */
  resume(kept) {
    try {
      this.save = { ...this.save, ...kept, events: [] };
      const how = { seed: kept.seed, cast: this.cast() };
      this.go(Play.replay(this.machine, how, kept.events));
    } catch {
      store.set(this.key, null);
      this.begin();
    }
  }

  // The play --------------------------------------------------------------------

  /** @param {Play} play */
  go(play) {
    this.play = play;
    this.save.events = play.events;
    store.set(this.key, this.save);
    this.show();
    this.wait();
  }

  at() {
    return this.play.position.at + Math.max(0, now() - this.waitingSince);
  }

  /** Lets the clock run while the player is waited for. */
  wait() {
    clearTimeout(this.timer);
    this.waitingSince = now();
    const { timers, at } = this.play.position;
    if (!timers.length || this.machine.status(this.play.position) === "ended") return;
    const left = Math.min((timers[0][0] - at) * 1000, 2 ** 31 - 1);
    this.timer = window.setTimeout(() => {
      const due = Math.max(this.at(), timers[0][0]);
      this.attempt(() => this.play.wait(due));
    }, Math.max(0, left));
  }

  /** @param {() => Play} step */
  attempt(step) {
    try {
      this.go(step());
    } catch (error) {
      if (!(error instanceof PlayError)) throw error;
      // Time ran out before the choice: what the clock did comes first.
      if (error.code === "late") this.go(this.play.wait(this.at()));
    }
  }

  /** @param {string} id */
  choose(id) {
    const timed = this.play.position.timers.length > 0;
    this.attempt(() => this.play.choose(id, timed ? this.at() : undefined));
  }

  back() {
    const last = this.play.events.map((event) => event.type).lastIndexOf("choose");
    if (last >= 0) this.go(this.play.rewind(last));
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    if (event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey) return;
    const buttons = this.root.querySelectorAll(".choices button");
    const button = /^[1-9]$/.test(event.key) ? buttons[Number(event.key) - 1] : null;
    if (button instanceof HTMLButtonElement) button.click();
  }

  show() {
    const { position } = this.play;
    const status = this.machine.status(position);
    this.root.dataset.status = status;
    this.root.dataset.state = this.machine.leaf(position).id;
    const log = make("section", { className: "told", ariaLive: "polite" }, ...this.lines());
    const foot = status === "ended" ? this.ended() : this.choices(status);
    this.root.replaceChildren(this.head(), log, foot);
    foot.scrollIntoView({ block: "end" });
    const first = foot.querySelector("button");
    first?.focus({ preventScroll: true });
  }

  head() {
    const chosen = this.play.events.some((event) => event.type === "choose");
    return make(
      "header",
      {},
      make("h1", { textContent: this.words(this.machine.scene.title) }),
      make(
        "div",
        { className: "tools" },
        make("button", {
          textContent: "Back one choice", disabled: !chosen, onclick: () => this.back(),
        }),
        make("button", { textContent: "From the start", onclick: () => this.begin() }),
      ),
    );
  }

  /** What was told before the last choice, that choice, and what is told now. */
  lines() {
    const { events } = this.play;
    const last = events.at(-1);
    const found = [];
    if (last) {
      const before = this.play.rewind(events.length - 1);
      found.push(...this.beats(before).map((one) => {
        one.classList.add("past");
        return one;
      }));
      const label = last.type === "choose"
        ? offers(this.machine, before.position, this.cast(), this.save.language)
          .find(({ id }) => id === last.choice)?.text
        : "Time passes.";
      if (label) found.push(make("p", { className: "chosen", textContent: label }));
    }
    return [...found, ...this.beats(this.play)];
  }

  /** @param {Play} play */
  beats(play) {
    const { scene, program } = this.machine;
    const beats = told(this.machine, play.position, this.cast(), this.save.language);
    return beats.filter(({ text }) => text).map(({ written, text }) => {
      if (!written.role) return make("p", { className: "narration", textContent: text });
      const role = program.roles.get(written.role);
      const name = this.save.names[written.role] || inLanguage(
        role?.label ?? written.role, this.save.language, scene.languages[0],
      );
      return make("p", { className: "line" }, make("b", { textContent: name }), text);
    });
  }

  /** @param {string} status */
  choices(status) {
    const open = offers(this.machine, this.play.position, this.cast(), this.save.language);
    const group = make("div", { className: "choices", role: "group", ariaLabel: "Your choice" });
    open.forEach(({ id, text }, i) => {
      const key = make("kbd", { textContent: i < 9 ? String(i + 1) : "", ariaHidden: "true" });
      const button = make("button", { onclick: () => this.choose(id) }, key, make("span", {
        textContent: text,
      }));
      button.dataset.choice = id;
      group.append(button);
    });
    if (status === "stuck") group.append(make("p", { textContent: "The story stops here." }));
    return group;
  }

  ended() {
    const { state, id } = this.machine.leaf(this.play.position);
    if (!this.found.includes(id)) {
      this.found = [...this.found, id];
      store.set(`${this.key}-endings`, this.found);
    }
    return make(
      "div",
      { className: "ending" },
      make("p", { className: "note", textContent: "The end" }),
      make("h2", { textContent: this.words(state.ending.title) }),
      make("p", { textContent: `${this.found.length} of ${this.endings().length} endings found.` }),
      make("button", {
        className: "primary", textContent: "Play again", onclick: () => this.begin(),
      }),
    );
  }
}

const source = document.getElementById("scene-document");
const root = document.getElementById("scene-page");
if (source && root) {
  new Page(root, new Machine(source.textContent ?? ""), source.dataset.digest ?? "");
}
