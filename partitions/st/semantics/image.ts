/** Initial values as bytes, with the addresses among them left open until everything has its place (IEC 61131-3 §6.5.1.3). */
import type { DirectAddress, Unit, Variable } from "./symbols.ts";

/** A word of an image that holds the address of a variable or of a part of it. */
export interface Relocation {
  /** Of the word, from the start of the image. */
  readonly at: number;
  readonly root: Variable | DirectAddress | RowOf | Routine;
  /** From the start of `root`. */
  readonly offset: number;
  /** Where the instance starts in this image that holds `root`, if one does. */
  readonly instance: number | null;
}

/** The row of methods of a class. */
export interface RowOf {
  readonly rowOf: Unit;
}

/** Code. */
export interface Routine {
  readonly routine: string;
}

export interface Image {
  readonly bytes: Uint8Array;
  readonly relocations: readonly Relocation[];
}

export const zeros = (bytes: number): Image => ({ bytes: new Uint8Array(bytes), relocations: [] });

/** An image under construction, or a stretch of one. */
export class ImagePart {
  readonly view: DataView;
  readonly #relocations: Relocation[];

  private constructor(view: DataView, relocations: Relocation[]) {
    this.view = view;
    this.#relocations = relocations;
  }

  /** A copy of `image` to write into. */
  static copyOf({ bytes, relocations }: Image): ImagePart {
    return new ImagePart(new DataView(bytes.slice().buffer), [...relocations]);
  }

  part(offset: number, bytes: number): ImagePart {
    return new ImagePart(new DataView(this.view.buffer, this.view.byteOffset + offset, bytes), this.#relocations);
  }

  /** Writes `image` at the start of this part. */
  set({ bytes, relocations }: Image): void {
    const start = this.view.byteOffset;
    new Uint8Array(this.view.buffer, start, bytes.length).set(bytes);
    this.#forget(start, bytes.length);
    this.#relocations.push(
      ...relocations.map((each) => ({
        ...each,
        at: each.at + start,
        instance: each.instance === null ? null : each.instance + start,
      })),
    );
  }

  /** Writes the address of a place. */
  relocate(root: Relocation["root"], offset: number): void {
    const at = this.view.byteOffset;
    this.#forget(at, 4);
    this.#relocations.push({ at, root, offset, instance: null });
  }

  /** Says that this part is an instance of the block that declares `variables`: addresses of them are addresses in here. */
  instanceOf(variables: readonly Variable[]): void {
    const own: ReadonlySet<unknown> = new Set(variables);
    for (const [i, each] of this.#relocations.entries())
      if (own.has(each.root)) this.#relocations[i] = { ...each, instance: this.view.byteOffset };
  }

  /** What lies in this part as an image of its own. */
  get image(): Image {
    const { buffer, byteOffset, byteLength } = this.view;
    const relocations = this.#relocations
      .filter(({ at }) => at >= byteOffset && at < byteOffset + byteLength)
      .map((each) => ({
        ...each,
        at: each.at - byteOffset,
        instance: each.instance === null ? null : each.instance - byteOffset,
      }));
    return { bytes: new Uint8Array(buffer.slice(byteOffset, byteOffset + byteLength)), relocations };
  }

  #forget(start: number, bytes: number): void {
    const kept = this.#relocations.filter(({ at }) => at < start || at >= start + bytes);
    if (kept.length < this.#relocations.length) this.#relocations.splice(0, this.#relocations.length, ...kept);
  }
}
