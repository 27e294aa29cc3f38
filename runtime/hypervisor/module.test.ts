import { describe, expect, it } from "vitest";
import { copier, DATA, Guest, spinner } from "../../hil-tests/laws/guests.ts";
import { silence } from "../../hil-tests/laws/runs.ts";
import { type SystemSketch, systemOf } from "../../hil-tests/laws/systems.ts";
import { PARTITA_ERROR_CODES, PARTITA_MODE_CODES, PARTITA_RETURN_CODES } from "../board/index.ts";
import { encode, X } from "../isa/index.ts";
import type { Point, PointType, PointValue } from "../system.ts";
import { createHasher, decodeEvents } from "../trace/index.ts";
import { cycles, guestAddress } from "../units.ts";
import { Module } from "./module.ts";
import type { Incident, Outside } from "./outside.ts";
import { QUALITY } from "./point-cells.ts";

const hasher = await createHasher();

/** A module, what was told of it, and inputs to set by `partition.point`. */
const boot = (
  sketch: SystemSketch,
  alter: (system: ReturnType<typeof systemOf>) => typeof system = (system) => system,
) => {
  const system = alter(systemOf(sketch));
  const incidents: { partition: string; cycle: number; incident: Incident }[] = [];
  const uart: number[] = [];
  const wanted = new Map<string, { value: PointValue; quality: number }>();
  const outside: Outside = {
    ...silence,
    latch: (at, inputs) => {
      for (const { name, index, type } of system.partitions[at.partition]!.points) {
        const entry = wanted.get(`${system.partitions[at.partition]!.name}.${name}`);
        if (entry === undefined) continue;
        inputs.set(index, type, entry.value);
        inputs.quality[index] = entry.quality;
      }
    },
    uart: (_, byte) => void uart.push(byte),
    incident: (at, incident) =>
      void incidents.push({ partition: system.partitions[at.partition]!.name, cycle: at.cycle, incident }),
  };
  const module = new Module(system, outside, hasher);
  const look = (path: string) => {
    const [partition, name] = path.split(".");
    const view = module.partitions.find((one) => one.partition.name === partition)!;
    const { index, type } = view.partition.points.find((point) => point.name === name)!;
    return {
      value: view.points.get(index, type),
      quality: view.points.qualityOf(index),
      time: view.points.time[index],
    };
  };
  const modeOf = (name: string) => module.partitions.find(({ partition }) => partition.name === name)!.mode;
  const set = (path: string, value: PointValue, quality: number = QUALITY.good) =>
    void wanted.set(path, { value, quality });
  const kinds = () => incidents.map(({ partition, incident }) => `${partition} ${incident.kind}`);
  return { module, system, incidents, uart, look, modeOf, set, kinds };
};

/** One partition with the whole frame of 1000 cycles but its first 100. */
const alone = (image: Uint8Array, inputs: number | Partial<Point>[] = 1, outputs: number | Partial<Point>[] = 1) => ({
  partitions: { a: { image, inputs, outputs } },
  majorFrame: 1000,
  slots: [["a", 100, 900] as const],
});

/** Output `index` := x[register]. */
const output = (guest: Guest, index: number, register: number): Guest =>
  guest.add(encode("sw", { rs2: register, rs1: X.s1, imm: DATA.outputs - DATA.inputs + 4 * index }));
const PUBLISH = 0x044;
const MODE = 0x010;
const halt = (guest: Guest): Uint8Array => guest.label("halt").jump("halt").image();

