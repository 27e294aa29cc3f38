/** Guests for tests of the laws: some work like a controller and show all they can see, some misbehave. */
import { PARTITA_MODE_CODES, PARTITA_PORT_COMMANDS, PARTITA_REGISTERS as REGISTER } from "../../runtime/board/index.ts";
import { CSRS, encode, X } from "../../runtime/isa/index.ts";
import { Assembly } from "./assembly.ts";

/** Where these guests keep their data; the image lies below. */
export const DATA = { inputs: 0x8000_1000, outputs: 0x8000_1100, buffer: 0x8000_1200, scratch: 0x8000_1300 } as const;
export const PARTITA_BASE = 0x0400_0000;
export const UART_BASE = 0x1000_0000;
export const CLINT = { mtimecmp: 0x0200_4000, mtime: 0x0200_bff8 } as const;
/** All of these hold the partita device's address in s0, their data's in s1 and a running checksum in s2. */
export class Guest extends Assembly {
  constructor(seed = 0) {
    super();
    this.constant(X.s0, PARTITA_BASE).constant(X.s1, DATA.inputs).constant(X.s2, seed);
  }

  /** Writes x[register] to a register of the partita device. */
  tell(offset: number, register: number = X.zero): this {
    return this.add(encode("sw", { rs2: register, rs1: X.s0, imm: offset }));
  }

  tellConstant(offset: number, value: number): this {
    return this.constant(X.t0, value).tell(offset, X.t0);
  }

  ask(register: number, offset: number): this {
    return this.add(encode("lw", { rd: register, rs1: X.s0, imm: offset }));
  }

  normal(): this {
    return this.tellConstant(REGISTER.MODE, PARTITA_MODE_CODES.NORMAL);
  }

  /** checksum = (checksum xor x[register]) × 31 + 7 */
  fold(register: number): this {
    return this.add(
      encode("xor", { rd: X.s2, rs1: X.s2, rs2: register }),
      encode("slli", { rd: X.t6, rs1: X.s2, imm: 5 }),
      encode("sub", { rd: X.s2, rs1: X.t6, rs2: X.s2 }),
      encode("addi", { rd: X.s2, rs1: X.s2, imm: 7 }),
    );
  }

  foldCsr(csr: number): this {
    return this.add(encode("csrrs", { rd: X.t0, csr, rs1: X.zero })).fold(X.t0);
  }

  /** Works for 1 … 2^bits passes of a short loop, as the checksum says. */
  work(label: string, bits: number): this {
    return this.add(
      encode("andi", { rd: X.t1, rs1: X.s2, imm: (1 << bits) - 1 }),
      encode("addi", { rd: X.t1, rs1: X.t1, imm: 1 }),
    )
      .label(label)
      .add(encode("addi", { rd: X.t1, rs1: X.t1, imm: -1 }))
      .branch("bne", X.t1, X.zero, label);
  }

  /** Has mtimecmp lie `ticks` of mtime from now, both below 2^32. */
  timer(ticks: number): this {
    return this.constant(X.t2, CLINT.mtime)
      .constant(X.t3, CLINT.mtimecmp)
      .add(encode("lw", { rd: X.t0, rs1: X.t2, imm: 0 }))
      .constant(X.t1, ticks)
      .add(
        encode("add", { rd: X.t0, rs1: X.t0, rs2: X.t1 }),
        encode("sw", { rs2: X.zero, rs1: X.t3, imm: 4 }),
        encode("sw", { rs2: X.t0, rs1: X.t3, imm: 0 }),
      );
  }

  port(port: number, length: number): this {
    this.tellConstant(REGISTER.PORT_SELECT, port);
    this.tellConstant(REGISTER.PORT_BUFFER, DATA.buffer);
    return this.tellConstant(REGISTER.PORT_LENGTH, length);
  }
}

export interface WorkerOptions {
  readonly seed: number;
  /** 32-bit inputs read, and outputs written, a word each from the start of their areas. */
  readonly inputs: number;
  readonly outputs: number;
  /** Ports that it sends to, 8 bytes each scan, or empties. */
  readonly sends?: readonly number[];
  readonly receives?: readonly number[];
  /** Ports of sampling channels that it reads. */
  readonly reads?: readonly number[];
  readonly uart?: boolean;
  /** Waits so many ticks of mtime after each scan; 0: it never waits. */
  readonly sleep?: number;
  /** Now and then asks for one of the first four schedules, whether it exists or not, and whether it may or not. */
  readonly switches?: boolean;
}

