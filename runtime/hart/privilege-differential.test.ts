/** Random programs in M and U mode under physical memory protection, here and on qemu-system-riscv32: the same traps and memory. */
import { describe, expect, test } from "vitest";
import { QEMU, runOnQemu } from "../../hil-tests/bare-qemu.ts";
import { requirePeers } from "../../hil-tests/peers.ts";
import { CSRS } from "../isa/index.ts";
import { cycles } from "../units.ts";
import { outcomeOf, trapsOf } from "./testing/privileged-frame.ts";
import { everyCsrProgram, privilegedProgram } from "./testing/privileged-program.ts";
import { TestBoard } from "./testing/test-board.ts";

const peers = requirePeers(QEMU);
const RAM_BYTES = 16 * 2 ** 20;
/** S mode, and what needs it. */
const ABSENT = ["s", "h"];
const ILLEGAL = 2;

const span = (first: number, last: number): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** Registers that read otherwise there. */
const OTHERWISE = new Set([
  // Not the specification's: stimecmp and vstimecmp, medeleg and mideleg are there without S mode.
  ...[0x14d, 0x15d, 0x24d, 0x25d, 0x302, 0x303],
  // Optional: debug triggers, which are not here; hpmcounter19 … 31, which are not there.
  ...span(0x7a0, 0x7a4),
  ...[0xb00, 0xb80, 0xc00, 0xc80].flatMap((counters) => span(counters + 19, counters + 31)),
  // What time has passed, and so whether the timer that nobody set is due.
  ...[CSRS.mcycle, CSRS.minstret, CSRS.mcycleh, CSRS.minstreth, CSRS.mip],
  ...[CSRS.cycle, CSRS.time, CSRS.instret, CSRS.cycleh, CSRS.timeh, CSRS.instreth],
  // Who made it.
  ...[CSRS.marchid, CSRS.mimpid],
]);

/** By number, what the register reads; null where reading it is illegal. */
const readsOf = (ram: Uint8Array): readonly (number | null)[] => {
  let isIllegal = false;
  return trapsOf(ram).flatMap(({ mcause, a0 }) => {
    const read = isIllegal ? null : a0;
    isIllegal = mcause === ILLEGAL;
    return isIllegal ? [] : [read];
  });
};

describe.skipIf(peers.missing)("every register reads as on QEMU", () => {
  for (const mode of ["machine", "user"] as const) {
    test(`in ${mode} mode`, () => {
      const image = everyCsrProgram(mode);
      const here = readsOf(new TestBoard(RAM_BYTES, image).finish(() => cycles(1e9)).hart.ram);
      const there = readsOf(runOnQemu(image, RAM_BYTES, ABSENT));
      expect([here.length, there.length]).toEqual([4096, 4096]);
      const differences = here.flatMap((value, csr) =>
        value === there[csr] || OTHERWISE.has(csr) ? [] : [{ csr: csr.toString(16), here: value, there: there[csr] }],
      );
      expect(differences).toEqual([]);
    });
  }
});

describe.skipIf(peers.missing)("protected programs end as on QEMU", () => {
  const cases = [
    ...[1, 2].map((seed) => ({ seed, setups: 60, items: 50, locks: false })),
    ...[3, 4, 5, 6, 7, 8].map((seed) => ({ seed, setups: 6, items: 80, locks: true })),
  ];
  for (const { seed, setups, items, locks } of cases) {
    test(`seed ${seed}${locks ? ", with locked entries" : ""}`, () => {
      const { image, accesses } = privilegedProgram(seed, setups, items, locks);
      expect(accesses).toBeGreaterThan(0.7 * setups * items);
      const here = outcomeOf(new TestBoard(RAM_BYTES, image).finish(() => cycles(1e9)).hart.ram);
      const there = outcomeOf(runOnQemu(image, RAM_BYTES, ABSENT));
      const differences = there.flatMap((line, index) =>
        line === here[index] ? [] : [`QEMU ${line}`, `here ${here[index]}`],
      );
      expect(differences.slice(0, 20)).toEqual([]);
      expect(here.length).toBe(there.length);
    });
  }
});
