// @ts-check
/** `<troupe-topics>`: what comes next, by vote. */
import { post } from "./http.js";
import { followState, hear, houseOf, liveShow, refuse, row, write } from "./stream-house.js";
import { percentages, refusal } from "./stream-words.js";
import { clock } from "./watch.js";

export class TroupeTopics extends HTMLElement {
  /** Number of the topic that has my vote; 0: none. */
  mine = 0;
  /** When the votes are counted, on the clock of the stream; 0: no moment is set. */
  closes = 0;

  connectedCallback() {
    if (this.form) return;
    this.form = /** @type {HTMLFormElement} */ (this.querySelector("form"));
    this.mine = Number(this.querySelector('[aria-pressed="true"]')?.getAttribute("value") ?? 0);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const button = event.submitter;
      if (button instanceof HTMLButtonElement) void this.vote(Number(button.value));
    });
    hear(this, {
      welcome: (event) => this.hear(event),
      topics: (event) => this.hear(event),
      "topic-chosen": () => this.choose(0),
    });
    const house = houseOf(this);
    house.addEventListener("show-time", (event) => {
      this.count(/** @type {CustomEvent<number>} */ (event).detail);
    });
    followState(this, () => this.open());
  }

  get rows() {
    return [...this.querySelectorAll(".vote__row")].filter((row) => row instanceof HTMLButtonElement);
  }

  /** @param {{topics: {topic: number, text: string, votes: number}[], vote_closes: number}} event */
  hear(event) {
    this.closes = event.vote_closes;
    this.draw(event.topics);
    this.count(liveShow(this)?.clock ?? 0);
  }

  /** @param {number} now seconds of the clock of the stream */
  count(now) {
    const box = this.querySelector("[data-closes]");
    if (!(box instanceof HTMLElement)) return;
    const words = this.closes > now ? `Closes in ${clock(this.closes - now)}` : "";
    if (box.textContent !== words) box.textContent = words;
    box.hidden = !words;
    const hint = this.querySelector("[data-hint]");
    // Who may not vote is told how to come to it; the others know by now.
    if (hint instanceof HTMLElement && "me" in houseOf(this).dataset) hint.hidden = Boolean(words);
  }

  /** @param {{topic: number, text: string, votes: number}[]} topics */
  draw(topics) {
    const shares = percentages(topics.map((one) => one.votes));
    const known = new Map(this.rows.map((one) => [Number(one.value), one]));
    topics.forEach(({ topic, text }, place) => {
      // A row that is there stays: it may have the focus.
      const one = known.get(topic) ?? this.add(topic, text);
      known.delete(topic);
      write(one, ".num", `${shares[place]} %`);
      const meter = one.querySelector("progress");
      meter?.setAttribute("aria-label", `${text}, ${shares[place]} percent`);
      if (meter) meter.value = shares[place];
    });
    for (const gone of known.values()) gone.remove();
    if (!topics.some(({ topic }) => topic === this.mine)) this.mine = 0;
    this.choose(this.mine);
    this.open();
  }

  /** @param {number} topic @param {string} text */
  add(topic, text) {
    const made = /** @type {HTMLButtonElement} */ (row(this));
    made.value = String(topic);
    write(made, "span", text);
    this.form?.append(made);
    return made;
  }

  open() {
    const state = houseOf(this).dataset.state ?? "";
    const may = (state === "live" || state === "paused") && "me" in houseOf(this).dataset;
    for (const one of this.rows) one.disabled = !may;
    this.hidden = !this.rows.length || state === "ended" || state === "closed";
  }

  /** @param {number} topic 0: no vote */
  choose(topic) {
    this.mine = topic;
    for (const one of this.rows) one.setAttribute("aria-pressed", String(Number(one.value) === topic));
  }

  /** @param {number} topic */
  async vote(topic) {
    const before = this.mine;
    refuse(this);
    this.choose(topic);
    try {
      const show = liveShow(this);
      await (show ? show.vote(topic) : post(this.form?.action ?? "", { topic: String(topic) }));
    } catch (error) {
      this.choose(before);
      refuse(this, refusal(error).detail);
    }
  }
}

customElements.define("troupe-topics", TroupeTopics);
