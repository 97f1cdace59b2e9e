// @ts-check
/** The scenes' API, as the editor uses it. */

/** @typedef {import("./findings.js").Finding} Finding */
/** @typedef {{publishable: boolean, findings: Finding[], estimate: any, endings: {state: string, title: string, way: string[]}[]}} Report */

/** The server said no; `data` is its problem. */
export class ServerError extends Error {
  /** @param {number} status @param {any} data */
  constructor(status, data) {
    super(data?.detail ?? data?.title ?? `The server answered ${status}.`);
    this.status = status;
    this.data = data ?? {};
  }
}

/** Nothing came back: no network, or no server. */
export class OfflineError extends Error {}

export class Server {
  /**
   * @param {string} key of the scene
   * @param {{fetch?: typeof fetch, csrf?: string, base?: string}} how
   */
  constructor(key, { fetch: fetcher, csrf = "", base = "/api/v1/" } = {}) {
    this.key = key;
    this.fetch = fetcher ?? ((...given) => fetch(...given));
    this.csrf = csrf;
    this.base = base;
  }

  /**
   * @param {string} method @param {string} path
   * @param {{json?: any, form?: FormData, signal?: AbortSignal}} how
   * @returns {Promise<any>}
   */
  async ask(method, path, { json, form, signal } = {}) {
    /** @type {Record<string, string>} */
    const headers = { Accept: "application/json", "X-CSRFToken": this.csrf };
    if (json !== undefined) headers["Content-Type"] = "application/json";
    const body = form ?? (json === undefined ? undefined : JSON.stringify(json));
    let response;
    try {
      response = await this.fetch(this.base + path, { method, headers, body, signal });
    } catch (error) {
      if (error instanceof Error && error.name === "AbortError") throw error;
      throw new OfflineError("The server cannot be reached.");
    }
    const data = await response.json().catch(() => null);
    if (!response.ok) throw new ServerError(response.status, data);
    return data;
  }

  /** @returns {Promise<{document: string, rev: number}>} */
  draft() {
    return this.ask("GET", `scenes/${this.key}/draft/`);
  }

  /** @param {string} document @param {number} rev @returns {Promise<{rev: number, saved: string}>} */
  save(document, rev) {
    return this.ask("PUT", `scenes/${this.key}/draft/`, { json: { document, rev } });
  }

  /** @param {string} document @param {AbortSignal} [signal] @returns {Promise<Report>} */
  check(document, signal) {
    return this.ask("POST", `scenes/${this.key}/check/`, { json: { document }, signal });
  }

  /** @param {number} rev @param {string} note @param {string} visibility @returns {Promise<{number: number, approval: string}>} */
  publish(rev, note, visibility) {
    return this.ask("POST", `scenes/${this.key}/publish/`, { json: { rev, note, visibility } });
  }

  /** The newest first. @returns {Promise<{number: number, note: string, approval: string, created: string}[]>} */
  versions() {
    return this.ask("GET", `scenes/${this.key}/versions/`);
  }

  stats() {
    return this.ask("GET", `scenes/${this.key}/stats/`);
  }

  /** @param {Record<string, any>} changes visibility, remixable, tags */
  settings(changes) {
    return this.ask("PATCH", `scenes/${this.key}/`, { json: changes });
  }

  /** A scene of its own. @param {Record<string, any>} how document, template or title @returns {Promise<{key: string}>} */
  create(how) {
    return this.ask("POST", "scenes/", { json: how });
  }

  assets() {
    return this.ask("GET", "scene-assets/");
  }

  /** @param {File} file @param {"background" | "sound"} kind @param {boolean} painting a face in it is painted, whatever it looks like */
  upload(file, kind, painting = false) {
    const form = new FormData();
    form.set("file", file);
    form.set("kind", kind);
    if (painting) form.set("painting", "true");
    return this.ask("POST", "scene-assets/", { form });
  }

  /** Another program's story. @param {File} file @returns {Promise<{document: any, report: {taken: any[], kept: any[], not_taken: any[]}}>} */
  bring(file) {
    const form = new FormData();
    form.set("file", file);
    return this.ask("POST", "scenes/import/", { form });
  }
}
