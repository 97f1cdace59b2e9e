// @ts-check
/**
 * Words that are said: with their take, read by the browser's voice, or at reading speed.
 * Which of them decides when they begin; until then they stand there.
 */

import { pagesOf, readingWords, secondsOf, spokenWords, wordAt } from "./words.js";

/** @typedef {import("./words.js").Word} Word */
/** @typedef {import("./voices.js").Take} Take */
/** @typedef {import("./readers.js").Reader} Reader */
/** @typedef {import("../../streams/sound.js").Sound} Sound */
/** @typedef {import("../../streams/sound.js").Heard} Heard */
/**
 * @typedef {object} How
 * @property {string} text
 * @property {boolean} [told] it was said before: its last words stand there
 * @property {string} language
 * @property {number} most characters of a page
 * @property {() => number} reading seconds of any clock that never jumps
 * @property {() => Take | null} take
 * @property {() => boolean} near a take may be here in a moment
 * @property {Sound} sound
 * @property {Reader | null} reader
 */

/** Seconds that words wait for a voice that is nearly there. */
const PATIENCE = 0.8;

export class Spoken {
  /** @type {Word[]} */ words;
  /** @type {Word[][]} */ pages;
  /** @type {Take | null} */ take = null;
  /** @type {Heard | null} */ #voice = null;
  /** @type {number | null} reading at its first moment; null: it has not begun */ #zero = null;
  /** Where it is while time stands still, and behind which it never falls. */ #at = 0;
  #askedAt;
  #still = false;
  #reads = false;
  #stopped = false;

  /** @param {How} how */
  constructor(how) {
    this.how = how;
    this.words = readingWords(how.text, how.language);
    this.pages = pagesOf(this.words, how.most);
    this.#askedAt = how.reading();
    if (how.told) {
      this.#at = this.seconds;
      this.#zero = this.#askedAt;
      this.#stopped = true;
    } else this.#try();
  }

  get seconds() {
    return this.take?.performance.seconds ?? secondsOf(this.words);
  }

  /** Whether a voice is heard: then the words need not be read. */
  get heard() {
    return this.#voice !== null || (this.#reads && this.how.reader?.speaking === true);
  }

  /** Seconds from its beginning. */
  get position() {
    if (this.#stopped) return this.#at;
    if (this.#zero === null) this.#try();
    if (this.#zero === null || this.#still) return this.#at;
    this.#at = Math.min(Math.max(this.#at, this.#now()), this.seconds);
    return this.#at;
  }

  /** The page that is shown, and which of its words is lit (-1: none). */
  shown() {
    const number = wordAt(this.words, this.#zero === null ? -1 : this.position);
    let page = 0;
    let before = 0;
    while (page < this.pages.length - 1 && number >= before + this.pages[page].length) {
      before += this.pages[page].length;
      page += 1;
    }
    return { words: this.pages[page] ?? [], lit: this.over() ? -1 : number - before, page };
  }

  over() {
    if (this.#stopped) return true;
    if (this.#reads && this.how.reader?.speaking) return false;
    return this.#zero !== null && this.position >= this.seconds;
  }

  /** To the next page. */
  next() {
    const { page } = this.shown();
    const next = this.pages[page + 1];
    if (!next) return false;
    this.#reads = false;
    this.how.reader?.stop();
    this.#from(next[0].at);
    return true;
  }

  stop() {
    if (this.#stopped) return;
    this.#at = this.position;
    this.#stopped = true;
    this.#voice?.stop();
    this.#voice = null;
    if (this.#reads) this.how.reader?.stop();
  }

  /** @param {boolean} still */
  hold(still) {
    if (still === this.#still) return;
    if (still) {
      this.#at = this.position;
      this.#still = true;
      this.#voice?.stop();
      this.#voice = null;
    } else {
      this.#still = false;
      if (this.#zero !== null) this.#from(this.#at);
    }
    if (this.#reads) this.how.reader?.hold(still);
  }

  /** Begin, if what it begins with is known. */
  #try() {
    const { how } = this;
    if (this.#still || this.#stopped) return;
    const take = how.take();
    if (!take && how.near() && how.reading() - this.#askedAt < PATIENCE) return;
    if (take) this.#wear(take);
    else if (how.reader) {
      this.#reads = true;
      how.reader.say(how.text, how.language);
    }
    this.#from(0);
  }

  /** @param {Take} take */
  #wear(take) {
    this.take = take;
    const captions = take.performance.parts[0]?.captions ?? [];
    if (!captions.length) return;
    this.words = spokenWords(captions);
    this.pages = pagesOf(this.words, this.how.most);
  }

  /** @param {number} t seconds from its beginning */
  #from(t) {
    const { how } = this;
    this.#voice?.stop();
    this.#voice = null;
    this.#at = t;
    this.#zero = how.reading() - t;
    const buffer = this.take?.sound;
    if (buffer && t < buffer.duration) this.#voice = how.sound.play([buffer], -t);
  }

  #now() {
    const { how } = this;
    const heard = this.#voice ? how.sound.heard : null;
    if (this.#voice && heard !== null) return heard - this.#voice.zero;
    const read = this.#reads ? how.reader?.character : null;
    if (typeof read === "number") return this.#atCharacter(read);
    return how.reading() - /** @type {number} */ (this.#zero);
  }

  /** @param {number} character */
  #atCharacter(character) {
    let before = 0;
    for (const word of this.words) {
      before += word.text.length;
      if (before > character) return word.at;
    }
    return this.seconds;
  }
}