/** A controller whose outputs depend on all that a guest can see: inputs, messages, mtime, and its own counters. */
export const worker = (options: WorkerOptions): Uint8Array => {
  const {
    seed,
    inputs,
    outputs,
    sends = [],
    receives = [],
    reads = [],
    uart = false,
    sleep = 0,
    switches = false,
  } = options;
  const guest = new Guest(seed).constant(X.t0, 1 << 7).add(encode("csrrw", { rd: X.zero, csr: CSRS.mie, rs1: X.t0 }));
  guest.normal().label("scan").tell(REGISTER.LATCH_INPUTS);
  for (let i = 0; i < inputs; i++) guest.add(encode("lw", { rd: X.t0, rs1: X.s1, imm: 4 * i })).fold(X.t0);
  guest.foldCsr(CSRS.mcycle).foldCsr(CSRS.minstret).constant(X.t2, CLINT.mtime);
  guest.add(encode("lw", { rd: X.t0, rs1: X.t2, imm: 0 })).fold(X.t0);
  for (const port of receives) receiveAll(guest, port);
  for (const port of reads) readSample(guest, port);
  // A reservation that whoever cuts the run in two must not lose.
  guest
    .constant(X.t2, DATA.scratch)
    .add(encode("lr.w", { rd: X.t0, rs1: X.t2 }))
    .fold(X.t0);
  guest.add(encode("sc.w", { rd: X.t0, rs1: X.t2, rs2: X.s2 })).fold(X.t0);
  guest.work("work", 5);
  const outputsAt = DATA.outputs - DATA.inputs;
  for (let i = 0; i < outputs; i++) {
    guest.add(encode("sw", { rs2: X.s2, rs1: X.s1, imm: outputsAt + 4 * i })).fold(X.s2);
  }
  guest.tell(REGISTER.PUBLISH_OUTPUTS);
  for (const port of sends) sendChecksum(guest, port);
  if (uart) guest.constant(X.t2, UART_BASE).add(encode("sb", { rs2: X.s2, rs1: X.t2, imm: 0 }));
  if (switches) askForSchedule(guest);
  if (sleep > 0) guest.timer(sleep).add(encode("wfi"));
  return guest.jump("scan").image();
};

const bufferAt = DATA.buffer - DATA.inputs;

const receiveAll = (guest: Guest, port: number): void => {
  guest
    .label(`receive${port}`)
    .port(port, 64)
    .tellConstant(REGISTER.PORT_COMMAND, PARTITA_PORT_COMMANDS.RECEIVE)
    .ask(X.t0, REGISTER.PORT_STATUS)
    .branch("bne", X.t0, X.zero, `empty${port}`)
    .ask(X.t0, REGISTER.PORT_LENGTH)
    .fold(X.t0)
    .add(encode("lw", { rd: X.t0, rs1: X.s1, imm: bufferAt }))
    .fold(X.t0)
    .jump(`receive${port}`)
    .label(`empty${port}`);
};

const readSample = (guest: Guest, port: number): void => {
  guest.port(port, 64).tellConstant(REGISTER.PORT_COMMAND, PARTITA_PORT_COMMANDS.RECEIVE);
  const asked = [REGISTER.PORT_STATUS, REGISTER.PORT_LENGTH, REGISTER.PORT_VALIDITY, REGISTER.PORT_AGE];
  for (const register of asked) guest.ask(X.t0, register).fold(X.t0);
  guest.add(encode("lw", { rd: X.t0, rs1: X.s1, imm: bufferAt })).fold(X.t0);
};

const sendChecksum = (guest: Guest, port: number): void => {
  guest
    .add(encode("sw", { rs2: X.s2, rs1: X.s1, imm: bufferAt }))
    .port(port, 8)
    .tellConstant(REGISTER.PORT_COMMAND, PARTITA_PORT_COMMANDS.SEND)
    .ask(X.t0, REGISTER.PORT_STATUS)
    .fold(X.t0);
};

