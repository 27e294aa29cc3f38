/**
 * Functions of every chunk that hand one float instruction to hart/floats.ts: operands and result pass through scratch words
 * behind the hart's state, because a NaN keeps its bits only in memory.
 */

import { BASE_INSTRUCTIONS, terms } from "../isa/index.ts";
import type { ChunkContext } from "./chunk.ts";
import type { FloatClass } from "./float-classes.ts";
import { type ValueType, WasmCode } from "./wasm/code.ts";
import type { FunctionType } from "./wasm/module.ts";

type OperandType = FloatClass | "i32";

interface Signature {
  readonly operands: readonly OperandType[];
  readonly result: OperandType;
}

/** All that float instructions have; an operation with fewer operands repeats one. */
const SIGNATURES: readonly Signature[] = [
  { operands: ["f64", "f64", "f64"], result: "f64" },
  { operands: ["f32", "f32", "f32"], result: "f32" },
  { operands: ["f64", "f64"], result: "i32" },
  { operands: ["f32", "f32"], result: "i32" },
  { operands: ["f32"], result: "f64" },
  { operands: ["f64"], result: "f32" },
  { operands: ["i32"], result: "f32" },
  { operands: ["i32"], result: "f64" },
];

export const SLOW_FLOAT_COUNT = SIGNATURES.length;

/** Operands, the instruction's number, its rounding mode → the result. */
const typeOf = ({ operands, result }: Signature): FunctionType => ({
  parameters: [...operands, "i32", "i32"],
  results: [result],
});

export const SLOW_FLOAT_TYPES: readonly FunctionType[] = SIGNATURES.map(typeOf);

/** The function for operands and result of these types. */
export const slowFloat = (
  operands: readonly OperandType[],
  result: OperandType,
): { readonly index: number; readonly parameters: readonly ValueType[] } => {
  const index = SIGNATURES.findIndex(
    (signature) => signature.result === result && operands.every((type, at) => signature.operands[at] === type),
  );
  const type = SLOW_FLOAT_TYPES[index];
  if (type === undefined) throw new Error(`no float instruction makes ${result} of ${operands.join(", ")}`);
  return { index, parameters: type.parameters };
};

/** Instructions of this operation and precision, by number. */
const numberOf = (mnemonic: string): number => BASE_INSTRUCTIONS.find((row) => row.mnemonic === mnemonic)!.number;

/** Zero times and zero divided by an ordinary number are exact, and frequent: they need no help. */
const EASY = {
  f64: { mul: numberOf("fmul.d"), div: numberOf("fdiv.d") },
  f32: { mul: numberOf("fmul.s"), div: numberOf("fdiv.s") },
} as const;

export const slowFloatBody = (index: number, context: ChunkContext): Uint8Array => {
  const { operands, result } = SIGNATURES[index]!;
  const code = new WasmCode();
  const instruction = operands.length;
  const mode = instruction + 1;
  if (operands.length === 3 && result !== "i32") writeEasyCases(code, result, instruction);
  for (const [at, type] of operands.entries()) {
    const address = context.scratchAddress + 8 * (at + 1);
    code.i32(0).get(at).memory(`${type}.store`, address);
    if (type === "f32")
      code
        .i32(0)
        .i32(-1)
        .memory("i32.store", address + 4);
  }
  code.get(instruction).get(mode).call(context.float);
  code.i32(0).memory(`${result}.load`, context.scratchAddress);
  return code.bytes;
};

const writeEasyCases = (code: WasmCode, type: FloatClass, instruction: number): void => {
  const { numeric, local, i32, f32, f64 } = terms;
  const zero = type === "f32" ? f32(0) : f64(0);
  const infinity = type === "f32" ? f32(Infinity) : f64(Infinity);
  const [a, b] = [local(0), local(1)];
  const isZero = (value: terms.Term) => numeric(`${type}.eq`, value, zero);
  const isBounded = (value: terms.Term) => numeric(`${type}.lt`, numeric(`${type}.abs`, value), infinity);
  const is = (number: number) => numeric("i32.eq", local(instruction), i32(number));
  const both = (left: terms.Term, right: terms.Term) => numeric("i32.and", left, right);
  const zeroProduct = both(numeric("i32.or", isZero(a), isZero(b)), both(isBounded(a), isBounded(b)));
  code
    .term(both(is(EASY[type].mul), zeroProduct))
    .if()
    .term(numeric(`${type}.mul`, a, b))
    .return()
    .end();
  const zeroQuotient = both(isZero(a), both(isBounded(b), numeric("i32.eqz", isZero(b))));
  code
    .term(both(is(EASY[type].div), zeroQuotient))
    .if()
    .term(numeric(`${type}.div`, a, b))
    .return()
    .end();
};
