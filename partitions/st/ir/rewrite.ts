/** Instructions like others with something in them replaced; they are the others themselves when nothing is. */
import {
  type Address,
  type Block,
  type Guard,
  type IndirectTarget,
  type Instruction,
  isConstant,
  type Operand,
  type Register,
  type Terminator,
} from "./ir.ts";

/** The same with another register for its result, where it has one. */
export const withDefinition = (instruction: Instruction, to: Register): Instruction => {
  switch (instruction.kind) {
    case "store":
    case "copyBytes":
    case "nop":
    case "raise":
      return instruction;
    case "call":
      return { ...instruction, result: to };
    default:
      return { ...instruction, to };
  }
};

/** The same with every operand read replaced by `replace(operand)`; the instruction itself when that is the same everywhere. */
export const mapUses = (instruction: Instruction, replace: (operand: Operand) => Operand): Instruction => {
  switch (instruction.kind) {
    case "copy":
    case "unary": {
      const from = replace(instruction.from);
      return from === instruction.from ? instruction : { ...instruction, from };
    }
    case "phi": {
      const sources = mapped(instruction.sources, (source) => {
        const value = replace(source.value);
        return value === source.value ? source : { from: source.from, value };
      });
      return sources === instruction.sources ? instruction : { ...instruction, sources };
    }
    case "binary":
    case "divide": {
      const [left, right] = [replace(instruction.left), replace(instruction.right)];
      return left === instruction.left && right === instruction.right ? instruction : { ...instruction, left, right };
    }
    case "checkIndex": {
      const [index, count] = [replace(instruction.index), replace(instruction.count)];
      return index === instruction.index && count === instruction.count
        ? instruction
        : { ...instruction, index, count };
    }
    case "checkPointer": {
      const [pointer, address] = [replace(instruction.pointer), replace(instruction.address)];
      return pointer === instruction.pointer && address === instruction.address
        ? instruction
        : { ...instruction, pointer, address };
    }
    case "select": {
      const [condition, left, right] = [instruction.condition, instruction.left, instruction.right].map(replace);
      return condition === instruction.condition && left === instruction.left && right === instruction.right
        ? instruction
        : { ...instruction, condition: condition!, left: left!, right: right! };
    }
    case "load":
    case "address": {
      const address = mapAddress(instruction.address, replace);
      return address === instruction.address ? instruction : { ...instruction, address };
    }
    case "store": {
      const from = replace(instruction.from);
      const address = mapAddress(instruction.address, replace);
      const guards = mapGuards(instruction.guards, replace);
      return from === instruction.from && address === instruction.address && guards === instruction.guards
        ? instruction
        : { ...instruction, from, address, guards };
    }
    case "copyBytes": {
      const [to, from] = [mapAddress(instruction.to, replace), mapAddress(instruction.from, replace)];
      const guards = mapGuards(instruction.guards, replace);
      return to === instruction.to && from === instruction.from && guards === instruction.guards
        ? instruction
        : { ...instruction, to, from, guards };
    }
    case "nop":
    case "parameter":
    case "raise":
      return instruction;
    case "call": {
      const list = mapped(instruction.arguments, replace);
      const target = mapTarget(instruction.target, replace);
      return list === instruction.arguments && target === instruction.target
        ? instruction
        : { ...instruction, target, arguments: list };
    }
  }
};

/** The list itself when every item stays what it is. */
const mapped = <T>(list: readonly T[], change: (item: T) => T): readonly T[] => {
  for (let i = 0; i < list.length; i++) {
    const first = change(list[i]!);
    if (first !== list[i]) return [...list.slice(0, i), first, ...list.slice(i + 1).map(change)];
  }
  return list;
};

/** The same with other addresses to load from and store to; the instruction itself when they are the same. */
export const mapAddresses = (instruction: Instruction, replace: (address: Address) => Address): Instruction => {
  switch (instruction.kind) {
    case "load":
    case "store":
    case "address": {
      const address = replace(instruction.address);
      return address === instruction.address ? instruction : { ...instruction, address };
    }
    case "copyBytes": {
      const [to, from] = [replace(instruction.to), replace(instruction.from)];
      return to === instruction.to && from === instruction.from ? instruction : { ...instruction, to, from };
    }
    default:
      return instruction;
  }
};

const mapTarget = (
  target: string | IndirectTarget,
  replace: (operand: Operand) => Operand,
): string | IndirectTarget => {
  if (typeof target === "string") return target;
  const address = replace(target.address);
  return address === target.address ? target : { ...target, address };
};

const mapGuards = (guards: readonly Guard[], replace: (operand: Operand) => Operand): readonly Guard[] =>
  mapped(guards, (guard) => {
    const [given, checked] = [replace(guard.given), replace(guard.checked)];
    return given === guard.given && checked === guard.checked ? guard : { given, checked };
  });

/** An address register is only ever replaced by a register. */
const mapAddress = (address: Address, replace: (operand: Operand) => Operand): Address => {
  if (address.base.kind !== "register") return address;
  const register = replace(address.base.register);
  return isConstant(register) || register === address.base.register
    ? address
    : { ...address, base: { kind: "register", register } };
};

export const mapTerminator = (terminator: Terminator, replace: (operand: Operand) => Operand): Terminator => {
  switch (terminator.kind) {
    case "jump":
      return terminator;
    case "branch": {
      const [left, right] = [replace(terminator.left), replace(terminator.right)];
      return left === terminator.left && right === terminator.right ? terminator : { ...terminator, left, right };
    }
    case "return": {
      const value = terminator.value === null ? null : replace(terminator.value);
      return value === terminator.value ? terminator : { ...terminator, value };
    }
  }
};

/** The same with other blocks to go to. */
export const mapTargets = (terminator: Terminator, replace: (block: Block) => Block): Terminator => {
  switch (terminator.kind) {
    case "jump": {
      const target = replace(terminator.target);
      return target === terminator.target ? terminator : { ...terminator, target };
    }
    case "branch": {
      const [then, otherwise] = [replace(terminator.then), replace(terminator.otherwise)];
      return then === terminator.then && otherwise === terminator.otherwise
        ? terminator
        : { ...terminator, then, otherwise };
    }
    case "return":
      return terminator;
  }
};
