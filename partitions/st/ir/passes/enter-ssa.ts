/** Gives every assignment a register of its own, so that a register stands for one value. */
import { ControlFlow } from "../control-flow.ts";
import {
  type Bank,
  type Block,
  constant,
  definitionOf,
  type IrFunction,
  isConstant,
  newRegister,
  type Operand,
  type Register,
} from "../ir.ts";
import { computeLiveness } from "../liveness.ts";
import { dominanceFrontiers, Reaching } from "../reaching.ts";
import { mapTerminator, mapUses, withDefinition } from "../rewrite.ts";

export const enterSsa = (fn: IrFunction): void => {
  const flow = ControlFlow.of(fn);
  fn.blocks = [...flow.order];
  const variables = assignedTwice(fn);
  if (variables.size === 0) return;
  const liveness = computeLiveness(fn);
  const originals = new Map<number, number>();
  const lastIn = renameDefinitions(fn, variables, originals);
  const frontiers = dominanceFrontiers(flow);
  const reaching = new Map<number, Reaching>();
  for (const [id, register] of variables) {
    const undefinedValue = nothing(fn, register.bank);
    const another = () => {
      const to = newRegister(fn, register.bank, fn.names.get(id));
      originals.set(to.id, id);
      return to;
    };
    const isWanted = (block: Block) => liveness.get(block)!.liveIn.has(id);
    reaching.set(
      id,
      new Reaching(flow, frontiers, { definitions: lastIn.get(id)!, undefinedValue, newRegister: another, isWanted }),
    );
  }
  renameUses(fn, originals, reaching);
};

const assignedTwice = (fn: IrFunction): ReadonlyMap<number, Register> => {
  const once = new Set<number>();
  const twice = new Map<number, Register>();
  for (const instruction of fn.blocks.flatMap(({ instructions }) => instructions)) {
    const register = definitionOf(instruction);
    if (register === null) continue;
    if (once.has(register.id)) twice.set(register.id, register);
    once.add(register.id);
  }
  return twice;
};

/** @returns the last register that stands for a variable in each block. */
const renameDefinitions = (
  fn: IrFunction,
  variables: ReadonlyMap<number, Register>,
  originals: Map<number, number>,
): ReadonlyMap<number, ReadonlyMap<Block, Operand>> => {
  const lastIn = new Map([...variables.keys()].map((id) => [id, new Map<Block, Operand>()]));
  for (const block of fn.blocks) {
    block.instructions = block.instructions.map((instruction) => {
      const variable = definitionOf(instruction);
      if (variable === null || !variables.has(variable.id)) return instruction;
      const to = newRegister(fn, variable.bank, fn.names.get(variable.id));
      originals.set(to.id, variable.id);
      lastIn.get(variable.id)!.set(block, to);
      return withDefinition(instruction, to);
    });
  }
  return lastIn;
};

const renameUses = (
  fn: IrFunction,
  originals: ReadonlyMap<number, number>,
  reaching: ReadonlyMap<number, Reaching>,
): void => {
  for (const block of fn.blocks) {
    const current = new Map<number, Operand>();
    const renamed = (operand: Operand): Operand => {
      if (isConstant(operand)) return operand;
      const variable = reaching.get(operand.id);
      return variable === undefined ? operand : (current.get(operand.id) ?? variable.atStart(block));
    };
    block.instructions = block.instructions.map((instruction) => {
      const changed = instruction.kind === "phi" ? instruction : mapUses(instruction, renamed);
      const definition = definitionOf(changed);
      const variable = definition === null ? undefined : originals.get(definition.id);
      if (variable !== undefined) current.set(variable, definition!);
      return changed;
    });
    block.terminator = mapTerminator(block.terminator, renamed);
  }
};

/** What a variable is worth before it is assigned: of no consequence, but a float cannot be an integer's constant. */
export const nothing = (fn: IrFunction, bank: Bank): Operand => {
  if (bank === "integer" || bank === "long") return constant(0);
  const to = newRegister(fn, bank);
  const { instructions } = fn.blocks[0]!;
  const start = instructions.findLastIndex(({ kind }) => kind === "parameter") + 1;
  const zero = constant(0);
  const isReal = bank === "float";
  instructions.splice(
    start,
    0,
    isReal ? { kind: "copy", to, from: zero } : { kind: "unary", operation: "intToDouble", to, from: zero },
  );
  return to;
};
