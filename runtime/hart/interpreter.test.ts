import { describe, expect, test } from "vitest";
import { CSRS, encode, X } from "../isa/index.ts";
import { cycles, guestAddress } from "../units.ts";
import { RAM_BASE, WORD } from "./layout.ts";
import { Assembly } from "./testing/assembly.ts";
import { MSIP } from "./testing/program-frame.ts";
import { SCRATCH_DEVICE, TestBoard } from "./testing/test-board.ts";

const { a0, a1, a2, t0, zero } = X;
const MIE = 1 << 3;
const ALL_INTERRUPTS = (1 << 3) | (1 << 7) | (1 << 11);

const nop = { rd: 0, rs1: 0, imm: 0 } as const;
const loop = { rd: 0, imm: 0 } as const;

/** mtvec = RAM_BASE + offset, in 3 instructions. */
const handlerAt = (offset: number, mode = 0) =>
  new Assembly().li(t0, RAM_BASE + offset + mode).csrWrite(CSRS.mtvec, t0);
/** A guest with a handler at 0x100 that loops on itself. */
const withHandler = (code: Assembly, mode = 0): Assembly => {
  const all = handlerAt(0x100, mode).append(code);
  while (all.size < 0x140) all.op("jal", loop);
  return all;
};
const PROLOGUE = 3;

describe("time", () => {
  test("every attempted instruction costs a cycle, one that traps too, and only others retire", () => {
    const board = TestBoard.of(withHandler(new Assembly().op("addi", nop).op("ecall")));
    expect(board.run(PROLOGUE + 2)).toBe("budget");
    expect(board.at).toBe(0x100);
    expect(board.csr("mcycle")).toBe(PROLOGUE + 2);
    expect(board.csr("minstret")).toBe(PROLOGUE + 1);
  });

  test("the counters read what came before the instruction, and a written one counts on from what was written", () => {
    const code = new Assembly().op("addi", nop).csrRead(a0, CSRS.mcycle).csrRead(a1, CSRS.minstret);
    code.op("addi", { rd: t0, rs1: 0, imm: 100 }).csrWrite(CSRS.minstret, t0).csrRead(a2, CSRS.instret);
    const board = TestBoard.of(code);
    board.run(6);
    expect([board.hart.x(a0), board.hart.x(a1), board.hart.x(a2)]).toEqual([1, 2, 100]);
  });

  test("64-bit counters carry, borrow and wrap", () => {
    const code = new Assembly().op("addi", { rd: t0, rs1: 0, imm: -1 }).csrWrite(CSRS.mcycleh, t0);
    code.csrWrite(CSRS.mcycle, t0).csrRead(a0, CSRS.cycleh).csrRead(a1, CSRS.cycle);
    const board = TestBoard.of(code);
    board.run(5);
    expect([board.hart.x(a0), board.hart.x(a1)]).toEqual([-1, 0]);
    board.hart.addIdle(cycles(2 ** 33 + 5));
    expect([board.csr("mcycle"), board.hart.words[WORD.mcycle + 1]]).toEqual([6, 2]);
  });

  test("mcountinhibit stops them one by one", () => {
    const code = new Assembly()
      .op("csrrwi", { rd: 0, csr: CSRS.mcountinhibit, imm: 1 })
      .op("addi", nop)
      .op("addi", nop);
    const board = TestBoard.of(code);
    board.run(3);
    board.hart.addIdle(cycles(10));
    expect([board.csr("mcycle"), board.csr("minstret")]).toEqual([0, 3]);
  });

  test("devices and the time register see the exact cycle inside a run", () => {
    const code = new Assembly()
      .op("lui", { rd: a0, imm: SCRATCH_DEVICE })
      .op("lw", { rd: a1, rs1: a0, imm: 0 })
      .op("addi", nop);
    code.csrRead(a1, CSRS.time).csrRead(a2, CSRS.timeh).op("sw", { rs1: a0, rs2: a0, imm: 0 });
    const board = TestBoard.of(code);
    board.timeOffset = 7 * 2 ** 32;
    expect(board.run(100)).toBe("mmio");
    expect(board.accesses).toEqual([
      { kind: "read", elapsed: 1 },
      { kind: "write", elapsed: 5 },
    ]);
    expect([board.hart.x(a1), board.hart.x(a2), board.engine.used]).toEqual([3, 7, 6]);
  });

  test("a budget beyond 2^31 is used to the cycle", () => {
    const board = TestBoard.of(new Assembly().op("wfi"));
    expect(board.run(2 ** 40)).toBe("wfi");
    expect(board.engine.used).toBe(1);
  });
});

