/** Values on demand, as declarations may stand in any order. */

/** Something that is worked out once, when first asked for; asking again while it is worked out is a cycle. */
export class Lazy<T> {
  readonly #make: () => T;
  readonly #inCycle: () => T;
  #state: { readonly value: T } | "new" | "working" = "new";

  constructor(make: () => T, inCycle: () => T) {
    this.#make = make;
    this.#inCycle = inCycle;
  }

  /** Whether somebody asked for it. */
  get isDone(): boolean {
    return typeof this.#state === "object";
  }

  get(): T {
    if (this.#state === "working") return this.#inCycle();
    if (this.#state === "new") {
      this.#state = "working";
      this.#state = { value: this.#make() };
    }
    return this.#state.value;
  }
}
