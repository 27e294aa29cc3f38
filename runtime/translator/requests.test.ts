/** Devices, control registers, wfi and mret in the midst of translated code, which the interpreter executes for it. */
import { describe, expect, test } from "vitest";
import { WORD } from "../hart/layout.ts";
import { Assembly } from "../hart/testing/assembly.ts";
import { CSRS, X } from "../isa/index.ts";
import { ACKNOWLEDGE, SCRATCH } from "./testing/flow-layout.ts";
import { SideBySide } from "./testing/side-by-side.ts";

const { t0, t1, t2, s1, a0, ra, sp } = X;
const MIE = 8;
const TIMER = 1 << 7;

/** Round after round of `body`, which leaves s1 alone. */
const rounds = (body: (code: Assembly) => unknown): Assembly => {
  const code = new Assembly().li(s1, 200).label("round");
  body(code);
  return code
    .op("addi", { rd: s1, rs1: s1, imm: -1 })
    .jump("bne", { rs1: s1 }, "round")
    .label("end")
    .jump("jal", {}, "end");
};

/** Runs it in one go, then in slices. @returns how often translated code was entered in the first. */
const entriesOf = (code: Assembly, functions: readonly number[] = []): number => {
  const boards = new SideBySide({ code, functions });
  boards.run(20_000);
  const { entries } = boards.engine;
  const sliced = new SideBySide({ code, functions }).runFor(16_000, 41);
  for (const { interpreted, translated } of [boards, sliced]) {
    expect(translated.accesses).toEqual(interpreted.accesses);
    expect(interpreted.hart.x(s1)).toBe(0);
  }
  return entries;
};

describe("translated code goes on behind", () => {
  test("a device's register that it reads", () => {
    const code = rounds((body) =>
      body
        .op("lui", { rd: t0, imm: SCRATCH.start })
        .op("lw", { rd: t1, rs1: t0, imm: 4 })
        .op("lbu", { rd: t2, rs1: t0, imm: 1 }),
    );
    expect(entriesOf(code)).toBeLessThan(10);
  });

  test("control registers, whatever is done with them", () => {
    const { mscratch, mepc, mcause, mtval, mstatus, mip, mtvec, mie, mcounteren } = CSRS;
    const code = rounds((body) => {
      body.li(t0, 0x1234_5677);
      for (const csr of [mscratch, mepc, mcause, mtval, mcounteren]) {
        body.op("csrrw", { rd: t1, csr, rs1: s1 }).op("csrrs", { rd: t2, csr, rs1: t0 });
        body.op("csrrci", { rd: a0, csr, imm: 21 }).op("csrrwi", { rd: 0, csr, imm: 9 });
      }
      for (const csr of [mstatus, mip, mtvec, mie]) body.csrRead(t1, csr);
      body.op("csrrsi", { rd: 0, csr: mstatus, imm: MIE }).csrRead(t2, mstatus);
      body.op("csrrci", { rd: t1, csr: mstatus, imm: 31 }).csrRead(t2, CSRS.minstret);
    });
    expect(entriesOf(code)).toBeLessThan(10);
  });

  test("mret", () => {
    const code = rounds((body) => {
      body.op("auipc", { rd: t0, imm: 0 }).op("addi", { rd: t0, rs1: t0, imm: 28 }).csrWrite(CSRS.mepc, t0);
      body.li(t1, 0x1880).op("csrrs", { rd: 0, csr: CSRS.mstatus, rs1: t1 }).op("mret");
    });
    // Nothing but mret leads to what follows it.
    expect(entriesOf(code, [code.offsetOf("round")])).toBeLessThan(10);
  });

  test("a wait for what is pending already", () => {
    const boards = new SideBySide({ code: rounds((body) => body.op("wfi").op("addi", { rd: a0, rs1: a0, imm: 1 })) });
    for (const { hart } of boards.boards) {
      hart.words[WORD.mie] = TIMER;
      hart.setInterrupt("timer", true);
    }
    expect(boards.run(2000)).toBe("budget");
    expect([boards.x(a0), boards.engine.entries]).toEqual([200, 1]);
  });
});

