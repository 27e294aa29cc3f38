import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alone, boot } from "../../hil-tests/laws/boot.ts";
import { copier, DATA, Guest, UART_BASE } from "../../hil-tests/laws/guests.ts";
import { PARTITA_REGISTERS as REGISTER } from "../board/index.ts";
import { CSRS, encode, X } from "../isa/index.ts";
import { guestAddress } from "../units.ts";
import { type Command, decodeCommand, encodeCommand, type ForceTarget } from "./commands.ts";

const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 });
const target: fc.Arbitrary<ForceTarget> = fc.oneof(
  fc.record({ kind: fc.constant("point" as const), point: fc.nat(99) }),
  fc.record({
    kind: fc.constant("variable" as const),
    address: fc.nat().map(guestAddress),
    bit: fc.option(fc.nat(7), { nil: null }),
  }),
);
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ kind: fc.constantFrom("start", "stop", "suspend", "resume"), partition: fc.nat(9) }),
  fc.record({
    kind: fc.constant("restart" as const),
    partition: fc.nat(9),
    start: fc.constantFrom("COLD_START", "WARM_START"),
  }),
  fc.record({ kind: fc.constant("force" as const), partition: fc.nat(9), target, bytes }),
  fc.record({
    kind: fc.constant("release" as const),
    partition: fc.nat(9),
    target: fc.option(target, { nil: null }),
  }),
  fc.record({
    kind: fc.constant("setClock" as const),
    time: fc.record({ seconds: fc.nat(), nanoseconds: fc.nat(999_999_999) }),
  }),
  fc.record({ kind: fc.constant("uart" as const), partition: fc.nat(9), bytes }),
  fc.record({ kind: fc.constant("switchSchedule" as const), schedule: fc.nat(9) }),
);

const word = (value: number, length = 8): Uint8Array => {
  const cell = new Uint8Array(length);
  new DataView(cell.buffer).setUint32(0, value, true);
  return cell;
};
const point = (index: number): ForceTarget => ({ kind: "point", point: index });
const force = (of: ForceTarget, value: Uint8Array): Command => ({
  ...{ kind: "force", partition: 0, target: of, bytes: value },
});
const release = (of: ForceTarget | null): Command => ({ kind: "release", partition: 0, target: of });

describe("a command", () => {
  it("is the same after its way through bytes", () => {
    fc.assert(
      fc.property(command, (given) => {
        expect(decodeCommand(encodeCommand(given))).toEqual(given);
      }),
    );
  });

  it("is asked for once a frame, before its first boundary", () => {
    const { module, order, look } = boot(alone(copier()));
    module.step();
    order(force(point(0), word(9)));
    module.step();
    expect(look("a.i0").value).toBe(0);
    module.runFrame();
    expect(look("a.i0").value).toBe(0);
    module.runFrame();
    expect(look("a.i0").value).toBe(9);
  });
});

describe("a forced input", () => {
  it("is what LATCH brings, and good, until it is released", () => {
    const { module, order, set, look } = boot(alone(copier()));
    set("a.i0", 5, 0);
    order(force(point(0), word(9)));
    module.runFrame();
    expect(look("a.i0")).toMatchObject({ value: 9, quality: "good" });
    expect(look("a.o0").value).toBe(9);
    order(release(point(0)));
    module.runFrame();
    expect(look("a.i0")).toMatchObject({ value: 5, quality: "bad" });
    expect(look("a.o0").value).toBe(5);
  });

  it("counts for its validity point, which may be forced itself", () => {
    const valid = { type: "BOOL" as const, validityOf: 0 };
    const { module, order, look } = boot(alone(copier(), [{}, valid]));
    order(force(point(0), word(9)));
    module.runFrame();
    expect(look("a.i1").value).toBe(true);
    order(force(point(1), word(0)));
    module.runFrame();
    expect(look("a.i1").value).toBe(false);
  });

  it("wins over a channel", () => {
    const { module, order, look } = boot({
      partitions: { a: { image: copier(), inputs: 1, outputs: 1 }, b: { image: copier(), inputs: 1, outputs: 1 } },
      majorFrame: 1000,
      slots: [
        ["a", 0, 500],
        ["b", 500, 500],
      ],
      sampling: [{ from: "b.o0", to: ["a.i0"] }],
    });
    order(force(point(0), word(9)));
    module.runFrame();
    module.runFrame();
    expect(look("a.o0").value).toBe(9);
  });
});

