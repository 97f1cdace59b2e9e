// @ts-check
/**
 * A company: people who play one scene together. Comes along, follows the host's play,
 * votes; keeps its socket open and comes back when it may. docs/scenes-together.md.
 */

/** @typedef {import("../play.js").Event} Event one of a play's log */
/** @typedef {{handle: string, name: string, host: boolean, here: boolean, voted: boolean}} Person */
/** @typedef {{at: number, tally: Record<string, number>, closes_in: number | null, voted: string[]}} Votes */
/**
 * What the API gives of a company.
 * @typedef {object} Read
 * @property {string} key
 * @property {string} url of the page, for others
 * @property {string} host
 * @property {boolean} mine
 * @property {number} seconds
 * @property {Person[]} people
 * @property {Votes} votes
 * @property {string | null} vote one's own, here
 * @property {{rev: number, snapshot: {events: Event[]}} & Record<string, any>} play
 */
/**
 * @typedef {object} Heard
 * @property {(log: Event[], rev: number) => void} moved the play stands where this log leads
 * @property {(votes: Votes, mine: string | null) => void} votes
 * @property {(people: Person[]) => void} people
 * @property {(counted: {choice: string, votes: Record<string, number>, by: "host" | "all" | "time"}) => void} counted
 * @property {(said: {state: string, beat: number, heard: string, text: string, emotion: string, done: boolean}) => void} improvised
 * @property {(why: string) => void} stuck what was chosen leads nowhere
 * @property {(why: string) => void} over for good
 * @property {() => void} away the line broke; it is tried again
 */

const API = "/api/v1/companies/";
/** Milliseconds between two pings, and of silence after which a line is dead. */
const PAUSE = 20_000;
const SILENCE = 50_000;
/** Milliseconds between two tries, doubled each time: from, to. */
const SHORTEST = 500;
const LONGEST = 20_000;
/** What we close with ourselves. */
const OURS = 4000;
const TOO_MUCH = 4429;
/** Close codes after which no try helps, and why. */
const ENDS = new Map([
  [4401, "Sign in to play together."],
  [4404, "You have no seat here any more."],
  [4400, "This page and the house do not understand each other. Load it again."],
]);

/** The house said no. */
export class Refused extends Error {
  /** @param {string} code @param {string} detail */
  constructor(code, detail) {
    super(detail);
    this.code = code;
  }
}

/**
 * Milliseconds until the next try; null: never.
 * @param {number} code of the close
 * @param {number} tries that failed before
 * @param {number} chance 0 to 1: not all come back at once
 * @returns {number | null}
 */
export function pauseBefore(code, tries, chance) {
  if (ENDS.has(code)) return null;
  const pause = Math.min(SHORTEST * 2 ** tries, LONGEST);
  return (code === TOO_MUCH ? 3000 : 0) + pause * (0.5 + chance / 2);
}

export class Company {
  /** @type {Read | null} */ read = null;
  /** @type {Event[]} the host's log, as far as it was told */ log = [];
  rev = 0;
  /** @type {Votes | null} */ votes = null;
  /** @type {string | null} */ mine = null;
  /** @type {WebSocket | null} */ #socket = null;
  /** @type {Map<number, {resolve: () => void, reject: (why: Refused) => void}>} */
  #asked = new Map();
  #n = 0;
  #tries = 0;
  #over = false;
  #reading = false;
  #heardAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  /** @type {ReturnType<typeof setInterval> | undefined} */ #pinger;

  /**
   * @param {string} key
   * @param {Heard} heard
   * @param {{fetcher?: typeof fetch, open?: (address: string) => WebSocket, token?: () => string, house?: string}} [means]
   */
  constructor(key, heard, means = {}) {
    this.key = key;
    this.heard = heard;
    this.fetcher = means.fetcher ?? ((...how) => fetch(...how));
    this.open = means.open ?? ((address) => new WebSocket(address));
    this.token = means.token ?? (() => document.body.dataset.csrf ?? "");
    this.house = means.house ?? location.origin.replace(/^http/, "ws");
  }

  /** Take a seat and follow. Throws Refused. @returns {Promise<Read>} */
  async join() {
    const read = this.#take(await this.#ask("PUT", "seat/"));
    this.#connect();
    return read;
  }

  /**
   * For a choice that is open where the play stands; another vote takes its place.
   * @param {string} choice
   */
  async vote(choice) {
    const at = this.log.length;
    await this.#send({ type: "vote", at, choice });
    if (at !== this.log.length) return;
    this.mine = choice;
    if (this.votes) this.heard.votes(this.votes, this.mine);
  }

  /** For the host: count now. */
  count() {
    return this.#send({ type: "count" });
  }

  /** Give the seat up; of the host: end it. */
  async leave() {
    this.close();
    await this.#ask("DELETE", "seat/");
  }

  /** For the host: this person leaves and does not come back. @param {string} handle */
  sendAway(handle) {
    return this.#ask("DELETE", `seats/${encodeURIComponent(handle)}/`);
  }