test("a wait for nothing ends the run behind it, at its cycle", () => {
  const boards = new SideBySide({ code: rounds((body) => body.op("addi", { rd: a0, rs1: a0, imm: 1 }).op("wfi")) });
  expect(boards.run(1000)).toBe("wfi");
  expect([boards.translated.now, boards.x(a0)]).toEqual([4, 1]);
  for (let times = 0; times < 50; times++) expect(boards.run(1000)).toBe("wfi");
  expect(boards.x(a0)).toBe(51);
});

test("an interrupt that is pending is taken right behind the instruction that enables it, or the write that raises it", () => {
  const handler = 12;
  const code = new Assembly()
    .jump("jal", {}, "start")
    .op("addi", { rd: 0, rs1: 0, imm: 0 })
    .op("addi", { rd: 0, rs1: 0, imm: 0 });
  code
    .op("addi", { rd: a0, rs1: a0, imm: 1 })
    .op("lui", { rd: t2, imm: ACKNOWLEDGE })
    .op("sw", { rs1: t2, rs2: 0, imm: 0 })
    .op("mret");
  code
    .label("start")
    .op("auipc", { rd: t0, imm: 0 })
    .op("addi", { rd: t0, rs1: t0, imm: handler - code.offsetOf("start") });
  code.csrWrite(CSRS.mtvec, t0).li(t0, TIMER).csrWrite(CSRS.mie, t0).label("round");
  code.op("lui", { rd: t0, imm: SCRATCH.start }).op("sw", { rs1: t0, rs2: s1, imm: 0 });
  code.op("csrrsi", { rd: 0, csr: CSRS.mstatus, imm: MIE }).op("addi", { rd: s1, rs1: s1, imm: 1 });
  code.op("csrrci", { rd: 0, csr: CSRS.mstatus, imm: MIE }).jump("jal", {}, "round");
  const boards = new SideBySide({ code, functions: [handler] });
  for (const longest of [5000, 50, 3]) {
    boards.runFor(20_000, longest);
    expect(boards.translated.accesses).toEqual(boards.interpreted.accesses);
  }
  expect(boards.x(a0)).toBeGreaterThan(100);
});

test("a device sees the registers that callers of the code that accesses it hold", () => {
  const code = rounds((body) =>
    body.op("addi", { rd: a0, rs1: a0, imm: 3 }).jump("jal", { rd: ra }, "ask").op("xor", { rd: t1, rs1: a0, rs2: t1 }),
  );
  const functions = [code.size];
  code.label("ask").op("lui", { rd: t0, imm: SCRATCH.start }).op("lw", { rd: t1, rs1: t0, imm: 0 });
  // Too long to be copied into its caller.
  for (let count = 0; count < 60; count++) code.op("addi", { rd: sp, rs1: sp, imm: 1 });
  code.op("jalr", { rd: 0, rs1: ra, imm: 0 });
  expect(entriesOf(code, functions)).toBeGreaterThan(100);
});

test("floats take note of flags that are lowered in their midst", () => {
  const [ft0, ft1, ft2] = [0, 1, 2];
  const code = rounds((body) => {
    body
      .li(t0, 3 << 13)
      .op("csrrs", { rd: 0, csr: CSRS.mstatus, rs1: t0 })
      .li(t1, 3);
    body.op("fcvt.s.w", { rd: ft0, rs1: s1, rm: 0 }).op("fcvt.s.w", { rd: ft1, rs1: t1, rm: 0 });
    body.op("fdiv.s", { rd: ft2, rs1: ft0, rs2: ft1, rm: 0 }).op("csrrwi", { rd: t1, csr: CSRS.fflags, imm: 0 });
    body.op("add", { rd: a0, rs1: a0, rs2: t1 }).op("fadd.s", { rd: ft2, rs1: ft0, rs2: ft1, rm: 0 });
    body
      .op("fdiv.s", { rd: ft2, rs1: ft0, rs2: ft2, rm: 0 })
      .csrRead(t2, CSRS.fflags)
      .op("add", { rd: a0, rs1: a0, rs2: t2 });
  });
  expect(entriesOf(code)).toBeGreaterThan(0);
});
