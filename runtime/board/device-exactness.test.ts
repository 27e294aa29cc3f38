/** Law 2 for devices: whatever a guest does to UART, PLIC and CLINT, slices and engines change nothing. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Assembly } from "../../hil-tests/laws/assembly.ts";
import { engineFactory } from "../host/engines.ts";
import { CSRS, encode, X } from "../isa/index.ts";
import { ENGINES, type EngineKind } from "../system.ts";
import { cycles, hertz } from "../units.ts";
import { VirtualBoard } from "./board.ts";
import { parseImage } from "./image.ts";
import { StandaloneHost } from "./standalone-host.ts";

const UART = 0x1000_0000;
const PLIC = 0x0c00_0000;
const CLINT = 0x0200_0000;
const CLAIM = 0x0c20_0004;
const LOG = 0x8000_2000;
const LONGEST_RUN = 4000;

/** Registers that a guest may read or write at random, with the values that do something there. */
const WORDS = [
  { address: PLIC + 4 * 10, values: [0, 1, 7] },
  { address: PLIC + 0x1000, values: [0] },
  { address: PLIC + 0x2000, values: [0, 1 << 10] },
  { address: PLIC + 0x2080, values: [0, 1 << 10] },
  { address: PLIC + 0x20_0000, values: [0, 1] },
  { address: CLAIM, values: [10, 11] },
  { address: PLIC + 0x20_1004, values: [10] },
  { address: CLINT, values: [0, 1] },
  { address: CLINT + 0x4000, values: [20, 50, 90, 200] },
];
const BYTES = [0, 1, 2, 3, 4, 5, 6, 7].map((register) => ({
  address: UART + register,
  values: [0x00, 0x01, 0x02, 0x03, 0x07, 0x10, 0x41, 0xc1],
}));

interface Access {
  readonly kind: "read" | "write";
  readonly bytes: 1 | 4;
  readonly address: number;
  readonly value: number;
}
type Step = Access | { readonly kind: "wait" } | { readonly kind: "compute" };

const access = (bytes: 1 | 4, { address, values }: { readonly address: number; readonly values: readonly number[] }) =>
  fc.record({
    kind: fc.constantFrom("read" as const, "write" as const),
    bytes: fc.constant(bytes),
    address: fc.constant(address),
    value: fc.constantFrom(...values),
  });
const steps = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom<Step>({ kind: "wait" }, { kind: "compute" }) },
    { weight: 4, arbitrary: fc.constantFrom(...WORDS).chain((word) => access(4, word)) },
    { weight: 4, arbitrary: fc.constantFrom(...BYTES).chain((byte) => access(1, byte)) },
  ),
  { minLength: 1, maxLength: 30 },
);

