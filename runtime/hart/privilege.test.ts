/** Machine and user mode: who may do what, and how traps and mret change between them. Privileged 20211203 §3.1.6, §3.3, §3.7. */
import { describe, expect, test } from "vitest";
import { CSRS, PMP_ADDRESSES, PMP_CONFIGURATIONS, X } from "../isa/index.ts";
import { cycles, guestAddress } from "../units.ts";
import { PAGE_BYTES, RAM_BASE, WORD } from "./layout.ts";
import { Assembly } from "./testing/assembly.ts";
import { privilegedProgram } from "./testing/privileged-program.ts";
import { Random } from "./testing/random.ts";
import { SCRATCH_DEVICE, TestBoard } from "./testing/test-board.ts";

const { a0, a1, t0, zero } = X;
const { pmpcfg0, pmpcfg1 } = PMP_CONFIGURATIONS as { readonly pmpcfg0: number; readonly pmpcfg1: number };
const pmpaddr = (entry: number): number => PMP_ADDRESSES[`pmpaddr${entry}`]!;

const MIE = 1 << 3;
const MPIE = 1 << 7;
const MPP = 3 << 11;
const MPRV = 1 << 17;
const TW = 1 << 21;
const READ = 1;
const WRITE = 2;
const EXECUTE = 4;
const ALL = 7;
const TOR = 1 << 3;
const NAPOT = 3 << 3;
const LOCK = 1 << 7;

const HANDLER = 0x800;
/** Where U mode begins. */
const USER = 0x1000;
const nop = { rd: 0, rs1: 0, imm: 0 } as const;
const loop = { rd: 0, imm: 0 } as const;

const set = (code: Assembly, csr: number, value: number): Assembly => code.li(t0, value).csrWrite(csr, t0);

/** Ranges one above the other, each up to its `end`: entries 0, 1 … as TOR. */
const ranges = (...entries: readonly { readonly end: number; readonly configuration: number }[]): Assembly => {
  const code = new Assembly();
  for (const [entry, { end }] of entries.entries()) set(code, pmpaddr(entry), (RAM_BASE + end) / 4);
  const bytes = entries.map(({ configuration }) => configuration | TOR);
  return set(
    code,
    pmpcfg0,
    bytes.reduceRight((word, byte) => (word << 8) | byte, 0),
  );
};
const everything = (): Assembly =>
  set(set(new Assembly(), pmpaddr(15), -1), PMP_CONFIGURATIONS.pmpcfg3!, (NAPOT | ALL) << 24);

/** In M mode `machine`, then in U mode `user` at USER; a handler that loops. Runs until U mode is entered. */
const board = (machine: Assembly, user: Assembly, mstatus = 0): TestBoard => {
  const code = set(new Assembly(), CSRS.mtvec, RAM_BASE + HANDLER).append(machine);
  set(set(code, CSRS.mepc, RAM_BASE + USER), CSRS.mstatus, mstatus).op("mret");
  const last = code.size;
  while (code.size < USER) code.op("jal", loop);
  const started = TestBoard.of(code.append(user));
  started.run(last / 4);
  expect(started.hart.mode).toBe("user");
  return started;
};

const trapOf = (of: TestBoard) => ({
  at: of.at,
  mode: of.hart.mode,
  cause: of.csr("mcause"),
  value: of.csr("mtval"),
  pc: of.csr("mepc") - RAM_BASE,
});
const trapped = (cause: number, value: number, pc: number) => ({ at: HANDLER, mode: "machine", cause, value, pc });

