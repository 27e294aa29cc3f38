/** A guest of random instructions, for tests that compare two runs of anything at all. */
import { CSRS, encode, encodeInstruction, rangeOf, stepOf, TABLE, X } from "../../runtime/isa/index.ts";
import { CLINT, DATA, Guest, UART_BASE } from "./guests.ts";

/**
 * Runs random instructions of the whole table round and round, with a timer interrupt in each: whatever traps is skipped, and a
 * jump to elsewhere starts over. Some registers always point at RAM and devices, so that loads and stores meet something.
 * @param random gives numbers from 0 up to, but not including, its argument.
 */
export const babbler = (random: (below: number) => number, instructions = 150): Uint8Array => {
  const guest = new Guest()
    .address(X.t0, "handler")
    .add(encode("csrrw", { rd: X.zero, csr: CSRS.mtvec, rs1: X.t0 }))
    .normal()
    .constant(X.a0, UART_BASE)
    .constant(X.a1, CLINT.mtime)
    .constant(X.a2, CLINT.mtimecmp)
    .constant(X.a3, DATA.buffer)
    .label("round")
    .timer(300)
    .constant(X.t0, 1 << 7)
    .add(encode("csrrs", { rd: X.zero, csr: CSRS.mie, rs1: X.t0 }))
    .constant(X.t0, 0x6008)
    .add(encode("csrrs", { rd: X.zero, csr: CSRS.mstatus, rs1: X.t0 }))
    .label("babble");
  for (let i = 0; i < instructions; i++) guest.add(randomWord(random));
  return guest
    .jump("round")
    .label("handler")
    .add(encode("csrrs", { rd: X.t5, csr: CSRS.mcause, rs1: X.zero }))
    .branch("bge", X.t5, X.zero, "skip")
    .constant(X.t6, 1 << 7)
    .add(encode("csrrc", { rd: X.zero, csr: CSRS.mstatus, rs1: X.t6 }), encode("mret"))
    .label("skip")
    .add(encode("csrrs", { rd: X.t5, csr: CSRS.mepc, rs1: X.zero }), encode("addi", { rd: X.t5, rs1: X.t5, imm: 4 }))
    .address(X.t6, "babble")
    .branch("bltu", X.t5, X.t6, "over")
    .address(X.t6, "handler")
    .branch("bltu", X.t5, X.t6, "on")
    .label("over")
    .address(X.t5, "round")
    .label("on")
    .add(encode("csrrw", { rd: X.zero, csr: CSRS.mepc, rs1: X.t5 }), encode("mret"))
    .image();
};

/** All that keeps a guest going round: what returns to an old mepc would not. */
const BABBLE = TABLE.filter(({ format, mnemonic }) => format.bytes === 4 && mnemonic !== "mret");
const POINTERS = [X.s0, X.s1, X.a0, X.a1, X.a2, X.a3];
/** Registers that hold no pointer. */
const FREE = [X.zero, X.ra, X.t0, X.t1, X.t2, X.s2, X.s3, X.s4, X.s5, X.t3, X.t4];
/** CSRs that may hold anything and leave the handler in place. */
const ANY_CSR = [
  CSRS.mscratch,
  CSRS.mcause,
  CSRS.mtval,
  CSRS.mcycle,
  CSRS.minstret,
  CSRS.mip,
  CSRS.fcsr,
  CSRS.mcountinhibit,
];

const randomWord = (random: (below: number) => number): number => {
  const oneOf = (values: readonly number[]): number => values[random(values.length)]!;
  const instruction = BABBLE[random(BABBLE.length)]!;
  const operands: Record<string, number> = {};
  for (const [name, field] of Object.entries(instruction.format.operands)) {
    const { min, max } = rangeOf(field);
    const step = stepOf(field);
    if (field.kind === "csr") operands[name] = oneOf(ANY_CSR);
    else if (field.kind === "offset") operands[name] = 4 + 4 * random(8);
    else if (name === "rd" && field.kind === "x") operands[name] = oneOf(FREE);
    else if (name === "rs1" && field.kind === "x") operands[name] = random(2) === 0 ? oneOf(POINTERS) : oneOf(FREE);
    else if (field.kind === "signed") operands[name] = 4 * random(56);
    else operands[name] = min + step * random((max - min) / step + 1);
  }
  return encodeInstruction(instruction, operands);
};
