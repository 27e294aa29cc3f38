/**
 * What surrounds the program on the board: start-up, the scan loop, error reports and queuing ports (design.md §4 "A PLC
 * program is an ordinary bare-metal M-mode guest"; partitions/sdk/partita.h). mtvec stays 0, so that a trap is a fault for the
 * health monitor.
 */
import { type Mnemonic, X } from "../../../runtime/isa/index.ts";
import { Builder } from "../ir/builder.ts";
import type { ConstantPool } from "../ir/frame.ts";
import { type Address, constant, type IrFunction, type Operand, type Register } from "../ir/ir.ts";
import { TIME_OFFSET } from "../ir/lower-expression.ts";
import { PORT_ROUTINES } from "../ir/lower-statement.ts";
import { type PortType, QUEUE_RECEIVE, QUEUE_SEND } from "../semantics/types.ts";
import { type AreaOffsets, POINTER_BIAS } from "./addresses.ts";
import type { Assembler } from "./assembler.ts";
import { splitAddress } from "./assembler.ts";
import { ENTRY, ERROR_ROUTINES } from "./runtime-names.ts";

/** partitions/sdk/partita.h */
const DEVICE = {
  base: 0x0400_0000,
  mode: 0x010,
  latch: 0x040,
  publish: 0x044,
  detail: 0x080,
  message: 0x084,
  raise: 0x088,
  lookup: 0x0c0,
  select: 0x0c4,
  buffer: 0x0c8,
  length: 0x0cc,
  command: 0x0d0,
  status: 0x0d4,
} as const;
const ERRORS = { deadlineMissed: 1, application: 2, numeric: 3 } as const;
const MODE_NORMAL = 3;
const COMMANDS = { QUEUE_SEND: 1, QUEUE_RECEIVE: 2 } as const;
const NOT_AVAILABLE = 2;

/** CLINT: mtimecmp, and mtime 8 bytes below 0x0200_c000. */
const MTIMECMP = 0x0200_4000;
const BEHIND_MTIME = 0x0200_c000;
const TICKS_PER_MS = 10_000;
const TICK_NS = 100;

/** RISC-V Privileged §3.1: CSR numbers and bits. */
const CSR = { mstatus: 0x300, mie: 0x304, mip: 0x344 } as const;
const FS_INITIAL = 0x2000;
const TIMER_BIT = 0x80;

export interface StartUp {
  /** Symbol of the program. */
  readonly program: string;
  readonly intervalNs: number;
  readonly areas: AreaOffsets;
  /** From the start of the data; the stack grows down from there. */
  readonly stackTop: number;
  readonly messages: RuntimeMessages;
  /** Where each port's name stands, and where its index goes. */
  readonly ports: readonly { readonly name: Address; readonly index: Address }[];
}

export interface RuntimeMessages {
  readonly deadlineMissed: Address;
  readonly divisionByZero: Address;
  readonly indexOutOfBounds: Address;
}

export const placeMessages = (constants: ConstantPool, file: string): RuntimeMessages => ({
  deadlineMissed: constants.placeText(`${file}: the scan was still running at its next release`),
  divisionByZero: constants.placeText(`${file}: division by zero, in the line given as detail`),
  indexOutOfBounds: constants.placeText(`${file}: array index out of bounds, in the line given as detail`),
});

/** Registers that the scan loop keeps; the program preserves them. */
const LOOP = {
  releaseLow: X.s0,
  releaseHigh: X.s1,
  interval: X.s2,
  intervalMs: X.s3,
  intervalRest: X.s4,
  rest: X.s5,
  device: X.s6,
  compare: X.s7,
  clock: X.s8,
  missed: X.s9,
} as const;