describe("modes", () => {
  test("begin with M, in which nothing is restricted", () => {
    const { hart } = TestBoard.of(new Assembly());
    expect([hart.mode, hart.unrestricted]).toEqual(["machine", true]);
  });

  test("change to that of MPP by mret, which leaves U in MPP and MPIE in MIE", () => {
    const { hart } = board(everything(), new Assembly(), MPIE | TW);
    expect(hart.words[WORD.mstatus]).toBe(MIE | MPIE | TW);
    expect(hart.unrestricted).toBe(false);
  });

  test("change to M by a trap, which leaves the mode in MPP and MIE in MPIE", () => {
    const trap = board(everything(), new Assembly().op("ecall"), MPIE);
    trap.run(1);
    expect(trapOf(trap)).toEqual(trapped(8, 0, USER));
    expect(trap.csr("mstatus")).toBe(MPIE);
    expect(trap.hart.unrestricted).toBe(true);
    const machine = TestBoard.of(set(new Assembly(), CSRS.mtvec, RAM_BASE + HANDLER).op("ecall"));
    machine.run(4);
    expect([machine.csr("mcause"), machine.csr("mstatus")]).toEqual([11, MPP]);
  });

  test("are the only ones that MPP can name", () => {
    for (const [before, written, kept] of [
      [0, 1 << 11, 0],
      [MPP, 2 << 11, MPP],
      [MPP, 0, 0],
      [0, MPP, MPP],
    ] as const) {
      const code = set(set(new Assembly(), CSRS.mstatus, before), CSRS.mstatus, written).csrRead(a0, CSRS.mstatus);
      const of = TestBoard.of(code);
      of.run(code.size / 4);
      expect(of.hart.x(a0)).toBe(kept);
    }
  });

  test("leave their mark in mstatus alone: what S mode would have reads 0", () => {
    const code = set(new Assembly(), CSRS.mstatus, -1).csrRead(a0, CSRS.mstatus).csrRead(a1, CSRS.mstatush);
    const of = TestBoard.of(code);
    of.run(code.size / 4);
    expect([of.hart.x(a0) >>> 0, of.hart.x(a1)]).toEqual([(0x8000_6000 | MIE | MPIE | MPP | MPRV | TW) >>> 0, 0]);
  });

  test("are M again after a reset, with no protection left", () => {
    const of = board(everything(), new Assembly());
    of.hart.reset(guestAddress(RAM_BASE), 0, 0);
    expect([of.hart.mode, of.hart.unrestricted, of.hart.words[WORD.pmpcfg + 3]]).toEqual(["machine", true, 0]);
    expect(of.hart.protection.user.permits(READ, RAM_BASE, 4)).toBe(false);
  });
});

describe("U mode", () => {
  test("may not return from traps, nor touch what is M mode's or not there", () => {
    const forbidden = [
      CSRS.mstatus,
      CSRS.mhartid,
      CSRS.mcycle,
      CSRS.mscratch,
      pmpcfg0,
      pmpaddr(15),
      0x302,
      0x100,
      0x7c0,
    ];
    const instructions = [
      new Assembly().op("mret"),
      ...forbidden.map((csr) => new Assembly().csrRead(a0, csr)),
      new Assembly().op("csrrwi", { rd: 0, csr: CSRS.mtvec, imm: 0 }),
      new Assembly().word(0x1020_0073),
    ];
    for (const instruction of instructions) {
      const of = board(everything(), instruction);
      of.run(1);
      const word = new DataView(Uint8Array.from(instruction.bytes).buffer).getUint32(0, true);
      expect(trapOf(of)).toEqual(trapped(2, word, USER));
    }
  });

  test("reads the counters that mcounteren opens, and writes none", () => {
    const counters = [CSRS.cycle, CSRS.time, CSRS.instret, 0xc03, 0xc1f, CSRS.cycleh, CSRS.timeh, CSRS.instreth, 0xc83];
    for (const csr of counters) {
      for (const isOpen of [true, false]) {
        const bit = 1 << (csr & 31);
        const of = board(set(everything(), CSRS.mcounteren, isOpen ? bit : ~bit), new Assembly().csrRead(a0, csr));
        of.run(1);
        expect(of.at).toBe(isOpen ? USER + 4 : HANDLER);
      }
      const writes = board(set(everything(), CSRS.mcounteren, -1), new Assembly().op("csrrwi", { rd: 0, csr, imm: 0 }));
      writes.run(1);
      expect(writes.csr("mcause")).toBe(2);
    }
  });

  test("uses the float registers as M mode lets it", () => {
    const user = new Assembly().csrRead(a0, CSRS.fcsr);
    const off = board(everything(), user);
    off.run(1);
    expect(off.csr("mcause")).toBe(2);
    const on = board(everything(), user, 1 << 13);
    on.run(1);
    expect(on.at).toBe(USER + 4);
  });

  test("waits for interrupts unless mstatus.TW forbids it", () => {
    const waits = board(everything(), new Assembly().op("wfi"));
    expect(waits.run(10)).toBe("wfi");
    expect([waits.engine.used, waits.at]).toEqual([1, USER + 4]);
    const forbidden = board(everything(), new Assembly().op("wfi"), TW);
    forbidden.run(1);
    expect(trapOf(forbidden)).toEqual(trapped(2, 0x1050_0073, USER));
  });

  test("is interrupted whatever MIE says, before its next instruction and for no cycle", () => {
    for (const mstatus of [0, MPIE]) {
      const of = board(set(everything(), CSRS.mie, 1 << 7), new Assembly().op("addi", nop).op("addi", nop), mstatus);
      of.run(1);
      of.hart.setInterrupt("timer", true);
      expect([of.hart.interruptReady, of.run(1)]).toEqual([true, "budget"]);
      expect(trapOf(of)).toEqual(trapped(0x8000_0007, 0, USER + 4));
      expect(of.csr("mstatus")).toBe(mstatus);
    }
  });

  test("is interrupted at once when mret enters it", () => {
    const machine = set(set(everything(), CSRS.mie, 1 << 3), CSRS.mtvec, RAM_BASE + HANDLER + 1);
    const of = TestBoard.of(set(set(machine, CSRS.mepc, RAM_BASE + USER), CSRS.mstatus, 0).op("mret"));
    of.hart.setInterrupt("software", true);
    of.run(machine.size / 4);
    expect(trapOf(of)).toEqual({ ...trapped(0x8000_0003, 0, USER), at: HANDLER + 4 * 3 });
  });
});

