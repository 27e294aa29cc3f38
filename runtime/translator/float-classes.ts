/** In which type a region keeps each f register: singles in f32 where nothing but singles meets the register, else raw in f64. */
import type { Expanded } from "../isa/index.ts";
import type { GuestInstruction } from "./registers.ts";

export type FloatClass = "f32" | "f64";

/** The width in which an instruction uses the f register of an operand. */
export const floatWidth = ({ instruction }: Expanded, operand: "rd" | "rs1" | "rs2" | "rs3"): FloatClass => {
  const { effect } = instruction;
  if (effect.kind === "load" || effect.kind === "store") return effect.bytes === 8 ? "f64" : "f32";
  if (effect.kind !== "float") return "f32";
  const own: FloatClass = effect.precision === "single" ? "f32" : "f64";
  if (operand === "rd") return own;
  // Conversions read the other width.
  if (effect.operation === "fromDouble") return "f64";
  return effect.operation === "fromSingle" ? "f32" : own;
};

const OPERANDS = ["rd", "rs1", "rs2", "rs3"] as const;

/** What floats are in some code. */
export interface FloatUse {
  /** By number of the f register. */
  readonly classes: readonly FloatClass[];
  /** Of operands; none: there are no floats. */
  readonly widths: ReadonlySet<FloatClass>;
}

export const floatUseOf = (nodes: readonly { readonly code: readonly GuestInstruction[] }[]): FloatUse => {
  const classes = new Array<FloatClass>(32).fill("f32");
  const widths = new Set<FloatClass>();
  for (let node = 0; node < nodes.length; node++) {
    const { code } = nodes[node]!;
    for (let index = 0; index < code.length; index++) {
      const { reads, writes } = code[index]!;
      if ((reads.f | writes.f) !== 0) noteWidths(code[index]!, classes, widths);
    }
  }
  return { classes, widths };
};

const noteWidths = (expanded: Expanded, classes: FloatClass[], widths: Set<FloatClass>): void => {
  const { instruction, operands } = expanded;
  for (const name of OPERANDS) {
    if (instruction.format.operands[name]?.kind !== "f") continue;
    const width = floatWidth(expanded, name);
    widths.add(width);
    if (width === "f64") classes[operands[name]] = "f64";
  }
};

/** Values of rm. Regions are entered only while frm says "to nearest". */
const ROUNDING = { nearest: 0, towardZero: 1, dynamic: 7 } as const;

/** Whether translated code can execute the instruction: its rounding mode, where it counts, must be WebAssembly's. */
export const isQuickFloat = ({ instruction, operands }: Expanded): boolean => {
  const { effect, format } = instruction;
  if (effect.kind !== "float") return true;
  if (effect.operation === "classify") return false;
  if (format.operands.rm === undefined || operands.rm === ROUNDING.nearest || operands.rm === ROUNDING.dynamic)
    return true;
  const isExactAnyway =
    effect.precision === "double" && (effect.operation === "fromInt" || effect.operation === "fromUnsigned");
  const truncates = effect.operation === "toInt" || effect.operation === "toUnsigned";
  return isExactAnyway || effect.operation === "fromSingle" || (truncates && operands.rm === ROUNDING.towardZero);
};
