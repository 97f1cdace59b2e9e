// @ts-check
/**
 * A finger goes one clip at a time, however hard it throws. Browsers stop a slow flight at
 * the next clip by themselves (`scroll-snap-stop`); Chromium lets a hard one pass it. So
 * while a finger is at work, nothing beyond the clips beside this one is a place to stop.
 */

const REST = 1200; // milliseconds after the finger when a flight is surely over

export class Touch {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  waiting;
  down = false;

  /**
   * @param {HTMLElement} house what scrolls
   * @param {() => HTMLElement[]} places where it may stop, in order
   * @param {() => void} touched a finger is there
   */
  constructor(house, places, touched) {
    this.places = places;
    this.house = house;
    /** @param {boolean} down */
    const finger = (down) => {
      this.down = down;
      clearTimeout(this.waiting);
      if (!down) this.waiting = setTimeout(() => this.free(), REST);
    };
    const passive = { passive: true };
    house.addEventListener(
      "touchstart",
      () => {
        touched();
        finger(true);
        this.hold();
      },
      passive,
    );
    house.addEventListener("touchend", (event) => finger(event.touches.length > 0), passive);
    house.addEventListener("touchcancel", () => finger(false), passive);
    house.addEventListener("scrollend", () => {
      if (!this.down) this.free();
    });
  }

  hold() {
    const places = this.places();
    const { top, height } = this.house.getBoundingClientRect();
    const middle = top + height / 2;
    const here = places.findIndex((place) => place.getBoundingClientRect().bottom > middle);
    places.forEach((place, at) => {
      place.toggleAttribute("data-far", here >= 0 && Math.abs(at - here) > 1);
    });
  }

  /** Every place is one again. */
  free() {
    clearTimeout(this.waiting);
    for (const place of this.places()) place.removeAttribute("data-far");
  }
}
