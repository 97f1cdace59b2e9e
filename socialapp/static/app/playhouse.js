// @ts-check
/**
 * ``<troupe-playhouse>``: the page around a scene that is played. It opens the play,
 * keeps its saves, and has the buttons and sheets beside the stage.
 */

import { armSheets } from "./sheets.js";
import { toast } from "./toast.js";
import "../scenes/player/element.js";
import { Kept } from "../scenes/player/kept.js";
import { Opening, charactersOf } from "../scenes/player/opening.js";
import { ReadMarks } from "../scenes/player/read-marks.js";
import { Saves } from "../scenes/player/saves.js";
import { Server } from "../scenes/player/server.js";
import { keepSettings, readSettings } from "../scenes/player/settings.js";
import { showCopies, showHistory } from "../scenes/player/sheets.js";
import { OwnSlots, ServerSlots } from "../scenes/player/slots.js";
import { Together } from "../scenes/player/together.js";
import { goneWords, shareLink, showSettings } from "./playhouse-words.js";

/** @typedef {import("../scenes/player/element.js").TroupeScene} TroupeScene */
/** @typedef {import("../scenes/player/opening.js").Read} Read */
/** @typedef {import("../scenes/player/opening.js").Page} Page */
/** @typedef {import("../scenes/player/settings.js").Settings} Settings */
/** @typedef {Page & {missing: string[], found: string[], assets: Record<string, Record<string, string>>, back: string, logline: string}} Stage */

class TroupePlayhouse extends HTMLElement {
  #kept = new Kept();
  /** @type {Read | null} */ #read = null;
  /** @type {Saves | null} */ #saves = null;
  /** @type {Stage} */ #stage = this.#json("scene-stage");
  #server = new Server("");
  #opening = new Opening(this.#server, this.#kept, this.#stage);
  /** @type {Together | null} */ #together = null;
  #note = "";

  connectedCallback() {
    /** @type {Read} */
    const read = this.#json("scene-read");
    this.#server = new Server(read.scene.key);
    this.#opening = new Opening(this.#server, this.#kept, this.#stage);
    this.#scene.settings = readSettings(this.#kept);
    this.#arm();
    this.#showSettings();
    addEventListener("online", this.#online);
    const company = new URLSearchParams(location.search).get("company");
    if (company && this.#stage.signed_in) this.#join(company);
    else void this.#open(() => this.#opening.open(read));
  }

  disconnectedCallback() {
    removeEventListener("online", this.#online);
    this.#together?.close();
    this.#saves?.close();
  }

  /** @returns {TroupeScene} */
  get #scene() {
    return /** @type {TroupeScene} */ (this.querySelector("troupe-scene"));
  }

  /** @param {string} id @returns {any} */
  #json(id) {
    return JSON.parse(document.getElementById(id)?.textContent || "{}");
  }

  // Plays -----------------------------------------------------------------------

  /** @param {() => Promise<{read: Read, note: string}>} find @param {boolean} [curtain] */
  async #open(find, curtain = true) {
    try {
      const { read, note } = await find();
      this.#note = note;
      const document = await this.#server.document(read.version.document);
      await this.#play(read, document, curtain);
    } catch (error) {
      console.info("troupe-playhouse:", error);
      const words = error instanceof Error ? error.message : "";
      this.#say(words || "This scene does not load just now. Try again in a moment.");
    }
  }

  /** @param {Read} read @param {any} document @param {boolean} curtain */
  async #play(read, document, curtain) {
    this.#saves?.close();
    this.#read = read;
    this.#address(read);
    this.#opening.remember(read);
    const scene = this.#scene;
    const { key } = read;
    const follows = this.#together !== null && !this.#together.hosts;
    const saves = new Saves({
      name: this.#opening.saveName(read),
      rev: read.rev,
      put: key && !follows ? (save) => this.#server.put(key, save) : null,
      kept: this.#kept,
      tell: (state) => {
        scene.mark = state;
        if (state === "conflict") this.#sheet("conflict")?.showModal();
      },
    });
    this.#saves = saves;
    scene.mark = read.snapshot ? "saved" : "";
    const left = key && !this.#together ? saves.left() : null;
    const cast = charactersOf(read);
    const of = { version: read.version.number, cast, language: read.language };
    const gone = Object.values(read.cast).filter((one) => one.gone).map((one) => one.name);
    await scene.load({
      document,
      cast: read.cast,
      seed: read.seed,
      language: read.language,
      digest: read.version.digest,
      snapshot: left?.snapshot ?? read.snapshot,
      marks: new ReadMarks(this.#kept, read.version.digest),
      save: (snapshot) => {
        if (!follows) saves.save(snapshot);
        return null;
      },
      pick: this.#together && ((choice) => void this.#together?.vote(choice)),
      follows,
      takes: (lines, soon) => this.#server.takes(of, lines, soon),
      improv: key && !follows ? ({ state, beat }, text) => this.#server.improv(key, { state, beat, text }) : null,
      assets: (kind, name) => this.#stage.assets[kind]?.[name] ?? null,
      curtain,
      words: this.#stage.logline,
      note: [this.#note, read.closed, this.#missing(), goneWords(gone)].filter(Boolean).join(" "),
      found: this.#found(),
      ways: this.#ways(read, left?.snapshot ?? read.snapshot),
    });
    if (left) saves.save(left.snapshot);
    this.#rewindable();
  }

  /** The slot of clips learns which play it is. @param {string | null} key */
  #clip(key) {
    for (const slot of this.querySelectorAll("troupe-scene-clip")) {
      const one = /** @type {HTMLElement} */ (slot);
      one.hidden = !key && this.#stage.signed_in;
      if (key) one.dataset.clip = `/api/v1/plays/${key}/clip/`;
    }
  }

