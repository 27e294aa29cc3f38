/**
 * The WebAssembly of each kind of effect. A kind that is missing here does not compile. What ends a node (jumps, branches) only
 * computes here; node-code.ts writes where control goes.
 */
import { WORD } from "../hart/layout.ts";
import { CONDITIONS, type Effect, type EffectKind, type Expanded, OPERATIONS, type Term, terms } from "../isa/index.ts";
import type { Window } from "./chunk.ts";
import { csrCode } from "./csr-code.ts";
import { floatEffect, writeSingle } from "./float-code.ts";
import type { PlannedAccess } from "./memory-plan.ts";
import { LOCAL, type Placed, type RegionWriter } from "./region-writer.ts";
import type { MemoryAccess } from "./wasm/code.ts";

const { i32, local, numeric } = terms;

export type EffectCode<E extends Effect> = (effect: E, placed: Placed, writer: RegionWriter) => void;

/** The second operand of `compute`: what an operation has no second operand for reads 0. */
const secondTerm = (second: "rs2" | "imm", { operands }: Placed, writer: RegionWriter): Term =>
  second === "rs2" ? writer.x(operands.rs2) : i32(operands.imm);

const impossible = (effect: Effect): never => {
  throw new Error(`${effect.kind} is the interpreter's, and no node contains it`);
};

const EFFECTS: { readonly [K in EffectKind]: EffectCode<Extract<Effect, { kind: K }>> } = {
  compute: ({ operation, second }, placed, writer) => {
    const { operands } = placed;
    if (operands.rd === 0) return;
    writer.code.term(OPERATIONS[operation].term(writer.x(operands.rs1), secondTerm(second, placed, writer)));
    writer.setX(operands.rd);
  },

  constant: ({ base }, { operands, pc }, writer) => {
    writer.code.i32(operands.imm + (base === "pc" ? pc : 0));
    writer.setX(operands.rd);
  },

  jump: ({ target }, { operands, pc, bytes }, writer) => {
    const { code } = writer;
    if (target === "register") {
      const sum = numeric("i32.add", writer.x(operands.rs1), i32(operands.imm));
      code.term(numeric("i32.and", sum, i32(-2))).set(LOCAL.pc);
    }
    if (operands.rd !== 0) code.i32(pc + bytes).set(writer.local(operands.rd));
  },

  branch: () => {},

  load: (effect, placed, writer) => {
    const access = writer.plannedAccess();
    const { operands } = placed;
    const { code } = writer;
    noteTableEntry(placed, writer);
    const address = checkedAddress(access, placed, writer);
    const from = (name: MemoryAccess): void => {
      code.get(address).memory(name, access.offset + writer.stretchBase(access.stretch));
    };
    if (effect.file === "x") {
      from(loadName(effect.bytes, effect.signed));
      writer.setX(operands.rd);
    } else if (effect.bytes === 8) {
      from("f64.load");
      code.set(writer.local(32 + operands.rd));
    } else {
      from("f32.load");
      writeSingle(writer, operands.rd);
    }
  },

  store: (effect, placed, writer) => {
    const access = writer.plannedAccess();
    const { operands } = placed;
    const { code } = writer;
    const address = checkedAddress(access, placed, writer);
    const offset = access.offset + writer.stretchBase(access.stretch);
    writer.watch(placed.pc, address, offset);
    code.get(address);
    if (effect.file === "x") {
      const name: MemoryAccess = effect.bytes === 4 ? "i32.store" : effect.bytes === 2 ? "i32.store16" : "i32.store8";
      code.term(writer.x(operands.rs2)).memory(name, offset);
    } else if (effect.bytes === 8) code.get(writer.local(32 + operands.rs2)).memory("f64.store", offset);
    else if (writer.floatClasses[operands.rs2] === "f32") {
      code.get(writer.local(32 + operands.rs2)).memory("f32.store", offset);
    } else {
      const bits = numeric("i64.reinterpret_f64", local(writer.local(32 + operands.rs2)));
      code.term(numeric("i32.wrap_i64", bits)).memory("i32.store", offset);
    }
  },

  csr: csrCode,
  fence: () => {},
  trap: impossible,
  return: impossible,
  wait: impossible,

  loadReserved: (_effect, placed, writer) => {
    const { code, context } = writer;
    const { operands } = placed;
    const offset = atomicOffset(placed, writer);
    const value = writer.scratch("value", "i32");
    code.get(offset).memory("i32.load", writer.storeBase).set(value);
    code
      .i32(0)
      .term(writer.x(operands.rs1))
      .memory("i32.store", context.stateAddress + 4 * WORD.reservedAddress);
    code
      .i32(0)
      .get(value)
      .memory("i32.store", context.stateAddress + 4 * WORD.reservedValue);
    code.get(value);
    writer.setX(operands.rd);
  },

  storeConditional: (_effect, placed, writer) => {
    const { code, context } = writer;
    const { operands } = placed;
    const offset = atomicOffset(placed, writer);
    const failed = writer.scratch("value", "i32");
    code.i32(0).memory("i32.load", context.stateAddress + 4 * WORD.reservedAddress);
    code.term(writer.x(operands.rs1)).op("i32.ne");
    code.i32(0).memory("i32.load", context.stateAddress + 4 * WORD.reservedValue);
    code.get(offset).memory("i32.load", writer.storeBase).op("i32.ne").op("i32.or").set(failed);
    code.get(failed).op("i32.eqz");
    writer.when(() => code.get(offset).term(writer.x(operands.rs2)).memory("i32.store", writer.storeBase));
    code
      .i32(0)
      .i32(1)
      .memory("i32.store", context.stateAddress + 4 * WORD.reservedAddress)
      .get(failed);
    writer.setX(operands.rd);
  },

  amo: ({ operation }, placed, writer) => {
    const { code } = writer;
    const { operands } = placed;
    const offset = atomicOffset(placed, writer);
    const before = writer.scratch("value", "i32");
    code.get(offset).memory("i32.load", writer.storeBase).set(before);
    code.get(offset).term(OPERATIONS[operation].term(local(before), writer.x(operands.rs2)));
    code.memory("i32.store", writer.storeBase).get(before);
    writer.setX(operands.rd);
  },

  float: floatEffect,
};

