/** The places in memory that a function in SSA form loads from and stores to, and which of them touch each other. */
import type { Aliases, Extent } from "./aliases.ts";
import { Bits } from "./bits.ts";
import {
  type Address,
  type Block,
  definitionOf,
  type FrameSlot,
  type Instruction,
  type InstructionOf,
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

/** What an instruction does to memory; locations are told by their index. */
export interface Effects {
  /** Its own location, of a load or store. */
  readonly location: Location | null;
  /** Locations that it may read. */
  readonly reads: Bits;
  /** Locations that it may change, its own among them. */
  readonly changes: Bits;
}

const NONE: readonly Location[] = [];
/** What is wider touches so many that it is compared with each. */
const NARROW = 64;
const GRANULE = 8;

/** Locations whose address starts alike. */
interface Neighbours {
  readonly all: Location[];
  /** Of extents that are narrow, by each granule that they reach into. */
  readonly narrow: Map<number, Location[]>;
  readonly wide: Location[];
}

export class Locations {
  readonly all: Location[] = [];
  readonly aliases: Aliases;
  readonly #byName = new Map<string, Location>();
  readonly #byRegister = new Map<number, Location[]>();
  readonly #byRoot = new Map<string, Neighbours>();
  readonly #touching = new Map<string, Bits>();
  readonly #slots: ReadonlyMap<FrameSlot, number>;
  /** Of instructions that have been asked for. */
  readonly #effects = new Map<Instruction, Effects>();
  readonly #nothing: Effects;
  readonly #none: Bits;
  /** Others may read and write them. */
  readonly #visible: Bits;
  /** They may be anywhere that is visible. */
  readonly #anywhere: Bits;

  /**
   * @param aliases may be those of an earlier state of the function, as registers keep their values.
   * @param blocks where to look for loads and stores.
   */
  constructor(fn: IrFunction, aliases: Aliases, blocks: Iterable<Block> = fn.blocks) {
    this.aliases = aliases;
    this.#slots = new Map(fn.slots.map((slot, index) => [slot, index]));
    for (const { instructions } of blocks) {
      for (const each of instructions) if (each.kind === "load" || each.kind === "store") this.#add(each);
    }
    this.#none = new Bits(this.all.length);
    this.#nothing = { location: null, reads: this.#none, changes: this.#none };
    this.#visible = this.#those(({ extent }) => this.aliases.isVisible(extent));
    this.#anywhere = this.#those(({ extent }) => extent.root.kind === "register");
  }

  /** Null: of the partita device, where every access counts. */
  of({ address, width }: { readonly address: Address; readonly width: Width }): Location | null {
    return this.#byName.get(this.#nameOf(address, width)) ?? null;
  }

  effectsOf(instruction: Instruction): Effects {
    switch (instruction.kind) {
      case "load":
      case "store":
      case "copyBytes": {
        let effects = this.#effects.get(instruction);
        if (effects === undefined) {
          effects =
            instruction.kind === "copyBytes" ? this.#effectsOfCopy(instruction) : this.#effectsOfAccess(instruction);
          this.#effects.set(instruction, effects);
        }
        return effects;
      }
      case "call":
        return { location: null, reads: this.#visible, changes: this.#visible };
      case "checkIndex":
      case "checkPointer":
      case "divide":
      case "raise":
        // A report may end the program: what was stored before must stand there.
        return { location: null, reads: this.#visible, changes: this.#none };
      case "copy":
      case "nop":
      case "phi":
      case "unary":
      case "binary":
      case "select":
      case "address":
      case "parameter":
        return this.#nothing;
    }
  }

  #effectsOfAccess(instruction: InstructionOf<"load" | "store">): Effects {
    const location = this.of(instruction);
    const touched = location === null ? this.#none : this.touching(location.extent);
    const isLoad = instruction.kind === "load";
    return { location, reads: isLoad ? touched : this.#none, changes: isLoad ? this.#none : touched };
  }

  #effectsOfCopy({ from, to, bytes }: InstructionOf<"copyBytes">): Effects {
    const [reads, changes] = [from, to].map((address) => this.touching(this.aliases.extentOf(address, bytes)));
    return { location: null, reads: reads!, changes: changes! };
  }

  /** Locations whose address starts from the register that the instruction writes: they are other places from there on. */
  movedBy(instruction: Instruction): readonly Location[] {
    const definition = definitionOf(instruction);
    return definition === null ? NONE : (this.#byRegister.get(definition.id) ?? NONE);
  }

  touching(extent: Extent): Bits {
    const key = `${this.#baseName(extent.root)} ${extent.low} ${extent.high}`;
    let found = this.#touching.get(key);
    if (found === undefined) {
      found = this.#findTouching(extent);
      this.#touching.set(key, found);
    }
    return found;
  }

  #findTouching(extent: Extent): Bits {
    const neighbours = this.#byRoot.get(this.#baseName(extent.root));
    const isAnywhere = extent.root.kind === "register";
    const found = Bits.copyOf(
      isAnywhere ? this.#visible : this.aliases.isVisible(extent) ? this.#anywhere : this.#none,
    );
    if (isAnywhere) for (const { index } of neighbours?.all ?? NONE) found.delete(index);
    if (neighbours === undefined) return found;
    for (const each of nearby(neighbours, extent)) if (this.aliases.overlap(each.extent, extent)) found.add(each.index);
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
    this.#addToRoot(location);
    if (address.base.kind !== "register") return;
    const { id } = address.base.register;
    const known = this.#byRegister.get(id);
    if (known === undefined) this.#byRegister.set(id, [location]);
    else known.push(location);
  }

  #addToRoot(location: Location): void {
    const { root, low, high } = location.extent;
    const name = this.#baseName(root);
    const neighbours = this.#byRoot.get(name) ?? { all: [], narrow: new Map<number, Location[]>(), wide: [] };
    this.#byRoot.set(name, neighbours);
    neighbours.all.push(location);
    if (high - low > NARROW) neighbours.wide.push(location);
    else
      for (const granule of granulesOf(location.extent)) {
        const known = neighbours.narrow.get(granule);
        if (known === undefined) neighbours.narrow.set(granule, [location]);
        else known.push(location);
      }
  }

  #those(which: (location: Location) => boolean): Bits {
    const found = new Bits(this.all.length);
    for (const location of this.all) if (which(location)) found.add(location.index);
    return found;
  }

  #nameOf({ base, offset }: Address, width: Width): string {
    return `${this.#baseName(base)} ${offset} ${width}`;
  }

  #baseName(base: Address["base"]): string {
    switch (base.kind) {
      case "static":
        return base.area;
      case "frame":
        return `slot ${this.#slots.get(base.slot)}`;
      case "register":
        return `r${base.register.id}`;
      case "device":
        return "device";
    }
  }
}

const granulesOf = function* ({ low, high }: Extent): Iterable<number> {
  for (let granule = Math.floor(low / GRANULE); granule * GRANULE < high; granule++) yield granule;
};

/** All that the extent may overlap, and some others; some of them more than once. */
const nearby = ({ all, narrow, wide }: Neighbours, extent: Extent): readonly Location[] =>
  extent.high - extent.low > NARROW
    ? all
    : [...wide, ...[...granulesOf(extent)].flatMap((granule) => narrow.get(granule) ?? NONE)];

/** Adds all of `added` but the location itself, unless it was there before. */
export const addOthers = (to: Bits, added: Bits, itself: Location | null): void => {
  const wasThere = itself === null || to.has(itself.index);
  to.addAll(added);
  if (!wasThere) to.delete(itself.index);
};
