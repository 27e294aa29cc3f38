/** mcycle and minstret against 64-bit integers that count along, instruction by instruction. Privileged 20211203 §3.1.10, §3.1.12. */
import { expect, test } from "vitest";
import { CSRS, X } from "../isa/index.ts";
import { cycles } from "../units.ts";
import { RAM_BASE, WORD } from "./layout.ts";
import { Assembly } from "./testing/assembly.ts";
import { Random } from "./testing/random.ts";
import { TestBoard } from "./testing/test-board.ts";

const { a0, a1, t0 } = X;
const COUNTERS = ["mcycle", "minstret"] as const;
/** mcountinhibit bits. */
const INHIBIT = { mcycle: 1, minstret: 4 } as const;
const RAM_BYTES = 0x1_0000;

/** What a line of the random program does; each is one instruction. */
type Line =
  | { readonly kind: "nothing" }
  | { readonly kind: "trap" }
  | { readonly kind: "inhibit"; readonly value: number }
  | { readonly kind: "load"; readonly value: number }
  | { readonly kind: "read" | "write"; readonly counter: (typeof COUNTERS)[number]; readonly half: 0 | 1 };

const csrOf = (counter: (typeof COUNTERS)[number], half: 0 | 1): number =>
  half === 0 ? CSRS[counter] : CSRS[`${counter}h` as const];

const randomLine = (random: Random): Line => {
  const counter = random.oneOf(COUNTERS);
  const half = random.oneOf([0, 1] as const);
  switch (random.below(8)) {
    case 0:
      return { kind: "trap" };
    case 1:
      return { kind: "inhibit", value: random.below(8) };
    case 2:
      return { kind: "load", value: random.below(64) - 48 };
    case 3:
      return { kind: "read", counter, half };
    case 4:
      return { kind: "write", counter, half };
    default:
      return { kind: "nothing" };
  }
};

const assemble = (code: Assembly, line: Line): Assembly => {
  switch (line.kind) {
    case "nothing":
      return code.op("addi", { rd: 0, rs1: 0, imm: 0 });
    case "trap":
      return code.op("ecall");
    case "inhibit":
      return code.op("csrrwi", { rd: 0, csr: CSRS.mcountinhibit, imm: line.value });
    case "load":
      return code.op("addi", { rd: a1, rs1: 0, imm: line.value });
    case "read":
      return code.csrRead(a0, csrOf(line.counter, line.half));
    case "write":
      return code.op("csrrw", { rd: a0, csr: csrOf(line.counter, line.half), rs1: a1 });
  }
};

/** Returns behind the instruction that trapped. */
const HANDLER = new Assembly()
  .csrRead(t0, CSRS.mepc)
  .op("addi", { rd: t0, rs1: t0, imm: 4 })
  .csrWrite(CSRS.mepc, t0)
  .op("mret");

const imageOf = (lines: readonly Line[]): Uint8Array => {
  const code = new Assembly()
    .li(t0, RAM_BASE + 16)
    .csrWrite(CSRS.mtvec, t0)
    .jump("jal", {}, "behind")
    .append(HANDLER);
  for (const line of lines) assemble(code.label("behind"), line);
  return Uint8Array.from(code.op("wfi").bytes);
};
const BEFORE = 4;

class Model {
  readonly #counters = { mcycle: 0n, minstret: 0n };
  #inhibited = 0;
  #value = 0;

  count(counter: (typeof COUNTERS)[number], by: number): void {
    if ((this.#inhibited & INHIBIT[counter]) !== 0) return;
    this.#counters[counter] = BigInt.asUintN(64, this.#counters[counter] + BigInt(by));
  }

  half(counter: (typeof COUNTERS)[number], half: 0 | 1): number {
    return Number(BigInt.asIntN(32, this.#counters[counter] >> (half === 0 ? 0n : 32n)));
  }

  /** @returns what it leaves in a0, if anything. */
  execute(line: Line): number | null {
    const read = "counter" in line ? this.half(line.counter, line.half) : null;
    if (line.kind === "inhibit") this.#inhibited = line.value;
    if (line.kind === "load") this.#value = line.value;
    // "If a CSR access instruction writes such a CSR, the write is done instead of the increment" (Unprivileged 20191213 §9.1).
    const written = line.kind === "write" ? line.counter : null;
    if (written !== "mcycle") this.count("mcycle", 1);
    if (written !== "minstret" && line.kind !== "trap") this.count("minstret", 1);
    if (line.kind === "write") this.#write(line.counter, line.half, this.#value);
    return read;
  }

  #write(counter: (typeof COUNTERS)[number], half: 0 | 1, value: number): void {
    const shift = half === 0 ? 0n : 32n;
    const others = 0xffff_ffffn << (32n - shift);
    const written = BigInt.asUintN(32, BigInt(value)) << shift;
    this.#counters[counter] = (this.#counters[counter] & others) | written;
  }
}

test("the counters read what counting along gives, whatever is written, inhibited or trapped", () => {
  const random = new Random(3);
  for (let round = 0; round < 20; round++) {
    const lines = Array.from({ length: 500 }, () => randomLine(random));
    const image = imageOf(lines);
    const board = new TestBoard(RAM_BYTES, image);
    const model = new Model();
    board.run(BEFORE);
    for (const counter of COUNTERS) model.count(counter, BEFORE);
    for (const line of lines) {
      board.run(1);
      const read = model.execute(line);
      if (read !== null) expect(board.hart.x(a0)).toBe(read);
      if (line.kind !== "trap") continue;
      const handled = HANDLER.size / 4;
      board.run(handled);
      for (const counter of COUNTERS) model.count(counter, handled);
    }
    for (const counter of COUNTERS) {
      expect(board.hart.words[WORD[counter]]).toBe(model.half(counter, 0));
      expect(board.hart.words[WORD[counter] + 1]).toBe(model.half(counter, 1));
    }

    const sliced = new TestBoard(RAM_BYTES, image);
    while (sliced.run(1 + random.below(50)) === "budget");
    const whole = new TestBoard(RAM_BYTES, image);
    expect(whole.run(1e6)).toBe("wfi");
    expect(Buffer.from(sliced.hart.stateBytes)).toEqual(Buffer.from(whole.hart.stateBytes));
  }
});

test("time in wfi counts as cycles, not as instructions", () => {
  const board = TestBoard.of(new Assembly().op("wfi"));
  board.run(5);
  board.hart.addIdle(cycles(2 ** 40));
  expect([board.csr("mcycle"), board.hart.words[WORD.mcycle + 1], board.csr("minstret")]).toEqual([1, 2 ** 8, 1]);
});
