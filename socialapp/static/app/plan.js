// @ts-check
/** `form[data-plan]`: shows what the choices so far ask for. */

const MOST = 3; // seats on a stage

/** @param {HTMLFormElement} form */
function arm(form) {
  const cast = form.querySelector("[data-cast]");
  const moment = form.querySelector("[data-moment]");
  const go = form.querySelector("[data-go] span");
  const planned = go?.textContent ?? "";

  const show = () => {
    const fields = new FormData(form);
    const now = fields.get("when") === "now";
    cast?.toggleAttribute("hidden", Boolean(fields.get("duet")));
    moment?.toggleAttribute("hidden", now);
    if (go) go.textContent = now ? "Go on air" : planned === "Save" ? "Save" : "Keep the plan";
    const full = fields.getAll("cast").length >= MOST;
    for (const box of form.querySelectorAll("[name=cast]")) {
      if (box instanceof HTMLInputElement) box.disabled = full && !box.checked;
    }
  };
  form.addEventListener("change", show);
  show();
}

for (const form of document.querySelectorAll("form[data-plan]")) {
  if (form instanceof HTMLFormElement) arm(form);
}
