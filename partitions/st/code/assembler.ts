/**
 * Instructions with labels and addresses still open → bytes. They are as short as they can be; branches that do not reach are
 * turned into a jump around.
 */
import {
  encodeInstruction,
  type Instruction,
  type Mnemonic,
  type Operands,
  TABLE,
} from "../../../runtime/isa/index.ts";
import type { Position } from "../ir/ir.ts";
import type { Span } from "../syntax/source-text.ts";
import type { RegisterFile } from "./allocate.ts";
import { compressed } from "./compress.ts";

/** The part of an address that an instruction takes: `lui` the upper 20 bits, the rest goes as a signed 12-bit immediate. */
type AddressPart = "high" | "low";

type Item =
  | {
      readonly kind: "instruction";
      readonly row: Instruction;
      readonly operands: Partial<Operands>;
      readonly address: { readonly part: AddressPart; readonly offset: number } | null;
      /** In 16 bits, when it fits. */
      readonly short: number | null;
      /** In 32 bits, of one that takes no address; null: not yet needed. */
      word: number | null;
    }
  | { readonly kind: "label"; readonly label: string }
  | { readonly kind: "line"; readonly at: Position | null }
  | { readonly kind: "frame"; readonly change: FrameChange }
  | { readonly kind: "statement"; readonly at: Span }
  | {
      readonly kind: "branch";
      readonly row: Instruction;
      readonly inverse: Instruction;
      readonly rs1: number;
      readonly rs2: number;
      readonly label: string;
      readonly ways: Ways | undefined;
      readonly shortReach: number;
    }
  | { readonly kind: "jump"; readonly rd: number; readonly label: string; readonly shortReach: number };
type Branch = Extract<Item, { kind: "branch" }>;
type Jump = Extract<Item, { kind: "jump" }>;

export type BranchMnemonic = "beq" | "bne" | "blt" | "bge" | "bltu" | "bgeu";
const INVERSE: Readonly<Record<BranchMnemonic, BranchMnemonic>> = {
  beq: "bne",
  bne: "beq",
  blt: "bge",
  bge: "blt",
  bltu: "bgeu",
  bgeu: "bltu",
};

const ZERO = 0;

const row = (mnemonic: Mnemonic): Instruction => {
  const found = ROWS.get(mnemonic);
  if (found === undefined) throw new Error(`no instruction ${mnemonic}`);
  return found;
};
const ROWS: ReadonlyMap<string, Instruction> = new Map(TABLE.map((each) => [each.mnemonic, each]));

/** From `offset` on code belongs to `at`; null: to no source. */
export interface LineRow {
  readonly offset: number;
  readonly at: Position | null;
}

/** How to find the caller's registers from here on (DWARF 4 §6.4.2). */
export type FrameChange =
  /** Calls of this routine leave where it returns to in that register. */
  | { readonly kind: "returns"; readonly register: number }
  /** The stack pointer is so many bytes below what it was at the call. */
  | { readonly kind: "depth"; readonly bytes: number }
  /** A register of the caller stands so many bytes below that; `file` as the register's bank. */
  | { readonly kind: "saved"; readonly file: RegisterFile; readonly register: number; readonly below: number }
  /** All registers have the caller's values again. */
  | { readonly kind: "restored" }
  | { readonly kind: "remember" | "recall" };

export interface FrameRow {
  readonly offset: number;
  readonly change: FrameChange;
}

export interface Assembled {
  readonly code: Uint8Array;
  readonly lines: readonly LineRow[];
  readonly frames: readonly FrameRow[];
  /** Offsets from the start of the code. */
  readonly labels: ReadonlyMap<string, number>;
  /** Where statements of the source begin and decide; both only of code that was made to tell it. */
  readonly statements: readonly PlacedStatement[];
  readonly forks: readonly PlacedFork[];
}

/** Which way of what the source decides at `at` a branch stands for when it jumps, and when it does not. */
export interface Ways {
  readonly at: Span;
  readonly jumped: number | null;
  readonly passed: number | null;
}

export interface PlacedStatement {
  readonly at: Span;
  readonly offset: number;
}

export interface PlacedFork extends Ways {
  /** Of the branch instruction. */
  readonly offset: number;
}

export class Assembler {
  readonly #items: Item[] = [];
  #labels = 0;
  #at: Position | null = null;

