// @ts-check
/** Step 3 and the edit page: words, voice, motion; everything can be heard. */
import { Player, part } from "./player.js";
import { getJson } from "./http.js";
import { armSheets } from "./sheets.js";
import { speak } from "./speech.js";

const SAMPLE = "The lights go down. Somebody coughs. And now it is my turn.";

/**
 * Keeps what is written in this browser until it is sent.
 * @param {HTMLFormElement} form
 * @param {string} key
 */
function keepDraft(form, key) {
  const name = `draft-${key}`;
  const skip = ["csrfmiddlewaretoken"];
  try {
    const kept = JSON.parse(localStorage.getItem(name) ?? "null");
    // Never older than what the server echoes: every key that is pressed is kept here.
    if (kept) fill(form, kept);
  } catch {
    // Storage is closed or holds something else: begin with an empty form.
  }
  const save = () => {
    const fields = [...new FormData(form)].filter(([field]) => !skip.includes(field));
    try {
      localStorage.setItem(name, JSON.stringify(Object.fromEntries(fields)));
      for (const place of document.querySelectorAll("[data-saved]")) {
        place.textContent = "Saved on this device";
      }
    } catch {
      // A private window keeps nothing; the form still works.
    }
  };
  form.addEventListener("input", save);
  form.addEventListener("change", save);
}

/**
 * @param {HTMLFormElement} form
 * @param {Record<string, string>} values
 */
function fill(form, values) {
  if (values.voice) offerVoice(form, values.voice);
  for (const [name, value] of Object.entries(values)) {
    const field = form.elements.namedItem(name);
    if (field instanceof RadioNodeList || field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) {
      field.value = value;
    }
  }
}

/**
 * Make sure that a voice can be chosen: a blend gets the row that waits for one.
 * @param {HTMLFormElement} form
 * @param {string} voice
 */
function offerVoice(form, voice) {
  const known = [...form.querySelectorAll("input[name=voice]")].some(
    (input) => input instanceof HTMLInputElement && input.value === voice,
  );
  const row = form.querySelector("[data-blend-row]");
  if (known || !(row instanceof HTMLElement)) return;
  const input = /** @type {HTMLInputElement} */ (part(row, "input"));
  input.value = voice;
  input.disabled = false;
  row.hidden = false;
}

/** @param {HTMLFormElement} form */
function arm(form) {
  const value = (/** @type {string} */ name) => String(new FormData(form).get(name) ?? "");
  const url = form.dataset.preview ?? "";
  const how = () => ({
    speed: value("voice_speed"),
    pitch: value("voice_pitch"),
    motion: value("motion"),
  });
  const player = new Player(form, () =>
    speak(url, { text: value("greeting").trim() || SAMPLE, voice: value("voice"), ...how() }),
  );

  const words = () => {
    const speed = Number(value("voice_speed"));
    const pitch = Number(value("voice_pitch"));
    part(form, "[data-speed-words]").textContent = `${speed.toFixed(2)} times`;
    part(form, "[data-pitch-words]").textContent =
      pitch === 0 ? "as it is" : `${pitch > 0 ? "+" : "−"}${Math.abs(pitch)} semitones`;
    for (const count of form.querySelectorAll("[data-count-for]")) {
      const { countFor = "", limit } = /** @type {HTMLElement} */ (count).dataset;
      const field = /** @type {HTMLInputElement | null} */ (document.getElementById(countFor));
      count.textContent = `${field?.value.length ?? 0} of ${limit}`;
    }
  };

  if (form.dataset.draft) keepDraft(form, form.dataset.draft);
  form.addEventListener("input", words);
  words();

  form.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-hear]");
    if (!(button instanceof HTMLElement)) return;
    const input = /** @type {HTMLInputElement} */ (part(button.closest(".pick") ?? form, "input"));
    input.checked = true;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    void player.play(() => speak(url, { text: SAMPLE, voice: input.value, ...how() }));
  });

  part(form, "[data-surprise]").addEventListener("click", async () => {
    const seed = Math.floor(Math.random() * 1e9);
    const { voice } = await getJson(`${form.dataset.blend}?seed=${seed}`);
    offerVoice(form, voice);
    fill(form, { voice });
    form.dispatchEvent(new Event("input", { bubbles: true }));
    void player.play(() => speak(url, { text: SAMPLE, voice, ...how() }));
  });

  form.addEventListener("submit", () => {
    part(form, "[data-submit]").setAttribute("aria-busy", "true");
  });
}

const form = document.querySelector("form[data-about]");
if (form instanceof HTMLFormElement) arm(form);
armSheets();
