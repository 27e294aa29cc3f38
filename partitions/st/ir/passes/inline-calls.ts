/** Puts the bodies of small functions, and of those that are called at one place only, where they are called. All in SSA form. */
import {
  type Block,
  definitionOf,
  type FrameSlot,
  type Instruction,
  type InstructionOf,
  type IrFunction,
  isConstant,
  mapAddresses,
  mapTargets,
  mapTerminator,
  mapUses,
  type Operand,
  type PhiSource,
  type Register,
  successorsOf,
} from "../ir.ts";
import type { Callee, Surroundings } from "../surroundings.ts";
import { withDefinition } from "./enter-ssa.ts";
import { mapPhiSources } from "./tidy-blocks.ts";

const SMALL = 40;
const LARGEST_ONLY_CALL = 2000;
const LARGEST_CALLER = 8000;

const sizeOf = ({ blocks }: IrFunction): number =>
  blocks.reduce((sum, { instructions }) => sum + instructions.length + 1, 0);

export const inlineCalls = (fn: IrFunction, { callees }: Pick<Surroundings, "callees">): void => {
  let size = sizeOf(fn);
  const open = [...fn.blocks];
  for (let block = open.pop(); block !== undefined; block = open.pop()) {
    const at = block.instructions.findIndex((each) => each.kind === "call" && isWorthIt(calleeOf(callees, each), size));
    const call = block.instructions[at];
    const callee = call?.kind === "call" ? calleeOf(callees, call)?.fn : undefined;
    if (call?.kind !== "call" || callee === undefined) continue;
    size += sizeOf(callee);
    open.push(inline(fn, block, at, call, callee));
  }
};

/** Of a call that goes to one function only. */
const calleeOf = (callees: Surroundings["callees"], { target }: InstructionOf<"call">): Callee | undefined =>
  typeof target === "string" ? callees.get(target) : undefined;

const isWorthIt = (callee: Callee | undefined, callerSize: number): boolean => {
  if (callee === undefined) return false;
  const size = sizeOf(callee.fn);
  return callerSize + size <= LARGEST_CALLER && size <= (callee.calls === 1 ? LARGEST_ONLY_CALL : SMALL);
};

/** @returns the block with what followed the call. */
const inline = (fn: IrFunction, block: Block, at: number, call: InstructionOf<"call">, callee: IrFunction): Block => {
  const rest: Block = { instructions: block.instructions.slice(at + 1), terminator: block.terminator };
  for (const successor of successorsOf(rest.terminator))
    mapPhiSources(successor, (source) => [source.from === block ? { ...source, from: rest } : source]);
  const body = new Copier(fn, callee, call.arguments).copy(rest);
  block.instructions.length = at;
  block.terminator = { kind: "jump", target: body.entry };
  if (call.result !== null) rest.instructions.unshift(resultOf(call.result, body.results));
  fn.blocks.splice(fn.blocks.indexOf(block) + 1, 0, ...body.blocks, rest);
  return rest;
};

const resultOf = (to: Register, sources: readonly PhiSource[]): Instruction =>
  sources.length === 1 ? { kind: "copy", to, from: sources[0]!.value } : { kind: "phi", to, sources };

/** Copies a function's body for one call of it. */
class Copier {
  readonly #callee: IrFunction;
  readonly #arguments: readonly Operand[];
  readonly #firstRegister: number;
  readonly #blocks: ReadonlyMap<Block, Block>;
  readonly #slots: ReadonlyMap<FrameSlot, FrameSlot>;

  constructor(fn: IrFunction, callee: IrFunction, list: readonly Operand[]) {
    this.#callee = callee;
    this.#arguments = list;
    this.#firstRegister = fn.registerCount;
    fn.registerCount += callee.registerCount;
    for (const [id, name] of callee.names) fn.names.set(this.#firstRegister + id, name);
    this.#slots = new Map(callee.slots.map((slot) => [slot, { ...slot }]));
    fn.slots = [...fn.slots, ...this.#slots.values()];
    this.#blocks = new Map(callee.blocks.map((block) => [block, { ...block }]));
  }

  /** What returns jumps to `next`. */
  copy(next: Block): {
    readonly entry: Block;
    readonly blocks: readonly Block[];
    readonly results: readonly PhiSource[];
  } {
    const results: PhiSource[] = [];
    for (const [original, copy] of this.#blocks) {
      copy.instructions = original.instructions.map((instruction) => this.#instruction(instruction));
      const { terminator } = original;
      if (terminator.kind === "return") {
        if (terminator.value !== null) results.push({ from: copy, value: this.#operand(terminator.value) });
        copy.terminator = { kind: "jump", target: next };
      } else
        copy.terminator = mapTargets(mapTerminator(terminator, this.#operand), (block) => this.#blocks.get(block)!);
    }
    return { entry: this.#blocks.get(this.#callee.blocks[0]!)!, blocks: [...this.#blocks.values()], results };
  }

  readonly #operand = (operand: Operand): Operand => (isConstant(operand) ? operand : this.#register(operand));

  #register({ id, bank }: Register): Register {
    return { id: this.#firstRegister + id, bank };
  }

  #instruction(original: Instruction): Instruction {
    if (original.kind === "parameter")
      return { kind: "copy", to: this.#register(original.to), from: this.#arguments[original.position]! };
    const used = mapAddresses(mapUses(original, this.#operand), (address) =>
      address.base.kind === "frame"
        ? { ...address, base: { kind: "frame", slot: this.#slots.get(address.base.slot)! } }
        : address,
    );
    const definition = definitionOf(used);
    const copy = definition === null ? used : withDefinition(used, this.#register(definition));
    if (copy.kind !== "phi") return copy;
    return { ...copy, sources: copy.sources.map(({ from, value }) => ({ from: this.#blocks.get(from)!, value })) };
  }
}