  readonly #prefix: string;
  readonly #mayBeShort: boolean;

  /**
   * Labels of assemblers with different prefixes do not clash.
   * @param mayBeShort whether instructions of 16 bits are used.
   */
  constructor({ prefix = "", mayBeShort = true } = {}) {
    this.#prefix = prefix;
    this.#mayBeShort = mayBeShort;
  }

  newLabel(): string {
    return `.L${this.#prefix}${this.#labels++}`;
  }

  /** Everything of `other` behind what is here. */
  append(other: Assembler): void {
    for (const item of other.#items) this.#items.push(item);
  }

  label(label: string): void {
    this.#items.push({ kind: "label", label });
  }

  /** What follows belongs to `at`; where that is undefined it goes with what is before it. */
  source(at: Position | null | undefined): void {
    if (at === undefined || at === this.#at) return;
    this.#at = at;
    this.#items.push({ kind: "line", at });
  }

  frame(change: FrameChange): void {
    this.#items.push({ kind: "frame", change });
  }

  emit(mnemonic: Mnemonic, operands: Partial<Operands> = {}): void {
    const instruction = row(mnemonic);
    const short = this.#mayBeShort ? compressed(instruction, operands) : null;
    this.#items.push({ kind: "instruction", row: instruction, operands, address: null, short, word: null });
  }

  /** As `emit`, with `imm` being a part of the address `offset` bytes into the data. */
  emitAddressed(mnemonic: Mnemonic, operands: Partial<Operands>, part: AddressPart, offset: number): void {
    this.#items.push({
      kind: "instruction",
      row: row(mnemonic),
      operands,
      address: { part, offset },
      short: null,
      word: null,
    });
  }

  /** A statement of the source begins here. */
  statement(at: Span): void {
    this.#items.push({ kind: "statement", at });
  }

  branch(mnemonic: BranchMnemonic, rs1: number, rs2: number, label: string, ways?: Ways): void {
    const rows = { row: row(mnemonic), inverse: row(INVERSE[mnemonic]) };
    const isShort = this.#mayBeShort && compressed(rows.row, { rs1, rs2, imm: 0 }) !== null;
    this.#items.push({ kind: "branch", ...rows, rs1, rs2, label, ways, shortReach: isShort ? SHORT_BRANCH_REACH : 0 });
  }

  jump(rd: number, label: string): void {
    const isShort = this.#mayBeShort && compressed(row("jal"), { rd, imm: 0 }) !== null;
    this.#items.push({ kind: "jump", rd, label, shortReach: isShort ? SHORT_JUMP_REACH : 0 });
  }

  /** `dataBase(codeBytes)`: where the data starts, which may depend on how long the code is. */
  assemble(codeBase: number, dataBase: (codeBytes: number) => number): Assembled {
    if (codeBase % 4 !== 0) throw new Error("code starts at a multiple of 4");
    const { offsets, labels, sizes, bytes } = this.#place();
    const data = dataBase(bytes);
    const code = new Uint8Array(bytes);
    const lines: LineRow[] = [];
    const frames: FrameRow[] = [];
    const view = new DataView(code.buffer);
    for (const [i, item] of this.#items.entries()) {
      const [offset, size] = [offsets[i]!, sizes[i]!];
      const put = (...words: readonly number[]): void => {
        if (size === 2) view.setUint16(offset, words[0]!, true);
        else for (const [at, word] of words.entries()) view.setUint32(offset + 4 * at, word, true);
      };
      switch (item.kind) {
        case "label":
        case "statement":
          break;
        case "line":
          lines.push({ offset, at: item.at });
          break;
        case "frame":
          frames.push({ offset, change: item.change });
          break;
        case "instruction":
          put(item.short ?? wordOf(item, data));
          break;
        case "jump":
          put(...jumpWords(item, size, distance(labels, item.label, offset)));
          break;
        case "branch":
          put(...branchWords(item, size, distance(labels, item.label, offset)));
          break;
      }
    }
    return { code, labels, lines, frames, ...this.#positions(offsets, sizes) };
  }

  /** A branch that does not reach is inverted, and with it what its jumping means. */
  #positions(offsets: Int32Array, sizes: Uint8Array) {
    const statements: PlacedStatement[] = [];
    const forks: PlacedFork[] = [];
    for (const [i, item] of this.#items.entries()) {
      const offset = offsets[i]!;
      if (item.kind === "statement") statements.push({ at: item.at, offset });
      if (item.kind !== "branch" || item.ways === undefined) continue;
      const { at, jumped, passed } = item.ways;
      forks.push(sizes[i] === 8 ? { at, offset, jumped: passed, passed: jumped } : { at, offset, jumped, passed });
    }
    return { statements, forks };
  }

