import { describe, expect, it } from "vitest";
import { alone, boot, halt, output } from "../../hil-tests/laws/boot.ts";
import { copier, DATA, Guest } from "../../hil-tests/laws/guests.ts";
import type { SystemSketch } from "../../hil-tests/laws/systems.ts";
import { PARTITA_REGISTERS as REGISTER } from "../board/index.ts";
import { encode, X } from "../isa/index.ts";
import type { PointType, PointValue } from "../system.ts";
import { guestAddress } from "../units.ts";
import { QUALITY } from "./point-cells.ts";

describe("a partition's outputs", () => {
  it("are bad with their fail-safe values before the first publish, and good from its slot's end on", () => {
    const { module, look } = boot(alone(copier(), 1, [{ initial: 42 }, { initial: 42, failSafe: 7 }]));
    module.step();
    expect(look("a.o0")).toEqual({ value: 42, quality: "bad", time: 0 });
    expect(look("a.o1")).toEqual({ value: 7, quality: "bad", time: 0 });
    module.step();
    expect(look("a.o0")).toEqual({ value: 0, quality: "good", time: 1000 });
  });

  it("do not count when published before the partition is NORMAL", () => {
    const guest = output(new Guest(7), 0, X.s2).tell(REGISTER.PUBLISH_OUTPUTS).normal();
    const { module, look, modeOf } = boot(alone(halt(guest)));
    module.runFrame();
    expect(modeOf("a")).toBe("NORMAL");
    expect(look("a.o0")).toMatchObject({ value: 0, quality: "bad" });
  });

  it("show what PUBLISH read, not what was written afterwards", () => {
    const guest = output(output(new Guest(7), 0, X.s2).normal().tell(REGISTER.PUBLISH_OUTPUTS), 0, X.s0);
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
    const guest = new Guest().normal().tell(REGISTER.LATCH_INPUTS);
    for (let i = 0; i < values.length; i++) {
      output(guest.add(encode("lw", { rd: X.t0, rs1: X.s1, imm: 4 * i })), i, X.t0);
    }
    const { module, look, set } = boot(alone(halt(guest.tell(REGISTER.PUBLISH_OUTPUTS)), inputs, values.length));
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
    const once = output(new Guest(7), 0, X.s2).normal().tell(REGISTER.PUBLISH_OUTPUTS);
    const { module, look } = boot(sketch(halt(once)));
    const seen = [0, 1, 2].map(() => {
      module.runFrame();
      return look("to.i0").quality;
    });
    expect(seen).toEqual(["uncertain", "good", "uncertain"]);
  });

  it("makes the input bad, with the fail-safe value, when its source has stopped", () => {
    const faulty = output(new Guest(7), 0, X.s2).normal().tell(REGISTER.PUBLISH_OUTPUTS).add(0).image();
    const { module, look } = boot(sketch(faulty));
    module.runFrame();
    module.runFrame();
    expect(look("to.i0")).toMatchObject({ value: 99, quality: "bad" });
  });
});
