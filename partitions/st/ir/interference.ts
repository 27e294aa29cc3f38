/** Which registers hold different values at the same time. */
import {
  type Bank,
  definitionOf,
  type Instruction,
  type IrFunction,
  isConstant,
  type Operand,
  terminatorUses,
  usesOf,
} from "./ir.ts";
import { computeLiveness } from "./liveness.ts";

export class Interference {
  readonly #neighbours = new Map<number, Set<number>>();

  add(a: number, b: number): void {
    if (a === b) return;
    this.neighbours(a).add(b);
    this.neighbours(b).add(a);
  }

  has(a: number, b: number): boolean {
    return this.neighbours(a).has(b);
  }

  neighbours(of: number): Set<number> {
    let found = this.#neighbours.get(of);
    if (found === undefined) {
      found = new Set();
      this.#neighbours.set(of, found);
    }
    return found;
  }

  /** From now on `kept` stands for both. */
  join(kept: number, gone: number): void {
    for (const each of this.neighbours(gone)) {
      this.neighbours(each).delete(gone);
      this.add(kept, each);
    }
    this.#neighbours.delete(gone);
  }
}

/** Registers of other banks are other machine registers. */
type Class = "integer" | "float";
const classOf = (bank: Bank): Class => (bank === "integer" ? "integer" : "float");

/** The machine code writes the result before it has read all operands, so that both need registers of their own. */
const writesEarly = ({ kind }: Instruction): boolean => kind === "select";

export const interferenceOf = (fn: IrFunction): Interference => {
  const liveness = computeLiveness(fn);
  const found = new Interference();
  const classes = new Map<number, Class>();
  for (const instruction of fn.blocks.flatMap(({ instructions }) => instructions)) {
    const definition = definitionOf(instruction);
    if (definition !== null) classes.set(definition.id, classOf(definition.bank));
  }
  for (const block of fn.blocks) {
    const live = new Set(liveness.get(block)!.liveOut);
    const use = (operands: readonly Operand[]): void => {
      for (const operand of operands) if (!isConstant(operand)) live.add(operand.id);
    };
    use(terminatorUses(block.terminator));
    for (let i = block.instructions.length - 1; i >= 0; i--) {
      const instruction = block.instructions[i]!;
      const definition = definitionOf(instruction);
      if (definition !== null) {
        if (writesEarly(instruction)) use(usesOf(instruction));
        const source = instruction.kind === "copy" && !isConstant(instruction.from) ? instruction.from.id : null;
        const own = classes.get(definition.id);
        for (const id of live) if (id !== source && classes.get(id) === own) found.add(definition.id, id);
        live.delete(definition.id);
      }
      use(usesOf(instruction));
    }
  }
  return found;
};
