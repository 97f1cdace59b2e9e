// @ts-check
/** Replies spoken one sentence after the other, each on the stage of whoever says it. */
import "../stage/stage.js";
import { post } from "./http.js";

/** @import { TroupeStage } from "../stage/stage.js" */

/**
 * @typedef {object} Sentence
 * @property {string} message key of the reply
 * @property {number} n which sentence of it, from 0
 * @property {string} speaker id of the seat
 */

const LATE = 2000; // milliseconds after its end at which a sentence is given up

/** @param {Sentence} sentence */
async function fetched({ message, n }) {
  const answer = await post(`/said/${message}/speech/`, { n: String(n) });
  const bytes = Uint8Array.from(atob(answer.sound), (c) => c.charCodeAt(0));
  return { performance: answer.performance, sound: bytes.length ? bytes.buffer : null };
}

export class Voice {
  /** @type {{sentence: Sentence, speech: Promise<any>}[]} */
  #line = [];
  #turn = 0;
  #busy = false;

  /**
   * @param {Map<string, TroupeStage>} stages by id of the seat
   * @param {(speaker: string | null) => void} light told who speaks
   */
  constructor(stages, light) {
    this.stages = stages;
    this.light = light;
  }

  /** Call it in a click: browsers allow sound only after one. */
  unlock() {
    for (const stage of this.stages.values()) stage.unlock();
  }

  /** @param {Sentence} sentence */
  say(sentence) {
    if (!this.stages.has(sentence.speaker)) return;
    const speech = fetched(sentence);
    // Told when its time comes; until then it is nobody's error.
    speech.catch(() => {});
    this.#line.push({ sentence, speech });
    void this.#go();
  }

  hush() {
    this.#turn += 1;
    this.#line = [];
    for (const stage of this.stages.values()) stage.pause();
  }

  async #go() {
    if (this.#busy) return;
    this.#busy = true;
    while (this.#line.length) {
      const next = this.#line.shift();
      if (!next) break;
      const turn = this.#turn;
      try {
        const { performance, sound } = await next.speech;
        if (turn === this.#turn) await this.#play(next.sentence.speaker, performance, sound);
      } catch (error) {
        // The words are on the page; a voice that fails must not stop the next.
        console.info("chat:", error);
      }
    }
    this.#busy = false;
    this.light(null);
  }

  /**
   * @param {string} speaker
   * @param {any} performance
   * @param {ArrayBuffer | null} sound
   */
  async #play(speaker, performance, sound) {
    const stage = this.stages.get(speaker);
    if (!stage) return;
    this.light(speaker);
    stage.perform(performance, sound);
    await stage.loaded();
    const over = new Promise((resolve) => {
      /** @param {Event} event */
      const look = (event) => {
        if (/** @type {CustomEvent} */ (event).detail === "playing") return;
        stage.removeEventListener("stage-state", look);
        resolve(null);
      };
      stage.addEventListener("stage-state", look);
      setTimeout(resolve, stage.seconds * 1000 + LATE);
    });
    await stage.play();
    await over;
  }
}
