// The moderators' desk: keys, wordings, and media that stay blurred until asked for.

const busy = (target) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
  target.getAttribute("type") !== "checkbox";

/** The case page. */
function desk(root) {
  const keys = root.querySelector("[data-keys]");
  const decision = root.querySelector("[data-decision]");

  root.querySelector("[data-help]")?.addEventListener("click", () => keys.showModal());
  if (decision) wordings(decision);
  const reveal = root.querySelector("[data-reveal]");
  reveal?.addEventListener("click", () => show(root, reveal));

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key === "Escape" && busy(event.target)) {
      event.target.blur();
      return;
    }
    if (busy(event.target) || keys.open) return;
    if (event.key === "u") {
      // What was just done: its message carries the button.
      document.querySelector("[data-undo]")?.click();
      return;
    }
    const found = [...root.querySelectorAll("[data-key]")].find(
      (one) => one.dataset.key === event.key,
    );
    if (!found) return;
    event.preventDefault();
    // Restricting takes a second key, Enter, on the button that is now in focus.
    if (event.key === "n" || event.key === "r") found.focus();
    else found.click();
  });
}

/** Choosing a wording fills in measure, rule and facts; they can be changed after. */
function wordings(form) {
  const { template, measure, rule, reason } = form.elements;
  const fields = (name) => form.querySelector(`[data-field="${name}"]`);

  const fill = () => {
    const chosen = form.querySelector(`template[data-wording="${template.value}"]`);
    if (!chosen) return;
    measure.value = chosen.dataset.measure;
    rule.value = chosen.dataset.rule;
    reason.value = chosen.content.textContent;
    fit();
  };
  const fit = () => {
    fields("label").hidden = measure.value !== "label";
    fields("days").hidden = measure.value !== "suspend";
  };
  template.addEventListener("change", fill);
  measure.addEventListener("change", fit);
  fill();
  fit();
}

/** Unblur, or blur again; each unblurring is counted. */
function show(root, button) {
  const media = root.querySelector(".desk-media");
  const shown = media.toggleAttribute("data-blurred") === false;
  button.setAttribute("aria-pressed", String(shown));
  button.querySelector("[data-reveal-words]").textContent = shown ? "Blur" : "Show";
  if (!shown) {
    for (const one of media.querySelectorAll("video, audio")) one.pause();
    return;
  }
  const body = new FormData(document.getElementById("act"));
  body.set("do", "reveal");
  fetch(location.href, { method: "POST", body, redirect: "manual" });
}

/** The list: j and k pick a row, Enter opens it, x ticks it. */
function list(table) {
  const rows = [...table.querySelectorAll("tbody tr")].filter((row) =>
    row.querySelector("a"),
  );
  let at = -1;
  const pick = (to) => {
    rows[at]?.removeAttribute("data-picked");
    at = Math.min(Math.max(to, 0), rows.length - 1);
    rows[at]?.setAttribute("data-picked", "");
    rows[at]?.querySelector("a")?.focus();
    rows[at]?.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || busy(event.target)) return;
    if (event.key === "j") pick(at + 1);
    else if (event.key === "k") pick(at - 1);
    else if (event.key === "x") rows[at]?.querySelector("input.action-select")?.click();
    else if (event.key === "u") document.querySelector("[data-undo]")?.click();
    else return;
    event.preventDefault();
  });
}

document.addEventListener("DOMContentLoaded", () => {
  const page = document.querySelector("[data-desk]");
  if (page) desk(page);
  const results = document.querySelector("#result_list");
  if (results) list(results);
});