describe("traps", () => {
  test("enter the handler with cause, value and pc, and mret goes back", () => {
    const code = withHandler(new Assembly().op("csrrsi", { rd: 0, csr: CSRS.mstatus, imm: MIE }).word(0xffff_ffff));
    const board = TestBoard.of(code);
    board.run(PROLOGUE + 2);
    expect(board.at).toBe(0x100);
    expect([board.csr("mcause"), board.csr("mtval"), board.csr("mepc")]).toEqual([2, 0xffff_ffff, RAM_BASE + 16]);
    expect(board.csr("mstatus") & 0x88).toBe(0x80);
    board.hart.ram.set(Uint8Array.from(new Assembly().op("mret").bytes), 0x100);
    board.engine.ramChanged(guestAddress(RAM_BASE + 0x100), 4);
    board.run(1);
    expect([board.at, board.csr("mstatus") & 0x88]).toEqual([16, 0x88]);
  });

  test("without a handler are faults that leave the guest where it stands", () => {
    const board = TestBoard.of(new Assembly().op("addi", nop).op("lw", { rd: a0, rs1: 0, imm: 16 }));
    expect(board.run(10)).toBe("fault");
    expect(board.engine.fault).toEqual({ cause: "loadAccessFault", pc: RAM_BASE + 4, value: 16 });
    expect([board.engine.used, board.at, board.csr("mepc")]).toEqual([2, 4, 0]);
  });

  test("with a handler that cannot be fetched are faults", () => {
    const board = TestBoard.of(handlerAt(0x10_0000).op("ebreak"));
    expect(board.run(10)).toBe("fault");
    expect(board.engine.fault?.cause).toBe("breakpoint");
  });

  test("name the cause and the address of what cannot be accessed", () => {
    const cases = {
      "a misaligned device access": [
        new Assembly().li(a0, SCRATCH_DEVICE + 2).op("lw", { rd: a1, rs1: a0, imm: 0 }),
        "loadAccessFault",
      ],
      "a load that leaves RAM": [
        new Assembly().li(a0, RAM_BASE + 0xfffe).op("lw", { rd: a1, rs1: a0, imm: 0 }),
        "loadAccessFault",
      ],
      "a store below RAM": [
        new Assembly().li(a0, RAM_BASE - 2).op("sw", { rs1: a0, rs2: a0, imm: 0 }),
        "storeAccessFault",
      ],
      "a misaligned reservation": [
        new Assembly().li(a0, RAM_BASE + 2).op("lr.w", { rd: a1, rs1: a0 }),
        "loadAddressMisaligned",
      ],
      "a misaligned atomic": [
        new Assembly().li(a0, RAM_BASE + 2).op("amoadd.w", { rd: a1, rs1: a0, rs2: 0 }),
        "storeAddressMisaligned",
      ],
      "an atomic on a device": [
        new Assembly().li(a0, SCRATCH_DEVICE).op("amoadd.w", { rd: a1, rs1: a0, rs2: 0 }),
        "storeAccessFault",
      ],
    } as const;
    for (const [what, [code, cause]] of Object.entries(cases)) {
      const board = TestBoard.of(code);
      expect(board.run(10), what).toBe("fault");
      expect(board.engine.fault, what).toEqual({ cause, pc: RAM_BASE + 8, value: board.hart.x(a0) >>> 0 });
    }
  });

  test("fetching beyond RAM names the halfword that is not there", () => {
    const board = TestBoard.of(new Assembly(), 0x1000);
    board.hart.ram.set([0x01, 0x00, 0x13, 0x00], 0xffc);
    board.hart.reset(guestAddress(RAM_BASE + 0xffc), 0, 0);
    expect(board.run(5)).toBe("fault");
    expect(board.engine.fault).toEqual({
      cause: "instructionAccessFault",
      pc: RAM_BASE + 0xffe,
      value: RAM_BASE + 0x1000,
    });
  });

  test("float instructions are illegal while FS is off, and make it dirty when it is not", () => {
    const off = TestBoard.of(new Assembly().op("fmv.w.x", { rd: 0, rs1: 0 }));
    expect(off.run(1)).toBe("fault");
    const on = TestBoard.of(
      new Assembly()
        .li(t0, 1 << 13)
        .op("csrrs", { rd: 0, csr: CSRS.mstatus, rs1: t0 })
        .op("fmv.w.x", { rd: 0, rs1: 0 })
        .csrRead(a0, CSRS.mstatus),
    );
    on.run(5);
    expect(on.hart.x(a0) >>> 0).toBe(0x8000_6000);
  });
});