  /** Starts with everything as short as it may be and lengthens what does not reach, until all do. */
  #place() {
    const items = this.#items;
    const sizes = Uint8Array.from(items, shortestSize);
    const places = new Map<string, number>();
    const jumps: number[] = [];
    for (const [i, item] of items.entries()) {
      if (item.kind === "label") places.set(item.label, i);
      else if (item.kind === "branch" || item.kind === "jump") jumps.push(i);
    }
    const targets = jumps.map((i) => placeOf(places, (items[i] as Branch | Jump).label));
    const offsets = new Int32Array(items.length + 1);
    for (let isDone = false; !isDone; ) {
      for (let i = 0; i < items.length; i++) offsets[i + 1] = offsets[i]! + sizes[i]!;
      isDone = true;
      for (const [n, i] of jumps.entries()) {
        const item = items[i] as Branch | Jump;
        const wanted = sizeFor(item, sizes[i]!, offsets[targets[n]!]! - offsets[i]!);
        if (wanted === sizes[i]) continue;
        sizes[i] = wanted;
        isDone = false;
      }
    }
    const labels = new Map([...places].map(([label, i]) => [label, offsets[i]!]));
    return { offsets, labels, sizes, bytes: offsets[items.length]! };
  }
}

const shortestSize = (item: Item): number => {
  if (item.kind === "instruction") return item.short === null ? 4 : 2;
  if (item.kind !== "branch" && item.kind !== "jump") return 0;
  return item.shortReach > 0 ? 2 : 4;
};

/** Never less than it has already. */
const sizeFor = (item: Branch | Jump, size: number, reach: number): number => {
  const least = size === 2 && !isWithin(reach, item.shortReach) ? 4 : size;
  return least === 4 && item.kind === "branch" && !isWithin(reach, BRANCH_REACH) ? 8 : least;
};

const placeOf = (places: ReadonlyMap<string, number>, label: string): number => {
  const place = places.get(label);
  if (place === undefined) throw new Error(`the label ${label} is nowhere`);
  return place;
};

/** Bytes that a branch reaches back, and two less forward; the short ones by RISC-V Unprivileged §16.4. */
const BRANCH_REACH = 4096;
const SHORT_BRANCH_REACH = 256;
const SHORT_JUMP_REACH = 2048;
const isWithin = (distance: number, reach: number): boolean => distance >= -reach && distance < reach;

const jumpWords = ({ rd }: Jump, size: number, reach: number): readonly number[] => {
  const jump = row("jal");
  return [size === 2 ? compressed(jump, { rd, imm: reach })! : encodeInstruction(jump, { rd, imm: reach })];
};

const branchWords = (item: Branch, size: number, reach: number): readonly number[] => {
  const { rs1, rs2 } = item;
  if (size === 2) return [compressed(item.row, { rs1, rs2, imm: reach })!];
  if (size === 4) return [encodeInstruction(item.row, { rs1, rs2, imm: reach })];
  return [
    encodeInstruction(item.inverse, { rs1, rs2, imm: 8 }),
    encodeInstruction(row("jal"), { rd: ZERO, imm: reach - 4 }),
  ];
};

const distance = (labels: ReadonlyMap<string, number>, label: string, from: number): number =>
  placeOf(labels, label) - from;

const wordOf = (item: Extract<Item, { kind: "instruction" }>, dataBase: number): number => {
  const { row: instruction, operands, address } = item;
  if (address === null) {
    item.word ??= encodeInstruction(instruction, operands);
    return item.word;
  }
  const { high, low } = splitAddress(dataBase + address.offset);
  return encodeInstruction(instruction, { ...operands, imm: address.part === "high" ? high : low });
};

/** `lui high` and a signed `low` that add up to the value. */
export const splitAddress = (value: number): { readonly high: number; readonly low: number } => {
  const low = (value << 20) >> 20;
  return { high: (value - low) | 0, low };
};
