/** What becomes of a guest's errors, by its health table (ARINC 653 P1 §2.4). */
import { describe, expect, it } from "vitest";
import { halt } from "../../hil-tests/laws/boot.ts";
import { copier, DATA, Guest } from "../../hil-tests/laws/guests.ts";
import { beside, bootWith, publisher, raiser, table, wildLoad } from "../../hil-tests/laws/health.ts";
import { randomSlices, silence } from "../../hil-tests/laws/runs.ts";
import { type SystemSketch, systemOf } from "../../hil-tests/laws/systems.ts";
import {
  PARTITA_ERROR_CODES,
  PARTITA_MODE_CODES,
  PARTITA_START_CODES,
  PARTITA_REGISTERS as REGISTER,
} from "../board/index.ts";
import { defaultHealth } from "../health-table.ts";
import { engineOf } from "../host/engines.ts";
import { CSRS, encode, X } from "../isa/index.ts";
import { createHasher } from "../trace/index.ts";
import { cycles } from "../units.ts";
import { Module } from "./module.ts";

const hasher = await createHasher();
const { NUMERIC_ERROR } = PARTITA_ERROR_CODES;

describe("an error that a guest raises", () => {
  it.each([
    ["IGNORE", "NORMAL", false, 7],
    ["SUSPEND", "NORMAL", true, 99],
    ["IDLE", "IDLE", false, 99],
    ["WARM_START", "WARM_START", false, 99],
    ["COLD_START", "COLD_START", false, 99],
  ] as const)("with %s leaves it %s, its outputs right in the same slot", (action, mode, suspended, value) => {
    const { module, modeOf, look, records } = bootWith(raiser(), table(action));
    module.step();
    module.step();
    expect([modeOf("a"), module.partitions[0]!.suspended, look("a.o0").value]).toEqual([mode, suspended, value]);
    expect(look("a.o0").quality).toBe(action === "IGNORE" ? "good" : "bad");
    expect(records()).toMatchObject([
      { sequence: 1, error: "NUMERIC_ERROR", action, state: "NORMAL", trap: null, frame: 0, slot: 0, partition: 0 },
    ]);
  });

  it("ends its run behind the raising instruction, of which the record has pc and registers", () => {
    const { module, records } = bootWith(raiser(), table("SUSPEND"));
    module.runFrame();
    const [record] = records();
    expect(record!.cycle).toBe((record!.pc - 0x8000_0000) / 4);
    expect(record!.registers[X.t0]).toBe(NUMERIC_ERROR);
    expect(record!.registers[X.s1]! >>> 0).toBe(DATA.inputs);
    const [a] = module.partitions;
    expect(a!.timeUse.given - a!.timeUse.idle).toBe(record!.cycle + 1);
  });

  it("has the same record from either engine, however the slot is cut", () => {
    const system = systemOf(beside({ image: raiser(), health: table("IGNORE") }));
    const recordsOf = (options: ConstructorParameters<typeof Module>[3]) => {
      const module = new Module(system, silence, hasher, options);
      for (let frame = 0; frame < 3; frame++) module.runFrame();
      return module.healthRecords;
    };
    const interpreted = recordsOf({});
    expect(interpreted).toHaveLength(1);
    expect(recordsOf({ engineOf })).toEqual(interpreted);
    expect(recordsOf({ engineOf, slice: randomSlices(3) })).toEqual(interpreted);
  });
});

describe("errors without end", () => {
  it("leave records of the first of a slot, and numbers missing in their sequence", () => {
    const flood = new Guest().normal().constant(X.t0, NUMERIC_ERROR).label("again").tell(REGISTER.RAISE_ERROR, X.t0);
    const system = systemOf({
      partitions: { a: { image: flood.jump("again").image(), health: table("IGNORE") } },
      ...{ majorFrame: 3000, slots: [["a", 0, 2000] as const] },
    });
    const module = new Module(system, silence, hasher);
    module.runFrame();
    module.runFrame();
    const sequences = module.healthRecords.map(({ sequence }) => sequence);
    expect(sequences).toHaveLength(256);
    expect(sequences[0]).toBeGreaterThan(900);
    expect(sequences.at(-1)).toBe(sequences[0]! + 255);
  });
});

