/** A guest that uses all of its board, for tests that ask whether any of its state was lost on the way. */
import { PARTITA_MODE_CODES, PARTITA_REGISTERS as REGISTER } from "../../runtime/board/index.ts";
import { CSRS, encode, PMP_ADDRESSES, PMP_CONFIGURATIONS, X } from "../../runtime/isa/index.ts";
import { CLINT, DATA, Guest, PARTITA_BASE, UART_BASE } from "./guests.ts";

type Random = (below: number) => number;

const CLINT_BASE = 0x0200_0000;
const PLIC_BASE = 0x0c00_0000;
const UART_SOURCE = 10;
const MPP = 0x1800;

/** A register of a device: where it is, how wide, and what is written to it; nothing: it is only read. */
interface DeviceRegister {
  readonly address: number;
  readonly size: "b" | "w";
  readonly values: readonly Value[];
}

/** The checksum stands for a value that is another one each round. */
type Value = number | "checksum";

const word = (address: number, ...values: Value[]): DeviceRegister => ({ address, size: "w", values });
const uart = (offset: number, ...values: Value[]): DeviceRegister => ({
  address: UART_BASE + offset,
  size: "b",
  values,
});
const partita = (offset: number, ...values: Value[]): DeviceRegister => word(PARTITA_BASE + offset, ...values);

const DEVICE_REGISTERS: readonly DeviceRegister[] = [
  word(CLINT_BASE, "checksum"),
  word(CLINT.mtimecmp, 0, "checksum"),
  word(CLINT.mtimecmp + 4, 0, 1),
  word(CLINT.mtime),
  word(PLIC_BASE + 4 * UART_SOURCE, 7, "checksum"),
  word(PLIC_BASE + 0x1000),
  word(PLIC_BASE + 0x2000, -1, "checksum"),
  word(PLIC_BASE + 0x2080, "checksum"),
  word(PLIC_BASE + 0x20_0000, 0, "checksum"),
  word(PLIC_BASE + 0x20_1000, "checksum"),
  word(PLIC_BASE + 0x20_0004, UART_SOURCE),
  uart(0, "checksum"),
  uart(1, 15, "checksum"),
  uart(2, 1, "checksum"),
  uart(3, 3, "checksum"),
  uart(4, 0x10, "checksum"),
  uart(5),
  uart(6),
  uart(7, "checksum"),
  partita(REGISTER.MODE),
  partita(REGISTER.START_CONDITION),
  partita(REGISTER.FRAME),
  partita(REGISTER.SLOT_START),
  partita(REGISTER.SLOT_DURATION),
  partita(REGISTER.ERROR_DETAIL, "checksum"),
  partita(REGISTER.ERROR_MESSAGE, DATA.buffer, 0),
  partita(REGISTER.RAISE_ERROR, 2, 9),
  partita(REGISTER.HEALTH_ERROR),
  partita(REGISTER.HEALTH_CYCLE),
  partita(REGISTER.HEALTH_COMPLETE, 0),
  partita(REGISTER.WATCHDOG_KICK, 0),
  partita(REGISTER.CONTROL_SELECT, 0, 1, 2, 9),
  partita(REGISTER.CONTROL_COMMAND, 1, 2, 3, 4, 5, 6, 7),
  partita(REGISTER.CONTROL_STATUS),
  partita(REGISTER.CONTROL_MODE),
  word(PLIC_BASE + 4 * 11, 0, 1),
  partita(REGISTER.LATCH_INPUTS, 0),
  partita(REGISTER.PUBLISH_OUTPUTS, 0),
  partita(REGISTER.PORT_SELECT, 0, 1, 2),
  partita(REGISTER.PORT_BUFFER, DATA.buffer, DATA.scratch),
  partita(REGISTER.PORT_LENGTH, 0, 5, 8),
  partita(REGISTER.PORT_COMMAND, 1, 2, 2),
  partita(REGISTER.PORT_STATUS),
  partita(REGISTER.PORT_AVAILABLE),
];

