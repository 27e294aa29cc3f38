import { describe, expect, it } from "vitest";
import { alone, boot, halt, output } from "../../hil-tests/laws/boot.ts";
import { copier, DATA, Guest, spinner } from "../../hil-tests/laws/guests.ts";
import { silence } from "../../hil-tests/laws/runs.ts";
import { type SystemSketch, systemOf } from "../../hil-tests/laws/systems.ts";
import {
  PARTITA_ERROR_CODES,
  PARTITA_MODE_CODES,
  PARTITA_PORT_COMMANDS,
  PARTITA_RETURN_CODES,
  PARTITA_REGISTERS as REGISTER,
} from "../board/index.ts";
import { encode, X } from "../isa/index.ts";
import { createHasher, decodeEvents } from "../trace/index.ts";
import { cycles, guestAddress } from "../units.ts";
import { Module } from "./module.ts";
import type { Incident } from "./outside.ts";
import { QUALITY } from "./point-cells.ts";

const hasher = await createHasher();

describe("a guest's fault", () => {
  const sketch: SystemSketch = {
    partitions: {
      faulty: {
        image: new Guest(7)
          .normal()
          .tell(REGISTER.PUBLISH_OUTPUTS)
          .constant(X.t0, 0x1234_5678)
          .add(encode("lw", { rd: X.t1, rs1: X.t0, imm: 0 }))
          .image(),
        outputs: [{ failSafe: 3 }, { failSafe: null, initial: 8 }],
      },
      other: { image: copier(), inputs: 1, outputs: 1 },
    },
    majorFrame: 1000,
    slots: [
      ["faulty", 0, 400],
      ["other", 400, 400],
    ],
  };

  it("is told with pc, cause and address", () => {
    const { module, incidents } = boot(sketch);
    module.runFrame();
    const fault = incidents.find(({ incident }) => incident.kind === "error");
    expect(fault).toMatchObject({
      partition: "faulty",
      incident: {
        record: { error: "MEMORY_VIOLATION", action: "IDLE", trap: "loadAccessFault", value: 0x1234_5678 },
      },
    });
    const { pc } = (fault!.incident as Extract<Incident, { kind: "error" }>).record;
    expect(pc).toBeGreaterThan(0x8000_0000);
    expect(fault!.cycle).toBe((pc - 0x8000_0000) / 4 + 1);
  });

  it("stops that partition alone, its outputs bad and at their fail-safe values", () => {
    const { module, look, modeOf, set } = boot(sketch);
    set("other.i0", 5);
    module.runFrame();
    module.runFrame();
    expect([modeOf("faulty"), modeOf("other")]).toEqual(["IDLE", "NORMAL"]);
    expect(look("faulty.o0")).toEqual({ value: 3, quality: "bad", time: 400 });
    expect(look("faulty.o1")).toEqual({ value: 0, quality: "bad", time: 400 });
    expect(look("other.o0")).toMatchObject({ value: 5, quality: "good" });
  });

  it("leaves the rest of its slots unused", () => {
    const { module } = boot(sketch);
    for (let i = 0; i < 10; i++) module.runFrame();
    const [faulty, other] = module.partitions;
    expect(faulty!.timeUse.given).toBe(4000);
    expect(faulty!.timeUse.given - faulty!.timeUse.idle).toBeLessThan(20);
    expect(other!.timeUse).toEqual({ given: 4000, idle: 0 });
  });
});

