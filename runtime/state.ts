/**
 * The state of a module as bytes, the same on every host: numbers are little-endian, and each class that has state writes its
 * fields in a section of its own, which names it and the version of its layout.
 */

/** The bytes are not the state of what they are given to, or not in a layout that is known here. */
export class StateMismatch extends Error {}

const FIRST_BYTES = 1024;

export class StateWriter {
  #bytes = new Uint8Array(FIRST_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #used = 0;

  /** Begins a section: the fields of `name`, as layout `version` has them, follow. */
  section(name: string, version: number): void {
    this.u8(name.length);
    for (let i = 0; i < name.length; i++) this.u8(name.charCodeAt(i));
    this.u8(version);
  }

  flag(value: boolean): void {
    this.u8(value ? 1 : 0);
  }

  u8(value: number): void {
    const at = this.#take(1);
    this.#view.setUint8(at, value);
  }

  u32(value: number): void {
    const at = this.#take(4);
    this.#view.setUint32(at, value, true);
  }

  /** Cycles, and whatever else is no small whole number. */
  f64(value: number): void {
    const at = this.#take(8);
    this.#view.setFloat64(at, value, true);
  }

  u32s(values: Uint32Array): void {
    for (let i = 0; i < values.length; i++) this.u32(values[i]!);
  }

  f64s(values: Float64Array): void {
    for (let i = 0; i < values.length; i++) this.f64(values[i]!);
  }

  /** A copy of `bytes`; whoever reads them knows how many there are. */
  bytes(bytes: Uint8Array): void {
    const at = this.#take(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** All that was written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#used);
  }

  #take(bytes: number): number {
    const at = this.#used;
    this.#used += bytes;
    if (this.#used > this.#bytes.length) this.#grow();
    return at;
  }

  #grow(): void {
    const before = this.#bytes;
    this.#bytes = new Uint8Array(Math.max(this.#used, 2 * before.length));
    this.#bytes.set(before);
    this.#view = new DataView(this.#bytes.buffer);
  }
}

/** Reads what a StateWriter wrote, field by field in the same order; every method throws StateMismatch where that cannot be. */
export class StateReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  section(name: string, version: number): void {
    const found = String.fromCharCode(...this.#next(this.u8()));
    if (found !== name) throw new StateMismatch(`the state of ${name} is expected where that of ${found} stands`);
    const layout = this.u8();
    if (layout === version) return;
    throw new StateMismatch(`the state of ${name} has layout ${layout}, and only ${version} is known here`);
  }

  flag(): boolean {
    return this.u8() !== 0;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** The one of `those` whose index was written. */
  oneOf<Value>(those: readonly Value[]): Value {
    const index = this.u32();
    const value = those[index];
    if (value === undefined) throw new StateMismatch(`there is no ${index} where there are ${those.length}`);
    return value;
  }

  /** Nothing in a state is NaN. */
  f64(): number {
    const value = this.#view.getFloat64(this.#take(8), true);
    if (Number.isNaN(value)) throw new StateMismatch("the state has something else where a number is expected");
    return value;
  }

  /** Fills `into`; so do the next two. */
  u32s(into: Uint32Array): void {
    for (let i = 0; i < into.length; i++) into[i] = this.u32();
  }

  f64s(into: Float64Array): void {
    for (let i = 0; i < into.length; i++) into[i] = this.f64();
  }

  bytes(into: Uint8Array): void {
    into.set(this.#next(into.length));
  }

  /** Nothing is left to read. */
  end(): void {
    const left = this.#bytes.length - this.#at;
    if (left > 0) throw new StateMismatch(`${left} bytes of state are left over`);
  }

  #next(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  #take(bytes: number): number {
    const at = this.#at;
    if (at + bytes > this.#bytes.length) throw new StateMismatch("the state ends too early");
    this.#at = at + bytes;
    return at;
  }
}