/** What each may be written with leaves the guest able to run: no entry of physical memory protection is locked. */
const CONTROL_REGISTERS: readonly (readonly [csr: number, ...values: number[]])[] = [
  [CSRS.mstatus, 0x8, 0x6008, 0x2_1808, 0x1800],
  [CSRS.mie, 0x888, 0x80, 0],
  [CSRS.mscratch, 1, -1],
  [CSRS.mtval, 3],
  [CSRS.mcountinhibit, 0, 1, 4, 5],
  [CSRS.mcounteren, 0, 7],
  [CSRS.mcycle, 0, 1000],
  [CSRS.minstret, -1],
  [CSRS.fcsr, 0xe1, 0x1f],
  [CSRS.mip],
  [PMP_CONFIGURATIONS.pmpcfg0!, 0, 0x1b0f_0911, 0x0800_191f],
  [PMP_ADDRESSES.pmpaddr0!, 0x2000_0400, 0x2000_05ff],
  [PMP_ADDRESSES.pmpaddr1!, 0x2000_0500, -1],
  [PMP_ADDRESSES.pmpaddr2!, 0x2000_0480],
];

/** Reads and writes registers of devices and of the hart, sleeps, reserves, traps, goes to U mode and back, round and round. */
export const tinkerer = (random: Random, steps = 50): Uint8Array => {
  const guest = new Guest(random(2 ** 31))
    .address(X.t0, "handler")
    .add(encode("csrrw", { rd: X.zero, csr: CSRS.mtvec, rs1: X.t0 }))
    .normal()
    // The last entry permits U mode what no other forbids.
    .constant(X.t0, -1)
    .add(encode("csrrw", { rd: X.zero, csr: PMP_ADDRESSES.pmpaddr15!, rs1: X.t0 }))
    .constant(X.t0, 0x1f00_0000)
    .add(encode("csrrw", { rd: X.zero, csr: PMP_CONFIGURATIONS.pmpcfg3!, rs1: X.t0 }))
    .label("round");
  for (let step = 0; step < steps; step++) addStep(guest, step, random);
  guest.jump("round");
  return addHandler(guest).image();
};

const addStep = (guest: Guest, step: number, random: Random): void => {
  const kind = random(21);
  if (kind < 6) readDevice(guest, oneOf(DEVICE_REGISTERS, random));
  else if (kind < 12) writeDevice(guest, oneOf(DEVICE_REGISTERS, random), random);
  else if (kind < 15) useControlRegister(guest, oneOf(CONTROL_REGISTERS, random), random);
  else if (kind === 15) guest.work(`work${step}`, 6);
  else if (kind === 16) useMemory(guest, random);
  else if (kind === 17) reserve(guest, step);
  else if (kind === 18) enterUserMode(guest, step);
  else if (kind === 19) patchCode(guest, step);
  else if (random(3) > 0) sleep(guest, 1 + random(400));
  else restartSeldom(guest, step, random);
};

const oneOf = <T>(values: readonly T[], random: Random): T => values[random(values.length)]!;

const readDevice = (guest: Guest, { address, size }: DeviceRegister): void => {
  const load = encode(size === "b" ? "lbu" : "lw", { rd: X.t0, rs1: X.t2, imm: 0 });
  guest.constant(X.t2, address).add(load).fold(X.t0);
};

const writeDevice = (guest: Guest, { address, size, values }: DeviceRegister, random: Random): void => {
  if (values.length === 0) return;
  const value = oneOf(values, random);
  if (value !== "checksum") guest.constant(X.t0, value);
  const source = value === "checksum" ? X.s2 : X.t0;
  guest.constant(X.t2, address).add(encode(size === "b" ? "sb" : "sw", { rs2: source, rs1: X.t2, imm: 0 }));
};

const useControlRegister = (
  guest: Guest,
  [csr, ...values]: (typeof CONTROL_REGISTERS)[number],
  random: Random,
): void => {
  if (values.length > 0 && random(2) === 0) {
    guest
      .constant(X.t0, oneOf(values, random))
      .add(encode("csrrw", { rd: X.t0, csr, rs1: X.t0 }))
      .fold(X.t0);
  } else guest.foldCsr(csr);
};

