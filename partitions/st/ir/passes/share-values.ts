/**
 * Value numbering over the dominator tree: what was computed on every way here is not computed again; copies and constants are
 * used directly; what a branch has decided is known behind it (Briggs, Cooper and Simpson, "Value Numbering", 1997).
 */
import { ControlFlow } from "../control-flow.ts";
import { holds } from "../fold.ts";
import {
  type Address,
  type Bank,
  type Block,
  type Condition,
  definitionOf,
  type FrameSlot,
  type Instruction,
  type InstructionOf,
  type IrFunction,
  isConstant,
  type Operand,
  type Terminator,
} from "../ir.ts";
import { mapAddresses, mapTerminator, mapUses } from "../rewrite.ts";
import { type Definitions, isInstruction, sameOperand, simplify } from "../simplify.ts";
import { mapPhiSources, removeUnreachable } from "./tidy-blocks.ts";

export const shareValues = (fn: IrFunction): void => {
  new Numbering(fn).run();
  removeUnreachable(fn);
};

type Branch = Extract<Terminator, { kind: "branch" }>;

const NEGATED: Readonly<Record<Condition, Condition>> = {
  eq: "ne",
  ne: "eq",
  lt: "ge",
  ge: "lt",
  ltu: "geu",
  geu: "ltu",
};
const SYMMETRIC: ReadonlySet<string> = new Set(
  "add mul mulhu and or xor min max minu maxu ladd lmul land lor lxor leq fadd fmul feq dadd dmul deq".split(" "),
);

class Numbering {
  readonly #fn: IrFunction;
  readonly #flow: ControlFlow;
  readonly #slots: ReadonlyMap<FrameSlot, number>;
  readonly #definitions = new Map<number, Instruction>();
  /** Registers whose definition was seen; it stands before all that it dominates. */
  readonly #seen = new Set<number>();
  /** What to use instead of a register. */
  readonly #better = new Map<number, Operand>();
  /** By expression: what has its value, where the block in hand is. */
  readonly #known = new Map<string, Operand>();
  /** Whether a condition holds, where the block in hand is. */
  readonly #facts = new Map<string, boolean>();

  constructor(fn: IrFunction) {
    this.#fn = fn;
    this.#flow = ControlFlow.of(fn);
    fn.blocks = [...this.#flow.order];
    this.#slots = new Map(fn.slots.map((slot, index) => [slot, index]));
    for (const { instructions } of fn.blocks) {
      for (const instruction of instructions) {
        const definition = definitionOf(instruction);
        if (definition !== null) this.#definitions.set(definition.id, instruction);
      }
    }
  }

  run(): void {
    const open: (() => void)[] = [() => this.#visit(this.#flow.entry, open)];
    for (let step = open.pop(); step !== undefined; step = open.pop()) step();
    this.#replaceEverywhere();
  }

  /** The block, then those that it dominates, then what was known in them only is forgotten. */
  #visit(block: Block, open: (() => void)[]): void {
    const expressions: string[] = [];
    const facts = this.#learnFromEdge(block);
    this.#rewriteAll(block, expressions);
    block.terminator = this.#decide(block, mapTerminator(block.terminator, this.#best));
    open.push(() => {
      for (const each of expressions) this.#known.delete(each);
      for (const each of facts) this.#facts.delete(each);
    });
    for (const child of this.#flow.dominatedBy(block)) open.push(() => this.#visit(child, open));
  }

  /** A phi that came down to a constant is a copy, which stands behind all that are still phis. */
  #rewriteAll(block: Block, expressions: string[]): void {
    const phis: Instruction[] = [];
    const others: Instruction[] = [];
    for (const instruction of block.instructions) {
      const rewritten = this.#rewrite(instruction, expressions, block);
      if (rewritten?.kind === "phi") phis.push(rewritten);
      else if (rewritten !== null) others.push(rewritten);
    }
    block.instructions = phis.length === 0 ? others : [...phis, ...others];
  }

  readonly #best = (operand: Operand): Operand => {
    let found = operand;
    while (!isConstant(found)) {
      const better = this.#better.get(found.id);
      if (better === undefined) break;
      found = better;
    }
    return found;
  };

