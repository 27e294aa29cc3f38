/** Where values are, as location expressions and lists (DWARF 4 §2.6; RISC-V ELF psABI "DWARF Register Numbers"). */
import type { ValuePlace, VariablePlace } from "../variable-places.ts";
import { dwarfRegister } from "./call-frames.ts";
import { OPERATION } from "./codes.ts";
import type { Entry } from "./entries.ts";
import { SectionBytes } from "./section-bytes.ts";

/** The value at a fixed address; of one bit there, which has no location of its own, the value alone. */
export const staticLocation = (address: number, bit: number | null): Uint8Array => {
  const to = new SectionBytes();
  to.u8(OPERATION.address);
  to.u32(address);
  if (bit !== null) {
    to.put([OPERATION.dereferenceSize, 1, OPERATION.literal0 + bit, OPERATION.shiftRight]);
    to.put([OPERATION.literal0 + 1, OPERATION.and, OPERATION.stackValue]);
  }
  return to.bytes;
};

const expressionOf = ({ place, indirect }: Pick<VariablePlace, "place" | "indirect">): Uint8Array => {
  const to = new SectionBytes();
  if (place.kind === "machine" && indirect === null) {
    const register = dwarfRegister(place.file, place.register);
    if (register < 32) to.u8(OPERATION.register + register);
    else {
      to.u8(OPERATION.registerExtended);
      to.unsigned(register);
    }
    return to.bytes;
  }
  pushContents(to, place, indirect ?? 0);
  if (place.kind === "stack" && indirect !== null) {
    to.u8(OPERATION.dereference);
    if (indirect !== 0) {
      to.u8(OPERATION.plusConstant);
      to.unsigned(indirect);
    }
  }
  return to.bytes;
};

/** The address in a register and what is to be added; of the stack, the place itself. */
const pushContents = (to: SectionBytes, place: ValuePlace, offset: number): void => {
  if (place.kind === "stack") {
    to.u8(OPERATION.frameBase);
    to.signed(-place.below);
  } else {
    to.u8(OPERATION.baseRegister + place.register);
    to.signed(offset);
  }
};

export const FRAME_BASE = [OPERATION.callFrameAddress];

const MACHINE_INSTRUCTION_BYTES = 2;

/** The location lists of all variables, → .debug_loc (§2.6.2). Addresses are absolute, as the units' base is 0. */
export class LocationLists {
  readonly #to = new SectionBytes();
  readonly #addressOf: (label: string) => number;

  constructor(addressOf: (label: string) => number) {
    this.#addressOf = addressOf;
  }

  get bytes(): Uint8Array {
    return this.#to.bytes;
  }

  /** @returns whether the variable is anywhere at any time. */
  describe(entry: Entry, variable: VariablePlace): boolean {
    const { stretch } = variable;
    const expression = expressionOf(variable);
    if (stretch === null) {
      entry.expression("location", expression);
      return true;
    }
    const [from, to] = [this.#addressOf(stretch.from), this.#addressOf(stretch.to)];
    const behind = stretch.behind === null ? to : this.#addressOf(stretch.behind);
    const end = Math.min(behind, to + MACHINE_INSTRUCTION_BYTES);
    if (end <= from) return false;
    entry.sectionOffset("location", () => this.#write(from, end, expression));
    return true;
  }

  /** A list of one; @returns its offset. */
  #write(from: number, end: number, expression: Uint8Array): number {
    const offset = this.#to.length;
    this.#to.u32(from);
    this.#to.u32(end);
    this.#to.u16(expression.length);
    this.#to.put(expression);
    this.#to.u32(0);
    this.#to.u32(0);
    return offset;
  }
}
