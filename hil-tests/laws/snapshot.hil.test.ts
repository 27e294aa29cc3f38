/** A module's state is all that its future depends on: whoever restores it goes on as the run did that went on. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EngineFactory, interpret } from "../../runtime/hart/index.ts";
import { engineFactory } from "../../runtime/host/engines.ts";
import { Module, type ModuleState } from "../../runtime/hypervisor/index.ts";
import { CSRS, encode, PMP_ADDRESSES, PMP_CONFIGURATIONS, X } from "../../runtime/isa/index.ts";
import { StateMismatch } from "../../runtime/state.ts";
import { ENGINES, type EngineKind, type System } from "../../runtime/system.ts";
import { createHasher } from "../../runtime/trace/index.ts";
import { immediateCompiler, translate } from "../../runtime/translator/index.ts";
import { commanding, everyone } from "./commanding.ts";
import { copier, DATA, flooder, Guest, sleeper } from "./guests.ts";
import { randomModule } from "./random-module.ts";
import { busyOutside, type RunResult, randomFrom, randomSlices, runSystem, silence } from "./runs.ts";
import { systemOf } from "./systems.ts";
import { tinkerer } from "./tinkerer.ts";

const hasher = await createHasher();
const seeds = fc.integer();

/** Everything that the outside can bring, the same for the same seed and frame. */
const anything = (system: System, seed: number) =>
  commanding(system, seed, everyone(system), busyOutside(system, seed));

/** What a run in two parts left behind, as if it had been one. */
const joined = (first: RunResult, second: RunResult) => ({
  frames: [...first.frames, ...second.frames],
  events: first.events.map((events, index) => hasher.hash(new Uint8Array([...events, ...second.events[index]!]))),
  ...endOf(second),
});
const whole = (result: RunResult) => ({
  frames: result.frames,
  events: result.events.map((events) => hasher.hash(events)),
  ...endOf(result),
});
const endOf = ({ states, idle, module }: RunResult) => ({ states, idle, state: digestOf(module.save()) });

/** All of a state, in numbers that compare faster. */
const digestOf = ({ boardTime, bytes, partitions }: ModuleState) => [
  boardTime,
  hasher.hash(bytes!),
  ...partitions.map((one) => [
    hasher.hash(one!.place),
    hasher.hash(one!.state.bytes),
    one!.state.ram.numbers,
    hasher.hash(one!.state.ram.bytes),
  ]),
];

/** The bytes of a state that may be changed in a test, part by part. */
const partsOf = ({ bytes, partitions }: ModuleState) => [
  bytes!,
  ...partitions.flatMap((one) => [one!.place, one!.state.bytes, one!.state.ram.bytes]),
];

/** One guest that uses all of its board, alone on it. */
const tinkering = (seed: number): System =>
  systemOf({
    partitions: { a: { image: tinkerer(randomFrom(seed)), inputs: 2, outputs: 2, retained: 16 } },
    majorFrame: 900,
    slots: [
      ["a", 0, 700],
      ["a", 710, 100],
    ],
  });

/** Runs on after `frames`, and in another module from the state of then. */
const expectToGoOn = (system: System, seed: number, frames: number, engine: EngineKind): void => {
  const outside = () => anything(system, seed);
  const first = runSystem(system, { frames, outside: outside() });
  const options = { slice: randomSlices(~seed), engineOf: () => engineFactory(engine), warmUp: Math.abs(seed) % 3 };
  const second = runSystem(system, { frames: frames + 4, from: first.module.save(), outside: outside(), ...options });
  const uninterrupted = runSystem(system, { frames: frames + 4, outside: outside() });
  expect(joined(first, second)).toEqual(whole(uninterrupted));
};

describe("a module that is restored", () => {
  const engines = fc.constantFrom(...ENGINES);

  it("goes on as the run that was saved, to the bit, on another engine and in other slices", () => {
    const property = fc.property(seeds, fc.nat(6), engines, (seed, frames, engine) =>
      expectToGoOn(systemOf(randomModule(seed)), seed, frames, engine),
    );
    fc.assert(property, { numRuns: 40 });
  });

  it("goes on so with a guest that uses all of its board", () => {
    const property = fc.property(seeds, fc.nat(20), engines, (seed, frames, engine) =>
      expectToGoOn(tinkering(seed), seed, frames, engine),
    );
    fc.assert(property, { numRuns: 60 });
  });

  it("has taken every bit of the state", () => {
    const restored = (system: System, state: ModuleState) => {
      const module = new Module(system, silence, hasher);
      module.restore(state);
      return digestOf(module.save());
    };
    fc.assert(
      fc.property(seeds, fc.nat(), (seed, choice) => {
        const system = systemOf(randomModule(seed));
        const state = runSystem(system, { frames: 3, outside: anything(system, seed) }).module.save();
        const changed = structuredClone(state);
        const parts = partsOf(changed).filter((bytes) => bytes.length > 0);
        const bytes = parts[choice % parts.length]!;
        bytes[(choice * 7919) % bytes.length]! ^= 1;
        try {
          expect(restored(system, changed)).toEqual(digestOf(changed));
        } catch (error) {
          if (!(error instanceof StateMismatch)) throw error;
        }
        expect(restored(system, state)).toEqual(digestOf(state));
      }),
      { numRuns: 60 },
    );
  });

  it("is neither saved nor restored in the midst of a frame", () => {
    const system = systemOf(randomModule(1));
    const module = new Module(system, silence, hasher);
    const state = module.save();
    module.step();
    expect(() => module.save()).toThrow("between two major frames");
    expect(() => module.restore(state)).toThrow("between two major frames");
  });
});

