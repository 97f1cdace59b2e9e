// @ts-check
/** What the sheets beside the stage show: the history, the choices taken, the copies. */

import { icon } from "../../app/icons.js";
import { make } from "./make.js";

/** @typedef {import("./journal.js").Entry} Entry */
/** @typedef {import("./slots.js").Copy} Copy */

/** Entries that are shown at once; the rest comes when asked for. */
const SHOWN = 200;

/**
 * Everything told, and a way back to each choice.
 * @param {HTMLElement} box
 * @param {Entry[]} entries
 * @param {{name: (role: string) => string, rewind: (count: number) => void}} how
 * @param {number} [from]
 */
export function showHistory(box, entries, how, from = Math.max(0, entries.length - SHOWN)) {
  const rows = entries.slice(from).map((entry) => rowOf(entry, how));
  if (from > 0) {
    const earlier = make("button", { type: "button", class: "btn btn--line", textContent: "Earlier" });
    earlier.addEventListener("click", () => showHistory(box, entries, how, Math.max(0, from - SHOWN)));
    rows.unshift(make("li", { class: "center" }, [earlier]));
  }
  box.replaceChildren(...rows);
  if (!rows.length) box.append(make("li", { class: "muted", textContent: "Nothing has been said yet." }));
}

/**
 * @param {Entry} entry
 * @param {{name: (role: string) => string, rewind: (count: number) => void}} how
 */
function rowOf({ kind, role, text, count }, { name, rewind }) {
  switch (kind) {
    case "line":
      return make("li", { class: "told" }, [make("b", { textContent: name(role) }), make("p", { textContent: text })]);
    case "choice": {
      const back = make("button", { type: "button", class: "btn btn--sm btn--line" }, [icon("undo-2"), "Back to here"]);
      back.setAttribute("aria-label", `Back to here, before: ${text}`);
      back.addEventListener("click", () => rewind(count));
      return make("li", { class: "told told--choice" }, [icon("chevron-right"), make("p", { textContent: text }), back]);
    }
    case "timer":
      return make("li", { class: "told told--timer" }, [icon("clock"), make("p", { textContent: "Time ran out" })]);
    case "ending":
      return make("li", { class: "told told--ending" }, [make("p", { textContent: text })]);
    default:
      return make("li", { class: "told told--narration" }, [make("p", { textContent: text })]);
  }
}

/**
 * @param {HTMLElement} box
 * @param {Copy[]} copies
 * @param {{open: (id: string) => void, drop: (id: string) => void}} how
 */
export function showCopies(box, copies, { open, drop }) {
  box.replaceChildren(...copies.map(({ id, name, choices, changed }) => {
    const words = name || "A copy";
    const go = make("button", { type: "button", class: "btn btn--sm btn--line" }, [icon("play"), "Go on"]);
    const away = make("button", { type: "button", class: "btn btn--sm btn--icon btn--quiet", "aria-label": `Delete ${words}` }, [icon("trash-2")]);
    go.setAttribute("aria-label", `Go on from ${words}`);
    go.addEventListener("click", () => open(id));
    away.addEventListener("click", () => drop(id));
    const when = new Date(changed).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
    return make("li", { class: "row row--nowrap" }, [
      make("span", { class: "grow" }, [
        make("b", { class: "clamp1 copy__name", textContent: words }),
        make("span", { class: "small muted", textContent: `${choices === 1 ? "1 choice" : `${choices} choices`}, ${when}` }),
      ]),
      go,
      away,
    ]);
  }));
  if (!copies.length) {
    box.append(make("li", { class: "muted small", textContent: "No copies yet. Keep one before a choice that matters." }));
  }
}