describe("a partition's mode", () => {
  it("IDLE stops it at once, with its outputs at their fail-safe values", () => {
    const guest = output(new Guest(7), 0, X.s2)
      .normal()
      .tell(REGISTER.PUBLISH_OUTPUTS)
      .tellConstant(REGISTER.MODE, PARTITA_MODE_CODES.IDLE);
    const { module, look, modeOf, kinds } = boot(
      alone(output(guest, 0, X.s0).tell(REGISTER.PUBLISH_OUTPUTS).image(), 1, [{ failSafe: 1 }]),
    );
    module.runFrame();
    expect(modeOf("a")).toBe("IDLE");
    expect(look("a.o0")).toMatchObject({ value: 1, quality: "bad" });
    expect(kinds()).toEqual(["a modeChanged", "a modeChanged"]);
  });

  const retainedAt = (base: number, bytes: number) => ({
    base: guestAddress(base),
    bytes,
    variables: [],
    ofThisImage: false,
  });

  /** Publishes [start condition, a word of its retained area that it then counts up, a word outside it likewise]. */
  const restarter = (mode: number): Uint8Array => {
    const guest = new Guest().normal().ask(X.t0, REGISTER.START_CONDITION);
    output(guest, 0, X.t0);
    for (const [i, at] of [0x300, 0x400].entries()) {
      guest.add(encode("lw", { rd: X.t1, rs1: X.s1, imm: at }), encode("addi", { rd: X.t1, rs1: X.t1, imm: 1 }));
      output(guest, 1 + i, X.t1).add(encode("sw", { rs2: X.t1, rs1: X.s1, imm: at }));
    }
    return guest.tell(REGISTER.PUBLISH_OUTPUTS).tellConstant(REGISTER.MODE, mode).add(0).image();
  };

  it.each([
    ["COLD_START", [1, 1, 1]],
    ["WARM_START", [1, 3, 1]],
  ] as const)("%s starts it anew from its image at its next slot", (mode, expected) => {
    const { module, look, modeOf } = boot(alone(restarter(PARTITA_MODE_CODES[mode]), 1, 3), (system) => ({
      ...system,
      partitions: system.partitions.map((partition) => ({
        ...partition,
        areas: { ...partition.areas, retained: retainedAt(DATA.inputs + 0x300, 16) },
      })),
    }));
    module.runFrame();
    expect(look("a.o0")).toMatchObject({ value: 0, quality: "bad" });
    expect(modeOf("a")).toBe(mode);
    module.runFrame();
    module.runFrame();
    expect([0, 1, 2].map((i) => look(`a.o${i}`).value)).toEqual(expected);
  });

  it("starts warm with what an earlier run left, and shows what a power cycle keeps scan by scan", () => {
    const retained = retainedAt(DATA.inputs + 0x300, 4);
    const system = systemOf(alone(restarter(PARTITA_MODE_CODES.IDLE), 1, 3));
    const withArea = {
      ...system,
      partitions: system.partitions.map((partition) => ({ ...partition, areas: { ...partition.areas, retained } })),
    };
    const told: Incident[] = [];
    const outside = { ...silence, incident: (_at: unknown, incident: Incident) => void told.push(incident) };
    const module = new Module(withArea, outside, hasher, { restored: [Uint8Array.of(41, 0, 0, 0)] });
    const [partition] = module.partitions;
    expect(partition!.retained).toEqual(Uint8Array.of(41, 0, 0, 0));
    module.runFrame();
    expect(told[0]).toEqual({ kind: "modeChanged", from: "WARM_START", to: "NORMAL" });
    expect(partition!.points.get(2)).toBe(42);
    expect(partition!.retained).toEqual(Uint8Array.of(42, 0, 0, 0));
  });

  it("is IDLE after the finisher's power-off, with its code told, and starts anew after its reset", () => {
    const finisher = (value: number) =>
      boot(
        alone(
          new Guest()
            .normal()
            .constant(X.t1, 0x0010_0000)
            .constant(X.t0, value)
            .add(encode("sw", { rs2: X.t0, rs1: X.t1, imm: 0 }))
            .image(),
        ),
      );
    const failed = finisher((9 << 16) | 0x3333);
    failed.module.runFrame();
    expect(failed.modeOf("a")).toBe("IDLE");
    expect(failed.incidents.map(({ incident }) => incident)).toContainEqual({ kind: "poweredOff", code: 9 });
    const reset = finisher(0x7777);
    reset.module.runFrame();
    expect(reset.modeOf("a")).toBe("COLD_START");
    reset.module.runFrame();
    expect(reset.kinds()).toHaveLength(4);
  });
});

describe("an application error", () => {
  it("is told with its code, detail and text, and the guest goes on", () => {
    const guest = new Guest()
      .tellConstant(REGISTER.ERROR_DETAIL, 77)
      .address(X.t0, "text")
      .tell(REGISTER.ERROR_MESSAGE, X.t0)
      .tellConstant(REGISTER.RAISE_ERROR, PARTITA_ERROR_CODES.NUMERIC_ERROR)
      .normal();
    const image = guest.label("halt").jump("halt").label("text").add(0x0021_6948).image();
    const { module, incidents, modeOf } = boot(alone(image));
    module.runFrame();
    expect(incidents[0]!.incident).toMatchObject({
      kind: "error",
      record: { error: "NUMERIC_ERROR", value: 77, message: "Hi!", trap: null, action: "IGNORE", state: "COLD_START" },
    });
    expect(modeOf("a")).toBe("NORMAL");
  });
});

