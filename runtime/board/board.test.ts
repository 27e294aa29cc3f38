import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Assembly } from "../../hil-tests/laws/assembly.ts";
import { CSRS, encode, X } from "../isa/index.ts";
import { type Cycles, cycles, guestAddress, hertz } from "../units.ts";
import { type BoardOptions, VirtualBoard } from "./board.ts";
import { parseImage } from "./image.ts";
import { StandaloneHost } from "./standalone-host.ts";

const RAM = 0x8000_0000;
const UART = 0x1000_0000;
const FINISHER = 0x0010_0000;
const CLINT = { msip: 0x0200_0000, mtimecmp: 0x0200_4000, mtime: 0x0200_bff8 };
const PLIC = { priority: 0x0c00_0000 + 4 * 10, enable: 0x0c00_2000, claim: 0x0c20_0004 };
const PARTITA_MODE = 0x0400_0010;
const RESULT = 0x400;
/** One tick of mtime is ten cycles. */
const CLOCK = hertz(100_000_000);
const MIE_TIMER = 1 << 7;
const MIE_SOFTWARE = 1 << 3;
const MIE_EXTERNAL = 1 << 11;
const MSTATUS_MIE = 1 << 3;

const boardOf = (program: Assembly, options: Partial<BoardOptions> = {}): VirtualBoard => {
  const image = parseImage(program.image());
  if ("problem" in image) throw new Error(image.problem);
  const host = new StandaloneHost({ requestStop: () => board.requestStop(), raiseError: () => {} });
  const areas = { input: null, output: null, retained: null };
  const board = new VirtualBoard({
    image,
    areas,
    memoryBytes: 0x8000,
    clock: CLOCK,
    partita: host,
    transmit: () => {},
    ...options,
  });
  return board;
};

const resultOf = (board: VirtualBoard, index = 0): number =>
  new DataView(board.ram.buffer, board.ram.byteOffset).getUint32(RESULT + 4 * index, true);

const stateOf = (board: VirtualBoard): string => {
  const parts: string[] = [];
  board.visitState((bytes) => parts.push(Buffer.from(bytes).toString("hex")));
  return parts.join();
};

class Program extends Assembly {
  store(address: number, value: number): this {
    return this.constant(X.t5, address)
      .constant(X.t6, value)
      .add(encode("sw", { rs2: X.t6, rs1: X.t5, imm: 0 }));
  }

  csr(number: number, value: number): this {
    return this.constant(X.t6, value).add(encode("csrrw", { rd: X.zero, csr: number, rs1: X.t6 }));
  }

  /** results[index] = what the CSR holds at this instruction. */
  keepCsr(number: number, index: number): this {
    return this.add(encode("csrrs", { rd: X.t4, csr: number, rs1: X.zero })).keep(X.t4, index);
  }

  keep(register: number, index: number): this {
    return this.constant(X.t5, RAM + RESULT).add(encode("sw", { rs2: register, rs1: X.t5, imm: 4 * index }));
  }

  keepTime(index: number): this {
    return this.constant(X.t5, CLINT.mtime)
      .add(encode("lw", { rd: X.t4, rs1: X.t5, imm: 0 }))
      .keep(X.t4, index);
  }

  timerAt(tick: number): this {
    return this.store(CLINT.mtimecmp + 4, 0).store(CLINT.mtimecmp, tick);
  }

  handler(label: string): this {
    return this.address(X.t6, label).add(encode("csrrw", { rd: X.zero, csr: CSRS.mtvec, rs1: X.t6 }));
  }

  wait(): this {
    return this.add(encode("wfi"));
  }
}

/** Takes a timer interrupt at `tick`; its handler keeps mcycle as of its first instruction, and the next is set. */
const ticking = (tick: number): Program =>
  new Program()
    .handler("handler")
    .timerAt(tick)
    .constant(X.s0, tick)
    .csr(CSRS.mie, MIE_TIMER)
    .csr(CSRS.mstatus, MSTATUS_MIE)
    .label("work")
    .add(encode("addi", { rd: X.s1, rs1: X.s1, imm: 1 }), encode("mul", { rd: X.s2, rs1: X.s1, rs2: X.s1 }))
    .jump("work")
    .label("handler")
    .add(encode("csrrs", { rd: X.s3, csr: CSRS.mcycle, rs1: X.zero }))
    .keep(X.s3, 0)
    .add(encode("add", { rd: X.s4, rs1: X.s4, rs2: X.s3 }), encode("addi", { rd: X.s0, rs1: X.s0, imm: 37 }))
    .constant(X.t5, CLINT.mtimecmp)
    .add(encode("sw", { rs2: X.s0, rs1: X.t5, imm: 0 }), encode("mret"));

