/** The rare ways of an instruction: devices, control registers, atomics, traps. Each moves pc and says whether the run ends. */
import type { Effect } from "../isa/index.ts";
import { OPERATIONS } from "../isa/index.ts";
import type { GuestAddress } from "../units.ts";
import { accessibleCsr } from "./csrs.ts";
import type { SlowPath } from "./dispatch-kinds.ts";
import type { BusResult, Exit } from "./engine.ts";
import { MSTATUS } from "./hart.ts";
import type { Interpreter } from "./interpreter.ts";
import { RAM_BASE, WORD, xWord } from "./layout.ts";
import { type Access, EXECUTE, READ, WRITE } from "./permissions.ts";
import { BOX } from "./single-bits.ts";
import { leaveTrap } from "./traps.ts";

type Of<K extends Effect["kind"]> = Extract<Effect, { kind: K }>;

/** On to the next instruction, or to the handler of an interrupt that has become ready; a watched store ends the run. */
const goOn = (engine: Interpreter, bytes: number): Exit | null => {
  engine.hart.words[WORD.pc]! += bytes;
  if (engine.pages.watchedStore) return "mmio";
  engine.takeInterrupt();
  return null;
};

/** Behind a write to a device, as far as the bus says. */
const goOnSettled = (engine: Interpreter, bytes: number): Exit | null => {
  const { hart } = engine;
  const end = engine.bus.settle();
  if (end === 0) {
    hart.words[WORD.pc]! += bytes;
    return "mmio";
  }
  const exit = goOn(engine, bytes);
  if (end >= engine.end) return exit;
  engine.end = end;
  return exit ?? "budget";
};

const isInRam = (engine: Interpreter, address: number, bytes: number): boolean =>
  (address ^ RAM_BASE) >>> 0 <= engine.hart.ramBytes - bytes;

export const illegal: SlowPath = (engine) => engine.trap("illegalInstruction", engine.pages.wordAt(engine.hart.pc));

/** Instructions are fetched by halfwords: the first that could not be, of two at most, is the one to name. */
export const fetchFault: SlowPath = (engine) => {
  const { pc, fetchPermissions } = engine.hart;
  const isFirstFetched = isInRam(engine, pc, 2) && fetchPermissions.permits(EXECUTE, pc, 2);
  return engine.trap("instructionAccessFault", isFirstFetched ? pc + 2 : pc);
};

// ── Memory outside RAM, or that needs a permission ──────────────────────────────────────────────────────────────────

/** An unsigned value in RAM at this address. */
const readRam = ({ view }: Interpreter, address: number, bytes: 1 | 2 | 4): number => {
  const offset = (address ^ RAM_BASE) >>> 0;
  if (bytes === 4) return view.getUint32(offset, true);
  return bytes === 2 ? view.getUint16(offset, true) : view.getUint8(offset);
};

const writeRam = ({ view, pages }: Interpreter, address: number, bytes: 1 | 2 | 4, value: number): void => {
  const offset = (address ^ RAM_BASE) >>> 0;
  if (bytes === 4) view.setUint32(offset, value, true);
  else if (bytes === 2) view.setUint16(offset, value, true);
  else view.setUint8(offset, value);
  pages.written(offset, bytes);
};

/** Of 1 or 2 bytes; words are what they are. */
const signExtend = (value: number, bytes: number): number =>
  bytes >= 4 ? value : (value << (32 - 8 * bytes)) >> (32 - 8 * bytes);

/** A word or less, from RAM or a device. @returns null when nothing answers, in RAM it always does. */
const read = (engine: Interpreter, address: number, size: 1 | 2 | 4): number | null => {
  if (isInRam(engine, address, size)) return readRam(engine, address, size);
  return engine.bus.read(address as GuestAddress, size) === "ok" ? engine.bus.value : null;
};

const write = (engine: Interpreter, address: number, size: 1 | 2 | 4, value: number): BusResult => {
  if (!isInRam(engine, address, size)) return engine.bus.write(address as GuestAddress, size, value >>> 0);
  writeRam(engine, address, size, value);
  return "ok";
};

/** RAM takes any address, devices aligned ones. */
const isAccessible = (engine: Interpreter, access: Access, address: number, size: number): boolean =>
  (engine.hart.unrestricted || engine.hart.dataPermissions.permits(access, address, size)) &&
  (address % size === 0 || isInRam(engine, address, size));