/** One of the first four, at about every eighth scan; its checksum tells what is current, and what the answer was. */
const askForSchedule = (guest: Guest): void => {
  guest
    .ask(X.t0, REGISTER.SCHEDULE)
    .fold(X.t0)
    .add(encode("andi", { rd: X.t0, rs1: X.s2, imm: 7 }))
    .branch("bne", X.t0, X.zero, "stay")
    .add(encode("srli", { rd: X.t0, rs1: X.s2, imm: 8 }), encode("andi", { rd: X.t0, rs1: X.t0, imm: 3 }))
    .tell(REGISTER.SCHEDULE_REQUEST, X.t0)
    .ask(X.t0, REGISTER.SCHEDULE_STATUS)
    .fold(X.t0)
    .label("stay");
};

/** Spins for ever on one instruction. */
export const spinner = (): Uint8Array => new Assembly().label("here").jump("here").image();

/** Takes an illegal instruction trap, whose handler takes the same trap, for ever. */
export const trapLoop = (): Uint8Array =>
  new Assembly()
    .address(X.t0, "handler")
    .add(encode("csrrw", { rd: X.zero, csr: CSRS.mtvec, rs1: X.t0 }))
    .label("handler")
    .add(0)
    .image();

/** Sends 8-byte messages, counted in their first word, to its port 0 as fast as it can; `pause`: loops between two. */
export const flooder = (pause = 0): Uint8Array => {
  const guest = new Guest().normal().port(0, 8).constant(X.s3, PARTITA_PORT_COMMANDS.SEND).label("send");
  guest.add(encode("sw", { rs2: X.s2, rs1: X.s1, imm: bufferAt })).tell(REGISTER.PORT_COMMAND, X.s3);
  if (pause > 0) {
    guest
      .constant(X.t1, pause)
      .label("pause")
      .add(encode("addi", { rd: X.t1, rs1: X.t1, imm: -1 }));
    guest.branch("bne", X.t1, X.zero, "pause");
  }
  guest.ask(X.t0, REGISTER.PORT_STATUS).branch("bne", X.t0, X.zero, "send");
  return guest
    .add(encode("addi", { rd: X.s2, rs1: X.s2, imm: 1 }))
    .jump("send")
    .image();
};

/** Becomes NORMAL, and publishes its first input as its first output for ever. */
export const copier = (): Uint8Array =>
  new Guest()
    .normal()
    .label("scan")
    .tell(REGISTER.LATCH_INPUTS)
    .add(encode("lw", { rd: X.t0, rs1: X.s1, imm: 0 }))
    .add(encode("sw", { rs2: X.t0, rs1: X.s1, imm: DATA.outputs - DATA.inputs }))
    .tell(REGISTER.PUBLISH_OUTPUTS)
    .jump("scan")
    .image();

/** Has a timer interrupt at mtime `tick`, whose handler keeps mcycle in a0 as of its first instruction, and then spins. */
export const timerProbe = (tick: number): Uint8Array =>
  new Guest()
    .address(X.t0, "handler")
    .add(encode("csrrw", { rd: X.zero, csr: CSRS.mtvec, rs1: X.t0 }))
    .constant(X.t3, CLINT.mtimecmp)
    .constant(X.t0, tick)
    .add(encode("sw", { rs2: X.zero, rs1: X.t3, imm: 4 }), encode("sw", { rs2: X.t0, rs1: X.t3, imm: 0 }))
    .constant(X.t0, 1 << 7)
    .add(encode("csrrw", { rd: X.zero, csr: CSRS.mie, rs1: X.t0 }))
    .add(encode("csrrsi", { rd: X.zero, csr: CSRS.mstatus, imm: 8 }))
    .label("wait")
    .jump("wait")
    .label("handler")
    .add(encode("csrrs", { rd: X.a0, csr: CSRS.mcycle, rs1: X.zero }))
    .label("done")
    .jump("done")
    .image();

/** Sleeps in one `wfi` until mtime `tick`, keeps mcycle in a0 as of the next instruction, and spins. */
export const sleeper = (tick: number): Uint8Array =>
  new Guest()
    .constant(X.t3, CLINT.mtimecmp)
    .constant(X.t0, tick)
    .add(encode("sw", { rs2: X.zero, rs1: X.t3, imm: 4 }), encode("sw", { rs2: X.t0, rs1: X.t3, imm: 0 }))
    .constant(X.t0, 1 << 7)
    .add(encode("csrrw", { rd: X.zero, csr: CSRS.mie, rs1: X.t0 }), encode("wfi"))
    .add(encode("csrrs", { rd: X.a0, csr: CSRS.mcycle, rs1: X.zero }))
    .label("done")
    .jump("done")
    .image();
