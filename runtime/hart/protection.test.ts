/** Physical memory protection against a model that asks byte for byte, and the rules of its registers. Privileged 20211203 §3.7. */
import { describe, expect, test } from "vitest";
import { PMP_ENTRIES } from "../isa/index.ts";
import { HART_BYTES, PAGE_BYTES, RAM_BASE, WORD } from "./layout.ts";
import { type Access, ALL, EXECUTE, type Permissions, READ, WRITE } from "./permissions.ts";
import { Protection } from "./protection.ts";
import { Random } from "./testing/random.ts";

const RAM_BYTES = 16 * PAGE_BYTES;
const OFF = 0;
const TOR = 1 << 3;
const NA4 = 2 << 3;
const NAPOT = 3 << 3;
const MATCHING = 3 << 3;
const LOCK = 1 << 7;

class Registers {
  readonly words = new Int32Array(HART_BYTES / 4);
  readonly protection = new Protection(this.words, RAM_BYTES);

  configuration(entry: number): number {
    return (this.words[WORD.pmpcfg + (entry >>> 2)]! >>> (8 * (entry % 4))) & 0xff;
  }

  address(entry: number): number {
    return this.words[WORD.pmpaddr + entry]! >>> 0;
  }

  /** Writes one entry's configuration, and those beside it as they are. */
  configure(entry: number, configuration: number, address?: number): this {
    if (address !== undefined) this.protection.writeAddress(entry, address);
    const shift = 8 * (entry % 4);
    const others = this.words[WORD.pmpcfg + (entry >>> 2)]! & ~(0xff << shift);
    this.protection.writeConfigurations(entry >>> 2, others | (configuration << shift));
    return this;
  }
}

/** An address register for the bytes from `start` on, a power of two of them. */
const powerOfTwo = (start: number, bytes: number): number => start / 4 + bytes / 8 - 1;

/** Whether the entry holds the byte, from the encodings of its A field and address (§3.7.1), bit by bit. */
const holds = (registers: Registers, entry: number, byte: bigint): boolean => {
  const address = BigInt(registers.address(entry));
  switch (registers.configuration(entry) & MATCHING) {
    case TOR: {
      const bottom = entry === 0 ? 0n : BigInt(registers.address(entry - 1));
      return bottom << 2n <= byte && byte < address << 2n;
    }
    case NA4:
      return byte >> 2n === address;
    case NAPOT: {
      // Bits up to and with the lowest 0 of the register do not count.
      let bit = 0n;
      while (bit < 32n && ((address >> bit) & 1n) === 1n) bit++;
      return byte >> (bit + 3n) === address >> (bit + 1n);
    }
    default:
      return false;
  }
};

/** The rule of §3.7.1, as it is written there, for an access by U, or by M as one whole. */
const permits = (registers: Registers, mode: "user" | "machine", access: Access, address: number, bytes: number) => {
  for (let entry = 0; entry < PMP_ENTRIES; entry++) {
    const held = Array.from({ length: bytes }, (_, byte) => holds(registers, entry, BigInt(address + byte)));
    if (!held.includes(true)) continue;
    if (held.includes(false)) return false;
    const configuration = registers.configuration(entry);
    return (mode === "machine" && (configuration & LOCK) === 0) || (configuration & access) !== 0;
  }
  return mode === "machine";
};

/** An address near others: regions of 4 bytes to all there is, their ends often alike. */
const randomAddress = (random: Random): number => {
  if (random.chance(5)) return random.bits();
  if (random.chance(5)) return random.oneOf([0, 0xffff_ffff, 0x7fff_ffff, 0x1fff_ffff, 0x3fff_ffff]);
  const bytes = 2 ** (3 + random.below(15));
  const start = RAM_BASE + bytes * random.below((2 * RAM_BYTES) / bytes) - (random.chance(10) ? RAM_BYTES : 0);
  return random.chance(50) ? powerOfTwo(start, bytes) : start / 4 + random.below(3);
};

const randomRegisters = (random: Random, lockPercent: number): Registers => {
  const registers = new Registers();
  for (let entry = 0; entry < PMP_ENTRIES; entry++) {
    registers.protection.writeAddress(entry, randomAddress(random));
  }
  for (let entry = 0; entry < PMP_ENTRIES; entry++) {
    if (random.chance(40)) continue;
    registers.configure(entry, (random.bits() & 0x1f) | (random.chance(lockPercent) ? LOCK : 0));
  }
  return registers;
};

const ACCESSES = [READ, WRITE, EXECUTE] as const;

/** A place where answers change, or anywhere. */
const randomPlace = (random: Random, registers: Registers): number => {
  if (random.chance(10)) return random.bits();
  if (random.chance(40)) return RAM_BASE + random.below(RAM_BYTES);
  const address = registers.address(random.below(PMP_ENTRIES));
  return (((address & (address + 1)) * 4 + random.below(16) - 8) >>> 0) % 0xffff_fff0;
};