export const emitRuntime = (asm: Assembler, start: StartUp): void => {
  const runtime = new Runtime(asm, start);
  runtime.startUp();
  runtime.scanLoop();
  runtime.advance();
  runtime.readClock();
  runtime.divide();
  runtime.errorRoutine(ERROR_ROUTINES.divisionByZero, start.messages.divisionByZero, ERRORS.numeric);
  runtime.errorRoutine(ERROR_ROUTINES.indexOutOfBounds, start.messages.indexOutOfBounds, ERRORS.application);
};

const ADVANCE = "partita.advance_release";
const READ_CLOCK = "partita.read_clock";
const DIVIDE = "partita.divide";

class Runtime {
  readonly #asm: Assembler;
  readonly #start: StartUp;

  constructor(asm: Assembler, start: StartUp) {
    this.#asm = asm;
    this.#start = start;
  }

  #immediate(rd: number, value: number): void {
    const { high, low } = splitAddress(value);
    if (high !== 0) this.#asm.emit("lui", { rd, imm: high });
    if (low !== 0 || high === 0) this.#asm.emit("addi", { rd, rs1: high === 0 ? X.zero : rd, imm: low });
  }

  #address(rd: number, offset: number): void {
    this.#asm.emitAddressed("lui", { rd }, "high", offset);
    this.#asm.emitAddressed("addi", { rd, rs1: rd }, "low", offset);
  }

  #offsetOf({ base, offset }: Address): number {
    if (base.kind !== "static") throw new Error("the runtime's data is static");
    return this.#start.areas[base.area] + offset;
  }

  #timeVariable(mnemonic: Mnemonic, register: number): void {
    const imm = this.#start.areas.runtime + TIME_OFFSET - POINTER_BIAS;
    this.#asm.emit(mnemonic, mnemonic === "sw" ? { rs2: register, rs1: X.gp, imm } : { rd: register, rs1: X.gp, imm });
  }

  startUp(): void {
    const asm = this.#asm;
    asm.label(ENTRY);
    this.#address(X.gp, POINTER_BIAS);
    this.#address(X.sp, this.#start.stackTop);
    this.#immediate(X.t0, FS_INITIAL);
    asm.emit("csrrs", { rd: X.zero, csr: CSR.mstatus, rs1: X.t0 });
    this.#immediate(X.t0, TIMER_BIT);
    asm.emit("csrrw", { rd: X.zero, csr: CSR.mie, rs1: X.t0 });
    this.#immediate(LOOP.device, DEVICE.base);
    this.#immediate(LOOP.compare, MTIMECMP);
    this.#immediate(LOOP.clock, BEHIND_MTIME);
    this.#findPorts();
    const ticks = this.#start.intervalNs / TICK_NS;
    this.#immediate(LOOP.interval, ticks);
    this.#immediate(LOOP.intervalMs, Math.floor(ticks / TICKS_PER_MS));
    this.#immediate(LOOP.intervalRest, ticks % TICKS_PER_MS);
    this.#immediate(X.t0, MODE_NORMAL);
    asm.emit("sw", { rs2: X.t0, rs1: LOOP.device, imm: DEVICE.mode });
    this.#firstRelease();
  }

  #findPorts(): void {
    for (const { name, index } of this.#start.ports) {
      this.#address(X.t0, this.#offsetOf(name));
      this.#asm.emit("sw", { rs2: X.t0, rs1: LOOP.device, imm: DEVICE.lookup });
      this.#asm.emit("lw", { rd: X.t1, rs1: LOOP.device, imm: DEVICE.select });
      this.#address(X.t0, this.#offsetOf(index));
      this.#asm.emit("sw", { rs2: X.t1, rs1: X.t0, imm: 0 });
    }
  }

  /** The latest multiple of the interval that is not after mtime: 0 at power-on. */
  #firstRelease(): void {
    const asm = this.#asm;
    asm.jump(X.ra, READ_CLOCK);
    asm.emit("addi", { rd: LOOP.releaseLow, rs1: X.a0, imm: 0 });
    asm.emit("addi", { rd: LOOP.releaseHigh, rs1: X.a1, imm: 0 });
    asm.emit("addi", { rd: X.a2, rs1: LOOP.interval, imm: 0 });
    asm.jump(X.ra, DIVIDE);
    asm.emit("sltu", { rd: X.t0, rs1: LOOP.releaseLow, rs2: X.a3 });
    asm.emit("sub", { rd: LOOP.releaseLow, rs1: LOOP.releaseLow, rs2: X.a3 });
    asm.emit("sub", { rd: LOOP.releaseHigh, rs1: LOOP.releaseHigh, rs2: X.t0 });
    asm.emit("addi", { rd: X.a0, rs1: LOOP.releaseLow, imm: 0 });
    asm.emit("addi", { rd: X.a1, rs1: LOOP.releaseHigh, imm: 0 });
    this.#immediate(X.a2, TICKS_PER_MS);
    asm.jump(X.ra, DIVIDE);
    asm.emit("addi", { rd: LOOP.rest, rs1: X.a3, imm: 0 });
    this.#timeVariable("sw", X.a0);
  }

  scanLoop(): void {
    const asm = this.#asm;
    const [scan, late, wait, asleep, skip, missed] = ["scan", "late", "wait", "asleep", "skip", "missed"].map(
      (name) => `partita.${name}`,
    ) as [string, string, string, string, string, string];
    asm.label(scan);
    asm.emit("sw", { rs2: X.zero, rs1: LOOP.device, imm: DEVICE.latch });
    asm.jump(X.ra, this.#start.program);
    asm.emit("sw", { rs2: X.zero, rs1: LOOP.device, imm: DEVICE.publish });
    asm.jump(X.ra, ADVANCE);
    asm.jump(X.ra, READ_CLOCK);
    asm.branch("bltu", LOOP.releaseHigh, X.a1, late);
    asm.branch("bne", LOOP.releaseHigh, X.a1, wait);
    asm.branch("bltu", LOOP.releaseLow, X.a0, late);

    // mtimecmp is written so that it never holds a value below both the old and the new one (Privileged §3.2.1).
    asm.label(wait);
    asm.emit("addi", { rd: X.t0, rs1: X.zero, imm: -1 });
    asm.emit("sw", { rs2: X.t0, rs1: LOOP.compare, imm: 4 });
    asm.emit("sw", { rs2: LOOP.releaseLow, rs1: LOOP.compare, imm: 0 });
    asm.emit("sw", { rs2: LOOP.releaseHigh, rs1: LOOP.compare, imm: 4 });
    asm.label(asleep);
    asm.emit("wfi");
    asm.emit("csrrs", { rd: X.t0, csr: CSR.mip, rs1: X.zero });
    asm.emit("andi", { rd: X.t0, rs1: X.t0, imm: TIMER_BIT });
    asm.branch("beq", X.t0, X.zero, asleep);
    asm.jump(X.zero, scan);

    // The release came while the scan was running: count those that did, and go on with the last of them.
    asm.label(late);
    asm.emit("addi", { rd: LOOP.missed, rs1: X.zero, imm: 1 });
    asm.label(skip);
    asm.emit("add", { rd: X.a2, rs1: LOOP.releaseLow, rs2: LOOP.interval });
    asm.emit("sltu", { rd: X.a3, rs1: X.a2, rs2: LOOP.interval });
    asm.emit("add", { rd: X.a3, rs1: X.a3, rs2: LOOP.releaseHigh });
    asm.branch("bltu", X.a1, X.a3, missed);
    const due = asm.newLabel();
    asm.branch("bne", X.a1, X.a3, due);
    asm.branch("bltu", X.a0, X.a2, missed);
    asm.label(due);
    asm.emit("addi", { rd: LOOP.missed, rs1: LOOP.missed, imm: 1 });
    asm.jump(X.ra, ADVANCE);
    asm.jump(X.zero, skip);
    asm.label(missed);
    asm.emit("sw", { rs2: LOOP.missed, rs1: LOOP.device, imm: DEVICE.detail });
    this.#address(X.t0, this.#offsetOf(this.#start.messages.deadlineMissed));
    asm.emit("sw", { rs2: X.t0, rs1: LOOP.device, imm: DEVICE.message });
    this.#immediate(X.t0, ERRORS.deadlineMissed);
    asm.emit("sw", { rs2: X.t0, rs1: LOOP.device, imm: DEVICE.raise });
    asm.jump(X.zero, scan);
  }

  /** The next release, and TIME() with it. Uses t0 and t1. */
  advance(): void {
    const asm = this.#asm;
    const whole = asm.newLabel();
    asm.label(ADVANCE);
    asm.emit("add", { rd: LOOP.releaseLow, rs1: LOOP.releaseLow, rs2: LOOP.interval });
    asm.emit("sltu", { rd: X.t0, rs1: LOOP.releaseLow, rs2: LOOP.interval });
    asm.emit("add", { rd: LOOP.releaseHigh, rs1: LOOP.releaseHigh, rs2: X.t0 });
    this.#timeVariable("lw", X.t0);
    asm.emit("add", { rd: X.t0, rs1: X.t0, rs2: LOOP.intervalMs });
    asm.emit("add", { rd: LOOP.rest, rs1: LOOP.rest, rs2: LOOP.intervalRest });
    this.#immediate(X.t1, TICKS_PER_MS);
    asm.branch("bltu", LOOP.rest, X.t1, whole);
    asm.emit("sub", { rd: LOOP.rest, rs1: LOOP.rest, rs2: X.t1 });
    asm.emit("addi", { rd: X.t0, rs1: X.t0, imm: 1 });
    asm.label(whole);
    this.#timeVariable("sw", X.t0);
    asm.emit("jalr", { rd: X.zero, rs1: X.ra, imm: 0 });
  }

  /** mtime in a0 and a1; again when the low word overflowed in between. */
  readClock(): void {
    const asm = this.#asm;
    asm.label(READ_CLOCK);
    asm.emit("lw", { rd: X.a1, rs1: LOOP.clock, imm: -4 });
    asm.emit("lw", { rd: X.a0, rs1: LOOP.clock, imm: -8 });
    asm.emit("lw", { rd: X.t0, rs1: LOOP.clock, imm: -4 });
    asm.branch("bne", X.t0, X.a1, READ_CLOCK);
    asm.emit("jalr", { rd: X.zero, rs1: X.ra, imm: 0 });
  }

  /** a1:a0 divided by a2, below 2^31: the quotient in a1:a0, the rest in a3. Bit by bit; in one step when a1 is 0. */
  divide(): void {
    const asm = this.#asm;
    const [long, loop, below] = [asm.newLabel(), asm.newLabel(), asm.newLabel()];
    asm.label(DIVIDE);
    asm.branch("bne", X.a1, X.zero, long);
    asm.emit("remu", { rd: X.a3, rs1: X.a0, rs2: X.a2 });
    asm.emit("divu", { rd: X.a0, rs1: X.a0, rs2: X.a2 });
    asm.emit("jalr", { rd: X.zero, rs1: X.ra, imm: 0 });
    asm.label(long);
    asm.emit("addi", { rd: X.a3, rs1: X.zero, imm: 0 });
    asm.emit("addi", { rd: X.a4, rs1: X.zero, imm: 64 });
    asm.label(loop);
    for (const [into, from] of [
      [X.a3, X.a1],
      [X.a1, X.a0],
    ] as const) {
      asm.emit("slli", { rd: into, rs1: into, imm: 1 });
      asm.emit("srli", { rd: X.t0, rs1: from, imm: 31 });
      asm.emit("or", { rd: into, rs1: into, rs2: X.t0 });
    }
    asm.emit("slli", { rd: X.a0, rs1: X.a0, imm: 1 });
    asm.branch("bltu", X.a3, X.a2, below);
    asm.emit("sub", { rd: X.a3, rs1: X.a3, rs2: X.a2 });
    asm.emit("addi", { rd: X.a0, rs1: X.a0, imm: 1 });
    asm.label(below);
    asm.emit("addi", { rd: X.a4, rs1: X.a4, imm: -1 });
    asm.branch("bne", X.a4, X.zero, loop);
    asm.emit("jalr", { rd: X.zero, rs1: X.ra, imm: 0 });
  }

  /** Takes the source line in t1 and returns through t2; all registers but t1 keep their values. */
  errorRoutine(name: string, message: Address, code: number): void {
    const asm = this.#asm;
    asm.label(name);
    asm.emit("addi", { rd: X.sp, rs1: X.sp, imm: -16 });
    asm.emit("sw", { rs2: X.a0, rs1: X.sp, imm: 0 });
    this.#immediate(X.a0, DEVICE.base);
    asm.emit("sw", { rs2: X.t1, rs1: X.a0, imm: DEVICE.detail });
    this.#address(X.t1, this.#offsetOf(message));
    asm.emit("sw", { rs2: X.t1, rs1: X.a0, imm: DEVICE.message });
    this.#immediate(X.t1, code);
    asm.emit("sw", { rs2: X.t1, rs1: X.a0, imm: DEVICE.raise });
    asm.emit("lw", { rd: X.a0, rs1: X.sp, imm: 0 });
    asm.emit("addi", { rd: X.sp, rs1: X.sp, imm: 16 });
    asm.emit("jalr", { rd: X.zero, rs1: X.t2, imm: 0 });
  }
}

