/** How errors are noticed, and who is told of them: watchdogs, the guest's own handler, system partitions (ARINC 653 P1 §2.4). */
import { describe, expect, it } from "vitest";
import { boot, halt, output } from "../../hil-tests/laws/boot.ts";
import { copier, DATA, Guest } from "../../hil-tests/laws/guests.ts";
import { beside, bootWith, raiser, table } from "../../hil-tests/laws/health.ts";
import { randomSlices, silence } from "../../hil-tests/laws/runs.ts";
import { systemOf } from "../../hil-tests/laws/systems.ts";
import { PARTITA_ERROR_CODES, PARTITA_REGISTERS as REGISTER } from "../board/index.ts";
import { HEALTH_RECORD_BYTES, type PartitionHealth } from "../health-table.ts";
import { engineOf } from "../host/engines.ts";
import { CSRS, encode, X } from "../isa/index.ts";
import { createHasher } from "../trace/index.ts";
import { cycles } from "../units.ts";
import type { HealthRecord } from "./health-record.ts";
import { Module } from "./module.ts";

const hasher = await createHasher();
const { NUMERIC_ERROR } = PARTITA_ERROR_CODES;
const EXTERNAL = 1 << 11;
const PLIC = { base: 0x0c00_0000, enable: 0x0c00_2000, context: 0x0c20_0000 } as const;
const SOURCE = 11;

describe("a watchdog", () => {
  const health = { ...table("IGNORE"), watchdog: cycles(1500) };

  it("expires to the cycle, in a slot at once, outside at the next start of one, on both engines and in any slices", () => {
    const spinner = halt(new Guest().normal().tell(REGISTER.WATCHDOG_KICK));
    const system = systemOf(beside({ image: spinner, health }));
    const cyclesOf = (options: ConstructorParameters<typeof Module>[3]) => {
      const module = new Module(system, silence, hasher, options);
      for (let frame = 0; frame < 7; frame++) module.runFrame();
      return module.healthRecords.map(({ cycle, error }) => `${cycle} ${error}`);
    };
    const interpreted = cyclesOf({});
    // 1500 cycles after the kick, and after each expiry, lie between two slots.
    expect(interpreted).toEqual(["2000 WATCHDOG_TIMER", "4000 WATCHDOG_TIMER", "6000 WATCHDOG_TIMER"]);
    expect(cyclesOf({ engineOf })).toEqual(interpreted);
    expect(cyclesOf({ engineOf, slice: randomSlices(5) })).toEqual(interpreted);
  });

  it("expires within a slot at exactly its cycle, and a kick puts it off", () => {
    const kickAt = 2 + 3;
    const kicking = halt(new Guest().normal().tell(REGISTER.WATCHDOG_KICK));
    const { module, records } = bootWith(kicking, { ...table("IDLE"), watchdog: cycles(123) });
    module.runFrame();
    expect(records()).toMatchObject([{ error: "WATCHDOG_TIMER", action: "IDLE", frame: 0 }]);
    const [{ cycle }] = records() as [HealthRecord];
    expect(cycle).toBe(kickAt + 123);
    const [a] = module.partitions;
    expect(a!.timeUse.given - a!.timeUse.idle).toBe(cycle);
  });

  it("is kicked by each publish, and rests while the partition is stopped", () => {
    const { module, records } = bootWith(copier(), { ...table("IDLE"), watchdog: cycles(700) });
    for (let frame = 0; frame < 5; frame++) module.runFrame();
    expect(records()).toEqual([]);
    const once = bootWith(raiser(), { ...table("SUSPEND"), watchdog: cycles(450) });
    for (let frame = 0; frame < 5; frame++) once.module.runFrame();
    expect(once.records().map(({ error }) => error)).toEqual(["NUMERIC_ERROR"]);
  });
});

