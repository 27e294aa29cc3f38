import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alone, boot, halt, output } from "../../hil-tests/laws/boot.ts";
import { DATA, Guest, PARTITA_BASE } from "../../hil-tests/laws/guests.ts";
import { randomFrom, randomSlices, runSystem, silence } from "../../hil-tests/laws/runs.ts";
import { systemOf } from "../../hil-tests/laws/systems.ts";
import { tinkerer } from "../../hil-tests/laws/tinkerer.ts";
import { HART_REGISTERS, objectionToUpset, PARTITA_REGISTERS as REGISTER, type Upset } from "../board/index.ts";
import { CSRS, encode, X } from "../isa/index.ts";
import { immediateCompiler, translate } from "../translator/index.ts";
import { cycles, guestAddress } from "../units.ts";
import type { Command } from "./commands.ts";

const stall = (duration: number | null): Command => ({
  ...{ kind: "stall", partition: 0, duration: duration === null ? null : cycles(duration) },
});
const upset = (after: number, what: Upset): Command => ({
  kind: "upset",
  partition: 0,
  after: cycles(after),
  upset: what,
});

/** Counts in s2, one a pass of three instructions from cycle `prologue` on, and publishes what it counted to. */
const counter = () =>
  output(
    new Guest()
      .normal()
      .label("scan")
      .add(encode("addi", { rd: X.s2, rs1: X.s2, imm: 1 })),
    0,
    X.s2,
  )
    .tell(REGISTER.PUBLISH_OUTPUTS)
    .jump("scan")
    .image();

describe("a stall", () => {
  it("takes exactly its cycles from a guest that executes, and lets it go on where it was", () => {
    const [calm, stalled] = [boot(alone(counter())), boot(alone(counter()))];
    stalled.order(stall(400));
    calm.module.runFrame();
    stalled.module.runFrame();
    const [all, some] = [calm, stalled].map(({ look }) => Number(look("a.o0").value));
    expect((all! - some!) * 4).toBe(400);
    expect(stalled.module.partitions[0]!.timeUse).toEqual({ given: 900, idle: 0 });
    expect(stalled.kinds()).toEqual(calm.kinds());
  });

  it("lasts over slots, until another one ends it or the guest starts anew", () => {
    const { module, order, look, modeOf } = boot(alone(counter()));
    module.runFrame();
    order(stall(null));
    const before = look("a.o0").value;
    for (let frame = 0; frame < 3; frame++) module.runFrame();
    expect([look("a.o0").value, modeOf("a")]).toEqual([before, "NORMAL"]);
    order(stall(0));
    module.runFrame();
    expect(Number(look("a.o0").value)).toBeGreaterThan(Number(before));
    order(stall(null));
    order({ kind: "restart", partition: 0, start: "COLD_START" });
    module.runFrame();
    expect(Number(look("a.o0").value)).toBeGreaterThan(100);
  });

  it("waits until a guest that sleeps would wake", () => {
    const enable = (guest: Guest) =>
      guest.constant(X.t0, 1 << 7).add(encode("csrrw", { rd: X.zero, csr: CSRS.mie, rs1: X.t0 }), encode("wfi"));
    const sleeper = enable(new Guest().normal().timer(1200)).add(
      encode("csrrs", { rd: X.t0, csr: CSRS.mcycle, rs1: X.zero }),
    );
    const image = halt(output(sleeper, 0, X.t0).tell(REGISTER.PUBLISH_OUTPUTS));
    const wokenAt = (orders: readonly Command[]) => {
      const { module, order, look } = boot(alone(image));
      module.runFrame();
      for (const each of orders) order(each);
      for (let frame = 0; frame < 2; frame++) module.runFrame();
      return Number(look("a.o0").value);
    };
    const calm = wokenAt([]);
    expect(calm).toBeGreaterThan(900);
    expect([wokenAt([stall(70)]), wokenAt([stall(70), stall(0)])]).toEqual([calm + 70, calm]);
  });
});

