/**
 * Recognises the jumps that compilers make of a `switch`: a word is loaded from a table at a scaled index, perhaps a base is added,
 * and it is jumped to. What is found here is only an expectation: translated code compares where the guest really goes.
 */
import type { Expanded } from "../isa/index.ts";
import type { CodeImage } from "./code-image.ts";
import { constantBefore } from "./transfer.ts";

export interface JumpTable {
  /** The load of the entry, in the same block as the jump. */
  readonly loadPc: number;
  /** Address of the entry with index 0. */
  readonly table: number;
  /** Where each entry leads, by index. */
  readonly targets: readonly number[];
}

const MOST_ENTRIES = 1024;

/**
 * @param pcs the instructions before the jump in the order of their addresses, and the jump itself, the last one.
 * @param isTarget whether the jump may lead there: where the table ends is not written anywhere.
 */
export const findJumpTable = (
  image: CodeImage,
  pcs: readonly number[],
  isTarget: (pc: number) => boolean,
): JumpTable | null => {
  const jump = image.at(pcs.at(-1)!);
  if (jump === null || jump.operands.imm !== 0) return null;
  const entry = definition(image, pcs, pcs.length - 2, jump.operands.rs1);
  if (entry === null) return null;
  if (isWordLoad(entry.expanded)) return tableOf(image, pcs, entry.index, 0, isTarget);
  if (!isAdd(entry.expanded)) return null;
  const { rs1, rs2 } = entry.expanded.operands;
  for (const [loaded, based] of [
    [rs1, rs2],
    [rs2, rs1],
  ] as const) {
    const load = definition(image, pcs, entry.index - 1, loaded);
    const base = constantBefore(image, pcs, entry.index - 1, based);
    if (load !== null && base !== null && isWordLoad(load.expanded)) {
      return tableOf(image, pcs, load.index, base, isTarget);
    }
  }
  return null;
};

interface Definition {
  readonly index: number;
  readonly expanded: Expanded;
}

/** The last instruction up to `at` that writes the register. */
const definition = (image: CodeImage, pcs: readonly number[], at: number, register: number): Definition | null => {
  for (let index = at; index >= 0; index--) {
    const expanded = image.at(pcs[index]!);
    if (expanded === null) return null;
    const { instruction, operands } = expanded;
    if (operands.rd === register && instruction.format.operands.rd?.kind === "x") return { index, expanded };
  }
  return null;
};

const isWordLoad = ({ instruction: { effect } }: Expanded): boolean =>
  effect.kind === "load" && effect.bytes === 4 && effect.file === "x";

const isAdd = ({ instruction: { effect } }: Expanded): boolean =>
  effect.kind === "compute" && effect.operation === "add" && effect.second === "rs2";

const isScaled = (definition: Definition | null): boolean => {
  const effect = definition?.expanded.instruction.effect;
  return effect?.kind === "compute" && effect.operation === "sll" && definition?.expanded.operands.imm === 2;
};

/** The table that the load at `pcs[loadIndex]` reads. */
const tableOf = (
  image: CodeImage,
  pcs: readonly number[],
  loadIndex: number,
  base: number,
  isTarget: (pc: number) => boolean,
): JumpTable | null => {
  const load = image.at(pcs[loadIndex]!)!;
  const start = tableBase(image, pcs, loadIndex - 1, load.operands.rs1);
  if (start === null) return null;
  const table = (start + load.operands.imm) >>> 0;
  const targets: number[] = [];
  while (targets.length < MOST_ENTRIES) {
    const entry = image.wordAt(table + 4 * targets.length);
    if (entry === null) break;
    const target = (entry + base) >>> 0;
    if (target % 2 !== 0 || !isTarget(target)) break;
    targets.push(target);
  }
  return targets.length < 2 ? null : { loadPc: pcs[loadIndex]!, table, targets };
};

/** What is added to four times the index in the register that a load goes by. */
const tableBase = (image: CodeImage, pcs: readonly number[], at: number, register: number): number | null => {
  const address = definition(image, pcs, at, register);
  const effect = address?.expanded.instruction.effect;
  if (address === null || effect?.kind !== "compute" || effect.second !== "rs2") return null;
  const { rs1, rs2 } = address.expanded.operands;
  if (effect.operation === "sh2add") return constantBefore(image, pcs, address.index - 1, rs2);
  if (effect.operation !== "add") return null;
  for (const [scaled, based] of [
    [rs1, rs2],
    [rs2, rs1],
  ] as const) {
    if (!isScaled(definition(image, pcs, address.index - 1, scaled))) continue;
    const base = constantBefore(image, pcs, address.index - 1, based);
    if (base !== null) return base;
  }
  return null;
};
