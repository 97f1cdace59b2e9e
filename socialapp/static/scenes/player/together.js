// @ts-check
/** A company on the stage: who is here, how the votes stand, and where the play went. */

import { Company } from "./company.js";

/** @typedef {import("./company.js").Person} Person */
/** @typedef {import("./company.js").Votes} Votes */
/**
 * @typedef {object} Told
 * @property {(company: {words: string, tally: Record<string, number>, mine: string | null}) => void} company
 * @property {(log: import("../play.js").Event[], rev: number) => void} moved
 * @property {(words: string) => void} says something for everybody to read
 * @property {(words: string) => void} over
 */

export class Together {
  /** @type {Person[]} */ #people = [];
  /** @type {Votes | null} */ #votes = null;
  /** @type {string | null} */ #mine = null;
  /** @type {number | null} when the votes are counted, of the page's clock */ #closesAt = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */ #timer;

  /**
   * @param {string} key
   * @param {Told} told
   * @param {ConstructorParameters<typeof Company>[2]} [means]
   */
  constructor(key, told, means) {
    this.told = told;
    this.client = new Company(key, {
      moved: (log, rev) => {
        this.#votes = this.#mine = this.#closesAt = null;
        told.moved(log, rev);
        this.#tell();
      },
      votes: (votes, mine) => {
        this.#votes = votes;
        this.#mine = mine;
        this.#closesAt = votes.closes_in === null ? null : performance.now() + 1000 * votes.closes_in;
        this.#tell();
      },
      people: (people) => {
        this.#people = people;
        this.#tell();
      },
      counted: () => {},
      improvised: ({ text }) => told.says(text),
      stuck: (why) => told.says(why),
      over: (why) => {
        clearInterval(this.#timer);
        told.over(why);
      },
      away: () => told.says("The line to the others broke. It is tried again."),
    }, means);
  }

  get hosts() {
    return this.client.read?.mine ?? false;
  }

  get host() {
    return this.client.read?.host ?? "";
  }

  /** Take a seat. @returns {Promise<any>} the host's play */
  async join() {
    const read = await this.client.join();
    this.#timer = setInterval(() => this.#closesAt !== null && this.#tell(), 1000);
    return read.play;
  }

  /** @param {string} choice */
  async vote(choice) {
    await this.#try(() => this.client.vote(choice));
  }

  async count() {
    await this.#try(() => this.client.count());
  }

  close() {
    clearInterval(this.#timer);
    this.client.close();
  }

  /** @param {() => Promise<void>} act */
  async #try(act) {
    try {
      await act();
    } catch (error) {
      this.told.says(error instanceof Error ? error.message : "That did not work.");
    }
  }

  #tell() {
    const here = this.#people.filter((person) => person.here).length;
    const voted = this.#votes?.voted.length ?? 0;
    const left = this.#closesAt === null ? null : Math.max(0, Math.ceil((this.#closesAt - performance.now()) / 1000));
    const words = [
      here === 1 ? "1 here" : `${here} here`,
      voted && `${voted} voted`,
      left !== null && `counted in ${left} s`,
    ].filter(Boolean).join(", ");
    this.told.company({ words, tally: this.#votes?.tally ?? {}, mine: this.#mine });
  }
}