const device = (offset: number): Address => ({ base: { kind: "device" }, offset });

/** The bodies of QUEUE_SEND and QUEUE_RECEIVE: (instance, message, bytes of the message). */
export const portRoutine = (port: PortType): IrFunction => {
  const builder = new Builder(PORT_ROUTINES[port.name]);
  const instance = builder.parameter("integer");
  const message = builder.parameter("integer");
  const bytes = builder.parameter("integer");
  const field = (key: string): Address => ({
    base: { kind: "register", register: instance },
    offset: port.fields.find((each) => each.key === key)!.offset,
  });
  const done = field(port === QUEUE_SEND ? "DONE" : "NDR");
  const [command, leave] = [builder.newBlock(), builder.newBlock()];
  const wanted = builder.load("u8", field(port.fields[0]!.key));
  builder.store("u8", constant(0), done);
  builder.store("u8", constant(0), field("ERROR"));
  if (port === QUEUE_SEND) {
    const before = builder.load("u8", field("LAST_REQUEST"));
    builder.store("u8", wanted, field("LAST_REQUEST"));
    const rising = builder.newBlock();
    builder.branch("ne", before, constant(0), leave, rising, rising);
  }
  builder.branch("ne", wanted, constant(0), command, leave, command);
  const status = runCommand(builder, port, builder.load("w32", field("PORT")), message, bytes);
  builder.store("u16", status, field("STATUS"));
  builder.store("u8", builder.unary("isZero", status), done);
  const failed = builder.unary("isNotZero", status);
  const isEmpty = builder.unary("isZero", builder.binary("xor", status, constant(NOT_AVAILABLE)));
  // An empty queue is no error of the receiver.
  const error =
    port === QUEUE_RECEIVE ? builder.binary("and", failed, builder.binary("xor", isEmpty, constant(1))) : failed;
  builder.store("u8", error, field("ERROR"));
  builder.jump(leave);
  return builder.finish({ kind: "return", value: null, bank: "integer" });
};

const runCommand = (builder: Builder, port: PortType, index: Operand, message: Register, bytes: Register): Register => {
  builder.store("w32", index, device(DEVICE.select));
  builder.store("w32", message, device(DEVICE.buffer));
  builder.store("w32", bytes, device(DEVICE.length));
  builder.store("w32", constant(COMMANDS[port.name]), device(DEVICE.command));
  return builder.load("w32", device(DEVICE.status));
};