describe("which accesses are permitted", () => {
  test("is what the specification says of every single byte", () => {
    const random = new Random(1);
    const seen = { user: [0, 0], machine: [0, 0] };
    for (let round = 0; round < 400; round++) {
      const registers = randomRegisters(random, 30);
      for (let question = 0; question < 60; question++) {
        const mode = random.oneOf(["user", "machine"] as const);
        const access = random.oneOf(ACCESSES);
        const place = randomPlace(random, registers);
        // What machine mode does across the edges of entries that give it everything is another test's.
        const bytes = random.oneOf([1, 2, 4, 8]);
        const address = mode === "machine" ? place - (place % Math.min(bytes, 4)) : place;
        const size = mode === "machine" ? Math.min(bytes, 4) : bytes;
        const expected = permits(registers, mode, access, address, size);
        seen[mode][expected ? 1 : 0]!++;
        expect(registers.protection[mode].permits(access, address, size)).toBe(expected);
      }
    }
    for (const count of [...seen.user, ...seen.machine]) expect(count).toBeGreaterThan(1000);
  });

  test("is known for whole pages", () => {
    const random = new Random(2);
    const isAllOf = (permissions: Permissions, access: Access, page: number): boolean => {
      for (let offset = 0; offset < PAGE_BYTES; offset += 4) {
        if (!permissions.permits(access, RAM_BASE + page * PAGE_BYTES + offset, 4)) return false;
      }
      return true;
    };
    let granted = 0;
    for (let round = 0; round < 20; round++) {
      const { protection } = randomRegisters(random, 30);
      for (const permissions of [protection.user, protection.machine]) {
        for (let page = 0; page < RAM_BYTES / PAGE_BYTES; page++) {
          for (const access of ACCESSES) {
            if ((permissions.pages[page]! & access) === 0) continue;
            granted++;
            expect(isAllOf(permissions, access, page)).toBe(true);
          }
        }
      }
    }
    expect(granted).toBeGreaterThan(200);
    const whole = new Registers().configure(0, NAPOT | READ | EXECUTE, powerOfTwo(RAM_BASE + PAGE_BYTES, PAGE_BYTES));
    expect([...whole.protection.user.pages.subarray(0, 3)]).toEqual([0, READ | EXECUTE, 0]);
    expect([...whole.protection.machine.pages.subarray(0, 3)]).toEqual([ALL, ALL, ALL]);
  });

  test("is denied where an entry holds only bytes amid the access", () => {
    const registers = new Registers().configure(0, NA4 | READ, RAM_BASE / 4 + 1).configure(1, NAPOT | ALL, 0xffff_ffff);
    expect(registers.protection.user.permits(READ, RAM_BASE + 2, 8)).toBe(false);
    expect(registers.protection.user.permits(READ, RAM_BASE + 8, 8)).toBe(true);
  });

  test("of a range that holds nothing is nothing", () => {
    const registers = new Registers().configure(0, TOR | ALL, RAM_BASE / 4);
    registers.configure(1, TOR | ALL, RAM_BASE / 4).configure(2, TOR | ALL, RAM_BASE / 4 - 1);
    expect(registers.protection.user.permits(READ, RAM_BASE - 4, 4)).toBe(true);
    expect(registers.protection.user.permits(READ, RAM_BASE, 4)).toBe(false);
  });

  test("to machine mode, by an access that leaves an entry which does not bind it, goes by its parts", () => {
    const registers = new Registers().configure(0, NA4 | READ, RAM_BASE / 4);
    const { user, machine } = registers.configure(1, NAPOT | READ, powerOfTwo(RAM_BASE, 8)).protection;
    expect([user.permits(READ, RAM_BASE, 4), user.permits(READ, RAM_BASE + 2, 4)]).toEqual([true, false]);
    expect([machine.permits(WRITE, RAM_BASE + 2, 4), machine.permits(READ, RAM_BASE - 2, 4)]).toEqual([true, true]);
    registers.configure(1, NAPOT | READ | LOCK);
    expect([machine.permits(WRITE, RAM_BASE + 2, 4), machine.permits(READ, RAM_BASE + 2, 4)]).toEqual([false, true]);
    // "The matching PMP entry must match all bytes of an access, or the access fails, irrespective of the L, R, W, and X bits."
    expect(machine.permits(READ, RAM_BASE + 6, 4)).toBe(false);
  });
});

describe("the registers", () => {
  test("keep what is legal of what is written", () => {
    // Bits 6:5 are always 0; "the R, W, and X fields form a collective WARL field for which the combinations with R=0 and
    // W=1 are reserved".
    const { protection, words } = new Registers();
    protection.writeConfigurations(1, 0x7f_1a_03_62);
    expect(words[WORD.pmpcfg + 1]).toBe(0x1f_18_03_00);
    protection.writeAddress(5, 0xffff_ffff);
    expect(words[WORD.pmpaddr + 5]).toBe(-1);
  });

  test("of a locked entry stay as they are", () => {
    const registers = new Registers().configure(4, NA4 | READ | LOCK, 0x1234).configure(4, NAPOT | ALL, 0x4321);
    expect([registers.configuration(4), registers.address(4)]).toEqual([NA4 | READ | LOCK, 0x1234]);
    registers.configure(5, NA4 | WRITE | READ, 77);
    expect([registers.configuration(5), registers.address(5)]).toEqual([NA4 | WRITE | READ, 77]);
  });

  test("of the address before a locked range stay as they are", () => {
    // "If PMP entry i is locked and pmpicfg.A is set to TOR, writes to pmpaddri-1 are ignored."
    const registers = new Registers()
      .configure(6, OFF, 0x100)
      .configure(7, TOR | LOCK, 0x200)
      .configure(6, NA4, 0x180);
    expect([registers.address(6), registers.configuration(6)]).toEqual([0x100, NA4]);
    registers.configure(9, NAPOT | LOCK, 0x200).configure(8, OFF, 0x180);
    expect(registers.address(8)).toBe(0x180);
  });

  test("bind machine mode by locks that take something from it", () => {
    const registers = new Registers().configure(3, NA4 | READ, 100).configure(4, OFF | LOCK, 100);
    registers.configure(5, NA4 | ALL | LOCK, 200);
    expect(registers.protection.bindsMachine).toBe(false);
    expect(registers.configure(3, NA4 | READ | LOCK).protection.bindsMachine).toBe(true);
  });
});
