// The moderators' desk: keys, wordings, and media that stay blurred until asked for.

/** @param {EventTarget | null} target  Somebody types into it. */
const busy = (target) =>
  target instanceof HTMLElement &&
  /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) &&
  target.getAttribute("type") !== "checkbox";

/** @param {KeyboardEvent} event */
const plain = (event) =>
  !event.ctrlKey && !event.metaKey && !event.altKey && !event.defaultPrevented;

/**
 * @param {ParentNode | undefined} place
 * @param {string} selector
 */
const press = (place, selector) => {
  const found = place?.querySelector(selector);
  if (found instanceof HTMLElement) found.click();
};

/** @param {HTMLElement} root  The case page. */
function desk(root) {
  const keys = /** @type {HTMLDialogElement} */ (root.querySelector("[data-keys]"));
  root.querySelector("[data-help]")?.addEventListener("click", () => keys.showModal());

  const decision = root.querySelector("[data-decision]");
  if (decision instanceof HTMLFormElement) wordings(decision);
  const reveal = root.querySelector("[data-reveal]");
  if (reveal instanceof HTMLButtonElement)
    reveal.addEventListener("click", () => show(root, reveal));

  document.addEventListener("keydown", (event) => {
    if (!plain(event)) return;
    if (busy(event.target)) {
      if (event.key === "Escape") /** @type {HTMLElement} */ (event.target).blur();
      return;
    }
    if (keys.open) return;
    if (event.key === "Escape" && document.activeElement instanceof HTMLElement) {
      document.activeElement.blur();
      return;
    }
    // What was just done: its message carries the button.
    if (event.key === "u") return press(document, "[data-undo]");
    const all = /** @type {NodeListOf<HTMLElement>} */ (
      root.querySelectorAll("[data-key]")
    );
    const found = [...all].find((one) => one.dataset.key === event.key);
    if (!found) return;
    event.preventDefault();
    // Restricting takes a second key, Enter, on the button that is now in focus.
    if (event.key === "n" || event.key === "r") found.focus();
    else found.click();
  });
}

/**
 * Choosing a wording fills in measure, rule and facts; they can be changed after.
 * @param {HTMLFormElement} form
 */
function wordings(form) {
  /** @param {string} name */
  const field = (name) =>
    /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
  const fit = () => {
    for (const [name, measure] of [
      ["label", "label"],
      ["days", "suspend"],
    ]) {
      const line = field(name).closest("label");
      if (line) line.hidden = field("measure").value !== measure;
    }
  };
  const fill = () => {
    const chosen = form.querySelector(
      `template[data-wording="${field("template").value}"]`,
    );
    if (chosen instanceof HTMLTemplateElement) {
      field("measure").value = chosen.dataset.measure ?? "";
      field("rule").value = chosen.dataset.rule ?? "";
      field("reason").value = chosen.content.textContent ?? "";
    }
    fit();
  };
  field("template").addEventListener("change", fill);
  field("measure").addEventListener("change", fit);
  fill();
}

/**
 * Unblur, or blur again; each unblurring is counted.
 * @param {HTMLElement} root
 * @param {HTMLButtonElement} button
 */
function show(root, button) {
  const media = root.querySelector(".desk-media");
  const words = button.querySelector("[data-reveal-words]");
  const act = document.getElementById("act");
  if (!media || !words || !(act instanceof HTMLFormElement)) return;
  const shown = !media.toggleAttribute("data-blurred");
  button.setAttribute("aria-pressed", String(shown));
  words.textContent = shown ? "Blur" : "Show";
  if (!shown) {
    for (const one of media.querySelectorAll("video")) one.pause();
    for (const one of media.querySelectorAll("audio")) one.pause();
    return;
  }
  const body = new FormData(act);
  body.set("do", "reveal");
  fetch(location.href, { method: "POST", body, redirect: "manual" });
}

/**
 * The list: j and k pick a row, Enter opens it, x ticks it.
 * @param {Element} table
 */
function list(table) {
  const rows = [...table.querySelectorAll("tr")].filter((row) =>
    row.querySelector('a[href*="/change/"]'),
  );
  let at = -1;
  /** @param {number} to */
  const pick = (to) => {
    rows[at]?.removeAttribute("data-picked");
    at = Math.min(Math.max(to, 0), rows.length - 1);
    const row = rows[at];
    if (!row) return;
    row.setAttribute("data-picked", "");
    const link = row.querySelector('a[href*="/change/"]');
    if (link instanceof HTMLElement) link.focus();
    row.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (!plain(event) || busy(event.target)) return;
    if (event.key === "j") pick(at + 1);
    else if (event.key === "k") pick(at - 1);
    else if (event.key === "x") press(rows[at], "input.action-select");
    else if (event.key === "u") press(document, "[data-undo]");
    else return;
    event.preventDefault();
  });
}

document.addEventListener("DOMContentLoaded", () => {
  const page = document.querySelector("[data-desk]");
  if (page instanceof HTMLElement) desk(page);
  const results = document.querySelector("#result_list");
  if (results) list(results);
});
