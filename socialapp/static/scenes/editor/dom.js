// @ts-check
/** Elements in a few words, and panels that draw themselves anew without losing the caret. */

const SVG = "http://www.w3.org/2000/svg";

/** @typedef {Node | string | null | undefined | false} Child */

/** @param {Element} made @param {Record<string, any>} props */
function dress(made, props) {
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "value" && "value" in made) made.value = value;
    else if (name === "checked" || name === "selected" || name === "disabled" || name === "hidden") {
      /** @type {any} */ (made)[name] = value;
    } else made.setAttribute(name, value === true ? "" : String(value));
  }
}

/**
 * @param {string} tag
 * @param {Record<string, any>} props attributes, and `on…` for listeners
 * @param {...(Child | Child[])} children
 * @returns {any}
 */
export function h(tag, props = {}, ...children) {
  const made = document.createElement(tag);
  const { value, ...others } = props;
  dress(made, others);
  made.append(...children.flat().filter((one) => one !== null && one !== undefined && one !== false));
  // A select knows its options only now.
  dress(made, { value });
  return made;
}

/** @param {string} tag @param {Record<string, any>} props @param {...(Child | Child[])} children @returns {any} */
export function s(tag, props = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  dress(made, props);
  made.append(...children.flat().filter((one) => one !== null && one !== undefined && one !== false));
  return made;
}

/**
 * Draws a panel anew; what had the focus has it again, if it is still there. Such elements
 * are known by `data-focus`; open folds by `data-fold`.
 * @param {HTMLElement} panel
 * @param {() => Child[]} draw
 */
export function redraw(panel, draw) {
  const active = document.activeElement;
  const within = active instanceof HTMLElement && panel.contains(active);
  const name = within ? active.dataset.focus : undefined;
  const field = active instanceof HTMLInputElement || active instanceof HTMLTextAreaElement ? active : null;
  const range = within && field && field.type !== "number" && field.type !== "checkbox"
    ? [field.selectionStart, field.selectionEnd, field.scrollTop] : null;
  const folds = new Map([...panel.querySelectorAll("details[data-fold]")].map((one) => (
    [one.getAttribute("data-fold"), one.hasAttribute("open")]
  )));
  panel.replaceChildren(...draw().filter((one) => one !== null && one !== undefined && one !== false));
  for (const one of panel.querySelectorAll("details[data-fold]")) {
    const open = folds.get(one.getAttribute("data-fold"));
    if (open !== undefined) one.toggleAttribute("open", open);
  }
  const again = name ? panel.querySelector(`[data-focus="${CSS.escape(name)}"]`) : null;
  if (!(again instanceof HTMLElement)) return;
  again.focus({ preventScroll: true });
  if (range && (again instanceof HTMLInputElement || again instanceof HTMLTextAreaElement)) {
    again.setSelectionRange(range[0], range[1]);
    again.scrollTop = range[2] ?? 0;
  }
}

let count = 0;
/** An id that nothing on the page has. @param {string} word */
export const unique = (word) => {
  count += 1;
  return `ed-${word}-${count}`;
};

/**
 * A labelled field. `type` is that of an input, `textarea`, or `select` with options.
 * @param {string} label
 * @param {{type?: string, value?: any, focus?: string, hint?: string, error?: string,
 *   options?: [string, string][], onchange?: (value: string, field: any) => void,
 *   oninput?: (value: string, field: any) => void, rows?: number, class?: string,
 *   [attribute: string]: any}} how
 */
export function field(label, how) {
  const {
    type = "text", value = "", focus, hint, error, options, onchange, oninput, rows, class: look = "", ...more
  } = how;
  const id = unique("f");
  const about = [hint ? `${id}-h` : "", error ? `${id}-e` : ""].filter(Boolean).join(" ");
  const props = {
    id,
    class: `input ${look}`.trim(),
    "data-focus": focus,
    "aria-describedby": about || undefined,
    "aria-invalid": error ? "true" : undefined,
    onchange: onchange && ((/** @type {any} */ event) => onchange(event.target.value, event.target)),
    oninput: oninput && ((/** @type {any} */ event) => oninput(event.target.value, event.target)),
    autocomplete: "off",
    ...more,
  };
  const made = options
    ? h("select", { ...props, value }, options.map(([key, words]) => h("option", { value: key }, words)))
    : type === "textarea" ? h("textarea", { ...props, rows, value }) : h("input", { ...props, type, value });
  return h("div", { class: "field" },
    h("label", { for: id }, label),
    made,
    hint && h("p", { class: "hint", id: `${id}-h` }, hint),
    h("p", { class: "error", id: `${id}-e`, hidden: !error, "data-error": true }, error ?? ""));
}

/** What a field says against its value, or nothing. @param {HTMLElement} input @param {string} message */
export function complain(input, message) {
  const said = input.closest(".field")?.querySelector("[data-error]");
  input.toggleAttribute("aria-invalid", Boolean(message));
  if (message) input.setAttribute("aria-invalid", "true");
  if (!(said instanceof HTMLElement)) return;
  said.textContent = message;
  said.hidden = !message;
}

/** @param {string} label @param {boolean} checked @param {(on: boolean) => void} onchange @param {string} focus @param {string} hint */
export const toggle = (label, checked, onchange, focus, hint = "") => h("label", { class: "switch" },
  h("span", {}, h("b", {}, label), hint && h("br"), hint && h("span", { class: "small muted" }, hint)),
  h("input", {
    type: "checkbox", role: "switch", checked, "data-focus": focus,
    onchange: (/** @type {any} */ event) => onchange(event.target.checked),
  }));