export const load =
  ({ bytes: size, signed, file }: Of<"load">): SlowPath =>
  (engine, target, base, offset, bytes) => {
    const { hart } = engine;
    if (file === "f" && !hart.floatsEnabled) return illegal(engine, target, base, offset, bytes);
    const address = (hart.words[base]! + offset) >>> 0;
    if (!isAccessible(engine, READ, address, size)) return engine.trap("loadAccessFault", address);
    // Devices have no doubles: they see two words, the low one first.
    const value = read(engine, address, size === 8 ? 4 : size);
    const high = size === 8 ? read(engine, address + 4, 4) : BOX;
    if (value === null || high === null) return engine.trap("loadAccessFault", address);
    hart.words[target] = signed ? signExtend(value, size) : value;
    if (file === "f") {
      hart.words[target + 1] = high;
      hart.markFloatsDirty();
    }
    return goOn(engine, bytes);
  };

export const store = ({ bytes: size, file }: Of<"store">): SlowPath => {
  const mask = 2 ** (8 * Math.min(size, 4)) - 1;
  return (engine, source, base, offset, bytes) => {
    const { hart } = engine;
    if (file === "f" && !hart.floatsEnabled) return illegal(engine, source, base, offset, bytes);
    const address = (hart.words[base]! + offset) >>> 0;
    if (!isAccessible(engine, WRITE, address, size)) return engine.trap("storeAccessFault", address);
    const word = hart.words[source]!;
    const stored =
      size === 8
        ? write(engine, address, 4, word) === "ok" && write(engine, address + 4, 4, hart.words[source + 1]!) === "ok"
        : write(engine, address, size, word & mask) === "ok";
    if (!stored) return engine.trap("storeAccessFault", address);
    return isInRam(engine, address, size) ? goOn(engine, bytes) : goOnSettled(engine, bytes);
  };
};

// ── Atomics ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Traps, or does `effect` with the word at `address`. Atomics are aligned and reach RAM only. */
const withReservableWord = (
  engine: Interpreter,
  address: number,
  access: "load" | "store",
  bytes: number,
  effect: (value: number) => void,
): Exit | null => {
  if (address % 4 !== 0) return engine.trap(`${access}AddressMisaligned`, address);
  // What may be written may be read: no permission is without reading.
  const permission = access === "load" ? READ : WRITE;
  const isPermitted = engine.hart.dataPermissions.permits(permission, address, 4);
  if (!isPermitted || !isInRam(engine, address, 4)) return engine.trap(`${access}AccessFault`, address);
  effect(readRam(engine, address, 4) | 0);
  return goOn(engine, bytes);
};

export const loadReserved: SlowPath = (engine, target, base, _source, bytes) => {
  const { words } = engine.hart;
  const address = words[base]! >>> 0;
  return withReservableWord(engine, address, "load", bytes, (value) => {
    words[WORD.reservedAddress] = address;
    words[WORD.reservedValue] = value;
    words[target] = value;
  });
};

/** Succeeds while the reserved word is unchanged, as QEMU does: this sees stores by anyone. */
export const storeConditional: SlowPath = (engine, target, base, source, bytes) => {
  const { words } = engine.hart;
  const address = words[base]! >>> 0;
  return withReservableWord(engine, address, "store", bytes, (value) => {
    const isHeld = words[WORD.reservedAddress]! >>> 0 === address && words[WORD.reservedValue] === value;
    if (isHeld) writeRam(engine, address, 4, words[source]!);
    words[target] = isHeld ? 0 : 1;
    engine.hart.dropReservation();
  });
};

export const amo = ({ operation }: Of<"amo">): SlowPath => {
  const { meaning } = OPERATIONS[operation];
  return (engine, target, base, source, bytes) => {
    const { words } = engine.hart;
    const address = words[base]! >>> 0;
    return withReservableWord(engine, address, "store", bytes, (before) => {
      writeRam(engine, address, 4, meaning(before, words[source]!));
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
    : (engine) =>
        engine.trap(engine.hart.mode === "user" ? "environmentCallFromUser" : "environmentCallFromMachine", 0);

export const returnFromTrap: SlowPath = (engine, a, b, c, bytes) => {
  if (engine.hart.mode === "user") return illegal(engine, a, b, c, bytes);
  leaveTrap(engine.hart);
  engine.takeInterrupt();
  return null;
};

/** mstatus.TW keeps U mode from waiting (§3.1.6.5). */
export const waitForInterrupt: SlowPath = (engine, a, b, c, bytes) => {
  const { hart } = engine;
  if (hart.mode === "user" && (hart.words[WORD.mstatus]! & MSTATUS.tw) !== 0) return illegal(engine, a, b, c, bytes);
  goOn(engine, bytes);
  return hart.wakes ? null : "wfi";
};