describe("a restart by the health monitor", () => {
  /** Has its start condition in t2 when it goes wrong. */
  const condition = new Guest()
    .normal()
    .ask(X.t2, REGISTER.START_CONDITION)
    .tellConstant(REGISTER.RAISE_ERROR, NUMERIC_ERROR);

  it("is told to the guest as its start condition", () => {
    const { module, records } = bootWith(halt(condition), table("WARM_START"));
    module.runFrame();
    module.runFrame();
    expect(records().map(({ registers }) => registers[X.t2])).toEqual([
      PARTITA_START_CODES.POWER_ON,
      PARTITA_START_CODES.HEALTH_MONITOR,
    ]);
  });

  it("happens as often as the budget says in a window of board time, to the cycle, then what it says instead", () => {
    // Restarts happen at the same cycle of each frame: every 1000 cycles.
    const restartsIn = (window: number, count: number) => {
      const restartBudget = { count, window: cycles(window), exhausted: "IDLE" as const, schedule: null };
      const { module, records } = bootWith(halt(condition), { ...table("WARM_START"), restartBudget });
      for (let frame = 0; frame < 9; frame++) module.runFrame();
      return records();
    };
    expect(restartsIn(3000, 3)).toHaveLength(9);
    const over = restartsIn(3001, 3);
    expect(over.map(({ action }) => action)).toEqual(["WARM_START", "WARM_START", "WARM_START", "IDLE"]);
    expect(over.map(({ overBudget }) => overBudget)).toEqual([false, false, false, true]);
    expect(over.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
  });
});

describe("a trap", () => {
  /** Its handler counts up output 0, publishes, and steps over the instruction. */
  const handling = (guest: Guest, trapping: (guest: Guest) => Guest): Uint8Array =>
    trapping(
      guest
        .address(X.t0, "handler")
        .add(encode("csrrw", { rd: X.zero, csr: CSRS.mtvec, rs1: X.t0 }))
        .normal(),
    )
      .label("halt")
      .jump("halt")
      .add(0)
      .label("handler")
      .add(encode("addi", { rd: X.s3, rs1: X.s3, imm: 1 }))
      .add(
        encode("sw", { rs2: X.s3, rs1: X.s1, imm: DATA.outputs - DATA.inputs }),
        encode("csrrs", { rd: X.t0, csr: CSRS.mepc, rs1: X.zero }),
        encode("addi", { rd: X.t0, rs1: X.t0, imm: 4 }),
        encode("csrrw", { rd: X.zero, csr: CSRS.mepc, rs1: X.t0 }),
        encode("csrrs", { rd: X.t1, csr: CSRS.mcause, rs1: X.zero }),
        encode("csrrs", { rd: X.t2, csr: CSRS.mtval, rs1: X.zero }),
      )
      .tell(REGISTER.PUBLISH_OUTPUTS)
      .add(encode("mret"))
      .image();
  const wild = (guest: Guest) =>
    guest
      .constant(X.t0, 0x1234_5678)
      .add(encode("lw", { rd: X.t1, rs1: X.t0, imm: 0 }))
      .add(0);
  const image = handling(new Guest(), wild);
  const CLAIMED = ["loadAccessFault", "illegalInstruction"] as const;

  it("of a guest without a handler comes to the monitor: what its table says, or otherwise what lies at hand", () => {
    const { module, records, modeOf } = bootWith(wildLoad(), table("PROPAGATE", { otherwise: "WARM_START" }));
    module.runFrame();
    expect(records()).toMatchObject([
      { error: "MEMORY_VIOLATION", trap: "loadAccessFault", value: 0x1234_5678, action: "WARM_START" },
    ]);
    expect(modeOf("a")).toBe("WARM_START");
  });

  it("goes to the guest's own handler unless the config claims its cause", () => {
    const { module, records, look, modeOf } = bootWith(image, table("IDLE"));
    module.runFrame();
    expect([records().length, look("a.o0").value, modeOf("a")]).toEqual([0, 2, "NORMAL"]);
    const claimed = bootWith(image, { ...table("IDLE"), claimedTraps: CLAIMED });
    claimed.module.runFrame();
    expect(claimed.records()).toMatchObject([{ error: "MEMORY_VIOLATION", action: "IDLE", trap: "loadAccessFault" }]);
    expect(claimed.modeOf("a")).toBe("IDLE");
  });

  it("that is claimed and propagated is to the guest as if nobody had looked", () => {
    const native = bootWith(image, {});
    const watched = bootWith(image, { ...table("PROPAGATE"), claimedTraps: CLAIMED });
    for (const { module } of [native, watched]) for (let frame = 0; frame < 2; frame++) module.runFrame();
    expect(watched.records()).toMatchObject([
      { error: "MEMORY_VIOLATION", action: "PROPAGATE", trap: "loadAccessFault" },
      { error: "ILLEGAL_REQUEST", action: "PROPAGATE", trap: "illegalInstruction" },
    ]);
    expect(watched.look("a.o0").value).toBe(2);
    expect(watched.module.stateHash(0)).toBe(native.module.stateHash(0));
  });

  it.each([
    ["illegalInstruction", 0, "ILLEGAL_REQUEST"],
    ["breakpoint", encode("ebreak"), "APPLICATION_ERROR"],
    ["environmentCallFromMachine", encode("ecall"), "ILLEGAL_REQUEST"],
    ["storeAccessFault", encode("sw", { rs2: X.zero, rs1: X.zero, imm: 0 }), "MEMORY_VIOLATION"],
    ["instructionAccessFault", encode("jalr", { rd: X.zero, rs1: X.zero, imm: 0 }), "MEMORY_VIOLATION"],
  ] as const)("%s is the error that the table of causes says", (cause, instruction, error) => {
    const { module, records } = bootWith(publisher().add(instruction).image(), {});
    module.runFrame();
    expect(records()).toMatchObject([{ trap: cause, error, action: "IDLE", outcome: "IDLE" }]);
  });
});

describe("an action on the module", () => {
  const later: Partial<SystemSketch> = {
    otherSchedules: [
      {
        majorFrame: 500,
        slots: [
          ["b", 0, 400],
          ["a", 400, 100],
        ],
      },
    ],
  };

  it("switches the schedule when the frame is over, and lets a guest that raised the error go on", () => {
    const { module, modeOf } = bootWith(raiser(), table("SWITCH_SCHEDULE", { schedule: 1 }), later);
    module.runFrame();
    expect([module.schedule.index, modeOf("a")]).toEqual([1, "NORMAL"]);
  });

  it("stops a guest that cannot go on", () => {
    const { module, modeOf } = bootWith(wildLoad(), table("SWITCH_SCHEDULE", { schedule: 1 }), later);
    module.runFrame();
    expect([module.schedule.index, modeOf("a")]).toEqual([1, "IDLE"]);
  });

  it("shuts all down when the frame is over, each with its outputs at their fail-safe values", () => {
    const { module, modeOf, look } = bootWith(raiser(), table("SHUTDOWN"));
    for (let step = 0; step < 4; step++) module.step();
    expect([module.shutDown, modeOf("b")]).toEqual([null, "NORMAL"]);
    module.step();
    expect([module.shutDown, modeOf("a"), modeOf("b")]).toEqual(["SHUTDOWN_ON_ERROR", "IDLE", "IDLE"]);
    expect(look("b.o0").quality).toBe("bad");
  });

  it("resets the module: every partition starts as at power-on, in the first schedule, with empty queues", () => {
    const { module, modeOf } = bootWith(raiser(), table("MODULE_RESET"), later);
    module.runFrame();
    expect([modeOf("a"), modeOf("b"), module.schedule.index]).toEqual(["COLD_START", "COLD_START", 0]);
    module.runFrame();
    expect(module.healthRecords.map(({ action, frame }) => `${action} ${frame}`)).toEqual([
      "MODULE_RESET 0",
      "MODULE_RESET 1",
    ]);
  });
});

describe("a failing power supply", () => {
  it("is told to every partition that runs, and the module does what its own table says", () => {
    const { module, order, records, modeOf } = bootWith(copier(), table("SUSPEND"));
    module.runFrame();
    order({ kind: "powerFail" });
    module.step();
    expect(records().map(({ error, action, partition }) => `${partition} ${error} ${action}`)).toEqual([
      "0 POWER_FAIL SUSPEND",
      "1 POWER_FAIL IGNORE",
    ]);
    module.runFrame();
    expect([module.shutDown, modeOf("a"), modeOf("b")]).toEqual(["SHUTDOWN_ON_ERROR", "IDLE", "IDLE"]);
  });
});

describe("a guest that ends before it is NORMAL", () => {
  it.each([
    ["by IDLE", new Guest().tellConstant(REGISTER.MODE, PARTITA_MODE_CODES.IDLE), 0],
    [
      "by the finisher",
      new Guest()
        .constant(X.t1, 0x0010_0000)
        .constant(X.t0, (9 << 16) | 0x3333)
        .add(encode("sw", { rs2: X.t0, rs1: X.t1, imm: 0 })),
      9,
    ],
  ] as const)("%s has failed to start, and may be started again", (_, guest, code) => {
    const { module, records, modeOf } = bootWith(halt(guest), table("COLD_START"));
    module.runFrame();
    expect(records()).toMatchObject([
      { error: "PARTITION_INIT", state: "COLD_START", action: "COLD_START", value: code },
    ]);
    expect(modeOf("a")).toBe("COLD_START");
  });
});

describe("without a table", () => {
  it("what cannot go on is stopped, and all else goes on", () => {
    for (const error of ["MEMORY_VIOLATION", "HARDWARE_FAULT"] as const) {
      expect(defaultHealth.reactions[error].NORMAL.action).toBe("IDLE");
    }
    expect(defaultHealth.reactions.NUMERIC_ERROR.NORMAL).toMatchObject({ action: "IGNORE", otherwise: "IDLE" });
  });
});
