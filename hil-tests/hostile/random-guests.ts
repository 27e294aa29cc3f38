/** Hostile guests from a seed: random instructions, biased to what hurts. The same seed gives the same guest. */
import { CSRS, encode, TABLE, X } from "../../runtime/isa/index.ts";
import { babbler } from "../laws/babbler.ts";
import { CLINT, DATA, Guest, PARTITA_BASE, UART_BASE } from "../laws/guests.ts";
import { garbage } from "../laws/random-module.ts";
import { randomFrom } from "../laws/runs.ts";
import { tinkerer } from "../laws/tinkerer.ts";

type Random = (below: number) => number;

const RAM_BASE = 0x8000_0000;
const RAM_END = RAM_BASE + 0x4000;
const MSIP = 0x0200_0000;
const PLIC_BASE = 0x0c00_0000;
const FINISHER = 0x0010_0000;
const WORD = 2 ** 32;

/** Where stores and jumps of broken programs go: devices, the edges of RAM, the guest's own code. */
const PLACES = [
  ...[0, RAM_BASE - 4, RAM_BASE, RAM_BASE + 0x100, RAM_END - 4, RAM_END, DATA.inputs, DATA.buffer],
  ...[PARTITA_BASE, PARTITA_BASE, PARTITA_BASE + 0x80, PARTITA_BASE + 0xc0, PARTITA_BASE + 0x100],
  ...[MSIP, CLINT.mtimecmp, CLINT.mtime, PLIC_BASE, PLIC_BASE + 0x2000, PLIC_BASE + 0x20_0000, UART_BASE, FINISHER],
];
const CSR_NUMBERS = Object.values(CSRS);
const BY_BYTES = {
  2: TABLE.filter(({ format }) => format.bytes === 2),
  4: TABLE.filter(({ format }) => format.bytes === 4),
};
const CONTROLLING = BY_BYTES[4].filter(({ format }) => format.operands.csr !== undefined);
const REACHING = BY_BYTES[4].filter(({ mnemonic }) => /^(l|s)(b|h|w|r|c)|^amo|^f(l|s)[wd]$|^jalr$/.test(mnemonic));

const oneOf = <T>(values: readonly T[], random: Random): T => values[random(values.length)]!;

/** An instruction of the table with random operands, or two short ones. */
const anyWord = (random: Random): number => {
  const kind = random(10);
  if (kind === 0) return random(WORD);
  if (kind <= 2) return half(random) | (half(random) << 16);
  if (kind === 3) return controlling(random);
  const row = oneOf(kind <= 6 ? REACHING : BY_BYTES[4], random);
  return (row.match | (random(WORD) & ~row.mask)) >>> 0;
};

const half = (random: Random): number => {
  const row = oneOf(BY_BYTES[2], random);
  return row.match | (random(0x1_0000) & ~row.mask & 0xffff);
};

/** On a control register that there is. */
const controlling = (random: Random): number => {
  const row = oneOf(CONTROLLING, random);
  const word = row.match | (random(WORD) & ~row.mask);
  return ((word & 0xf_ffff) | (oneOf(CSR_NUMBERS, random) << 20)) >>> 0;
};

/** Has its registers point at places, its handler anywhere, interrupts as may be, and executes random instructions round and round. */
const rambler = (random: Random): Uint8Array => {
  const guest = new Guest();
  if (random(4) > 0) guest.normal();
  const handler = oneOf([0, RAM_BASE + 4 * random(200), oneOf(PLACES, random) + random(2), random(WORD)], random);
  guest.constant(X.t0, handler | 0).add(encode("csrrw", { rd: X.zero, csr: CSRS.mtvec, rs1: X.t0 }));
  if (random(2) === 0) guest.timer(random(300));
  guest.constant(X.t0, random(WORD) | 0).add(encode("csrrw", { rd: X.zero, csr: CSRS.mie, rs1: X.t0 }));
  guest.constant(X.t0, 0x6000 | (random(2) << 3)).add(encode("csrrs", { rd: X.zero, csr: CSRS.mstatus, rs1: X.t0 }));
  for (let register = 1; register < 32; register++) {
    if (random(3) > 0) guest.constant(register, (oneOf(PLACES, random) + 4 * random(8)) | 0);
  }
  guest.label("round");
  for (let count = 50 + random(150); count > 0; count--) guest.add(anyWord(random));
  return guest.jump("round").image();
};

/** Loads and stores in all widths at and around registers of devices, with a handler that skips what traps. */
const prodder = (random: Random): Uint8Array => {
  const guest = new Guest()
    .address(X.t0, "handler")
    .add(encode("csrrw", { rd: X.zero, csr: CSRS.mtvec, rs1: X.t0 }))
    .normal()
    .label("round");
  for (let count = 60; count > 0; count--) {
    guest.constant(X.t2, (oneOf(PLACES, random) + random(0x60)) | 0);
    guest.constant(X.t1, random(3) === 0 ? random(WORD) | 0 : oneOf(PLACES, random) | 0);
    const store = oneOf(["sb", "sh", "sw"] as const, random);
    const load = oneOf(["lb", "lh", "lw"] as const, random);
    if (random(2) === 0) guest.add(encode(store, { rs2: X.t1, rs1: X.t2, imm: 0 }));
    else guest.add(encode(load, { rd: X.t1, rs1: X.t2, imm: 0 }));
  }
  return guest
    .jump("round")
    .label("handler")
    .add(encode("csrrs", { rd: X.t5, csr: CSRS.mepc, rs1: X.zero }), encode("addi", { rd: X.t5, rs1: X.t5, imm: 4 }))
    .add(encode("csrrw", { rd: X.zero, csr: CSRS.mepc, rs1: X.t5 }), encode("mret"))
    .image();
};

/** A guest that works, but for some of its bits. */
const mutant = (random: Random): Uint8Array => {
  const image = random(2) === 0 ? babbler(random, 60) : tinkerer(random, 20);
  for (let flips = 1 + random(20); flips > 0; flips--) image[random(image.length)]! ^= 1 << random(8);
  return image;
};

const KINDS: readonly ((random: Random) => Uint8Array)[] = [
  rambler,
  rambler,
  rambler,
  prodder,
  mutant,
  mutant,
  garbage,
];

export const randomGuest = (seed: number): Uint8Array => {
  const random = randomFrom(seed);
  return oneOf(KINDS, random)(random);
};