  /** More on the curtain: from the start, or the newest version. @param {Read} read @param {any} snapshot */
  #ways(read, snapshot) {
    const ways = [];
    const newer = read.newest && read.newest.number > read.version.number;
    if (newer) ways.push({ words: `Continue on version ${read.newest?.number}`, icon: "trending-up", press: () => void this.#carry() });
    if (snapshot?.events?.length) ways.push({ words: "Start again", icon: "rotate-ccw", press: () => void this.#again() });
    return ways;
  }

  /** Others play along, or one plays along with others. @param {string} key */
  #join(key) {
    const scene = this.#scene;
    const together = new Together(key, {
      company: (company) => { scene.company = company; },
      moved: (log, rev) => {
        if (this.#saves) this.#saves.rev = rev;
        scene.follow(log);
      },
      says: (words) => this.#say(words),
      over: (words) => {
        scene.company = null;
        this.#say(words);
      },
    });
    this.#together = together;
    this.toggleAttribute("data-hosts", false);
    void this.#open(async () => {
      const read = await together.join();
      this.toggleAttribute("data-together", true);
      this.toggleAttribute("data-hosts", together.hosts);
      return { read, note: together.hosts ? "" : `${together.host} leads this play; you vote on its choices.` };
    });
  }

  /** Open this play to others. */
  async #invite() {
    const key = this.#read?.key;
    if (!key) return this.#say("Sign in and begin the scene again to play together.");
    try {
      location.href = (await this.#server.company(key)).url;
    } catch (error) {
      this.#say(error instanceof Error ? error.message : "");
    }
  }

  /** The next visit of this address goes on with this play. @param {Read} read */
  #address({ key }) {
    if (this.#together) return;
    const url = new URL(location.href);
    for (const name of [...url.searchParams.keys()]) {
      if (name === "again" || name === "play" || name.startsWith("role.")) url.searchParams.delete(name);
    }
    if (key) url.searchParams.set("play", key);
    history.replaceState(history.state, "", url);
  }

  async #again() {
    const read = /** @type {Read} */ (this.#read);
    const next = { ...this.#stage, again: false };
    await this.#open(async () => ({ read: await this.#opening.again(read), note: "" }), false);
    this.#stage = next;
    this.#scene.unlock();
  }

  async #carry() {
    const read = /** @type {Read} */ (this.#read);
    await this.#open(async () => {
      const { read: next, kept, of } = await this.#opening.carry(read, this.#scene.snapshot);
      const all = kept === of;
      return {
        read: next,
        note: all ? "All your choices fit this version." : `${kept} of ${of} steps fit this version; you go on from there.`,
      };
    });
  }

