// @ts-check
/** `<form data-passkey>` calls the browser's passkeys and sends what they answer:
 *  `add` makes one, `prove` shows one of mine, `enter` signs in with any. What the server
 *  asks for is in `#passkey-options`, or, for `enter`, at the form's own address. */
import { getJson } from "./http.js";

/** @type {Record<string, string>} by the name of the browser's error */
const WORDS = {
  NotAllowedError: "Nothing was chosen, or it took too long. Try again.",
  InvalidStateError: "This device has a passkey for your account already.",
  SecurityError: "Passkeys work at the real address of this site alone, over https. On your own machine, open it as localhost.",
  NotSupportedError: "This device cannot keep a passkey. Try another one, or a security key with a PIN.",
};
const OTHER = "That did not work. Try again, or use another way.";

/** @param {string} text base64url */
function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (one) => one.charCodeAt(0));
}

/** @param {ArrayBuffer | null | undefined} buffer */
function text(buffer) {
  if (!buffer) return null;
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {any[] | undefined} list */
const keys = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

/** @param {any} asked PublicKeyCredentialCreationOptions, as JSON */
export function creation(asked) {
  return {
    ...asked,
    challenge: bytes(asked.challenge),
    user: { ...asked.user, id: bytes(asked.user.id) },
    excludeCredentials: keys(asked.excludeCredentials),
    // One that the browser finds by itself: whoever signs in has not said who they are.
    authenticatorSelection: {
      ...asked.authenticatorSelection,
      residentKey: "required",
      requireResidentKey: true,
      userVerification: "required",
    },
  };
}

/** @param {any} asked PublicKeyCredentialRequestOptions, as JSON */
export function request(asked) {
  return { ...asked, challenge: bytes(asked.challenge), allowCredentials: keys(asked.allowCredentials) };
}

/** @param {any} credential PublicKeyCredential */
export function asJson(credential) {
  const told = credential.response;
  /** @type {Record<string, unknown>} */
  const response = { clientDataJSON: text(told.clientDataJSON) };
  if (told.attestationObject) {
    response.attestationObject = text(told.attestationObject);
    response.transports = told.getTransports?.() ?? [];
  } else {
    response.authenticatorData = text(told.authenticatorData);
    response.signature = text(told.signature);
    response.userHandle = text(told.userHandle);
  }
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  };
}

/** @param {HTMLFormElement} form */
async function ceremony(form) {
  const kind = form.dataset.passkey;
  const asked = kind === "enter"
    ? (await getJson(form.action)).request_options
    : JSON.parse(document.getElementById("passkey-options")?.textContent ?? "null");
  const credential = kind === "add"
    ? await navigator.credentials.create({ publicKey: creation(asked.publicKey) })
    : await navigator.credentials.get({ publicKey: request(asked.publicKey) });
  const field = form.elements.namedItem("credential");
  if (!credential || !(field instanceof HTMLInputElement)) throw new Error("no credential");
  field.value = JSON.stringify(asJson(credential));
  form.submit();
}

/** @param {HTMLFormElement} form */
function arm(form) {
  const button = form.querySelector("[data-passkey-go]");
  const error = form.querySelector("[data-passkey-error]");
  if (!(button instanceof HTMLButtonElement) || !(error instanceof HTMLElement)) return;
  /** @param {string} words */
  const say = (words) => {
    error.hidden = !words;
    const place = error.querySelector("span");
    if (place) place.textContent = words;
  };
  if (!("PublicKeyCredential" in window)) {
    button.disabled = true;
    if (form.dataset.passkey !== "enter") say("This browser knows no passkeys.");
    return;
  }
  form.hidden = false;
  button.addEventListener("click", async () => {
    say("");
    button.disabled = true;
    try {
      await ceremony(form);
    } catch (problem) {
      console.info(problem);
      say(WORDS[problem instanceof DOMException ? problem.name : ""] ?? OTHER);
    } finally {
      button.disabled = false;
    }
  });
  form.addEventListener("submit", (event) => {
    // Enter in the field of the name is the button, too.
    event.preventDefault();
    button.click();
  });
}

if (typeof document !== "undefined") {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (form instanceof HTMLFormElement) arm(form);
  }
}