describe("what U mode reaches", () => {
  test("is nothing while no entry permits it", () => {
    const of = board(new Assembly(), new Assembly().op("addi", nop));
    of.run(1);
    expect(trapOf(of)).toEqual(trapped(1, RAM_BASE + USER, USER));
    expect([of.csr("mcycle"), of.csr("minstret")]).toEqual([of.cycles, of.cycles - 1]);
  });

  const code = { end: USER + 0x100, configuration: READ | EXECUTE };
  const readOnly = { end: 0x2100, configuration: READ };
  const open = { end: 0x4100, configuration: READ | WRITE };
  const withPlace = (place: number): Assembly => new Assembly().li(a0, RAM_BASE + place);
  const load = (place: number) => withPlace(place).op("lw", { rd: a1, rs1: a0, imm: 0 });
  const store = (place: number) => withPlace(place).op("sh", { rs1: a0, rs2: a0, imm: 0 });
  const LOAD = 5;
  const STORE = 7;

  test("is what the entries say, to the byte, on whole pages and on parts", () => {
    const cases = [
      { user: load(0x20fc), fault: null },
      { user: store(0x20fc), fault: STORE },
      { user: load(0x40fc), fault: null },
      { user: load(0x3ffe), fault: null },
      { user: store(0x40fe), fault: null },
      { user: load(0x40fd), fault: LOAD },
      { user: store(0x40ff), fault: STORE },
      { user: store(0x20ff), fault: STORE },
      { user: load(0x20fe), fault: LOAD },
      { user: load(0x4100), fault: LOAD },
      { user: load(0x5000), fault: LOAD },
    ];
    for (const { user, fault } of cases) {
      const of = board(ranges(code, readOnly, open), user);
      of.run(user.size / 4);
      const outcome =
        fault === null ? { at: USER + user.size } : trapped(fault, of.hart.x(a0) >>> 0, USER + user.size - 4);
      expect(trapOf(of)).toMatchObject(outcome);
    }
  });

  test("is what the entries say of devices, too", () => {
    const user = new Assembly().li(a0, SCRATCH_DEVICE).op("lw", { rd: a1, rs1: a0, imm: 0 });
    const denied = board(ranges({ end: 0, configuration: 0 }, code), user);
    denied.run(3);
    expect(trapOf(denied)).toEqual(trapped(LOAD, SCRATCH_DEVICE, USER + 8));
    expect(denied.accesses).toEqual([]);
    const granted = board(everything(), user);
    granted.run(3);
    expect(granted.accesses).toHaveLength(1);
  });

  test("by atomics needs writing, but for lr.w", () => {
    const atomics = [
      { user: withPlace(0x2000).op("lr.w", { rd: a1, rs1: a0 }), fault: null },
      {
        user: withPlace(0x2000).op("lr.w", { rd: a1, rs1: a0 }).op("sc.w", { rd: a1, rs1: a0, rs2: a0 }),
        fault: STORE,
      },
      { user: withPlace(0x2000).op("amoadd.w", { rd: a1, rs1: a0, rs2: zero }), fault: STORE },
      { user: withPlace(0x3000).op("amoadd.w", { rd: a1, rs1: a0, rs2: zero }), fault: null },
      { user: withPlace(0x5000).op("lr.w", { rd: a1, rs1: a0 }), fault: LOAD },
    ];
    for (const { user, fault } of atomics) {
      const of = board(ranges(code, readOnly, open), user);
      of.run(user.size / 4);
      const outcome =
        fault === null ? { at: USER + user.size } : trapped(fault, of.hart.x(a0) >>> 0, USER + user.size - 4);
      expect(trapOf(of)).toMatchObject(outcome);
    }
  });

  test("is lent to loads and stores of M mode by MPRV, not to its fetches", () => {
    const machine = set(new Assembly(), CSRS.mtvec, RAM_BASE + HANDLER).append(ranges(code, readOnly));
    set(machine, CSRS.mstatus, MPRV).append(load(0x2000));
    const granted = machine.size;
    const of = TestBoard.of(machine.append(store(0x2000)));
    of.run(granted / 4);
    expect([of.at, of.hart.unrestricted]).toEqual([granted, false]);
    of.run(3);
    expect(trapOf(of)).toEqual(trapped(STORE, RAM_BASE + 0x2000, granted + 8));
    // MPP now is M: the handler stores as M mode does.
    expect([of.csr("mstatus") & (MPRV | MPP), of.hart.unrestricted]).toEqual([MPRV | MPP, true]);
  });

  test("is not lent any more after an mret to U mode, but after one to M mode", () => {
    const toUser = board(everything(), new Assembly(), MPRV);
    expect(toUser.csr("mstatus") & MPRV).toBe(0);
    const machine = set(set(new Assembly(), CSRS.mepc, RAM_BASE + HANDLER), CSRS.mstatus, MPRV | MPP).op("mret");
    const toMachine = TestBoard.of(machine);
    toMachine.run(machine.size / 4);
    expect([toMachine.csr("mstatus"), toMachine.hart.unrestricted]).toEqual([MPRV | MPIE, false]);
  });
});