describe("an error that is propagated", () => {
  const poke = (guest: Guest, address: number, value: number): Guest =>
    guest
      .constant(X.t0, address)
      .constant(X.t1, value)
      .add(encode("sw", { rs2: X.t1, rs1: X.t0, imm: 0 }));

  /** Takes interrupt 11 and publishes what the device tells: [error, detail, cycle, how many]. */
  const listener = (enabled: boolean): Uint8Array => {
    const guest = new Guest().address(X.t0, "handler").add(encode("csrrw", { rd: X.zero, csr: CSRS.mtvec, rs1: X.t0 }));
    poke(guest, PLIC.base + 4 * SOURCE, 1);
    poke(guest, PLIC.enable, enabled ? 1 << SOURCE : 0);
    guest
      .constant(X.t0, EXTERNAL)
      .add(
        encode("csrrs", { rd: X.zero, csr: CSRS.mie, rs1: X.t0 }),
        encode("csrrsi", { rd: X.zero, csr: CSRS.mstatus, imm: 8 }),
      )
      .normal()
      .tellConstant(REGISTER.ERROR_DETAIL, 55)
      .tellConstant(REGISTER.RAISE_ERROR, NUMERIC_ERROR)
      .label("halt")
      .jump("halt")
      .label("handler")
      .constant(X.t0, PLIC.context)
      .add(encode("lw", { rd: X.s4, rs1: X.t0, imm: 4 }), encode("addi", { rd: X.s3, rs1: X.s3, imm: 1 }));
    for (const [index, register] of [REGISTER.HEALTH_ERROR, REGISTER.HEALTH_DETAIL, REGISTER.HEALTH_CYCLE].entries()) {
      output(guest.ask(X.t1, register), index, X.t1);
    }
    return output(guest, 3, X.s3)
      .tell(REGISTER.HEALTH_COMPLETE)
      .constant(X.t0, PLIC.context)
      .add(encode("sw", { rs2: X.s4, rs1: X.t0, imm: 4 }))
      .tell(REGISTER.PUBLISH_OUTPUTS)
      .add(encode("mret"))
      .image();
  };
  const run = (enabled: boolean, health: Partial<PartitionHealth>) => {
    const booted = boot(beside({ image: listener(enabled), health, outputs: 4 }));
    for (let frame = 0; frame < 3; frame++) booted.module.runFrame();
    return { ...booted, seen: [0, 1, 2, 3].map((index) => booted.look(`a.o${index}`).value) };
  };

  it("interrupts the guest, which reads what happened and when, once", () => {
    const { seen, module } = run(true, table("PROPAGATE"));
    const [{ cycle }] = module.healthRecords as [HealthRecord];
    expect(seen).toEqual([NUMERIC_ERROR, 55, cycle, 1]);
    expect(module.healthRecords).toMatchObject([{ action: "PROPAGATE", outcome: null }]);
  });

  it("is what its table says otherwise when the guest does not listen", () => {
    const { module, modeOf } = run(false, table("PROPAGATE", { otherwise: "SUSPEND" }));
    expect(module.healthRecords).toMatchObject([{ action: "SUSPEND", outcome: "SUSPEND" }]);
    expect([modeOf("a"), module.partitions[0]!.suspended]).toEqual(["NORMAL", true]);
  });

  it("may be the watchdog's, and the guest goes on", () => {
    const { seen, modeOf } = run(true, { ...table("PROPAGATE"), watchdog: cycles(1000) });
    expect(seen.slice(0, 1)).toEqual([PARTITA_ERROR_CODES.WATCHDOG_TIMER]);
    expect(modeOf("a")).toBe("NORMAL");
  });
});

describe("what a guest may not do", () => {
  const asking = (guest: Guest) => {
    const { module } = bootWith(halt(guest), {});
    module.runFrame();
    return module.healthRecords.map(({ error, action }) => `${error} ${action}`);
  };

  it("is an error of its own kind, after which it goes on", () => {
    const named = (register: number) => new Guest().normal().address(X.t0, "halt").tell(register, X.t0);
    expect(asking(new Guest().tellConstant(REGISTER.MODE, 7))).toEqual(["ILLEGAL_REQUEST IGNORE"]);
    expect(asking(new Guest().tellConstant(REGISTER.RAISE_ERROR, 6))).toEqual(["ILLEGAL_REQUEST IGNORE"]);
    expect(asking(named(REGISTER.PORT_LOOKUP))).toEqual(["CONFIG_ERROR IGNORE"]);
    expect(asking(named(REGISTER.CONTROL_LOOKUP))).toEqual(["ILLEGAL_REQUEST IGNORE"]);
    expect(asking(new Guest().normal().port(3, 8).tellConstant(REGISTER.PORT_COMMAND, 1))).toEqual([
      "PORT_ERROR IGNORE",
    ]);
  });
});

describe("a channel from the health monitor", () => {
  it("brings each record to a system partition, in order, after the slot in which it happened", () => {
    const reader = new Guest()
      .normal()
      .port(0, HEALTH_RECORD_BYTES)
      .label("again")
      .tellConstant(REGISTER.PORT_COMMAND, 2);
    for (const [index, at] of [0, 8, 24, 32, 48].entries()) {
      output(reader.constant(X.t3, DATA.buffer).add(encode("lw", { rd: X.t1, rs1: X.t3, imm: at })), index, X.t1);
    }
    reader.ask(X.t1, REGISTER.PORT_STATUS);
    const image = output(reader, 5, X.t1).tell(REGISTER.PUBLISH_OUTPUTS).add(encode("wfi")).image();
    const { module, look } = boot({
      partitions: {
        a: { image: raiser(), health: table("WARM_START") },
        watch: { image, isSystem: true, outputs: 6 },
      },
      majorFrame: 1000,
      slots: [
        ["a", 0, 400],
        ["watch", 400, 400],
      ],
      messages: [{ from: null, to: "watch", depth: 4, bytes: HEALTH_RECORD_BYTES }],
    });
    module.runFrame();
    const [record] = module.healthRecords as [HealthRecord];
    expect([0, 1, 2, 3, 4, 5].map((index) => look(`watch.o${index}`).value)).toEqual([
      ...[1, record.cycle, NUMERIC_ERROR, 5, 0, 0],
    ]);
  });
});