const spinning = (): Program => new Program().label("here").jump("here");

describe("time on a board", () => {
  it("takes a timer interrupt at exactly its cycle", () => {
    for (const tick of [20, 21, 22, 23, 50, 101]) {
      const board = boardOf(ticking(tick));
      board.run(cycles(0), cycles(tick * 10 + 20));
      expect(resultOf(board)).toBe(tick * 10);
    }
  });

  it("uses exactly the cycles it is given, and comes to the same state however they are sliced", () => {
    const whole = boardOf(ticking(20));
    whole.run(cycles(0), cycles(5000));
    const state = stateOf(whole);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), (sizes) => {
        const board = boardOf(ticking(20));
        let at = 0;
        for (let i = 0; at < 5000; i++) {
          const size = Math.min(sizes[i % sizes.length]!, 5000 - at);
          expect([board.run(cycles(at), cycles(size)), board.used]).toEqual(["budget", size]);
          at += size;
        }
        expect(stateOf(board) === state).toBe(true);
      }),
      { numRuns: 40 },
    );
    whole.run(cycles(5000), cycles(1));
    expect(stateOf(whole) === state).toBe(false);
  });

  it("lets mtime run on between slots while mcycle stands, and mtime is current in mid-run", () => {
    const board = boardOf(new Program().keepTime(0).keepCsr(CSRS.mcycle, 1).label("here").jump("here"));
    board.run(cycles(5000), cycles(2));
    board.run(cycles(9000), cycles(100));
    // The third instruction reads mtime; the two before ran in the first slot.
    expect([resultOf(board, 0), resultOf(board, 1)]).toEqual([900, 6]);
  });
});

describe("wfi on a board", () => {
  const sleeping = (): Program =>
    new Program()
      .timerAt(300)
      .csr(CSRS.mie, MIE_TIMER)
      .wait()
      .keepCsr(CSRS.mcycle, 0)
      .keepTime(1)
      .label("here")
      .jump("here");

  it("idles to the cycle of its timer, which mcycle counts", () => {
    const board = boardOf(sleeping());
    expect([board.run(cycles(0), cycles(4000)), board.used]).toEqual(["budget", 4000]);
    expect(resultOf(board, 0)).toBe(3000);
    expect(board.idle).toBeGreaterThan(2900);
  });

  it("idles across slots, is not woken by a slot's start, and finds a timer that expired between slots at once", () => {
    const board = boardOf(sleeping());
    for (const start of [0, 1000, 2000]) board.run(cycles(start), cycles(500));
    expect([resultOf(board, 0), board.idle]).toEqual([0, 500]);
    expect(board.nextWake(cycles(2500))).toBe(3000);
    board.run(cycles(6000), cycles(500));
    // Three slots of 500 cycles, and mcycle is read by the first instruction of the fourth.
    expect([resultOf(board, 0), board.idle, board.nextWake(cycles(6500))]).toEqual([1500, 0, 6500]);
    expect(resultOf(board, 1)).toBe(600);
  });

  it("idles for ever when nothing can end it, or says so when asked to", () => {
    const program = () => new Program().csr(CSRS.mie, MIE_SOFTWARE).wait().label("here").jump("here");
    const patient = boardOf(program());
    expect([patient.run(cycles(0), cycles(1e9)), patient.used, patient.nextWake(cycles(1e9))]).toEqual([
      "budget",
      1e9,
      Infinity,
    ]);
    const impatient = boardOf(program(), { endsInIdle: true });
    expect([impatient.run(cycles(0), cycles(1e9)), impatient.used, impatient.idle]).toEqual(["idle", 3, 0]);
  });
});