/** Does the steps over and over with all interrupts on; the handler logs cause and time, claims, serves the UART, completes. */
const guestOf = (program: readonly Step[]): Uint8Array => {
  const guest = new Assembly().address(X.t0, "handler").add(encode("csrrw", { rd: 0, csr: CSRS.mtvec, rs1: X.t0 }));
  for (const [address, value] of [
    [PLIC + 4 * 10, 1],
    [PLIC + 0x2000, 1 << 10],
    [CLINT + 0x4004, 0],
    [CLINT + 0x4000, 15],
  ] as const) {
    guest
      .constant(X.t0, address)
      .constant(X.t1, value)
      .add(encode("sw", { rs2: X.t1, rs1: X.t0, imm: 0 }));
  }
  guest
    .constant(X.s0, LOG)
    .constant(X.t0, 0x888)
    .add(encode("csrrw", { rd: 0, csr: CSRS.mie, rs1: X.t0 }), encode("csrrsi", { rd: 0, csr: CSRS.mstatus, imm: 8 }))
    .label("again");
  for (const step of program) {
    if (step.kind === "wait") guest.add(encode("wfi"));
    else if (step.kind === "compute") guest.add(encode("mul", { rd: X.s2, rs1: X.s1, rs2: X.s1 }));
    else {
      guest.constant(X.t0, step.address).constant(X.t1, step.value);
      if (step.kind === "read") {
        const load = step.bytes === 1 ? ("lbu" as const) : ("lw" as const);
        guest.add(encode(load, { rd: X.t1, rs1: X.t0, imm: 0 }), encode("add", { rd: X.s1, rs1: X.s1, rs2: X.t1 }));
      } else guest.add(encode(step.bytes === 1 ? "sb" : "sw", { rs2: X.t1, rs1: X.t0, imm: 0 }));
    }
  }
  return (
    guest
      .jump("again")
      .label("handler")
      .add(
        encode("csrrs", { rd: X.t3, csr: CSRS.mcause, rs1: 0 }),
        encode("csrrs", { rd: X.t4, csr: CSRS.mcycle, rs1: 0 }),
        encode("sw", { rs2: X.t3, rs1: X.s0, imm: 0 }),
        encode("sw", { rs2: X.t4, rs1: X.s0, imm: 4 }),
        encode("addi", { rd: X.s0, rs1: X.s0, imm: 8 }),
      )
      .constant(X.t5, CLAIM)
      .constant(X.t6, UART)
      .add(
        encode("lw", { rd: X.t3, rs1: X.t5, imm: 0 }),
        encode("lbu", { rd: X.t4, rs1: X.t6, imm: 2 }),
        encode("add", { rd: X.s1, rs1: X.s1, rs2: X.t4 }),
        encode("lbu", { rd: X.t4, rs1: X.t6, imm: 0 }),
        encode("add", { rd: X.s1, rs1: X.s1, rs2: X.t4 }),
        encode("sw", { rs2: X.t3, rs1: X.t5, imm: 0 }),
      )
      // The software interrupt falls, and the timer comes again some 300 cycles later.
      .constant(X.t5, CLINT)
      .add(encode("sw", { rs2: X.zero, rs1: X.t5, imm: 0 }))
      .constant(X.t6, CLINT + 0xbff8)
      .add(encode("lw", { rd: X.t4, rs1: X.t6, imm: 0 }), encode("addi", { rd: X.t4, rs1: X.t4, imm: 30 }))
      .constant(X.t5, CLINT + 0x4000)
      .add(encode("sw", { rs2: X.t4, rs1: X.t5, imm: 0 }), encode("mret"))
      .image()
  );
};

/** What a run of `total` cycles leaves behind. */
const outcomeOf = (image: Uint8Array, engine: EngineKind, input: string, total: number, slices: readonly number[]) => {
  const parsed = parseImage(image);
  if ("problem" in parsed) throw new Error(parsed.problem);
  const pending = [...input].map((character) => character.charCodeAt(0));
  const sent: number[] = [];
  const board: VirtualBoard = new VirtualBoard({
    image: parsed,
    areas: { input: null, output: null, retained: null },
    memoryBytes: 0x1_0000,
    clock: hertz(100_000_000),
    partita: new StandaloneHost({ requestStop: () => board.requestStop(), raiseError: () => {} }),
    transmit: (byte) => sent.push(byte),
    receive: () => pending.shift() ?? -1,
    engine: engineFactory(engine),
  });
  for (let at = 0, i = 0; at < total; i++) {
    const slice = Math.min(slices[i % slices.length]!, total - at);
    expect(board.run(cycles(at), cycles(slice))).toBe("budget");
    at += slice;
  }
  const state: Buffer[] = [];
  board.visitState((bytes) => state.push(Buffer.from(bytes)));
  return { sent, left: pending.length, state: Buffer.concat(state), traps: board.ram[LOG - 0x8000_0000 + 3]! };
};

describe("a guest that meets its devices at random", () => {
  it("comes to the same state at every cycle, in slices of any size, on either engine", () => {
    let interrupted = 0;
    let received = 0;
    fc.assert(
      fc.property(
        steps,
        fc.string({ maxLength: 40 }),
        fc.integer({ min: 500, max: LONGEST_RUN }),
        fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 10 }),
        fc.constantFrom(...ENGINES),
        (program, input, total, slices, engine) => {
          const image = guestOf(program);
          const whole = outcomeOf(image, "interpreter", input, total, [LONGEST_RUN]);
          const sliced = outcomeOf(image, engine, input, total, slices);
          interrupted += Number(whole.traps !== 0);
          received += Number(whole.left < input.length);
          expect([sliced.sent, sliced.left]).toEqual([whole.sent, whole.left]);
          expect(sliced.state.equals(whole.state)).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
    // Otherwise it compares guests that meet nothing.
    expect(interrupted).toBeGreaterThan(50);
    expect(received).toBeGreaterThan(50);
  });
});