describe("a partition's outputs", () => {
  it("are uncertain with their initial values before the first publish, and good from its slot's end on", () => {
    const { module, look } = boot(alone(copier(), 1, [{ initial: 42 }]));
    module.step();
    expect(look("a.o0")).toEqual({ value: 42, quality: "uncertain", time: 0 });
    module.step();
    expect(look("a.o0")).toEqual({ value: 0, quality: "good", time: 1000 });
  });

  it("do not count when published before the partition is NORMAL", () => {
    const guest = output(new Guest(7), 0, X.s2).tell(PUBLISH).normal();
    const { module, look, modeOf } = boot(alone(halt(guest)));
    module.runFrame();
    expect(modeOf("a")).toBe("NORMAL");
    expect(look("a.o0")).toMatchObject({ value: 0, quality: "uncertain" });
  });

  it("show what PUBLISH read, not what was written afterwards", () => {
    const guest = output(output(new Guest(7), 0, X.s2).normal().tell(PUBLISH), 0, X.s0);
    const { module, look } = boot(alone(halt(guest)));
    module.runFrame();
    expect(look("a.o0").value).toBe(7);
  });
});

describe("a partition's inputs", () => {
  it("are those of its slot's start, whatever happens meanwhile, and reach RAM by LATCH alone", () => {
    const { module, look, set } = boot(alone(copier()));
    set("a.i0", 5);
    module.runFrame();
    set("a.i0", 6);
    expect(look("a.i0")).toMatchObject({ value: 5, quality: "good" });
    expect(look("a.o0")).toMatchObject({ value: 5 });
    module.runFrame();
    expect(look("a.o0")).toMatchObject({ value: 6 });
  });

  it("of every type reach RAM as the guest's language lays them out", () => {
    const values: readonly (readonly [PointType, PointValue, number])[] = [
      ["BOOL", true, 1],
      ["SINT", -2, 0xfe],
      ["INT", -300, 0xfed4],
      ["DINT", -70_000, 0xfffe_ee90],
      ["UINT", 65_535, 0xffff],
      ["REAL", 1.5, 0x3fc0_0000],
      ["TIME", 1000, 1000],
    ];
    const inputs = values.map(([type], i) => ({ type, address: guestAddress(DATA.inputs + 4 * i) }));
    const guest = new Guest().normal().tell(0x040);
    for (let i = 0; i < values.length; i++) {
      output(guest.add(encode("lw", { rd: X.t0, rs1: X.s1, imm: 4 * i })), i, X.t0);
    }
    const { module, look, set } = boot(alone(halt(guest.tell(PUBLISH)), inputs, values.length));
    for (const [i, [, value]] of values.entries()) set(`a.i${i}`, value);
    module.runFrame();
    expect(values.map((_, i) => look(`a.o${i}`).value)).toEqual(values.map(([, , word]) => word));
    expect(values.map((_, i) => look(`a.i${i}`).value)).toEqual(values.map(([, value]) => value));
  });

  it("that say whether another one is valid follow its quality", () => {
    const validity = { type: "BOOL" as const, validityOf: 0 };
    const { module, look, set } = boot(alone(copier(), [{}, validity]));
    for (const quality of [QUALITY.good, QUALITY.bad, QUALITY.good, QUALITY.uncertain]) {
      set("a.i0", 1, quality);
      module.runFrame();
      expect(look("a.i1")).toMatchObject({ value: quality === QUALITY.good, quality: "good" });
    }
  });
});

describe("an image that knows nothing of the partita device", () => {
  it("is NORMAL from its first instruction, its points copied at slot start and end, bits of a byte one by one", () => {
    const guest = new Guest()
      .add(encode("lbu", { rd: X.t0, rs1: X.s1, imm: 0 }))
      .add(encode("sb", { rs2: X.t0, rs1: X.s1, imm: DATA.outputs - DATA.inputs }));
    const bits = (base: number) => [
      { type: "BOOL" as const, address: guestAddress(base), bit: 0 },
      { type: "BOOL" as const, address: guestAddress(base), bit: 5 },
    ];
    const image = halt(guest);
    const { module, look, modeOf, set, kinds } = boot({
      ...alone(image),
      partitions: { a: { image, latch: "auto", inputs: bits(DATA.inputs), outputs: bits(DATA.outputs) } },
    });
    set("a.i1", true);
    expect(modeOf("a")).toBe("NORMAL");
    module.runFrame();
    expect([look("a.o0"), look("a.o1")]).toEqual([
      { value: false, quality: "good", time: 1000 },
      { value: true, quality: "good", time: 1000 },
    ]);
    expect(kinds()).toEqual([]);
  });
});