export const writeInstruction = (placed: Placed, writer: RegionWriter): void => {
  const { effect } = placed.instruction;
  // The table's type ties kind and effect, which TypeScript cannot follow through an index.
  (EFFECTS[effect.kind] as EffectCode<Effect>)(effect, placed, writer);
};

/** 1 when the branch is taken. */
export const branchCondition = ({ instruction, operands }: Expanded, writer: RegionWriter): Term => {
  if (instruction.effect.kind !== "branch") throw new Error("no branch");
  const [a, b] = [writer.x(operands.rs1), writer.x(operands.rs2)];
  if (operands.rs2 === 0 && instruction.effect.condition === "eq") return numeric("i32.eqz", a);
  return operands.rs2 === 0 && instruction.effect.condition === "ne"
    ? a
    : CONDITIONS[instruction.effect.condition].term(a, b);
};

const loadName = (bytes: number, signed: boolean): MemoryAccess => {
  if (bytes === 4) return "i32.load";
  const width = bytes === 2 ? "16" : "8";
  return signed ? `i32.load${width}_s` : `i32.load${width}_u`;
};

/** The local that holds where the access's stretch starts, as an offset from the start of what may be accessed so. */
const checkedAddress = (access: PlannedAccess, { operands, pc }: Placed, writer: RegionWriter): number => {
  const address = writer.stretchLocal(access.stretch);
  const { begin } = access;
  if (begin === null) return address;
  const window = begin.stores ? writer.context.storeWindow : writer.context.loadWindow;
  writer.beginStretch(access.stretch, window.offset);
  const start = numeric("i32.add", writer.x(operands.rs1), i32(begin.start - window.address));
  if (begin.bytes === 0) writer.code.term(start).set(address);
  else {
    writer.code.term(start).tee(address);
    isOutside(window, begin.bytes, writer);
    writer.leaveIf(pc);
  }
  return address;
};

/** Takes an offset in the window from the stack. Leaves there whether that many bytes reach out of it: always, out of a small one. */
const isOutside = (window: Window, bytes: number, { code }: RegionWriter): void => {
  if (bytes > window.bytes) code.i32(0).op("i32.ge_u");
  else code.i32(window.bytes - bytes).op("i32.gt_u");
};

/** A jump table's entry is loaded: its address tells the index. */
const noteTableEntry = (placed: Placed, writer: RegionWriter): void => {
  if (writer.tableLoad !== placed.pc) return;
  const address = numeric("i32.add", writer.x(placed.operands.rs1), i32(placed.operands.imm));
  writer.code.term(address).set(LOCAL.tableEntry);
};

/** A local with the offset, within the window of stores, of the aligned word that rs1 points to. */
const atomicOffset = ({ operands, pc }: Placed, writer: RegionWriter): number => {
  const { code, context } = writer;
  const { storeWindow } = context;
  const address = writer.x(operands.rs1);
  code.term(numeric("i32.sub", address, i32(storeWindow.address))).tee(LOCAL.address);
  isOutside(storeWindow, 4, writer);
  code.term(numeric("i32.and", address, i32(3))).op("i32.or");
  writer.leaveIf(pc);
  writer.watch(pc, LOCAL.address, storeWindow.offset);
  return LOCAL.address;
};
