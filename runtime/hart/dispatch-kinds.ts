/**
 * What the interpreter does for each kind of effect: how a decoded instruction is packed into a slot, the JavaScript of its
 * fast path, and the function that takes over where the fast path does not go on. A kind that is missing here does not compile.
 */
import {
  BASE_INSTRUCTIONS,
  type BaseInstruction,
  CONDITIONS,
  type Effect,
  type EffectKind,
  type Expanded,
  OPERATIONS,
} from "../isa/index.ts";
import { DOUBLES } from "./doubles.ts";
import type { Exit } from "./engine.ts";
import { ROUNDING } from "./float-rules.ts";
import { MSTATUS } from "./hart.ts";
import type { Interpreter } from "./interpreter.ts";
import { fWord, PAGE_BYTES, RAM_BASE, WORD, xTarget, xWord } from "./layout.ts";
import { type Access, READ, WRITE } from "./permissions.ts";
import { BOX } from "./single-bits.ts";
import { SINGLES } from "./singles.ts";
import * as slow from "./slow-paths.ts";

/** Dispatch numbers that are no instructions. */
export const SPECIAL = { undecoded: 0, nextPage: 1, fetchFault: 2, illegal: 3, translated: 4 } as const;
/** Dispatch number of the instruction with number 0. */
export const FIRST_INSTRUCTION = 5;

/** The three operand words of a slot; what they hold is between `pack`, `fast` and `slow` of a kind. */
type Packed = readonly [number, number, number];

/** Goes on after the instruction at pc, whose effect is not yet done. @returns why the run ends here, or null when it goes on. */
export type SlowPath = (engine: Interpreter, a: number, b: number, c: number, bytes: number) => Exit | null;

interface Kind<E extends Effect> {
  readonly pack: (effect: E, decoded: Expanded, pc: number) => Packed;
  /**
   * Statements that see `words` (layout.ts), `code` and `at` (the slot), `head`, `pageStart`, `pc`, `view` of RAM. They end in
   * NEXT, in a jump, or fall out at their end: then the slow path executes the instruction. `isChecked`: what is loaded and
   * stored needs permission, from `accessible` by page of RAM, or from `data`.
   */
  readonly fast?: (effect: E, instruction: BaseInstruction, isChecked: boolean) => string;
  /** Absent where the fast path does everything. */
  readonly slow?: (effect: E) => SlowPath;
}

const A = "code[at + 1]";
const B = "code[at + 2]";
const C = "code[at + 3]";
const NEXT = "at += head >>> HEAD_BITS; continue;";
/** Slots of this page, in words of the slot array: 2 a byte. */
const IN_PAGE = `>>> 0 < ${PAGE_BYTES * 2}`;
const RELATIVE_JUMP = `at += ${C}; if (at ${IN_PAGE}) continue; pc = pageStart + (at >> 1); continue enter;`;
const FLOATS_ENABLED = `(words[${WORD.mstatus}] & ${MSTATUS.fs}) !== 0`;
const MARK_FLOATS_DIRTY = `words[${WORD.mstatus}] |= ${MSTATUS.fs};`;

const registerWord = (kind: "x" | "f", register: number): number => (kind === "f" ? fWord(register) : xWord(register));
const targetWord = (kind: "x" | "f", register: number): number => (kind === "f" ? fWord(register) : xTarget(register));

/** The word of a source register, by the file that the format names; x0 where it has no such operand. */
const sourceWord = ({ instruction, operands }: Expanded, name: "rs1" | "rs2" | "rs3"): number =>
  instruction.format.operands[name]?.kind === "f" ? fWord(operands[name]) : xWord(operands[name]);

/** An access of so many bytes at `offset` is within RAM, and permitted where that is asked: by its page, or else by `permits`. */
const mayAccess = (bytes: number, access: Access, isChecked: boolean): string => {
  const isInRam = `offset >>> 0 <= last${bytes}`;
  if (!isChecked) return isInRam;
  const isInPage = bytes === 1 ? "" : ` && (offset & ${PAGE_BYTES - 1}) <= ${PAGE_BYTES - bytes}`;
  const isPermitted = `data.permits(${access}, (offset ^ ${RAM_BASE | 0}) >>> 0, ${bytes})`;
  return `${isInRam} && ((accessible[offset >>> 12] & ${access}) !== 0${isInPage} || ${isPermitted})`;
};