describe("interrupts and ends", () => {
  it("takes a software interrupt right behind the store that raises it", () => {
    const program = new Program()
      .handler("handler")
      .csr(CSRS.mie, MIE_SOFTWARE)
      .csr(CSRS.mstatus, MSTATUS_MIE)
      .store(CLINT.msip, 1)
      .add(encode("addi", { rd: X.s1, rs1: X.zero, imm: 1 }))
      .label("here")
      .jump("here")
      .label("handler")
      .keep(X.s1, 0)
      .keepCsr(CSRS.mepc, 1)
      .label("done")
      .jump("done");
    const board = boardOf(program);
    board.run(cycles(0), cycles(100));
    expect(resultOf(board, 0)).toBe(0);
    expect(new DataView(board.ram.buffer).getUint32(resultOf(board, 1) - RAM, true)).toBe(
      encode("addi", { rd: X.s1, rs1: X.zero, imm: 1 }),
    );
  });

  it("sends to the UART, and receives from it when the guest looks", () => {
    const sent: number[] = [];
    const input = [65];
    const program = new Program()
      .constant(X.s0, UART)
      .add(
        encode("lbu", { rd: X.t0, rs1: X.s0, imm: 0 }),
        encode("addi", { rd: X.t0, rs1: X.t0, imm: 1 }),
        encode("sb", { rs2: X.t0, rs1: X.s0, imm: 0 }),
      )
      .label("here")
      .jump("here");
    const board = boardOf(program, { transmit: (byte) => sent.push(byte), receive: () => input.shift() ?? -1 });
    board.run(cycles(0), cycles(20));
    expect(sent).toEqual([66]);
  });

  it.each([
    ["powers off with the guest's code", FINISHER, 0x0003_3333, "poweredOff", 3],
    ["ends for a reset", FINISHER, 0x7777, "reset", 0],
    ["stops when its host says so", PARTITA_MODE, 0, "stopped", 0],
  ])("%s, right behind the store", (_, address, value, exit, code) => {
    const board = boardOf(new Program().store(address, value).label("here").jump("here"));
    expect([board.run(cycles(0), cycles(1000)), board.exitCode]).toEqual([exit, code]);
    expect(board.used).toBeLessThanOrEqual(5);
    expect(board.now()).toBe(board.used);
    expect(board.run(board.now() as Cycles, cycles(10))).toBe("budget");
  });

  it("ends with the fault of a guest that has no trap handler, its cycle counted", () => {
    const board = boardOf(new Program().add(encode("addi", { rd: X.a0, rs1: X.zero, imm: 1 }), 0));
    expect([board.run(cycles(0), cycles(1000)), board.used]).toEqual(["fault", 2]);
    expect(board.fault).toEqual({ cause: "illegalInstruction", pc: RAM + 4, value: 0 });
  });

  it("gives a fault to an address where nothing is", () => {
    const board = boardOf(new Program().store(0x3000_0000, 1));
    board.run(cycles(0), cycles(1000));
    expect(board.fault).toMatchObject({ cause: "storeAccessFault", value: 0x3000_0000 });
  });
});

describe("the UART's receiver interrupt on a board", () => {
  /** Takes the interrupt, claims it, keeps what it claimed and the byte, completes it; spins or sleeps between. */
  const listening = (between: "spin" | "sleep"): Program => {
    const program = new Program()
      .handler("handler")
      .constant(X.s0, UART)
      .constant(X.s1, PLIC.claim)
      .constant(X.s2, RAM + RESULT)
      .store(PLIC.priority, 1)
      .store(PLIC.enable, 1 << 10)
      .add(encode("addi", { rd: X.t0, rs1: X.zero, imm: 1 }), encode("sb", { rs2: X.t0, rs1: X.s0, imm: 1 }))
      .csr(CSRS.mie, MIE_EXTERNAL)
      .csr(CSRS.mstatus, MSTATUS_MIE)
      .label("work");
    if (between === "sleep") program.wait();
    return program
      .add(encode("addi", { rd: X.s3, rs1: X.s3, imm: 1 }))
      .jump("work")
      .label("handler")
      .add(
        encode("lw", { rd: X.t1, rs1: X.s1, imm: 0 }),
        encode("lbu", { rd: X.t2, rs1: X.s0, imm: 0 }),
        encode("sw", { rs2: X.t1, rs1: X.s2, imm: 0 }),
        encode("sw", { rs2: X.t2, rs1: X.s2, imm: 4 }),
        encode("addi", { rd: X.s2, rs1: X.s2, imm: 8 }),
        encode("sw", { rs2: X.t1, rs1: X.s1, imm: 0 }),
        encode("mret"),
      );
  };
  const source = (text: string) => {
    const bytes = [...text].map((character) => character.charCodeAt(0));
    return { bytes, receive: () => bytes.shift() ?? -1 };
  };

  it("brings every byte that is there, one interrupt each", () => {
    const board = boardOf(listening("spin"), { receive: source("abc").receive });
    board.run(cycles(0), cycles(200));
    expect(Array.from({ length: 8 }, (_, index) => resultOf(board, index))).toEqual([10, 97, 10, 98, 10, 99, 0, 0]);
  });

  it("comes at the same cycle however the run is sliced", () => {
    const whole = boardOf(listening("spin"), { receive: source("sliced").receive });
    whole.run(cycles(0), cycles(400));
    for (const slice of [1, 3, 7, 50]) {
      const board = boardOf(listening("spin"), { receive: source("sliced").receive });
      for (let at = 0; at < 400; at += slice) board.run(cycles(at), cycles(Math.min(slice, 400 - at)));
      expect([slice, stateOf(board) === stateOf(whole)]).toEqual([slice, true]);
    }
  });

  it("ends a wfi when a byte comes between two runs", () => {
    const input = source("");
    const board = boardOf(listening("sleep"), { receive: input.receive, endsInIdle: true });
    expect([board.run(cycles(0), cycles(1000)), board.awaitsInput]).toEqual(["idle", true]);
    const { used } = board;
    input.bytes.push(120);
    expect([board.run(used, cycles(1000)), resultOf(board, 1)]).toEqual(["idle", 120]);
    expect(board.used).toBeLessThan(20);
  });

  it("is not awaited by a guest that sleeps with the interrupt masked somewhere on its way", () => {
    const waiting = (program: Program) => {
      const board = boardOf(program.wait(), { endsInIdle: true });
      return [board.run(cycles(0), cycles(1000)), board.awaitsInput];
    };
    const open = () =>
      new Program()
        .store(PLIC.priority, 1)
        .store(PLIC.enable, 1 << 10)
        .constant(X.s0, UART)
        .add(encode("addi", { rd: X.t0, rs1: X.zero, imm: 1 }), encode("sb", { rs2: X.t0, rs1: X.s0, imm: 1 }))
        .csr(CSRS.mie, MIE_EXTERNAL);
    expect(waiting(open())).toEqual(["idle", true]);
    expect(waiting(open().csr(CSRS.mie, MIE_TIMER))).toEqual(["idle", false]);
    expect(waiting(open().store(PLIC.priority, 0))).toEqual(["idle", false]);
    expect(waiting(open().add(encode("sb", { rs2: X.zero, rs1: X.s0, imm: 1 })))).toEqual(["idle", false]);
  });
});