  /** @returns {string[]} */
  #found() {
    const name = `endings-${this.#json("scene-read").scene.key}`;
    const own = this.#kept.get(name);
    return [...new Set([...this.#stage.found, ...(Array.isArray(own) ? own : [])])];
  }

  /** @param {string} state */
  #finds(state) {
    const found = [...new Set([...this.#found(), state])];
    this.#kept.set(`endings-${this.#json("scene-read").scene.key}`, found.slice(-200));
  }

  #missing() {
    return this.#stage.missing.length ? "Somebody you chose cannot be cast here, so the house has lent a character." : "";
  }

  // Buttons ---------------------------------------------------------------------

  #arm() {
    const scene = this.#scene;
    /** @type {Record<string, () => void>} */
    const acts = {
      rewind: () => scene.rewind(),
      history: () => this.#history(),
      copies: () => void this.#copies(),
      voice: () => this.#toggle("voice"),
      auto: () => this.#toggle("auto"),
      full: () => void this.#full(),
      help: () => this.#sheet("help")?.showModal(),
      invite: () => void this.#invite(),
      share: () => void shareLink(location.href),
      count: () => void this.#together?.count(),
      mine: () => this.#settle("mine"),
      theirs: () => this.#settle("theirs"),
    };
    for (const button of this.querySelectorAll("[data-act]")) {
      button.addEventListener("click", () => {
        const act = /** @type {HTMLElement} */ (button).dataset.act ?? "";
        if (act !== "rewind") button.closest("dialog")?.close();
        acts[act]?.();
      });
    }
    for (const input of this.querySelectorAll("[data-setting]")) {
      input.addEventListener("change", () => this.#changed(/** @type {HTMLInputElement} */ (input)));
    }
    for (const sheet of this.querySelectorAll("dialog")) {
      sheet.addEventListener("toggle", () => scene.hold("sheet", this.querySelector("dialog[open]") !== null));
      sheet.addEventListener("close", () => scene.hold("sheet", this.querySelector("dialog[open]") !== null));
    }
    this.querySelector("[data-copy-form]")?.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#keep();
    });
    scene.addEventListener("scene-position", () => this.#rewindable());
    scene.addEventListener("scene-asks", (event) => {
      const asked = /** @type {CustomEvent} */ (event).detail;
      if (asked === "settings") this.#keepSettings();
      else acts[asked]?.();
    });
    scene.addEventListener("scene-ending", (event) => {
      // Only now is the slot of clips in the page.
      this.#clip(this.#read?.key ?? null);
      this.#finds(/** @type {CustomEvent} */ (event).detail.state);
    });
    scene.addEventListener("scene-again", (event) => {
      event.preventDefault();
      void this.#again();
    });
    scene.addEventListener("scene-back", () => { location.href = this.#stage.back; });
    const full = /** @type {HTMLElement | null} */ (this.querySelector("[data-act=full]"));
    if (full) full.hidden = !document.fullscreenEnabled;
    document.addEventListener("fullscreenchange", () => this.toggleAttribute("data-full", document.fullscreenElement === this));
  }

  /** @param {string} name @returns {HTMLDialogElement | null} */
  #sheet(name) {
    return this.querySelector(`dialog[data-sheet=${name}]`);
  }

  #rewindable() {
    for (const button of this.querySelectorAll("[data-act=rewind]")) {
      /** @type {HTMLButtonElement} */ (button).disabled = !this.#scene.taken;
    }
  }

  #history() {
    const box = /** @type {HTMLElement} */ (this.querySelector("[data-history]"));
    const sheet = this.#sheet("history");
    showHistory(box, this.#scene.journal, {
      name: (role) => this.#read?.cast[role]?.name ?? role.replaceAll("_", " "),
      rewind: (count) => {
        sheet?.close();
        this.#scene.rewind(count);
      },
    });
    sheet?.showModal();
    box.scrollTop = box.scrollHeight;
  }

  get #slots() {
    const read = /** @type {Read} */ (this.#read);
    return read.key ? new ServerSlots(this.#server, read) : new OwnSlots(this.#kept, read);
  }

  async #copies() {
    const sheet = this.#sheet("copies");
    if (!this.#read || !sheet) return;
    if (!sheet.open) sheet.showModal();
    await this.#attempt(async () => {
      const box = /** @type {HTMLElement} */ (this.querySelector("[data-copies]"));
      showCopies(box, await this.#slots.all(), {
        open: (id) => {
          sheet.close();
          void this.#open(async () => ({ read: await this.#slots.open(id), note: "" }), false);
        },
        drop: (id) => void this.#attempt(async () => {
          await this.#slots.drop(id);
          await this.#copies();
        }),
      });
    });
  }

  async #keep() {
    const input = /** @type {HTMLInputElement} */ (this.querySelector("[data-copy-name]"));
    await this.#attempt(async () => {
      await this.#slots.keep(input.value.trim(), this.#scene.snapshot);
      input.value = "";
      await this.#copies();
    });
  }

  /** @param {() => Promise<void>} act */
  async #attempt(act) {
    const box = /** @type {HTMLElement} */ (this.querySelector("[data-copies-error]"));
    box.hidden = true;
    try {
      await act();
    } catch (error) {
      const words = /** @type {HTMLElement} */ (box.querySelector("[data-words]"));
      words.textContent = error instanceof Error ? error.message : "That did not work.";
      box.hidden = false;
    }
  }

  /** @param {"mine" | "theirs"} which */
  #settle(which) {
    const snapshot = this.#saves?.settle(which);
    const read = this.#read;
    if (!snapshot || !read) return;
    const rev = this.#saves?.rev ?? read.rev;
    void this.#open(async () => ({ read: { ...read, rev, snapshot }, note: "" }), false);
  }

  async #full() {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await this.requestFullscreen().catch(() => toast("This browser shows no full screen."));
  }

  #online = () => this.#saves?.retry();

  /** @param {string} words */
  #say(words) {
    toast(words, "circle-alert");
  }

  // Settings --------------------------------------------------------------------

  /** @param {"voice" | "auto"} name */
  #toggle(name) {
    const { settings } = this.#scene;
    this.#scene.settings = { ...settings, [name]: !settings[name] };
    this.#keepSettings();
  }

  /** @param {HTMLInputElement} input */
  #changed(input) {
    const name = /** @type {keyof Settings} */ (input.dataset.setting);
    const value = input.type === "checkbox" ? input.checked : input.value;
    this.#scene.settings = { ...this.#scene.settings, [name]: value };
    this.#keepSettings();
  }

  #keepSettings() {
    keepSettings(this.#kept, this.#scene.settings);
    this.#showSettings();
  }

  #showSettings() {
    showSettings(this, this.#scene.settings);
  }
}

armSheets();
if (!customElements.get("troupe-playhouse")) customElements.define("troupe-playhouse", TroupePlayhouse);