  /** Now, not after a pause: the network is back, or somebody looks again. */
  hurry() {
    if (this.read && !this.#socket) this.#connect();
  }

  /** Hear no more; the seat stays. */
  close() {
    this.#over = true;
    this.#drop(new Refused("closed", "You have left this company."));
  }

  // The line -----------------------------------------------------------------------

  #connect() {
    clearTimeout(this.#timer);
    if (this.#socket || this.#over) return;
    const socket = this.open(`${this.house}/ws/companies/${this.key}/`);
    this.#socket = socket;
    this.#heardAt = Date.now();
    socket.onmessage = ({ data }) => {
      if (socket === this.#socket) this.#hear(data);
    };
    socket.onclose = ({ code }) => {
      if (socket === this.#socket) this.#lost(code);
    };
    this.#pinger = setInterval(() => this.#watch(), PAUSE);
  }

  #watch() {
    if (Date.now() - this.#heardAt > SILENCE) this.#lost(OURS);
    else if (this.#socket?.readyState === 1) this.#socket.send('{"type":"ping"}');
  }

  /** @param {number} code */
  #lost(code) {
    this.#drop(new Refused("lost", "The line broke. Try again in a moment."));
    if (this.#over) return;
    const pause = pauseBefore(code, this.#tries, Math.random());
    if (pause === null) {
      this.#end(ENDS.get(code) ?? "");
      return;
    }
    this.#tries += 1;
    this.heard.away();
    this.#timer = setTimeout(() => this.#connect(), pause);
  }

  /** @param {Refused} why of what was asked and not answered */
  #drop(why) {
    clearTimeout(this.#timer);
    clearInterval(this.#pinger);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    for (const { reject } of this.#asked.values()) reject(why);
    this.#asked.clear();
  }

  /** @param {string} why */
  #end(why) {
    if (this.#over) return;
    this.#over = true;
    this.#drop(new Refused("over", why));
    this.heard.over(why);
  }

  // What is heard ------------------------------------------------------------------

  /** @param {string} data */
  #hear(data) {
    this.#heardAt = Date.now();
    const event = JSON.parse(data);
    switch (event.type) {
      case "welcome":
        this.#tries = 0;
        this.heard.people(event.people);
        if (event.rev === this.rev) {
          this.mine = event.vote;
          this.#voted(event.votes);
        } else void this.#again();
        break;
      case "people":
        // Without a list somebody's account is gone.
        if (event.people) this.heard.people(event.people);
        else void this.#again();
        break;
      case "votes":
        this.#voted(event);
        break;
      case "moved":
        this.#moved(event);
        break;
      case "counted":
        this.heard.counted(event);
        break;
      case "improvised":
        this.heard.improvised(event);
        break;
      case "stuck":
        this.mine = null;
        this.heard.stuck(event.why);
        break;
      case "closed":
        this.#end(event.why);
        break;
      case "accepted":
      case "refused":
        this.#answered(event);
        break;
      default: // A later house says more than we know.
    }
  }

  /** @param {Votes} votes */
  #voted({ at, tally, closes_in, voted }) {
    if (at !== this.log.length) {
      void this.#again();
      return;
    }
    this.votes = { at, tally, closes_in, voted };
    this.heard.votes(this.votes, this.mine);
  }

  /** @param {{rev: number, since: number, events: Event[] | null}} event */
  #moved({ rev, since, events }) {
    if (rev <= this.rev) return;
    if (events === null || rev !== this.rev + 1 || since > this.log.length) void this.#again();
    else this.#follow([...this.log.slice(0, since), ...events], rev);
  }

  /** @param {Event[]} log @param {number} rev */
  #follow(log, rev) {
    this.log = log;
    this.rev = rev;
    this.votes = null;
    this.mine = null;
    this.heard.moved(log, rev);
  }

  /** All of it anew: something was missed. */
  async #again() {
    if (this.#reading || this.#over) return;
    this.#reading = true;
    try {
      this.#take(await this.#ask("GET", ""));
    } catch (error) {
      const gone = error instanceof Refused && error.code === "not-found";
      if (gone) this.#end("This company is over.");
      else this.#lost(OURS);
    } finally {
      this.#reading = false;
    }
  }

  /** @param {Read} read @returns {Read} */
  #take(read) {
    const first = this.read === null;
    this.read = read;
    const { rev, snapshot } = read.play;
    if (first) {
      this.log = snapshot.events;
      this.rev = rev;
    } else if (rev > this.rev) this.#follow(snapshot.events, rev);
    this.mine = read.vote;
    this.heard.people(read.people);
    if (read.votes.at === this.log.length) {
      this.votes = read.votes;
      this.heard.votes(read.votes, read.vote);
    }
    return read;
  }

  // What is asked ------------------------------------------------------------------

  /** @param {object} message @returns {Promise<void>} */
  #send(message) {
    const socket = this.#socket;
    if (socket?.readyState !== 1) {
      return Promise.reject(new Refused("lost", "The line is broken. Try again in a moment."));
    }
    this.#n += 1;
    const n = this.#n;
    return new Promise((resolve, reject) => {
      this.#asked.set(n, { resolve, reject });
      socket.send(JSON.stringify({ ...message, n }));
    });
  }

  /** @param {{type: string, n: number, code: string, detail: string}} event */
  #answered({ type, n, code, detail }) {
    const asked = this.#asked.get(n);
    this.#asked.delete(n);
    if (type === "accepted") asked?.resolve();
    else asked?.reject(new Refused(code, detail));
  }

  /** @param {string} method @param {string} what */
  async #ask(method, what) {
    const response = await this.fetcher(`${API}${this.key}/${what}`, {
      method,
      credentials: "same-origin",
      headers: {
        Accept: "application/json",
        ...(method === "GET" ? {} : { "X-CSRFToken": this.token() }),
      },
    });
    const data = await response.json().catch(() => null);
    if (response.ok) return data;
    const code = String(data?.type ?? "").replace("urn:troupe:", "") || "error";
    throw new Refused(code, data?.detail ?? `The house answered ${response.status}.`);
  }
}
