/** The places in memory that a function in SSA form loads from and stores to, and which of them touch each other. */
import type { Aliases, Extent } from "./aliases.ts";
import {
  type Address,
  type Block,
  definitionOf,
  type Instruction,
  type IrFunction,
  WIDTH_BYTES,
  type Width,
} from "./ir.ts";

export interface Location {
  readonly index: number;
  readonly address: Address;
  readonly width: Width;
  readonly extent: Extent;
}

/** What an instruction does to memory. */
export interface Effects {
  /** Its own location, of a load or store. */
  readonly location: Location | null;
  /** Locations that it may read. */
  readonly reads: readonly Location[];
  /** Locations that it may change, its own not among them unless a guard decides. */
  readonly changes: readonly Location[];
}

const NONE: readonly Location[] = [];

export class Locations {
  readonly all: Location[] = [];
  readonly aliases: Aliases;
  readonly #byName = new Map<string, Location>();
  readonly #byBase = new Map<number, Location[]>();
  readonly #touching = new Map<string, readonly Location[]>();
  readonly #slots: IrFunction["slots"];
  #visible: readonly Location[] = NONE;

  /**
   * @param aliases may be those of an earlier state of the function, as registers keep their values.
   * @param blocks where to look for loads and stores.
   */
  constructor(fn: IrFunction, aliases: Aliases, blocks: Iterable<Block> = fn.blocks) {
    this.aliases = aliases;
    this.#slots = fn.slots;
    for (const { instructions } of blocks) {
      for (const each of instructions) if (each.kind === "load" || each.kind === "store") this.#add(each);
    }
    this.#visible = this.all.filter(({ extent }) => this.aliases.isVisible(extent));
  }

  /** Null: of the partita device, where every access counts. */
  of({ address, width }: { readonly address: Address; readonly width: Width }): Location | null {
    return this.#byName.get(this.#nameOf(address, width)) ?? null;
  }

  effectsOf(instruction: Instruction): Effects {
    switch (instruction.kind) {
      case "load": {
        const location = this.of(instruction);
        return { location, reads: location === null ? NONE : this.touching(location.extent), changes: NONE };
      }
      case "store": {
        const location = this.of(instruction);
        const touched = location === null ? NONE : this.touching(location.extent);
        const isCertain = instruction.guards.length === 0;
        return { location, reads: NONE, changes: isCertain ? touched.filter((each) => each !== location) : touched };
      }
      case "copyBytes": {
        const [from, to] = [instruction.from, instruction.to].map((address) =>
          this.touching(this.aliases.extentOf(address, instruction.bytes)),
        );
        return { location: null, reads: from!, changes: to! };
      }
      case "call":
        return { location: null, reads: this.#visible, changes: this.#visible };
      case "checkIndex":
      case "checkPointer":
      case "divide":
      case "raise":
        // A report may end the program: what was stored before must stand there.
        return { location: null, reads: this.#visible, changes: NONE };
      case "copy":
      case "nop":
      case "phi":
      case "unary":
      case "binary":
      case "select":
      case "address":
      case "parameter":
        return { location: null, reads: NONE, changes: NONE };
    }
  }

  /** Locations whose address starts from the register that the instruction writes: they are other places from there on. */
  movedBy(instruction: Instruction): readonly Location[] {
    const definition = definitionOf(instruction);
    return definition === null ? NONE : (this.#byBase.get(definition.id) ?? NONE);
  }

  touching(extent: Extent): readonly Location[] {
    const key = `${this.#baseName(extent.root)} ${extent.low} ${extent.high}`;
    let found = this.#touching.get(key);
    if (found === undefined) {
      found = this.all.filter((each) => this.aliases.overlap(each.extent, extent));
      this.#touching.set(key, found);
    }
    return found;
  }

  /** The same bytes wherever it is asked, not only until a register moves on. */
  isFixed({ address: { base } }: Location): boolean {
    return base.kind === "static" || base.kind === "frame";
  }

  #add({ address, width }: { readonly address: Address; readonly width: Width }): void {
    if (address.base.kind === "device") return;
    const name = this.#nameOf(address, width);
    if (this.#byName.has(name)) return;
    const extent = this.aliases.extentOf(address, WIDTH_BYTES[width]);
    const location = { index: this.all.length, address, width, extent };
    this.all.push(location);
    this.#byName.set(name, location);
    if (address.base.kind !== "register") return;
    const { id } = address.base.register;
    this.#byBase.set(id, [...(this.#byBase.get(id) ?? []), location]);
  }

  #nameOf({ base, offset }: Address, width: Width): string {
    return `${this.#baseName(base)} ${offset} ${width}`;
  }

  #baseName(base: Address["base"]): string {
    switch (base.kind) {
      case "static":
        return base.area;
      case "frame":
        return `slot ${this.#slots.indexOf(base.slot)}`;
      case "register":
        return `r${base.register.id}`;
      case "device":
        return "device";
    }
  }
}
