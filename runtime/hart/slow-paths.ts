/** The rare ways of an instruction: devices, control registers, atomics, traps. Each moves pc and says whether the run ends. */
import type { Effect } from "../isa/index.ts";
import { OPERATIONS } from "../isa/index.ts";
import type { GuestAddress } from "../units.ts";
import { accessibleCsr } from "./csrs.ts";
import type { SlowPath } from "./dispatch-kinds.ts";
import type { Exit } from "./engine.ts";
import type { Interpreter } from "./interpreter.ts";
import { RAM_BASE, WORD, xWord } from "./layout.ts";
import { leaveTrap } from "./traps.ts";

type Of<K extends Effect["kind"]> = Extract<Effect, { kind: K }>;

/** On to the next instruction, unless an interrupt has become ready. */
const goOn = (engine: Interpreter, bytes: number): null => {
  engine.hart.words[WORD.pc]! += bytes;
  engine.takeInterrupt();
  return null;
};

const isInRam = (engine: Interpreter, address: number, bytes: number): boolean =>
  (address ^ RAM_BASE) >>> 0 <= engine.hart.ramBytes - bytes;

export const illegal: SlowPath = (engine) => engine.trap("illegalInstruction", engine.pages.wordAt(engine.hart.pc));

/** The fetch of the first halfword failed, or, with pc in RAM, of the second. */
export const fetchFault: SlowPath = (engine) => {
  const pc = engine.hart.pc;
  return engine.trap("instructionAccessFault", isInRam(engine, pc, 2) ? pc + 2 : pc);
};

// ── Memory outside RAM ──────────────────────────────────────────────────────────────────────────────────────────────

const signExtend = (value: number, bytes: number): number => (value << (32 - 8 * bytes)) >> (32 - 8 * bytes);

export const load =
  ({ bytes: size, signed, file }: Of<"load">): SlowPath =>
  (engine, target, base, offset, bytes) => {
    const { hart, bus } = engine;
    if (file === "f" && !hart.floatsEnabled) return illegal(engine, target, base, offset, bytes);
    const address = (hart.words[base]! + offset) >>> 0;
    if (address % size !== 0 || bus.read(address as GuestAddress, size) === "fault") {
      return engine.trap("loadAccessFault", address);
    }
    hart.words[target] = signed ? signExtend(bus.value, size) : bus.value;
    if (file === "f") hart.markFloatsDirty();
    return goOn(engine, bytes);
  };

export const store =
  ({ bytes: size, file }: Of<"store">): SlowPath =>
  (engine, source, base, offset, bytes) => {
    const { hart, bus } = engine;
    if (file === "f" && !hart.floatsEnabled) return illegal(engine, source, base, offset, bytes);
    const address = (hart.words[base]! + offset) >>> 0;
    const value = (hart.words[source]! & (2 ** (8 * size) - 1)) >>> 0;
    if (address % size !== 0 || bus.write(address as GuestAddress, size, value) === "fault") {
      return engine.trap("storeAccessFault", address);
    }
    hart.words[WORD.pc]! += bytes;
    return "mmio";
  };

// ── Atomics ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Traps, or does `access` with the offset of the word in RAM. Atomics are aligned and reach RAM only. */
const withReservableWord = (
  engine: Interpreter,
  address: number,
  access: "load" | "store",
  bytes: number,
  effect: (offset: number) => void,
): Exit | null => {
  if (address % 4 !== 0) return engine.trap(`${access}AddressMisaligned`, address);
  if (!isInRam(engine, address, 4)) return engine.trap(`${access}AccessFault`, address);
  effect((address ^ RAM_BASE) >>> 0);
  return goOn(engine, bytes);
};

const storeWord = ({ view, pages }: Interpreter, offset: number, value: number): void => {
  view.setInt32(offset, value, true);
  pages.written(offset, 4);
};

export const loadReserved: SlowPath = (engine, target, base, _source, bytes) => {
  const { words } = engine.hart;
  const address = words[base]! >>> 0;
  return withReservableWord(engine, address, "load", bytes, (offset) => {
    const value = engine.view.getInt32(offset, true);
    words[WORD.reservedAddress] = address;
    words[WORD.reservedValue] = value;
    words[target] = value;
  });
};

/** Succeeds while the reserved word is unchanged, as QEMU does: this sees stores by anyone. */
export const storeConditional: SlowPath = (engine, target, base, source, bytes) => {
  const { words } = engine.hart;
  const address = words[base]! >>> 0;
  return withReservableWord(engine, address, "store", bytes, (offset) => {
    const isHeld =
      words[WORD.reservedAddress]! >>> 0 === address &&
      words[WORD.reservedValue] === engine.view.getInt32(offset, true);
    if (isHeld) storeWord(engine, offset, words[source]!);
    words[target] = isHeld ? 0 : 1;
    engine.hart.dropReservation();
  });
};

export const amo = ({ operation }: Of<"amo">): SlowPath => {
  const { meaning } = OPERATIONS[operation];
  return (engine, target, base, source, bytes) => {
    const { words } = engine.hart;
    return withReservableWord(engine, words[base]! >>> 0, "store", bytes, (offset) => {
      const before = engine.view.getInt32(offset, true);
      storeWord(engine, offset, meaning(before, words[source]!));
      words[target] = before;
    });
  };
};

// ── System ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const CSR_MEANINGS = {
  write: (_before: number, operand: number) => operand,
  set: (before: number, operand: number) => before | operand,
  clear: (before: number, operand: number) => before & ~operand,
} as const;

export const csr = ({ action, source }: Of<"csr">): SlowPath => {
  const meaning = CSR_MEANINGS[action];
  return (engine, target, operand, numberAndWrites, bytes) => {
    const { hart } = engine;
    const writes = numberAndWrites >>> 12 !== 0;
    const accessible = accessibleCsr(hart, numberAndWrites & 0xfff, writes);
    if (accessible === null) return illegal(engine, target, operand, numberAndWrites, bytes);
    const before = accessible.read(hart, engine.time);
    // Before the target is written: it may be the same register.
    const given = source === "imm" ? operand : hart.words[xWord(operand)]!;
    if (writes) accessible.write?.(hart, meaning(before, given));
    hart.words[target] = before;
    return goOn(engine, bytes);
  };
};

export const trap = ({ cause }: Of<"trap">): SlowPath =>
  cause === "breakpoint"
    ? (engine) => engine.trap("breakpoint", 0)
    : (engine) => engine.trap("environmentCallFromMachine", 0);

export const returnFromTrap: SlowPath = (engine) => {
  leaveTrap(engine.hart);
  engine.takeInterrupt();
  return null;
};

export const waitForInterrupt: SlowPath = (engine, _a, _b, _c, bytes) => {
  goOn(engine, bytes);
  return engine.hart.wakes ? null : "wfi";
};
