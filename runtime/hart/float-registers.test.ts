import { describe, expect, test } from "vitest";
import { CSRS, PMP_ADDRESSES, PMP_CONFIGURATIONS, X } from "../isa/index.ts";
import { MSTATUS } from "./hart.ts";
import { fWord, RAM_BASE } from "./layout.ts";
import { Assembly } from "./testing/assembly.ts";
import { FS } from "./testing/program-frame.ts";
import { SCRATCH_DEVICE, TestBoard } from "./testing/test-board.ts";

const { a0, a1, t0 } = X;
const RAM_BYTES = 0x1_0000;
const DATA = RAM_BASE + 0x8000;

/** FS on, a0 = address; then `code`. */
const boardWith = (address: number, code: Assembly): TestBoard => {
  const start = new Assembly()
    .li(t0, FS)
    .op("csrrs", { rd: 0, csr: CSRS.mstatus, rs1: t0 })
    .li(a0, address | 0);
  return TestBoard.of(start.append(code), RAM_BYTES);
};
const PROLOGUE = 5;

const ram = (board: TestBoard): DataView => new DataView(board.hart.ram.buffer, 0, RAM_BYTES);
const f = (board: TestBoard, register: number): bigint =>
  new BigUint64Array(board.hart.words.buffer, RAM_BYTES)[fWord(register) / 2]!;

const SNAN = 0x7ff0_0000_1234_5678n;
const BOXED_ZERO = 0xffff_ffff_0000_0000n;

test("after reset every f register holds the single 0, boxed", () => {
  const board = boardWith(DATA, new Assembly());
  expect(Array.from({ length: 32 }, (_, register) => f(board, register))).toEqual(new Array(32).fill(BOXED_ZERO));
});

