import { describe, expect, it } from "vitest";
import { alone } from "../../hil-tests/laws/boot.ts";
import { Guest, spinner } from "../../hil-tests/laws/guests.ts";
import { randomSlices, silence } from "../../hil-tests/laws/runs.ts";
import { systemOf } from "../../hil-tests/laws/systems.ts";
import { PARTITA_REGISTERS as REGISTER } from "../board/index.ts";
import { CSRS, encode, X } from "../isa/index.ts";
import { createHasher } from "../trace/index.ts";
import { Module } from "./module.ts";

const hasher = await createHasher();

/** Spins `loops` times, publishes, and sleeps for so many ticks of mtime, which are cycles here; `loops` grow by `more` each scan. */
const scanner = (loops: number, sleep: number, more = 0) =>
  new Guest()
    .constant(X.t0, 1 << 7)
    .add(encode("csrrw", { rd: X.zero, csr: CSRS.mie, rs1: X.t0 }))
    .constant(X.s3, loops)
    .normal()
    .timer(sleep)
    .add(encode("wfi"))
    .jump("scan")
    .label("scan")
    .timer(sleep)
    .add(encode("addi", { rd: X.t4, rs1: X.s3, imm: 0 }))
    .label("spin")
    .add(encode("addi", { rd: X.t4, rs1: X.t4, imm: -1 }))
    .branch("bne", X.t4, X.zero, "spin")
    .tell(REGISTER.PUBLISH_OUTPUTS)
    .add(encode("addi", { rd: X.s3, rs1: X.s3, imm: more }), encode("wfi"))
    .jump("scan")
    .image();

const observe = (image: Uint8Array, frames: number, options: Partial<{ slices: boolean; latch: "auto" }> = {}) => {
  const sketch = alone(image);
  const system = systemOf(
    options.latch === undefined ? sketch : { ...sketch, partitions: { a: { image, latch: options.latch } } },
  );
  const slice = options.slices ? { slice: randomSlices(3) } : {};
  const module = new Module(system, silence, hasher, slice);
  for (let i = 0; i < frames; i++) module.runFrame();
  return { ...module.partitions[0]!.observed };
};

describe("the observed execution of a partition", () => {
  it("counts what a scan executes from its release to its publish, over slots and without the time of others", () => {
    const short = observe(scanner(20, 400), 20);
    expect(short.scans).toBeGreaterThan(20);
    expect(short.least).toBe(short.most);
    const longer = observe(scanner(30, 400), 20);
    expect(longer.most - short.most).toBe(20);
    const acrossSlots = observe(scanner(1000, 5000), 40);
    const shorter = observe(scanner(20, 5000), 40);
    expect(acrossSlots.scans).toBeGreaterThan(2);
    expect(acrossSlots.most - shorter.most).toBe(2 * 980);
  });

  it("has the shortest, the longest and the sum", () => {
    const { scans, least, most, total } = observe(scanner(10, 400, 5), 10);
    expect(most - least).toBe(10 * (scans - 1));
    expect(total).toBe((scans * (least + most)) / 2);
  });

  it("is the same however the run is sliced", () => {
    for (const image of [scanner(20, 400, 1), scanner(1000, 5000)]) {
      expect(observe(image, 30, { slices: true })).toEqual(observe(image, 30));
    }
  });

  it("of a guest without doorbells is what it executes in a slot", () => {
    expect(observe(spinner(), 5, { latch: "auto" })).toEqual({ scans: 5, least: 900, most: 900, total: 4500 });
  });

  it("is nothing while it does not publish", () => {
    expect(observe(spinner(), 5)).toEqual({ scans: 0, least: 0, most: 0, total: 0 });
  });
});