  readonly #definitionOf: Definitions = (operand) =>
    isConstant(operand) ? null : (this.#definitions.get(operand.id) ?? null);

  /** A phi may stand for what is only computed further on, and what that is worth is found out later. */
  #replaceEverywhere(): void {
    for (const block of this.#fn.blocks) {
      block.instructions = block.instructions.map((instruction) => mapUses(instruction, this.#best));
      block.terminator = mapTerminator(block.terminator, this.#best);
    }
  }

  /** Null: nothing is to be done there any more. */
  #rewrite(original: Instruction, expressions: string[], block: Block): Instruction | null {
    let instruction = withPlainAddresses(mapUses(original, this.#best), this.#definitionOf);
    for (let simpler = simplify(instruction, this.#definitionOf); simpler !== null; ) {
      if (!isInstruction(simpler)) return this.#replace(instruction, simpler);
      instruction = simpler;
      simpler = simplify(instruction, this.#definitionOf);
    }
    if (instruction.kind === "copy") return this.#copy(instruction, expressions);
    const to = definitionOf(instruction);
    if (to === null) return withoutIdleGuards(instruction);
    this.#definitions.set(to.id, instruction);
    this.#seen.add(to.id);
    if (instruction.kind === "phi") {
      const only = onlySource(instruction);
      // In a loop that nothing enters any more, the only source may come from the phi itself.
      if (only !== null && (isConstant(only) || this.#seen.has(only.id))) return this.#replace(instruction, only);
    }
    const expression = this.#expressionOf(instruction, block);
    if (expression === null) return instruction;
    const known = this.#known.get(expression);
    if (known !== undefined) return this.#replace(instruction, known);
    this.#know(expression, to, expressions);
    return instruction;
  }

  #know(expression: string, operand: Operand, expressions: string[]): void {
    this.#known.set(expression, operand);
    expressions.push(expression);
  }

  /** An address may still start from a register that holds a known integer, so that its copy stays until nobody reads it. */
  #replace(instruction: Instruction, operand: Operand): Instruction | null {
    const to = definitionOf(instruction)!;
    this.#better.set(to.id, operand);
    if (!isConstant(operand)) return null;
    const isThere = instruction.kind === "copy" && instruction.from === operand && instruction.at === undefined;
    return isThere ? instruction : { kind: "copy", to, from: operand };
  }

  /** A REAL or LREAL stays in the register that it was put into. */
  #copy(instruction: InstructionOf<"copy">, expressions: string[]): Instruction | null {
    const { to, from } = instruction;
    if (!isConstant(from) || !isFloating(to.bank)) return this.#replace(instruction, from);
    this.#definitions.set(to.id, instruction);
    this.#seen.add(to.id);
    const expression = `${to.bank} ${from.constant}`;
    const known = this.#known.get(expression);
    if (known !== undefined) return this.#replace(instruction, known);
    this.#know(expression, to, expressions);
    return instruction;
  }

  /** Null: another one like it may have another value. */
  #expressionOf(instruction: Instruction, block: Block): string | null {
    switch (instruction.kind) {
      case "unary":
        return `${instruction.operation} ${instruction.to.bank} ${nameOf(instruction.from)}`;
      case "binary": {
        const names = [nameOf(instruction.left), nameOf(instruction.right)];
        if (SYMMETRIC.has(instruction.operation)) names.sort();
        return `${instruction.operation} ${instruction.to.bank} ${names.join(" ")}`;
      }
      case "select":
        return `select ${[instruction.condition, instruction.left, instruction.right].map(nameOf).join(" ")}`;
      case "address":
        return this.#addressName("address", instruction.address);
      case "load": {
        const { base } = instruction.address;
        const isConstantArea = base.kind === "static" && base.area === "constants";
        return isConstantArea ? this.#addressName(instruction.width, instruction.address) : null;
      }
      case "phi": {
        const sources = instruction.sources.map(({ from, value }) => `${this.#flow.positionOf(from)}:${nameOf(value)}`);
        return `phi ${this.#flow.positionOf(block)} ${instruction.to.bank} ${sources.join(" ")}`;
      }
      default:
        return null;
    }
  }

  #addressName(prefix: string, { base, offset }: Address): string | null {
    if (base.kind === "static") return `${prefix} ${base.area} ${offset}`;
    if (base.kind === "frame") return `${prefix} slot ${this.#slots.get(base.slot)} ${offset}`;
    return base.kind === "register" ? `${prefix} r${base.register.id} ${offset}` : null;
  }

  /** A block that one branch alone leads to knows what the branch found. */
  #learnFromEdge(block: Block): readonly string[] {
    const [from, ...others] = this.#flow.predecessors(block);
    if (from === undefined || others.length > 0 || from.terminator.kind !== "branch") return [];
    const { condition, left, right, then } = from.terminator;
    const fact = factOf(condition, left, right);
    if (fact === null || this.#facts.has(fact.name)) return [];
    this.#facts.set(fact.name, fact.isTrue === (then === block));
    return [fact.name];
  }

  /** A jump, when it is known where the branch goes. */
  #decide(block: Block, terminator: Terminator): Terminator {
    if (terminator.kind !== "branch") return terminator;
    const branch = plainBranch(terminator, this.#definitionOf);
    const outcome = this.#outcomeOf(branch);
    if (outcome === null) return branch;
    const [target, left] = outcome ? [branch.then, branch.otherwise] : [branch.otherwise, branch.then];
    if (target !== left) mapPhiSources(left, (source) => (source.from === block ? [] : [source]));
    return { kind: "jump", target };
  }

  #outcomeOf({ condition, left, right }: Branch): boolean | null {
    if (isConstant(left) && isConstant(right)) return holds(condition, left.constant, right.constant);
    if (sameOperand(left, right)) return holds(condition, 0, 0);
    const fact = factOf(condition, left, right);
    const known = fact === null ? undefined : this.#facts.get(fact.name);
    return known === undefined ? null : known === fact!.isTrue;
  }
}

const isFloating = (bank: Bank): boolean => bank === "float" || bank === "double";

const nameOf = (operand: Operand): string => (isConstant(operand) ? `#${operand.constant}` : `r${operand.id}`);

/** One name for a condition and its opposite. */
const factOf = (
  condition: Condition,
  left: Operand,
  right: Operand,
): { readonly name: string; readonly isTrue: boolean } | null => {
  if (isConstant(left) && isConstant(right)) return null;
  const isTrue = condition === "eq" || condition === "lt" || condition === "ltu";
  const names = [nameOf(left), nameOf(right)];
  if (condition === "eq" || condition === "ne") names.sort();
  return { name: `${isTrue ? condition : NEGATED[condition]} ${names.join(" ")}`, isTrue };
};

/** The value that all sources have in common, the phi's own left aside. */
const onlySource = ({ to, sources }: InstructionOf<"phi">): Operand | null => {
  let only: Operand | null = null;
  for (const { value } of sources) {
    if (!isConstant(value) && value.id === to.id) continue;
    if (only !== null && !sameOperand(only, value)) return null;
    only = value;
  }
  return only !== null && isConstant(only) && isFloating(to.bank) ? null : only;
};

const withoutIdleGuards = (instruction: Instruction): Instruction => {
  if (instruction.kind !== "store" && instruction.kind !== "copyBytes") return instruction;
  const guards = instruction.guards.filter(({ given, checked }) => !sameOperand(given, checked));
  return guards.length === instruction.guards.length ? instruction : { ...instruction, guards };
};

/** Addresses start from as far back as is known. */
const withPlainAddresses = (instruction: Instruction, definitions: Definitions): Instruction =>
  mapAddresses(instruction, (address) => plainAddress(address, definitions));

const plainAddress = (address: Address, definitions: Definitions): Address => {
  const { base, offset } = address;
  if (base.kind !== "register") return address;
  const definition = definitions(base.register);
  if (definition?.kind === "address")
    return { base: definition.address.base, offset: definition.address.offset + offset };
  if (definition?.kind !== "binary" || definition.operation !== "add") return address;
  const { left, right } = definition;
  if (isConstant(left) || !isConstant(right)) return address;
  return plainAddress({ base: { kind: "register", register: left }, offset: offset + right.constant }, definitions);
};

/** Branches on a comparison compare themselves. */
const plainBranch = (branch: Branch, definitions: Definitions): Branch => {
  const { condition, left, right } = branch;
  if (isConstant(left) && !isConstant(right) && (condition === "eq" || condition === "ne"))
    return plainBranch({ ...branch, left: right, right: left }, definitions);
  if ((condition !== "eq" && condition !== "ne") || !isConstant(right) || right.constant !== 0) return branch;
  const definition = definitions(left);
  if (definition?.kind === "unary" && (definition.operation === "isZero" || definition.operation === "isNotZero")) {
    const swapped = definition.operation === "isZero" ? NEGATED[condition] : condition;
    return plainBranch({ ...branch, condition: swapped, left: definition.from }, definitions);
  }
  if (definition?.kind !== "binary") return branch;
  const isSet = condition === "ne";
  switch (definition.operation) {
    case "slt":
      return { ...branch, condition: isSet ? "lt" : "ge", left: definition.left, right: definition.right };
    case "sltu":
      return { ...branch, condition: isSet ? "ltu" : "geu", left: definition.left, right: definition.right };
    case "xor":
    case "sub":
      return isTruth(definition.left, definitions) && isConstant(definition.right) && definition.right.constant === 1
        ? plainBranch({ ...branch, condition: NEGATED[condition], left: definition.left }, definitions)
        : plainBranch({ ...branch, left: definition.left, right: definition.right }, definitions);
    default:
      return branch;
  }
};

/** Certainly 0 or 1. */
const isTruth = (operand: Operand, definitions: Definitions): boolean => {
  if (isConstant(operand)) return operand.constant === 0 || operand.constant === 1;
  const definition = definitions(operand);
  if (definition?.kind === "unary") return definition.operation === "isZero" || definition.operation === "isNotZero";
  if (definition?.kind !== "binary") return false;
  return ["slt", "sltu", "feq", "flt", "fle"].includes(definition.operation);
};
