// @ts-check
/** Who stands on the stage: up to three of the cast, as the story brings them in. */

import { MOST_ACTORS } from "../../stage/framing.js";

/** @typedef {import("./steps.js").Step} Step */

/**
 * Whom a step needs to be seen.
 * @param {Step} step
 * @returns {string[]}
 */
export function neededBy({ kind, role, written, listeners }) {
  if (kind === "camera") return written.on === "all" ? [] : [written.on];
  if (!role) return [];
  return [role, ...(listeners ?? [])];
}

export class OnStage {
  /** @type {string[]} the latest needed last */ #recent = [];

  /**
   * @param {string[]} roles all, in the order of the file: where they stand
   * @param {(role: string) => boolean} visible whether there is anything to see of them
   */
  constructor(roles, visible) {
    this.roles = roles;
    this.visible = visible;
  }

  /** @returns {string[]} from the left to the right */
  get seats() {
    return this.roles.filter((role) => this.#recent.includes(role));
  }

  /** In another place only those are there who have to do there. */
  leave() {
    this.#recent = [];
  }

  /**
   * What is told next needs these; whoever was needed longest ago makes room.
   * @param {string[]} needed the most important first
   */
  need(needed) {
    const coming = needed.filter((role, i) => (
      this.visible(role) && this.roles.includes(role) && needed.indexOf(role) === i
    )).slice(0, MOST_ACTORS);
    const others = this.#recent.filter((role) => !coming.includes(role));
    this.#recent = [...others, ...coming.reverse()].slice(-MOST_ACTORS);
  }
}
