// @ts-check
/** The page of a scene: its cast, and what its author does there. */
import { RefusedError } from "./http.js";
import { toast } from "./toast.js";

/**
 * @param {string} method
 * @param {string} url
 * @param {object} body
 * @returns {Promise<any>}
 */
async function sendJson(method, url, body) {
  const response = await fetch(url, {
    method,
    body: JSON.stringify(body),
    headers: {
      Accept: "application/json",
      "Content-Type": "application/json",
      "X-CSRFToken": document.body.dataset.csrf ?? "",
    },
  });
  const data = await response.json().catch(() => null);
  if (!response.ok) throw new RefusedError(response.status, data);
  return data;
}

/** @param {unknown} error @param {string} otherwise */
const wordsOf = (error, otherwise) => (error instanceof RefusedError ? error.message : otherwise);

/** `<scene-part>`: a role whose closed lid shows who was chosen. */
class ScenePart extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", (event) => {
      const radio = event.target instanceof HTMLInputElement ? event.target : null;
      const label = radio?.closest("label");
      if (label) this.show(label);
    });
    // The browser keeps a choice over a reload, and the lid says the suggestion.
    const label = this.querySelector("input:checked")?.closest("label");
    if (label) this.show(label);
  }

  /** @param {Element} label */
  show(label) {
    const name = this.querySelector("[data-name]");
    const face = this.querySelector("[data-face]");
    const drawn = label.querySelector(".avatar");
    if (name) name.textContent = label.querySelector(".castpick__name")?.textContent ?? "";
    const stands = document.querySelector(`[data-stands="${this.dataset.role}"]`);
    const portrait = label instanceof HTMLElement ? label.dataset.portrait : "";
    if (stands instanceof HTMLImageElement && portrait) stands.src = portrait;
    if (face && drawn) face.replaceChildren(drawn.cloneNode(true));
  }
}

/** `<scene-doors>`: who may play and remix it, saved as it is set. */
class SceneDoors extends HTMLElement {
  connectedCallback() {
    this.hidden = false;
    this.addEventListener("submit", (event) => event.preventDefault());
    this.addEventListener("change", () => void this.save());
  }

  async save() {
    const form = this.querySelector("form");
    const said = this.querySelector("[data-said]");
    if (!form || !said) return;
    const fields = new FormData(form);
    const wanted = {
      visibility: fields.get("visibility"),
      remixable: fields.get("remixable") !== null,
    };
    try {
      await sendJson("PATCH", this.dataset.api ?? "", wanted);
      said.textContent = "Saved.";
    } catch (error) {
      said.textContent = wordsOf(error, "That did not reach us. Try again in a moment.");
    }
  }
}

/** `<scene-remix>`: a scene of one's own that begins with this one. */
class SceneRemix extends HTMLElement {
  connectedCallback() {
    this.hidden = false;
    const button = this.querySelector("[data-remix]");
    if (!(button instanceof HTMLButtonElement)) return;
    button.addEventListener("click", async () => {
      if (!("signedIn" in document.body.dataset)) {
        location.assign(`/accounts/login/?next=${encodeURIComponent(location.pathname)}`);
        return;
      }
      button.disabled = true;
      try {
        const made = await sendJson("POST", this.dataset.api ?? "", {});
        location.assign(`/sc/${made.key}/edit/`);
      } catch (error) {
        button.disabled = false;
        toast(wordsOf(error, "That did not reach us. Try again in a moment."), "circle-alert");
      }
    });
  }
}

customElements.define("scene-part", ScenePart);
customElements.define("scene-doors", SceneDoors);
customElements.define("scene-remix", SceneRemix);