describe("a sampling channel", () => {
  const sketch = (source: Uint8Array): SystemSketch => ({
    partitions: {
      to: { image: copier(), inputs: [{ initial: 77 }], outputs: 1 },
      from: { image: source, inputs: 1, outputs: [{ failSafe: 99 }] },
    },
    majorFrame: 1000,
    slots: [
      ["to", 0, 400],
      ["from", 400, 400],
    ],
    sampling: [{ from: "from.o0", to: ["to.i0"], refresh: 500 }],
  });

  it("brings what its source published in a former slot, and before that the destination's own initial value", () => {
    const { module, look, set } = boot(sketch(copier()));
    set("from.i0", 5);
    module.runFrame();
    expect(look("to.i0")).toMatchObject({ value: 77, quality: "uncertain" });
    module.runFrame();
    expect(look("to.i0")).toEqual({ value: 5, quality: "good", time: 800 });
  });

  it("is stronger than what the outside offers for the same input", () => {
    const { module, look, set } = boot(sketch(copier()));
    set("to.i0", 123);
    module.runFrame();
    expect(look("to.i0").value).toBe(77);
  });

  it("makes the input uncertain when its value is older than the refresh period", () => {
    const once = output(new Guest(7), 0, X.s2).normal().tell(PUBLISH);
    const { module, look } = boot(sketch(halt(once)));
    const seen = [0, 1, 2].map(() => {
      module.runFrame();
      return look("to.i0").quality;
    });
    expect(seen).toEqual(["uncertain", "good", "uncertain"]);
  });

  it("makes the input bad, with the fail-safe value, when its source has stopped", () => {
    const faulty = output(new Guest(7), 0, X.s2).normal().tell(PUBLISH).add(0).image();
    const { module, look } = boot(sketch(faulty));
    module.runFrame();
    module.runFrame();
    expect(look("to.i0")).toMatchObject({ value: 99, quality: "bad" });
  });
});