describe("what U mode executes", () => {
  const untilFault = (machine: Assembly, user: Assembly): TestBoard => {
    const of = board(machine, user);
    while (of.hart.mode === "user") of.run(1);
    return of;
  };
  const nops = (bytes: number): Assembly => {
    const code = new Assembly();
    while (code.size < bytes) code.op("addi", nop);
    return code;
  };

  test("ends where its region does, within a page and at the end of one", () => {
    for (const bytes of [0x40, PAGE_BYTES, PAGE_BYTES + 0x40]) {
      const of = untilFault(ranges({ end: USER + bytes, configuration: EXECUTE }), nops(2 * PAGE_BYTES));
      expect(trapOf(of)).toEqual(trapped(1, RAM_BASE + USER + bytes, USER + bytes));
    }
  });

  test("names the second half of an instruction when only that cannot be fetched", () => {
    for (const bytes of [0x40, PAGE_BYTES]) {
      const code = nops(bytes - 4)
        .op("c.nop")
        .op("addi", nop);
      const of = untilFault(ranges({ end: USER + bytes, configuration: EXECUTE }), code);
      expect(trapOf(of)).toEqual(trapped(1, RAM_BASE + USER + bytes, USER + bytes - 2));
    }
  });

  test("is fetched by halves, so that an instruction may lie in two regions, and a short one at an end", () => {
    const regions = [0x40, 0x44, 0x48].map((end) => ({ end: USER + end, configuration: EXECUTE }));
    const code = nops(0x3c).op("c.nop").op("addi", nop).op("addi", nop).op("c.nop").append(nops(0x40));
    const of = untilFault(ranges(...regions), code);
    expect(trapOf(of)).toEqual(trapped(1, RAM_BASE + USER + 0x48, USER + 0x48));
  });

  test("is not what it may read, and a jump there names its target", () => {
    const user = new Assembly()
      .li(a0, RAM_BASE + USER + 0x80)
      .op("jalr", { rd: 0, rs1: a0, imm: 2 })
      .append(nops(0x100));
    const machine = ranges(
      { end: USER + 0x80, configuration: EXECUTE },
      { end: USER + 0x100, configuration: READ | WRITE },
    );
    const of = untilFault(machine, user);
    expect(trapOf(of)).toEqual(trapped(1, RAM_BASE + USER + 0x82, USER + 0x82));
  });

  test("may have no permission to be read", () => {
    const user = new Assembly().op("auipc", { rd: a0, imm: 0 }).op("lw", { rd: a1, rs1: a0, imm: 0 });
    const of = untilFault(ranges({ end: USER + PAGE_BYTES, configuration: EXECUTE }), user);
    expect(trapOf(of)).toEqual(trapped(5, RAM_BASE + USER, USER + 4));
  });
});

