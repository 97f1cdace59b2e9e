// @ts-check
/** A second question before something is lost: `<form data-confirm="Remove it?">`. */

/**
 * @param {string} question
 * @param {string} yes
 * @returns {Promise<boolean>}
 */
export function ask(question, yes) {
  const dialog = document.createElement("dialog");
  dialog.className = "sheet";
  dialog.setAttribute("aria-labelledby", "ask-title");
  const form = document.createElement("form");
  form.method = "dialog";
  form.className = "sheet__body";
  const title = document.createElement("h2");
  title.id = "ask-title";
  title.textContent = question;
  const row = document.createElement("div");
  row.className = "row";
  for (const [value, words, look] of [
    ["no", "Keep it", "btn btn--line grow"],
    ["yes", yes, "btn btn--danger grow"],
  ]) {
    const button = document.createElement("button");
    button.value = value;
    button.textContent = words;
    button.className = look;
    row.append(button);
  }
  form.append(title, row);
  dialog.append(form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

document.addEventListener("submit", (event) => {
  const form = event.target instanceof HTMLFormElement ? event.target : null;
  const question = form?.dataset.confirm;
  if (!form || !question || event.defaultPrevented) return;
  event.preventDefault();
  const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
  void ask(question, button?.textContent?.trim() || "Yes").then((sure) => {
    if (!sure) return;
    if (button?.name) {
      // submit() knows of no button that was pressed.
      const told = Object.assign(document.createElement("input"), {
        type: "hidden", name: button.name, value: button.value,
      });
      form.append(told);
    }
    // It raises no second event, so the question is asked once.
    form.submit();
  });
});
