// @ts-check
/** `<troupe-topics>`: what comes next, by vote. */
import { post } from "./http.js";
import { followState, hear, houseOf, liveShow, refuse, row, write } from "./stream-house.js";
import { percentages, refusal } from "./stream-words.js";

export class TroupeTopics extends HTMLElement {
  /** Number of the topic that has my vote; 0: none. */
  mine = 0;

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
      welcome: (event) => this.draw(event.topics),
      topics: (event) => this.draw(event.topics),
      "topic-chosen": () => this.choose(0),
    });
    followState(this, () => this.open());
  }

  get rows() {
    return [...this.querySelectorAll(".vote__row")].filter((row) => row instanceof HTMLButtonElement);
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