describe("an upset", () => {
  const framesOf = (orders: readonly Command[], frames = 1) => {
    const bench = boot(alone(counter()));
    for (const order of orders) bench.order(order);
    for (let frame = 0; frame < frames; frame++) bench.module.runFrame();
    return bench;
  };

  it("strikes before the instruction of its very cycle", () => {
    // The publishing store of a pass is at every fourth cycle: a bit that turns after it is seen one pass later.
    const counted = (after: number) => Number(framesOf([upset(after, bit("x18", 20))]).look("a.o0").value);
    const undisturbed = counted(899);
    const last = Array.from({ length: 12 }, (_, index) => 888 + index).findLast(
      (after) => counted(after) !== undisturbed,
    )!;
    expect([last, counted(last + 1), counted(last)]).toEqual([last, undisturbed, undisturbed + (1 << 20)]);
  });

  it("waits for the partition's own cycles, over frames", () => {
    const early = framesOf([upset(900 * 2 - 50, bit("x18", 20))], 2);
    const late = framesOf([upset(900 * 2, bit("x18", 20))], 2);
    expect([Number(early.look("a.o0").value) >> 20, Number(late.look("a.o0").value) >> 20]).toEqual([1, 0]);
    late.module.runFrame();
    expect(Number(late.look("a.o0").value) >> 20).toBe(1);
  });

  it("changes RAM, code included, and registers of both files", () => {
    const at = { kind: "ram", address: guestAddress(DATA.scratch), bit: 7 } as const;
    const reads = new Guest()
      .normal()
      .constant(X.t3, DATA.scratch)
      .label("scan")
      .add(encode("lbu", { rd: X.t0, rs1: X.t3, imm: 0 }));
    const { module, order, look } = boot(
      alone(output(reads, 0, X.t0).tell(REGISTER.PUBLISH_OUTPUTS).jump("scan").image()),
    );
    order(upset(0, at));
    module.runFrame();
    expect(look("a.o0").value).toBe(128);
  });

  it("that leads nowhere is a fault of its guest, and stops nobody else", () => {
    const { module, modeOf, incidents, order } = boot({
      partitions: { a: { image: counter(), outputs: 1 }, b: { image: counter(), outputs: 1 } },
      majorFrame: 1000,
      slots: [
        ["a", 0, 400],
        ["b", 400, 400],
      ],
    });
    order(upset(150, { kind: "jump", to: guestAddress(0) }));
    module.runFrame();
    expect([modeOf("a"), modeOf("b")]).toEqual(["IDLE", "NORMAL"]);
    const error = incidents.find(({ incident }) => incident.kind === "error")!;
    expect([error.cycle, error.incident]).toMatchObject([151, { record: { trap: "instructionAccessFault", pc: 0 } }]);
  });

  it("wakes a guest only where it makes it go on elsewhere", () => {
    const image = halt(new Guest().add(encode("wfi")));
    const { module, modeOf, order } = boot(alone(image));
    order(upset(500, bit("x5", 3)));
    module.runFrame();
    expect(modeOf("a")).toBe("COLD_START");
    expect(module.partitions[0]!.timeUse.idle).toBeGreaterThan(800);
    order(upset(0, { kind: "jump", to: guestAddress(PARTITA_BASE) }));
    module.runFrame();
    expect(modeOf("a")).toBe("IDLE");
  });

  it("is the same on both engines, wherever slots are cut, in any guest", () => {
    const system = (seed: number) =>
      systemOf({
        partitions: { a: { image: tinkerer(randomFrom(seed)), inputs: 2, outputs: 2 } },
        majorFrame: 3000,
        slots: [["a", 0, 2900]],
      });
    fc.assert(
      fc.property(fc.integer(), fc.nat(8000), fc.nat(), (seed, after, choice) => {
        const register = HART_REGISTERS[choice % HART_REGISTERS.length]!;
        const address = guestAddress(0x8000_0000 + (choice % 0x1800));
        const what: Upset =
          seed % 2 === 0 ? bit(register, 1 + (choice % 31)) : { kind: "ram", address, bit: choice & 7 };
        const run = (orders: readonly Command[], options: object) =>
          runSystem(system(seed), {
            frames: 4,
            outside: { ...silence, commands: (frame) => (frame === 0 ? orders : []) },
            ...options,
          });
        const interpreted = run([upset(after, what)], {});
        const engineOf = () => translate(immediateCompiler, { quietCycles: 100 });
        const translated = run([upset(after, what)], { engineOf, slice: randomSlices(~seed) });
        expect([translated.frames, translated.states]).toEqual([interpreted.frames, interpreted.states]);
        expect(run([], {}).frames).not.toEqual(interpreted.frames);
      }),
      { numRuns: 30 },
    );
  });

  it("says what cannot be upset", () => {
    const ram = (offset: number, at: number): Upset => ({
      ...{ kind: "ram", address: guestAddress(0x8000_0000 + offset), bit: at },
    });
    expect(objectionToUpset(ram(0x1000, 0), 0x1000)).toBe("there is no RAM at that address");
    expect(objectionToUpset(ram(0, 8), 0x1000)).toBe("it has the bits 0 … 7, and no 8");
    expect(objectionToUpset(bit("pc", 0), 0x1000)).toBe("bit 0 of pc does not exist");
    expect(objectionToUpset(bit("x0", 1), 0x1000)).toBe("the hart has no register x0 that could change");
    for (const fine of [ram(0xfff, 7), bit("f31", 63), bit("pc", 31), bit("x1", 0)])
      expect(objectionToUpset(fine, 0x1000)).toBeNull();
  });
});

function bit(register: (typeof HART_REGISTERS)[number], at: number): Upset {
  return { kind: "register", register, bit: at };
}
