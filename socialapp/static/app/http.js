// @ts-check
/** Requests to our own pages. */

/** The server said no; `data` is its JSON answer, if it gave one. */
export class RefusedError extends Error {
  /**
   * @param {number} status
   * @param {any} data
   */
  constructor(status, data) {
    super(data?.detail ?? data?.error ?? `The server answered ${status}.`);
    this.status = status;
    this.data = data;
  }
}

/**
 * @param {string} url
 * @param {Record<string, string> | FormData} fields
 * @param {{ keepalive?: boolean, signal?: AbortSignal }} [options]
 * @returns {Promise<any>} the JSON answer, or null for none
 */
export async function post(url, fields, options = {}) {
  const body =
    fields instanceof FormData ? fields : new URLSearchParams(Object.entries(fields));
  const response = await fetch(url, {
    method: "POST",
    body,
    headers: {
      Accept: "application/json",
      "X-CSRFToken": document.body.dataset.csrf ?? "",
    },
    ...options,
  });
  const data = await response.json().catch(() => null);
  if (!response.ok) throw new RefusedError(response.status, data);
  return data;
}

/**
 * @param {string} url
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export async function getJson(url, signal) {
  const response = await fetch(url, { headers: { Accept: "application/json" }, signal });
  const data = await response.json().catch(() => null);
  if (!response.ok) throw new RefusedError(response.status, data);
  return data;
}

/**
 * To the API, which speaks JSON alone.
 * @param {string} url
 * @param {object} body
 * @returns {Promise<any>}
 */
export async function postJson(url, body) {
  const response = await fetch(url, {
    method: "POST",
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

/**
 * Something that nobody waits for, sent even while the page goes away. What does not
 * arrive is no reason to disturb anyone.
 * @param {string} url
 * @param {object} body
 */
export async function sendJson(url, body) {
  try {
    await fetch(url, {
      method: "POST",
      body: JSON.stringify(body),
      keepalive: true,
      headers: {
        "Content-Type": "application/json",
        "X-CSRFToken": document.body.dataset.csrf ?? "",
      },
    });
  } catch (error) {
    console.info(error);
  }
}
