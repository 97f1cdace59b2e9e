// @ts-check
/** `<troupe-lines>`: what was said, line by line, as it is heard. */
import { hear, houseOf, row, write } from "./stream-house.js";
import { clock } from "./watch.js";

/** Lines on the page; older ones are a link away. */
const MOST = 300;
const NEAR = 80;

const CUT = "(cut in)"; // as the page writes it

export class TroupeLines extends HTMLElement {
  /** Removed by a moderator: whatever still tells of them. @type {Set<number>} */
  gone = new Set();

  connectedCallback() {
    if (this.log) return;
    this.log = this.querySelector("[data-lines]");
    const house = houseOf(this);
    house.addEventListener("show-line", (event) => this.begin(/** @type {CustomEvent} */ (event).detail));
    house.addEventListener("show-line-end", (event) => this.end(/** @type {CustomEvent} */ (event).detail.line));
    hear(this, {
      "line-removed": (event) => this.take(event.line),
      "line-cut": (event) => this.cut(event.line),
    });
    this.down();
  }

  /** @param {number} line */
  find(line) {
    return this.log?.querySelector(`[data-line="${line}"]`) ?? null;
  }

  /** @param {{line: number, seat: string, name: string, text: string, at: number}} said */
  begin(said) {
    if (!this.log || this.gone.has(said.line)) return;
    const follows = this.atEnd;
    const shown = this.find(said.line) ?? this.add(said);
    for (const other of this.log.querySelectorAll("[data-now]")) other.removeAttribute("data-now");
    shown.setAttribute("data-now", "");
    if (follows || !this.inOrder(said.line)) this.reveal(shown);
  }

  /** @param {{line: number, seat: string, name: string, text: string, at: number}} said */
  add(said) {
    const made = row(this);
    made.dataset.line = String(said.line);
    made.classList.add(`line--${said.seat}`);
    write(made, "[data-at]", clock(said.at));
    write(made, "[data-who]", said.name);
    write(made, "[data-text]", said.text);
    const flag = made.querySelector("a");
    if (flag) {
      const key = `${houseOf(this).dataset.key}-${said.line}`;
      flag.href = (this.dataset.report ?? "").replace("KEY", key);
      flag.setAttribute("aria-label", `Report line ${said.line} of ${said.name}`);
    }
    const lines = [...(this.log?.children ?? [])];
    const after = lines.find((one) => Number(one.getAttribute("data-line")) > said.line);
    this.log?.insertBefore(made, after ?? null);
    while ((this.log?.childElementCount ?? 0) > MOST) this.log?.firstElementChild?.remove();
    this.querySelector("[data-nothing]")?.setAttribute("hidden", "");
    return made;
  }

  /** Whether it is the last line of the page. @param {number} line */
  inOrder(line) {
    return this.log?.lastElementChild?.getAttribute("data-line") === String(line);
  }

  /** @param {number} line */
  end(line) {
    this.find(line)?.removeAttribute("data-now");
  }

  /** @param {number} line */
  take(line) {
    this.gone.add(line);
    this.find(line)?.remove();
  }

  /** @param {number} line */
  cut(line) {
    const shown = this.find(line);
    const words = shown?.querySelector("span:last-of-type");
    if (!words || shown?.hasAttribute("data-cut")) return;
    // A replay tells again of what the page was made with.
    if (words.textContent?.endsWith(CUT)) return;
    shown?.setAttribute("data-cut", "");
    words.append(` ${CUT}`);
  }

  get atEnd() {
    const box = this.log;
    return !box || box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
  }

  /** Inside its own box: the page itself does not move. @param {Element} line */
  reveal(line) {
    if (!(this.log instanceof HTMLElement) || !(line instanceof HTMLElement)) return;
    const top = line.offsetTop - this.log.offsetTop;
    this.log.scrollTo({ top: top + line.offsetHeight - this.log.clientHeight });
  }

  down() {
    this.log?.scrollTo({ top: this.log.scrollHeight });
  }
}

customElements.define("troupe-lines", TroupeLines);