describe("loads and stores of f registers", () => {
  test("move doubles whole, NaNs with their payload, at any address in RAM", () => {
    for (const address of [DATA, DATA + 4, DATA + 1, DATA + 0xffd]) {
      const code = new Assembly().op("fld", { rd: 1, rs1: a0, imm: 0 }).op("fsd", { rs1: a0, rs2: 1, imm: 16 });
      const board = boardWith(address, code);
      ram(board).setBigUint64(address - RAM_BASE, SNAN, true);
      expect(board.run(PROLOGUE + 2)).toBe("budget");
      expect(f(board, 1)).toBe(SNAN);
      expect(ram(board).getBigUint64(address - RAM_BASE + 16, true)).toBe(SNAN);
    }
  });

  test("box a single, and store the lower half of whatever is there", () => {
    const code = new Assembly().op("flw", { rd: 1, rs1: a0, imm: 0 }).op("fld", { rd: 2, rs1: a0, imm: 0 });
    code.op("fsw", { rs1: a0, rs2: 2, imm: 16 }).op("fmv.x.w", { rd: a1, rs1: 2 }).op("fmv.w.x", { rd: 3, rs1: a1 });
    const board = boardWith(DATA, code);
    ram(board).setBigUint64(DATA - RAM_BASE, SNAN, true);
    board.run(PROLOGUE + 5);
    expect(f(board, 1)).toBe(0xffff_ffff_1234_5678n);
    expect(ram(board).getBigUint64(DATA - RAM_BASE + 16, true)).toBe(0x1234_5678n);
    expect(board.hart.x(a1)).toBe(0x1234_5678);
    expect(f(board, 3)).toBe(0xffff_ffff_1234_5678n);
  });

  test("reach a device as two words, the low one first, in one instruction", () => {
    const code = new Assembly().op("fld", { rd: 1, rs1: X.zero, imm: 0 });
    const both = new Assembly().op("fsd", { rs1: a0, rs2: 1, imm: 0 }).op("fld", { rd: 2, rs1: a0, imm: 0 });
    const board = boardWith(SCRATCH_DEVICE, both);
    new BigUint64Array(board.hart.words.buffer, RAM_BYTES)[fWord(1) / 2] = SNAN;
    expect(board.run(100)).toBe("mmio");
    expect(board.run(1)).toBe("budget");
    expect(f(board, 2)).toBe(SNAN);
    expect(board.accesses.map(({ kind }) => kind)).toEqual(["write", "write", "read", "read"]);
    expect(board.cycles).toBe(PROLOGUE + 2);
    expect(boardWith(0, code).run(100)).toBe("fault");
  });

  test("fault where not all 8 bytes are: at the end of RAM and, unaligned, on devices", () => {
    for (const address of [
      RAM_BASE + RAM_BYTES - 4,
      RAM_BASE + RAM_BYTES - 7,
      SCRATCH_DEVICE + 4,
      SCRATCH_DEVICE - 4,
    ]) {
      for (const [mnemonic, cause] of [
        ["fld", "loadAccessFault"],
        ["fsd", "storeAccessFault"],
      ] as const) {
        const code = new Assembly();
        if (mnemonic === "fld") code.op("fld", { rd: 1, rs1: a0, imm: 0 });
        else code.op("fsd", { rs1: a0, rs2: 1, imm: 0 });
        const board = boardWith(address, code);
        expect(board.run(100)).toBe("fault");
        expect(board.engine.fault).toMatchObject({ cause, value: address >>> 0 });
        expect(board.accesses).toEqual([]);
        expect(f(board, 1)).toBe(BOXED_ZERO);
      }
    }
    const last = boardWith(RAM_BASE + RAM_BYTES - 8, new Assembly().op("fld", { rd: 1, rs1: a0, imm: 0 }));
    expect(last.run(PROLOGUE + 1)).toBe("budget");
    expect(f(last, 1)).toBe(0n);
  });

  test("in user mode need permission for all 8 bytes", () => {
    const end = DATA + 0x104;
    const userCode = new Assembly().op("fsd", { rs1: a0, rs2: 1, imm: 0 }).op("fld", { rd: 2, rs1: a0, imm: 0 });
    const code = new Assembly()
      .li(t0, end >>> 2)
      .csrWrite(PMP_ADDRESSES.pmpaddr0!, t0)
      .li(t0, 0x0f)
      .csrWrite(PMP_CONFIGURATIONS.pmpcfg0!, t0);
    code.li(t0, MSTATUS.mpp).op("csrrc", { rd: 0, csr: CSRS.mstatus, rs1: t0 });
    code.op("auipc", { rd: t0, imm: 0 }).op("addi", { rd: t0, rs1: t0, imm: 16 }).csrWrite(CSRS.mepc, t0).op("mret");
    const length = PROLOGUE + 6 + 3 + 4;
    const inside = boardWith(end - 8, code.append(userCode));
    new BigUint64Array(inside.hart.words.buffer, RAM_BYTES)[fWord(1) / 2] = SNAN;
    expect(inside.run(length + 2)).toBe("budget");
    expect(inside.hart.mode).toBe("user");
    expect(f(inside, 2)).toBe(SNAN);

    const across = boardWith(end - 4, code);
    expect(across.run(length + 2)).toBe("fault");
    expect(across.engine.fault).toMatchObject({ cause: "storeAccessFault", value: end - 4 });
    expect(ram(across).getBigUint64(end - RAM_BASE - 4, true)).toBe(0n);
  });
});

test("a conversion that is always exact still refuses a reserved rounding mode", () => {
  const code = new Assembly().op("fcvt.d.w", { rd: 1, rs1: a0 }).op("csrrwi", { rd: 0, csr: CSRS.frm, imm: 5 });
  const board = boardWith(7, code.op("fcvt.d.w", { rd: 2, rs1: a0 }));
  expect(board.run(100)).toBe("fault");
  expect(board.engine.fault?.cause).toBe("illegalInstruction");
  expect(board.hart.doubles[fWord(1) / 2]).toBe(7);
});