describe("a board's reset", () => {
  const counting = () =>
    new Program()
      .label("again")
      .constant(X.t5, RAM + RESULT)
      .add(
        encode("lw", { rd: X.t4, rs1: X.t5, imm: 0 }),
        encode("addi", { rd: X.t4, rs1: X.t4, imm: 1 }),
        encode("sw", { rs2: X.t4, rs1: X.t5, imm: 0 }),
        encode("sw", { rs2: X.t4, rs1: X.t5, imm: 4 }),
      )
      .jump("again");
  const retained = { base: guestAddress(RAM + RESULT), bytes: 4 };

  it("brings back image and registers, and clears the rest", () => {
    const fresh = stateOf(boardOf(counting()));
    const board = boardOf(counting());
    board.run(cycles(0), cycles(1000));
    expect(resultOf(board)).toBeGreaterThan(100);
    board.reset();
    expect(stateOf(board) === fresh).toBe(true);
  });

  it("keeps the retained area, and nothing else, when warm", () => {
    const board = boardOf(counting(), { areas: { input: null, output: null, retained } });
    board.run(cycles(0), cycles(1000));
    const count = resultOf(board);
    board.reset(true);
    expect([resultOf(board, 0), resultOf(board, 1)]).toEqual([count, 0]);
  });

  it("ends a wait, and forgets timers and software interrupts", () => {
    const board = boardOf(new Program().store(CLINT.msip, 1).timerAt(1000).csr(CSRS.mie, MIE_TIMER).wait());
    board.run(cycles(0), cycles(50));
    expect(board.nextWake(cycles(50))).toBe(10_000);
    board.reset();
    expect(board.nextWake(cycles(7))).toBe(7);
    board.run(cycles(1000), cycles(2));
    const mip = 105;
    let state = new Uint8Array(0);
    board.visitState((bytes) => {
      if (state.length === 0) state = bytes.slice();
    });
    expect(new DataView(state.buffer).getUint32(4 * mip, true)).toBe(0);
  });
});

describe("the device tree on a board", () => {
  it("lies at the top of RAM, and a1 points to it", () => {
    const board = boardOf(new Program().keep(X.a0, 0).keep(X.a1, 1).label("here").jump("here"));
    board.run(cycles(0), cycles(100));
    const address = resultOf(board, 1);
    expect([resultOf(board, 0), address]).toEqual([0, RAM + 0x7000]);
    expect(new DataView(board.ram.buffer).getUint32(address - RAM)).toBe(0xd00d_feed);
  });

  it("is left out where the image leaves no room, and a1 is 0", () => {
    const board = boardOf(new Program().keep(X.a1, 1).label("here").jump("here"), { memoryBytes: 0x1000 });
    board.run(cycles(0), cycles(100));
    expect(resultOf(board, 1)).toBe(0);
  });
});

it("refuses RAM that the image does not fit into", () => {
  const big = new Program();
  for (let i = 0; i < 1025; i++) big.add(encode("addi", { rd: X.zero, rs1: X.zero, imm: 0 }));
  expect(() => boardOf(big, { memoryBytes: 0x1000 })).toThrow("does not fit");
  expect(boardOf(spinning(), { memoryBytes: 0x1000 }).ram.length).toBe(0x1000);
});