/** A word anywhere in the pages above the image, often misaligned. */
const useMemory = (guest: Guest, random: Random): void => {
  guest
    .constant(X.t2, 0x8000_2000 + random(0x1ff0))
    .add(encode("lw", { rd: X.t0, rs1: X.t2, imm: 0 }))
    .fold(X.t0)
    .add(encode("sw", { rs2: X.s2, rs1: X.t2, imm: 0 }));
};

/** Long enough that a frame often ends while the reservation is held. */
const reserve = (guest: Guest, step: number): void => {
  guest
    .constant(X.t2, DATA.scratch)
    .add(encode("lr.w", { rd: X.t0, rs1: X.t2 }))
    .fold(X.t0)
    .work(`held${step}`, 8)
    .add(encode("sc.w", { rd: X.t0, rs1: X.t2, rs2: X.s2 }))
    .fold(X.t0);
};

const enterUserMode = (guest: Guest, step: number): void => {
  guest
    .constant(X.t0, MPP)
    .add(encode("csrrc", { rd: X.zero, csr: CSRS.mstatus, rs1: X.t0 }))
    .address(X.t0, `user${step}`)
    .add(encode("csrrw", { rd: X.zero, csr: CSRS.mepc, rs1: X.t0 }), encode("mret"))
    .label(`user${step}`)
    .work(`working${step}`, 8)
    .add(encode("lw", { rd: X.t0, rs1: X.s1, imm: 0 }))
    .fold(X.t0)
    .add(encode("ecall"));
};

/** The next round executes what this one wrote. */
const patchCode = (guest: Guest, step: number): void => {
  const patched = encode("addi", { rd: X.s2, rs1: X.s2, imm: 0 });
  guest
    .label(`patched${step}`)
    .add(patched)
    .add(encode("slli", { rd: X.t0, rs1: X.s2, imm: 20 }))
    .constant(X.t1, patched)
    .add(encode("or", { rd: X.t0, rs1: X.t0, rs2: X.t1 }))
    .address(X.t2, `patched${step}`)
    .add(encode("sw", { rs2: X.t0, rs1: X.t2, imm: 0 }));
};

/** Its timer wakes it, whatever it had enabled before. */
const sleep = (guest: Guest, ticks: number): void => {
  guest
    .timer(ticks)
    .constant(X.t0, 1 << 7)
    .add(encode("csrrs", { rd: X.zero, csr: CSRS.mie, rs1: X.t0 }), encode("wfi"));
};

/** In one round of some. */
const restartSeldom = (guest: Guest, step: number, random: Random): void => {
  guest
    .add(encode("andi", { rd: X.t0, rs1: X.s2, imm: 7 }))
    .branch("bne", X.t0, X.zero, `stay${step}`)
    .tellConstant(REGISTER.MODE, random(2) === 0 ? PARTITA_MODE_CODES.WARM_START : PARTITA_MODE_CODES.COLD_START)
    .label(`stay${step}`);
};

/** Notes why it was called; skips what trapped, and goes on in M mode; an interrupt is not enabled any more. */
const addHandler = (guest: Guest): Guest =>
  guest
    .label("handler")
    .add(encode("csrrs", { rd: X.t5, csr: CSRS.mcause, rs1: X.zero }))
    .fold(X.t5)
    .branch("bge", X.t5, X.zero, "trap")
    .constant(X.t6, 1)
    .add(encode("sll", { rd: X.t6, rs1: X.t6, rs2: X.t5 }))
    .add(encode("csrrc", { rd: X.zero, csr: CSRS.mie, rs1: X.t6 }), encode("mret"))
    .label("trap")
    .add(encode("csrrs", { rd: X.t5, csr: CSRS.mepc, rs1: X.zero }), encode("addi", { rd: X.t5, rs1: X.t5, imm: 4 }))
    .add(encode("csrrw", { rd: X.zero, csr: CSRS.mepc, rs1: X.t5 }))
    .constant(X.t6, MPP)
    .add(encode("csrrs", { rd: X.zero, csr: CSRS.mstatus, rs1: X.t6 }), encode("mret"));