describe("a guest's fault", () => {
  const sketch: SystemSketch = {
    partitions: {
      faulty: {
        image: new Guest(7)
          .normal()
          .tell(PUBLISH)
          .constant(X.t0, 0x1234_5678)
          .add(encode("lw", { rd: X.t1, rs1: X.t0, imm: 0 }))
          .image(),
        outputs: [{ failSafe: 3 }, { failSafe: "hold", initial: 8 }],
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
    const fault = incidents.find(({ incident }) => incident.kind === "fault");
    expect(fault).toMatchObject({
      partition: "faulty",
      incident: { fault: { cause: "loadAccessFault", value: 0x1234_5678, pc: expect.any(Number) } },
    });
    const [{ pc }] = [(fault!.incident as Extract<Incident, { kind: "fault" }>).fault];
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
    const guest = output(new Guest(7), 0, X.s2).normal().tell(PUBLISH).tellConstant(MODE, PARTITA_MODE_CODES.IDLE);
    const { module, look, modeOf, kinds } = boot(
      alone(output(guest, 0, X.s0).tell(PUBLISH).image(), 1, [{ failSafe: 1 }]),
    );
    module.runFrame();
    expect(modeOf("a")).toBe("IDLE");
    expect(look("a.o0")).toMatchObject({ value: 1, quality: "bad" });
    expect(kinds()).toEqual(["a modeChanged", "a modeChanged"]);
  });

  /** Publishes [start condition, a word of its retained area that it then counts up, a word outside it likewise]. */
  const restarter = (mode: number): Uint8Array => {
    const guest = new Guest().normal().ask(X.t0, 0x014);
    output(guest, 0, X.t0);
    for (const [i, at] of [0x300, 0x400].entries()) {
      guest.add(encode("lw", { rd: X.t1, rs1: X.s1, imm: at }), encode("addi", { rd: X.t1, rs1: X.t1, imm: 1 }));
      output(guest, 1 + i, X.t1).add(encode("sw", { rs2: X.t1, rs1: X.s1, imm: at }));
    }
    return guest.tell(PUBLISH).tellConstant(MODE, mode).add(0).image();
  };

  it.each([
    ["COLD_START", [1, 1, 1]],
    ["WARM_START", [1, 3, 1]],
  ] as const)("%s starts it anew from its image at its next slot", (mode, expected) => {
    const { module, look, modeOf } = boot(alone(restarter(PARTITA_MODE_CODES[mode]), 1, 3), (system) => ({
      ...system,
      partitions: system.partitions.map((partition) => ({
        ...partition,
        areas: { ...partition.areas, retained: { base: guestAddress(DATA.inputs + 0x300), bytes: 16 } },
      })),
    }));
    module.runFrame();
    expect(look("a.o0")).toMatchObject({ value: 0, quality: "uncertain" });
    expect(modeOf("a")).toBe(mode);
    module.runFrame();
    module.runFrame();
    expect([0, 1, 2].map((i) => look(`a.o${i}`).value)).toEqual(expected);
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
      .tellConstant(0x080, 77)
      .address(X.t0, "text")
      .tell(0x084, X.t0)
      .tellConstant(0x088, PARTITA_ERROR_CODES.NUMERIC_ERROR)
      .normal();
    const image = guest.label("halt").jump("halt").label("text").add(0x0021_6948).image();
    const { module, incidents, modeOf } = boot(alone(image));
    module.runFrame();
    expect(incidents[0]!.incident).toEqual({
      kind: "applicationError",
      code: "NUMERIC_ERROR",
      detail: 77,
      message: "Hi!",
    });
    expect(modeOf("a")).toBe("NORMAL");
  });
});

describe("queuing ports", () => {
  const statusOf = (port: number, length: number, command: number, normal = true): number => {
    const guest = normal ? new Guest().normal() : new Guest();
    guest.port(port, length).tellConstant(0x0d0, command).ask(X.t1, 0x0d4);
    const image = halt(output(guest.normal(), 0, X.t1).tell(PUBLISH));
    const { module, look } = boot({
      partitions: { a: { image, outputs: 1 }, b: { image: spinner() } },
      majorFrame: 1000,
      slots: [["a", 0, 1000]],
      queuing: [
        { from: "a", to: "b", depth: 1, bytes: 16 },
        { from: "b", to: "a", depth: 1, bytes: 16 },
      ],
    });
    module.runFrame();
    return Number(look("a.o0").value);
  };
  const [SEND, RECEIVE] = [1, 2];
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
    const guest = new Guest().normal().label("again");
    for (const [i, offset] of [0x050, 0x058, 0x060, 0x068].entries()) output(guest.ask(X.t0, offset), i, X.t0);
    const { module, look } = boot(alone(guest.tell(PUBLISH).jump("again").image(), 0, 4));
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
    guest.tell(0x040).add(encode("lw", { rd: X.t0, rs1: X.s1, imm: 0 }));
    mark("publish");
    guest.tell(PUBLISH).constant(X.t1, 0x1000_0000);
    mark("uart");
    guest.add(encode("sb", { rs2: X.zero, rs1: X.t1, imm: 0 })).constant(X.t1, PARTITA_ERROR_CODES.NUMERIC_ERROR);
    mark("error");
    const system = systemOf(alone(halt(guest.tell(0x088, X.t1))));
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
    expect(module.partitions[0]!.points.get(1, "DWORD")).toBe(4);
    module.runFrame();
    expect(module.partitions[0]!.timeUse).toEqual({ given: 100, idle: 50 });
  });

  it("is refused in the midst of a frame", () => {
    const { module } = boot(alone(spinner()));
    module.step();
    expect(() => module.stopAll()).toThrow("between two major frames");
  });
});