describe("a forced output", () => {
  it("is what PUBLISH hands over, until it is released", () => {
    const { module, order, set, look } = boot(alone(copier()));
    set("a.i0", 5);
    order(force(point(1), word(77)));
    module.runFrame();
    expect(look("a.o0")).toMatchObject({ value: 77, quality: "good" });
    order(release(null));
    module.runFrame();
    expect(look("a.o0").value).toBe(5);
  });

  it("does not keep a stopped partition's from its fail-safe value", () => {
    const { module, order, look } = boot(alone(copier(), 1, [{ failSafe: 3 }]));
    order(force(point(1), word(77)));
    module.runFrame();
    module.stopAll();
    expect(look("a.o0")).toMatchObject({ value: 3, quality: "bad" });
  });
});

describe("a forced variable", () => {
  const at = (offset: number, bit: number | null = null): ForceTarget => ({
    ...{ kind: "variable", address: guestAddress(DATA.scratch + offset), bit },
  });
  /** Publishes the word at DATA.scratch at the start of each slot, and then sets it to 1. */
  const overwriter = new Guest()
    .normal()
    .constant(X.s3, DATA.scratch)
    .constant(X.s4, 1)
    .constant(X.t0, 1 << 7)
    .add(encode("csrrw", { rd: X.zero, csr: CSRS.mie, rs1: X.t0 }))
    .label("scan")
    .add(encode("lw", { rd: X.t0, rs1: X.s3, imm: 0 }))
    .add(encode("sw", { rs2: X.t0, rs1: X.s1, imm: DATA.outputs - DATA.inputs }))
    .add(encode("sw", { rs2: X.s4, rs1: X.s3, imm: 0 }))
    .tell(REGISTER.PUBLISH_OUTPUTS)
    .timer(950)
    .add(encode("wfi"))
    .jump("scan")
    .image();

  it("is written at each start of a slot, all of it or one bit, whatever the guest did since", () => {
    const { module, order, look } = boot(alone(overwriter));
    const afterFrame = () => {
      module.runFrame();
      return look("a.o0").value;
    };
    order(force(at(0), word(0xf0, 4)));
    expect([afterFrame(), afterFrame()]).toEqual([0xf0, 0xf0]);
    order(release(at(0)));
    order(force(at(0, 4), Uint8Array.of(1)));
    order(force(at(1, 7), Uint8Array.of(1)));
    order(force(at(0, 0), Uint8Array.of(0)));
    expect([afterFrame(), afterFrame()]).toEqual([0x8010, 0x8010]);
    order(release(at(0, 4)));
    expect([afterFrame(), afterFrame()]).toEqual([0x8000, 0x8000]);
    order(release(null));
    expect(afterFrame()).toBe(1);
  });
});

describe("bytes for a serial port", () => {
  /** Publishes the sum of all bytes that it has received, one a look. */
  const listener = () =>
    new Guest()
      .normal()
      .constant(X.s3, UART_BASE)
      .label("look")
      .add(encode("lbu", { rd: X.t0, rs1: X.s3, imm: 5 }), encode("andi", { rd: X.t0, rs1: X.t0, imm: 1 }))
      .branch("beq", X.t0, X.zero, "look")
      .add(encode("lbu", { rd: X.t0, rs1: X.s3, imm: 0 }), encode("add", { rd: X.s2, rs1: X.s2, rs2: X.t0 }))
      .add(encode("sw", { rs2: X.s2, rs1: X.s1, imm: DATA.outputs - DATA.inputs }))
      .tell(REGISTER.PUBLISH_OUTPUTS)
      .jump("look")
      .image();

  it("reach the guest in order, each once, and what no guest takes is lost in the end", () => {
    const { module, order, look } = boot(alone(listener()));
    order({ kind: "uart", partition: 0, bytes: Uint8Array.of(1, 2) });
    order({ kind: "uart", partition: 0, bytes: Uint8Array.of(4) });
    module.runFrame();
    expect(look("a.o0").value).toBe(7);
    for (let i = 0; i < 3; i++) order({ kind: "uart", partition: 0, bytes: new Uint8Array(40_000).fill(1) });
    for (let i = 0; i < 3000; i++) module.runFrame();
    expect(look("a.o0").value).toBe(7 + 65_536);
  });
});