describe("interrupts", () => {
  const enabled = (code: Assembly, mode = 0) =>
    withHandler(new Assembly().li(t0, ALL_INTERRUPTS).csrWrite(CSRS.mie, t0).append(code), mode);

  test("are taken at the start of a run, for no cycles, external before software before timer", () => {
    const board = TestBoard.of(enabled(new Assembly().op("csrrsi", { rd: 0, csr: CSRS.mstatus, imm: MIE })));
    board.run(PROLOGUE + 4);
    const next = board.at;
    for (const line of ["timer", "software", "external"] as const) board.hart.setInterrupt(line, true);
    const causes: number[] = [];
    for (const line of ["external", "software", "timer"] as const) {
      board.run(1);
      causes.push(board.csr("mcause"));
      expect([board.at, board.csr("mepc"), board.csr("mtval")]).toEqual([0x100, RAM_BASE + next, 0]);
      board.hart.setInterrupt(line, false);
      board.hart.words[WORD.mstatus] = 0x1808;
      board.hart.words[WORD.pc] = RAM_BASE + next;
    }
    expect(causes).toEqual([0x8000_000b, 0x8000_0003, 0x8000_0007]);
    expect(board.csr("mcycle")).toBe(PROLOGUE + 4 + 3);
  });

  test("are taken right after the instruction that enables them", () => {
    const code = new Assembly()
      .li(a0, MSIP)
      .op("addi", { rd: a1, rs1: 0, imm: 1 })
      .op("sw", { rs1: a0, rs2: a1, imm: 0 });
    code.op("addi", nop).op("csrrsi", { rd: 0, csr: CSRS.mstatus, imm: MIE }).op("addi", { rd: a2, rs1: 0, imm: 1 });
    const board = TestBoard.of(enabled(code));
    expect(board.run(100)).toBe("mmio");
    board.run(10);
    expect([board.at, board.hart.x(a2), board.csr("mepc") - RAM_BASE]).toEqual([0x100, 0, 4 * (PROLOGUE + 3 + 6)]);
  });

  test("go to their own entries when mtvec says so, traps to the base", () => {
    const board = TestBoard.of(
      enabled(new Assembly().op("csrrsi", { rd: 0, csr: CSRS.mstatus, imm: MIE }).op("ecall"), 1),
    );
    board.run(PROLOGUE + 4);
    board.hart.setInterrupt("timer", true);
    board.run(1);
    expect(board.at).toBe(0x100 + 4 * 7);
    board.hart.reset(guestAddress(RAM_BASE), 0, 0);
    board.hart.setInterrupt("timer", false);
    board.run(PROLOGUE + 5);
    expect(board.at).toBe(0x100);
  });

  test("wfi waits for one that is enabled, whether or not it can be taken, and costs one cycle", () => {
    const board = TestBoard.of(enabled(new Assembly().op("wfi").op("addi", { rd: a2, rs1: 0, imm: 5 })));
    expect(board.run(100)).toBe("wfi");
    expect([board.engine.used, board.at]).toEqual([PROLOGUE + 4, 4 * (PROLOGUE + 4)]);
    expect(board.hart.wakes).toBe(false);
    board.hart.setInterrupt("timer", true);
    expect([board.hart.wakes, board.hart.interruptReady]).toEqual([true, false]);
    board.run(1);
    expect(board.hart.x(a2)).toBe(5);

    const pending = TestBoard.of(enabled(new Assembly().op("wfi").op("addi", { rd: a2, rs1: 0, imm: 5 })));
    pending.hart.setInterrupt("external", true);
    expect(pending.run(PROLOGUE + 5)).toBe("budget");
    expect(pending.hart.x(a2)).toBe(5);
  });
});