const loadFromView = (bytes: 1 | 2 | 4, signed: boolean): string =>
  `view.get${signed || bytes === 4 ? "Int" : "Uint"}${bytes * 8}(offset, true)`;

/** Of the register that operand A names. Doubles go as two words: as a number, a NaN might lose its payload. */
const loadFromRam = ({ bytes, signed, file }: Extract<Effect, { kind: "load" }>): string => {
  if (bytes === 8) return `words[${A}] = ${loadFromView(4, true)}; words[${A} + 1] = view.getInt32(offset + 4, true);`;
  const boxing = file === "f" ? `words[${A} + 1] = ${BOX};` : "";
  return `words[${A}] = ${loadFromView(bytes, signed)}; ${boxing}`;
};
const storeToRam = (bytes: 1 | 2 | 4 | 8): string =>
  bytes === 8
    ? `view.setInt32(offset, words[${A}], true); view.setInt32(offset + 4, words[${A} + 1], true);`
    : `view.setInt${bytes * 8}(offset, words[${A}], true);`;

/** rd, rs2 and rs1 of the atomics; they name their whole address in rs1. */
const packAtomic = (_effect: Effect, { operands }: Expanded): Packed => [
  xTarget(operands.rd),
  xWord(operands.rs1),
  xWord(operands.rs2),
];
const packNothing = (): Packed => [0, 0, 0];

const KINDS: { readonly [K in EffectKind]: Kind<Extract<Effect, { kind: K }>> } = {
  compute: {
    pack: ({ second }, { operands }) => [
      xTarget(operands.rd),
      xWord(operands.rs1),
      second === "imm" ? operands.imm : xWord(operands.rs2),
    ],
    fast: ({ operation, second }) =>
      `words[${A}] = op_${operation}(words[${B}], ${second === "imm" ? C : `words[${C}]`}); ${NEXT}`,
  },

  constant: {
    pack: ({ base }, { operands }, pc) => [xTarget(operands.rd), (base === "pc" ? pc : 0) + operands.imm, 0],
    fast: () => `words[${A}] = ${B}; ${NEXT}`,
  },

  jump: {
    pack: ({ target }, { operands, bytes }, pc) =>
      target === "offset"
        ? [xTarget(operands.rd), pc + bytes, operands.imm * 2]
        : [xTarget(operands.rd), xWord(operands.rs1), operands.imm],
    fast: ({ target }) =>
      target === "offset"
        ? `words[${A}] = ${B}; ${RELATIVE_JUMP}`
        : `const target = (words[${B}] + ${C}) & -2;
          words[${A}] = pageStart + (at >> 1) + (head >>> (HEAD_BITS + 1));
          const distance = (target - pageStart) >>> 0;
          if (distance < ${PAGE_BYTES}) { at = distance << 1; continue; }
          pc = target; continue enter;`,
  },

  branch: {
    pack: (_effect, { operands }) => [xWord(operands.rs1), xWord(operands.rs2), operands.imm * 2],
    fast: ({ condition }) => `if (if_${condition}(words[${A}], words[${B}])) { ${RELATIVE_JUMP} } ${NEXT}`,
  },

  load: {
    pack: ({ file }, { operands }) => [targetWord(file, operands.rd), xWord(operands.rs1), operands.imm],
    fast: (effect, _instruction, isChecked) =>
      `const offset = (words[${B}] + ${C}) ^ ${RAM_BASE | 0};
      if (${mayAccess(effect.bytes, READ, isChecked)}${effect.file === "f" ? ` && ${FLOATS_ENABLED}` : ""}) {
        ${loadFromRam(effect)} ${effect.file === "f" ? MARK_FLOATS_DIRTY : ""} ${NEXT}
      }`,
    slow: slow.load,
  },

  store: {
    pack: ({ file }, { operands }) => [registerWord(file, operands.rs2), xWord(operands.rs1), operands.imm],
    fast: ({ bytes, file }, _instruction, isChecked) =>
      `const offset = (words[${B}] + ${C}) ^ ${RAM_BASE | 0};
      if (${mayAccess(bytes, WRITE, isChecked)}${file === "f" ? ` && ${FLOATS_ENABLED}` : ""}) {
        ${storeToRam(bytes)}
        if (watched[offset >>> 12] !== 0) {
          pages.written(offset, ${bytes});
          if (pages.watchedStore) {
            words[${WORD.pc}] = pageStart + (at >> 1) + (head >>> (HEAD_BITS + 1));
            hart.elapsed = startedAt + (budget - left);
            return "mmio";
          }
        }
        ${NEXT}
      }`,
    slow: slow.store,
  },

  csr: {
    pack: ({ action, source }, { operands }) => {
      // csrrs and csrrc of x0, or of 0, do not write (Unprivileged §9.1).
      const operand = source === "imm" ? operands.imm : operands.rs1;
      const writes = action === "write" || operand !== 0 ? 1 : 0;
      return [xTarget(operands.rd), operand, operands.csr | (writes << 12)];
    },
    slow: slow.csr,
  },

  fence: { pack: packNothing, fast: () => NEXT },
  trap: { pack: packNothing, slow: slow.trap },
  return: { pack: packNothing, slow: () => slow.returnFromTrap },
  wait: { pack: packNothing, slow: () => slow.waitForInterrupt },
  loadReserved: { pack: packAtomic, slow: () => slow.loadReserved },
  storeConditional: { pack: packAtomic, slow: () => slow.storeConditional },
  amo: { pack: packAtomic, slow: slow.amo },

  float: {
    pack: (_effect, decoded) => {
      const { format } = decoded.instruction;
      const rd = targetWord(format.operands.rd?.kind === "f" ? "f" : "x", decoded.operands.rd);
      const rm = format.operands.rm === undefined ? 0 : decoded.operands.rm;
      const rs2 = sourceWord(decoded, "rs2");
      return [rd, sourceWord(decoded, "rs1"), rs2 | (sourceWord(decoded, "rs3") << 8) | (rm << 16)];
    },
    fast: ({ precision, operation }, { format }) => {
      const meaning = `${precision}_${operation}`;
      // A result in x leaves the floating-point state alone unless it raised a flag.
      const isDirty = format.operands.rd?.kind === "f" ? "" : `if (words[${WORD.fcsr}] !== before)`;
      return `if (${FLOATS_ENABLED}) {
        const packed = ${C};
        const mode = packed >>> 16;
        const rm = mode === ${ROUNDING.dynamic} ? words[${WORD.fcsr}] >>> 5 : mode;
        if (rm <= ${ROUNDING.nearestAway}) {
          const before = words[${WORD.fcsr}];
          ${meaning}(hart, rm, ${A}, ${B}, packed & 255, (packed >>> 8) & 255);
          ${isDirty} ${MARK_FLOATS_DIRTY} ${NEXT}
        }
      }`;
    },
    slow: () => slow.illegal,
  },
};