describe("locked entries", () => {
  const locked = (configuration: number) => ({ end: 0x3000, configuration: configuration | LOCK });
  const start = (): Assembly => set(new Assembly(), CSRS.mtvec, RAM_BASE + HANDLER);
  const code = { end: 0x2000, configuration: 0 };

  test("bind M mode, which then is restricted", () => {
    const cases = [
      { place: 0x2ffc, loads: null, stores: 7 },
      { place: 0x2ffe, loads: 5, stores: 7 },
      { place: 0x3000, loads: null, stores: null },
      { place: 0x1ffc, loads: null, stores: null },
    ];
    for (const { place, loads, stores } of cases) {
      const load = new Assembly().op("lw", { rd: a1, rs1: a0, imm: 0 });
      const store = new Assembly().op("sw", { rs1: a0, rs2: a0, imm: 0 });
      for (const [access, cause] of [
        [load, loads],
        [store, stores],
      ] as const) {
        const machine = start()
          .append(ranges(code, locked(READ)))
          .li(a0, RAM_BASE + place)
          .append(access);
        const of = TestBoard.of(machine);
        of.run(machine.size / 4);
        expect(of.hart.unrestricted).toBe(false);
        const outcome = cause === null ? { at: machine.size } : trapped(cause, RAM_BASE + place, machine.size - 4);
        expect(trapOf(of)).toMatchObject(outcome);
      }
    }
  });

  test("keep M mode from executing", () => {
    const machine = start()
      .append(ranges(code, locked(READ | WRITE)))
      .li(a0, RAM_BASE + 0x2100);
    const of = TestBoard.of(machine.op("jalr", { rd: 0, rs1: a0, imm: 0 }));
    of.run(machine.size / 4 + 1);
    expect(trapOf(of)).toEqual(trapped(1, RAM_BASE + 0x2100, 0x2100));
  });

  test("that keep it from fetching its trap handler make a trap a fault", () => {
    const machine = set(new Assembly(), CSRS.mtvec, RAM_BASE + 0x2000)
      .append(ranges(code, locked(READ)))
      .op("ecall");
    const of = TestBoard.of(machine);
    expect(of.run(machine.size / 4)).toBe("fault");
    expect([of.engine.fault?.cause, of.at]).toEqual(["environmentCallFromMachine", machine.size - 4]);
  });

  test("stay so until a reset", () => {
    const machine = start().append(ranges(code, locked(READ)));
    set(set(machine, pmpcfg0, 0), pmpaddr(0), 0);
    const of = TestBoard.of(set(machine, pmpaddr(1), 0).csrRead(a0, pmpcfg0).csrRead(a1, pmpcfg1));
    of.run(machine.size / 4);
    expect([of.hart.x(a0), of.hart.x(a1)]).toEqual([(TOR | READ | LOCK) << 8, 0]);
    const addresses = [...of.hart.words.subarray(WORD.pmpaddr, WORD.pmpaddr + 2)];
    expect(addresses).toEqual([(RAM_BASE + 0x2000) / 4, (RAM_BASE + 0x3000) / 4]);
    of.hart.reset(guestAddress(RAM_BASE), 0, 0);
    expect(of.hart.unrestricted).toBe(true);
  });
});

test("a protected program ends in the same state however it is sliced", () => {
  const { image } = privilegedProgram(9, 4, 40, true);
  const stateOf = (slice: () => number): string => {
    const of = new TestBoard(16 * 2 ** 20, image).finish(() => cycles(slice()));
    return `${of.cycles} ${Buffer.from(of.hart.stateBytes).toString("hex")}`;
  };
  const random = new Random(5);
  const whole = stateOf(() => 1e9);
  for (const longest of [1, 3, 100]) expect(stateOf(() => 1 + random.below(longest))).toBe(whole);
});