describe("code", () => {
  test("is fetched as last stored, in its own page and across the end of one", () => {
    for (const place of [0x80, 0xffe]) {
      // Calls a function at `place` twice, and between the calls rewrites its instruction.
      const code = new Assembly().li(a1, RAM_BASE + place).op("jalr", { rd: X.ra, rs1: a1, imm: 0 });
      code.op("addi", { rd: a2, rs1: a0, imm: 0 }).li(t0, encode("addi", { rd: a0, rs1: zero, imm: 2 }));
      code.op("sw", { rs1: a1, rs2: t0, imm: 0 }).op("jalr", { rd: X.ra, rs1: a1, imm: 0 }).op("wfi");
      const board = TestBoard.of(code);
      const body = new Assembly().op("addi", { rd: a0, rs1: zero, imm: 1 }).op("jalr", { rd: zero, rs1: X.ra, imm: 0 });
      board.hart.ram.set(Uint8Array.from(body.bytes), place);
      expect(board.run(100)).toBe("wfi");
      expect([board.hart.x(a2), board.hart.x(a0)]).toEqual([1, 2]);
    }
  });

  test("is fetched as last stored by a store that begins in the page before", () => {
    const code = new Assembly().li(a2, RAM_BASE + 0x2000).op("jalr", { rd: X.ra, rs1: a2, imm: 0 });
    // The upper half of the stored word turns `addi a0` into `addi a1`.
    code.li(t0, encode("addi", { rd: a1, rs1: zero, imm: 1 }) << 16).op("sw", { rs1: a2, rs2: t0, imm: -2 });
    const board = TestBoard.of(code.op("jalr", { rd: X.ra, rs1: a2, imm: 0 }).op("wfi"));
    const body = new Assembly().op("addi", { rd: a0, rs1: zero, imm: 1 }).op("jalr", { rd: zero, rs1: X.ra, imm: 0 });
    board.hart.ram.set(Uint8Array.from(body.bytes), 0x2000);
    expect(board.run(100)).toBe("wfi");
    expect([board.hart.x(a0), board.hart.x(a1)]).toEqual([1, 1]);
  });

  test("is fetched as last stored when it reaches into a page that holds no other", () => {
    const jumpTo = (target: number) => encode("jal", { rd: 0, imm: target - 0xffe });
    const code = new Assembly().li(a1, RAM_BASE + 0x1000).op("jalr", { rd: 0, rs1: a1, imm: -2 });
    while (code.size < 0x80) code.op("wfi");
    code
      .li(t0, jumpTo(0xc0) >>> 16)
      .op("sh", { rs1: a1, rs2: t0, imm: 0 })
      .op("jalr", { rd: 0, rs1: a1, imm: -2 });
    while (code.size < 0xffe) code.op("c.nop");
    const board = TestBoard.of(code.word(jumpTo(0x80)));
    expect(board.run(9)).toBe("budget");
    expect(board.at).toBe(0xc0);
  });

  test("changes with one byte of an instruction's second half", () => {
    const board = TestBoard.of(new Assembly().op("addi", { rd: a0, rs1: zero, imm: 1 }).op("jal", { rd: 0, imm: -4 }));
    board.run(4);
    const patched = Uint8Array.from(new Assembly().op("addi", { rd: a0, rs1: zero, imm: 0x101 }).bytes);
    board.hart.ram[3] = patched[3]!;
    board.engine.ramChanged(guestAddress(RAM_BASE + 3), 1);
    board.run(2);
    expect(board.hart.x(a0)).toBe(0x101);
  });

  test("runs on over the end of a page", () => {
    const code = new Assembly();
    while (code.size < 0x2000) code.op("addi", { rd: a0, rs1: a0, imm: 1 });
    const board = TestBoard.of(code);
    board.run(0x800);
    expect([board.hart.x(a0), board.at]).toEqual([0x800, 0x2000]);
  });

  test("dropped as a whole is decoded again", () => {
    const board = TestBoard.of(new Assembly().op("addi", { rd: a0, rs1: a0, imm: 1 }).op("jal", { rd: 0, imm: -4 }));
    board.run(10);
    board.hart.ram.set(Uint8Array.from(new Assembly().op("addi", { rd: a0, rs1: zero, imm: 77 }).bytes));
    board.engine.ramChanged(guestAddress(RAM_BASE), board.hart.ramBytes);
    board.run(2);
    expect(board.hart.x(a0)).toBe(77);
  });
});

describe("store conditional", () => {
  const attempt = (between: Assembly) => {
    const code = new Assembly()
      .li(a0, RAM_BASE + 0x800)
      .op("lr.w", { rd: a1, rs1: a0 })
      .append(between);
    const board = TestBoard.of(
      code.op("sc.w", { rd: a2, rs1: a0, rs2: a0 }).op("sc.w", { rd: a1, rs1: a0, rs2: a0 }).op("wfi"),
    );
    expect(board.run(100)).toBe("wfi");
    return { first: board.hart.x(a2), second: board.hart.x(a1) };
  };

  test("succeeds once after its load, and not when the word has changed", () => {
    expect(attempt(new Assembly().op("addi", nop))).toEqual({ first: 0, second: 1 });
    expect(attempt(new Assembly().op("sw", { rs1: a0, rs2: a0, imm: 0 }))).toEqual({ first: 1, second: 1 });
  });
});

test("reset clears the registers and sets pc, a0 and a1", () => {
  const board = TestBoard.of(new Assembly().op("addi", { rd: X.s0, rs1: zero, imm: 3 }));
  board.run(1);
  board.hart.reset(guestAddress(RAM_BASE + 8), 1, 2);
  expect([board.hart.x(X.s0), board.hart.x(a0), board.hart.x(a1), board.at, board.csr("mcycle")]).toEqual([
    0, 1, 2, 8, 0,
  ]);
});