/** The kind that belongs to an effect; the table's type ties the two, which TypeScript cannot follow through an index. */
const kindOf = (effect: Effect): Kind<Effect> => KINDS[effect.kind] as Kind<Effect>;

export const packInstruction = (decoded: Expanded, pc: number): Packed => {
  const { effect } = decoded.instruction;
  return kindOf(effect).pack(effect, decoded, pc);
};

/** The `case`s of all instructions. */
export const fastPaths = (isChecked: boolean): string =>
  BASE_INSTRUCTIONS.map((instruction) => {
    const { effect, mnemonic, number } = instruction;
    const statements = kindOf(effect).fast?.(effect, instruction, isChecked) ?? "";
    return `case ${FIRST_INSTRUCTION + number}: /* ${mnemonic} */ { ${statements} break; }`;
  }).join("\n");

const never: SlowPath = () => {
  throw new Error("the interpreter's fast path left an instruction that it should have finished");
};

/** By dispatch number. */
export const SLOW_PATHS: readonly SlowPath[] = [
  never,
  never,
  slow.fetchFault,
  slow.illegal,
  never,
  ...BASE_INSTRUCTIONS.map(({ effect }) => kindOf(effect).slow?.(effect) ?? never),
];

/** What `fastPaths` calls, by name. */
export const MEANINGS: Readonly<Record<string, unknown>> = Object.fromEntries([
  ...Object.entries(OPERATIONS).map(([name, { meaning }]) => [`op_${name}`, meaning] as const),
  ...Object.entries(CONDITIONS).map(([name, { meaning }]) => [`if_${name}`, meaning] as const),
  ...Object.entries(SINGLES).map(([name, meaning]) => [`single_${name}`, meaning] as const),
  ...Object.entries(DOUBLES).map(([name, meaning]) => [`double_${name}`, meaning] as const),
]);
