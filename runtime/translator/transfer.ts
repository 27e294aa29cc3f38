/** What an instruction does to the flow of control, seen by itself and the few before it. */
import type { Expanded } from "../isa/index.ts";
import type { CodeImage } from "./code-image.ts";
import { isQuickCsr } from "./csr-code.ts";
import type { DeviceAddresses } from "./device-addresses.ts";
import { isQuickFloat } from "./float-classes.ts";

export type Transfer =
  | { readonly kind: "next" }
  | { readonly kind: "branch"; readonly target: number }
  /** Without a return address: a jump within a function, or a tail call. */
  | { readonly kind: "jump"; readonly target: number }
  | { readonly kind: "call"; readonly target: number }
  /** Through ra, or t0 as small-code prologues use it (psABI §2.1). */
  | { readonly kind: "return"; readonly register: number }
  | { readonly kind: "indirectJump" }
  | { readonly kind: "indirectCall" }
  /** What the interpreter executes for translated code: devices, control registers, waiting; and `mret`, which goes elsewhere. */
  | { readonly kind: "request"; readonly goesOn: boolean }
  /** Something that only the interpreter does; control goes on behind it. */
  | { readonly kind: "system" }
  /** Likewise, but control goes elsewhere: traps, what is no instruction. */
  | { readonly kind: "leave" };

const RA = 1;
const T0 = 5;
const NEXT: Transfer = { kind: "next" };
const REQUEST: Transfer = { kind: "request", goesOn: true };
const RETURN_FROM_TRAP: Transfer = { kind: "request", goesOn: false };
const SYSTEM: Transfer = { kind: "system" };
const LEAVE: Transfer = { kind: "leave" };

/**
 * @param before the instructions that are sure to have been executed directly before it, the last one last, with their addresses.
 * @param devices what they left in registers.
 */
export const transferOf = (
  image: CodeImage,
  pc: number,
  before: readonly number[],
  devices?: DeviceAddresses,
): Transfer => {
  const expanded = image.at(pc);
  if (expanded === null) return LEAVE;
  if (image.isVolatile(pc)) return SYSTEM;
  const { instruction, operands } = expanded;
  const { effect } = instruction;
  switch (effect.kind) {
    case "branch":
      return { kind: "branch", target: (pc + operands.imm) >>> 0 };
    case "jump": {
      if (effect.target === "offset") {
        return { kind: operands.rd === 0 ? "jump" : "call", target: (pc + operands.imm) >>> 0 };
      }
      const base = constantBefore(image, before, before.length - 1, operands.rs1);
      if (base !== null)
        return { kind: operands.rd === 0 ? "jump" : "call", target: ((base + operands.imm) & ~1) >>> 0 };
      if (operands.rd !== 0) return { kind: "indirectCall" };
      const isReturn = (operands.rs1 === RA || operands.rs1 === T0) && operands.imm === 0;
      return isReturn ? { kind: "return", register: operands.rs1 } : { kind: "indirectJump" };
    }
    case "load":
    case "store":
      return devices?.isAccess(expanded) === true ? REQUEST : NEXT;
    case "csr":
      return isQuickCsr(effect, expanded) ? NEXT : REQUEST;
    case "wait":
      return REQUEST;
    case "return":
      return RETURN_FROM_TRAP;
    case "float":
      return isQuickFloat(expanded) ? NEXT : SYSTEM;
    case "trap":
      return LEAVE;
    default:
      return NEXT;
  }
};

const writes = (expanded: Expanded, register: number): boolean =>
  expanded.operands.rd === register && expanded.instruction.format.operands.rd?.kind === "x";

/** The value of a register behind instruction `at` of `pcs`, when lui, auipc and addi make it known; signed. */
export const constantBefore = (
  image: CodeImage,
  pcs: readonly number[],
  at: number,
  register: number,
): number | null => {
  if (register === 0) return 0;
  for (let index = at; index >= 0; index--) {
    const expanded = image.at(pcs[index]!);
    if (expanded === null) return null;
    if (!writes(expanded, register)) continue;
    const { instruction, operands } = expanded;
    const { effect } = instruction;
    if (effect.kind === "constant") return (operands.imm + (effect.base === "pc" ? pcs[index]! : 0)) | 0;
    if (effect.kind !== "compute" || effect.operation !== "add") return null;
    const first = constantBefore(image, pcs, index - 1, operands.rs1);
    if (effect.second === "imm") return first === null ? null : (first + operands.imm) | 0;
    const second = first === null ? null : constantBefore(image, pcs, index - 1, operands.rs2);
    return first === null || second === null ? null : (first + second) | 0;
  }
  return null;
};