describe("queuing ports", () => {
  const statusOf = (port: number, length: number, command: number, normal = true): number => {
    const guest = normal ? new Guest().normal() : new Guest();
    guest.port(port, length).tellConstant(REGISTER.PORT_COMMAND, command).ask(X.t1, REGISTER.PORT_STATUS);
    const image = halt(output(guest.normal(), 0, X.t1).tell(REGISTER.PUBLISH_OUTPUTS));
    const { module, look } = boot({
      partitions: { a: { image, outputs: 1 }, b: { image: spinner() } },
      majorFrame: 1000,
      slots: [["a", 0, 1000]],
      messages: [
        { from: "a", to: "b", depth: 1, bytes: 16 },
        { from: "b", to: "a", depth: 1, bytes: 16 },
      ],
    });
    module.runFrame();
    return Number(look("a.o0").value);
  };
  const { SEND, RECEIVE } = PARTITA_PORT_COMMANDS;
  const RETURN = PARTITA_RETURN_CODES;

  it.each([
    ["a message that fits", statusOf(0, 16, SEND), RETURN.NO_ERROR],
    ["a message that is too long", statusOf(0, 17, SEND), RETURN.INVALID_PARAM],
    ["sending to a destination", statusOf(1, 8, SEND), RETURN.INVALID_MODE],
    ["receiving from a source", statusOf(0, 8, RECEIVE), RETURN.INVALID_MODE],
    ["receiving from an empty queue", statusOf(1, 16, RECEIVE), RETURN.NOT_AVAILABLE],
    ["a port that does not exist", statusOf(2, 8, SEND), RETURN.INVALID_PARAM],
    ["a partition that is not NORMAL", statusOf(0, 8, SEND, false), RETURN.INVALID_MODE],
  ])("answer %s by the book", (_, status, expected) => {
    expect(status).toBe(expected);
  });
});

describe("the guest's clock", () => {
  it("shows frame, slot start, slot duration and major frame", () => {
    const CLOCK = [REGISTER.FRAME, REGISTER.SLOT_START, REGISTER.SLOT_DURATION, REGISTER.MAJOR_FRAME];
    const guest = new Guest().normal().label("again");
    for (const [i, offset] of CLOCK.entries()) output(guest.ask(X.t0, offset), i, X.t0);
    const { module, look } = boot(alone(guest.tell(REGISTER.PUBLISH_OUTPUTS).jump("again").image(), 0, 4));
    for (let i = 0; i < 3; i++) module.runFrame();
    expect([0, 1, 2, 3].map((i) => look(`a.o${i}`).value)).toEqual([2, 2100, 900, 1000]);
  });
});

describe("an event", () => {
  it("bears the cycle of the instruction that caused it, however the slot is cut", () => {
    const guest = new Guest().normal();
    const cyclesOf = new Map<string, number>();
    const mark = (kind: string) => void cyclesOf.set(kind, 100 + guest.here / 4);
    mark("latch");
    guest.tell(REGISTER.LATCH_INPUTS).add(encode("lw", { rd: X.t0, rs1: X.s1, imm: 0 }));
    mark("publish");
    guest.tell(REGISTER.PUBLISH_OUTPUTS).constant(X.t1, 0x1000_0000);
    mark("uart");
    guest.add(encode("sb", { rs2: X.zero, rs1: X.t1, imm: 0 })).constant(X.t1, PARTITA_ERROR_CODES.NUMERIC_ERROR);
    mark("error");
    const system = systemOf(alone(halt(guest.tell(REGISTER.RAISE_ERROR, X.t1))));
    for (const slice of [1, 3, 900]) {
      const seen = new Map<string, number>();
      const events = (_: number, bytes: Uint8Array) => {
        for (const { kind, cycle } of decodeEvents(bytes)) seen.set(kind, cycle);
      };
      const module = new Module(system, silence, hasher, {
        events: { events },
        slice: (remaining) => cycles(Math.min(slice, remaining)),
      });
      module.runFrame();
      expect(Object.fromEntries(seen)).toMatchObject({ ...Object.fromEntries(cyclesOf), slotEnd: 1000 });
    }
  });
});

describe("stopping a module", () => {
  it("leaves every partition IDLE with its outputs published at their fail-safe values", () => {
    const published: string[] = [];
    const system = systemOf({
      partitions: { a: { image: copier(), inputs: 1, outputs: [{ failSafe: 4 }] }, b: { image: spinner() } },
      majorFrame: 100,
      slots: [["a", 0, 50]],
    });
    const module = new Module(
      system,
      { ...silence, published: (at, points) => void published.push(`${at.partition} ${at.cycle} ${points.quality}`) },
      hasher,
    );
    module.runFrame();
    published.length = 0;
    module.stopAll();
    expect(module.partitions.map(({ mode }) => mode)).toEqual(["IDLE", "IDLE"]);
    expect(published).toEqual([`0 100 ${QUALITY.uncertain},${QUALITY.bad}`, "1 100 "]);
    expect(module.partitions[0]!.points.get(1)).toBe(4);
    module.runFrame();
    expect(module.partitions[0]!.timeUse).toEqual({ given: 100, idle: 50 });
  });

  it("is refused in the midst of a frame", () => {
    const { module } = boot(alone(spinner()));
    module.step();
    expect(() => module.stopAll()).toThrow("between two major frames");
  });
});