/** Folds what `step` leaves in t0, again and again, and changes something the 300th time; whatever traps is folded, too. */
const changing = (step: (guest: Guest) => Guest, change: (guest: Guest) => Guest, more = (guest: Guest) => guest) => {
  const guest = new Guest(1).address(X.t0, "trap").add(encode("csrrw", { rd: X.zero, csr: CSRS.mtvec, rs1: X.t0 }));
  step(guest.constant(X.s4, 300).label("again"))
    .fold(X.t0)
    .add(encode("addi", { rd: X.s3, rs1: X.s3, imm: 1 }))
    .branch("bne", X.s3, X.s4, "again");
  change(guest).jump("again").label("trap").foldCsr(CSRS.mcause);
  guest
    .add(encode("csrrs", { rd: X.t0, csr: CSRS.mepc, rs1: X.zero }), encode("addi", { rd: X.t0, rs1: X.t0, imm: 4 }))
    .add(encode("csrrw", { rd: X.zero, csr: CSRS.mepc, rs1: X.t0 }), encode("mret"));
  return more(guest).image();
};

/** Locks a word away from itself, which it reads all the time. */
const locking = (): Uint8Array =>
  changing(
    (guest) => guest.constant(X.t0, DATA.scratch).add(encode("lw", { rd: X.t0, rs1: X.t0, imm: 0 })),
    (guest) =>
      guest
        .constant(X.t0, DATA.scratch >>> 2)
        .add(encode("csrrw", { rd: X.zero, csr: PMP_ADDRESSES.pmpaddr0!, rs1: X.t0 }))
        .constant(X.t0, 0x90)
        .add(encode("csrrw", { rd: X.zero, csr: PMP_CONFIGURATIONS.pmpcfg0!, rs1: X.t0 })),
  );

/** Writes another instruction into a function that it calls all the time. */
const patching = (): Uint8Array =>
  changing(
    (guest) => guest.address(X.t1, "function").add(encode("jalr", { rd: X.ra, rs1: X.t1, imm: 0 })),
    (guest) =>
      guest
        .constant(X.t0, encode("addi", { rd: X.t0, rs1: X.zero, imm: 2 }))
        .add(encode("sw", { rs2: X.t0, rs1: X.t1, imm: 0 }), encode("fence.i")),
    (guest) =>
      guest
        .label("function")
        .add(encode("addi", { rd: X.t0, rs1: X.zero, imm: 1 }), encode("jalr", { rd: X.zero, rs1: X.ra, imm: 0 })),
  );

const translateAtOnce: EngineFactory = translate(immediateCompiler, { quietCycles: 500 });

describe("what an engine keeps of a guest's memory and protection", () => {
  it.each([
    ["protection", "interpreted", locking(), interpret],
    ["protection", "translated", locking(), translateAtOnce],
    ["code", "interpreted", patching(), interpret],
    ["code", "translated", patching(), translateAtOnce],
  ] as const)("is that of the state, and not what it was before: %s, %s", (_, __, image, engine) => {
    const system = systemOf({ partitions: { a: { image } }, majorFrame: 1000, slots: [["a", 0, 900]] });
    const options = { engineOf: () => engine };
    const uninterrupted = runSystem(system, { frames: 12, ...options });
    for (const [frames, warmUp] of [
      [1, 12],
      [10, 0],
      [10, 1],
    ] as const) {
      const from = runSystem(system, { frames, ...options }).module.save();
      const restored = runSystem(system, { frames: 12, from, warmUp, ...options });
      expect(restored.states).toEqual(uninterrupted.states);
    }
  });
});

describe("a partition that is restored alone", () => {
  const system = systemOf({
    partitions: { a: { image: sleeper(2000) }, b: { image: flooder() }, c: { image: copier() } },
    majorFrame: 1000,
    slots: [
      ["a", 0, 500],
      ["b", 500, 200],
      ["c", 800, 100],
    ],
    messages: [{ from: "b", to: "c", depth: 4 }],
  });
  const saved = runSystem(system, { frames: 1 }).module.save([0]);

  it("goes on at any other time as if it were then: its mtime runs on, and its timer expires in its third frame", () => {
    const uninterrupted = runSystem(system, { frames: 3 }).module;
    for (const frames of [0, 1, 7]) {
      const { module } = runSystem(system, { frames });
      module.restore(saved);
      for (let frame = 0; frame < 2; frame++) module.runFrame();
      expect(module.stateHash(0)).toBe(uninterrupted.stateHash(0));
    }
  });

  it("leaves the others as they are", () => {
    const [there, undisturbed] = [runSystem(system, { frames: 7 }), runSystem(system, { frames: 8 })];
    there.module.restore(saved);
    there.module.runFrame();
    for (const other of [1, 2]) expect(there.module.stateHash(other)).toBe(undisturbed.module.stateHash(other));
    expect(there.module.stateHash(0)).not.toBe(undisturbed.module.stateHash(0));
  });

  it("finds its queues empty", () => {
    const { module } = runSystem(system, { frames: 2 });
    const full = module.save().bytes!;
    module.restore(module.save([2]));
    expect(module.save().bytes!.length).toBeLessThan(full.length);
  });
});
