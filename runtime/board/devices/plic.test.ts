import { describe, expect, it } from "vitest";
import { Plic } from "./plic.ts";

const PRIORITY = 0;
const PENDING = 0x1000;
const ENABLE = [0x2000, 0x2080] as const;
const THRESHOLD = [0x20_0000, 0x20_1000] as const;
const CLAIM = [0x20_0004, 0x20_1004] as const;

const connect = () => {
  const line: boolean[] = [];
  const plic = new Plic({ setExternalInterrupt: (asserted) => line.push(asserted) });
  const read = (offset: number) => plic.read(offset, 4);
  const write = (offset: number, value: number) => plic.write(offset, 4, value);
  /** Enables a source for a context, beside those that are. */
  const enable = (source: number, priority = 1, context: 0 | 1 = 0) => {
    const word = ENABLE[context] + 4 * (source >>> 5);
    write(PRIORITY + 4 * source, priority);
    write(word, (read(word) | (1 << (source & 31))) >>> 0);
  };
  return { plic, read, write, enable, line, asserted: () => line.at(-1) ?? false };
};

describe("the PLIC's external interrupt", () => {
  it("follows a request that is enabled, has a priority, and is above the threshold", () => {
    const { plic, write, enable, asserted } = connect();
    plic.setLine(10, true);
    expect(asserted()).toBe(false);
    enable(10, 0);
    expect(asserted()).toBe(false);
    write(PRIORITY + 40, 3);
    expect(asserted()).toBe(true);
    write(THRESHOLD[0], 3);
    expect(asserted()).toBe(false);
    write(THRESHOLD[0], 2);
    expect(asserted()).toBe(true);
    write(ENABLE[0], 0);
    expect(asserted()).toBe(false);
  });

  it("says whether a source would raise it", () => {
    const { plic, write, enable } = connect();
    expect(plic.passes(10)).toBe(false);
    enable(10, 3);
    expect(plic.passes(10)).toBe(true);
    write(THRESHOLD[0], 3);
    expect(plic.passes(10)).toBe(false);
  });

  it("is not driven by context 1, whose registers work like the others", () => {
    const { plic, read, write, enable, line } = connect();
    enable(10, 5, 1);
    write(THRESHOLD[1], 2);
    plic.setLine(10, true);
    expect([read(THRESHOLD[1]), read(CLAIM[1]), read(PENDING)]).toEqual([2, 10, 0]);
    write(CLAIM[1], 10);
    expect([read(PENDING), line]).toEqual([1 << 10, []]);
  });
});

describe("a claim", () => {
  it("takes the highest priority first, of equal ones the lowest number, and then there is none", () => {
    const { plic, read, enable } = connect();
    for (const [source, priority] of [
      [95, 7],
      [64, 2],
      [33, 2],
      [31, 2],
      [32, 2],
      [1, 1],
    ] as const) {
      enable(source, priority);
      plic.setLine(source, true);
    }
    expect(Array.from({ length: 7 }, () => read(CLAIM[0]))).toEqual([95, 31, 32, 33, 64, 1, 0]);
  });

  it("does not heed the threshold, but takes only what its own context enables", () => {
    const { plic, read, write, enable } = connect();
    enable(10, 1);
    enable(11, 7, 1);
    plic.setLine(10, true);
    plic.setLine(11, true);
    write(THRESHOLD[0], 7);
    expect([read(CLAIM[0]), read(CLAIM[0]), read(CLAIM[1])]).toEqual([10, 0, 11]);
  });

  it("clears the request and lowers the interrupt, while the line is still asserted", () => {
    const { plic, read, enable, line } = connect();
    enable(10);
    plic.setLine(10, true);
    expect([read(PENDING), read(CLAIM[0]), read(PENDING)]).toEqual([1 << 10, 10, 0]);
    expect(line).toEqual([true, false]);
  });
});

describe("a source that was claimed", () => {
  it("requests again at its completion when its line is still asserted, and not before", () => {
    const { plic, read, write, enable, asserted } = connect();
    enable(10);
    plic.setLine(10, true);
    read(CLAIM[0]);
    plic.setLine(10, false);
    plic.setLine(10, true);
    expect([read(PENDING), asserted()]).toEqual([0, false]);
    write(CLAIM[0], 10);
    expect([read(PENDING), asserted(), read(CLAIM[0])]).toEqual([1 << 10, true, 10]);
  });

  it("is quiet after its completion when its line has fallen, until it rises again", () => {
    const { plic, read, write, enable, asserted } = connect();
    enable(10);
    plic.setLine(10, true);
    read(CLAIM[0]);
    plic.setLine(10, false);
    write(CLAIM[0], 10);
    expect([read(PENDING), asserted()]).toEqual([0, false]);
    plic.setLine(10, true);
    expect(asserted()).toBe(true);
  });

  it("is not completed by another number, nor while its context does not enable it", () => {
    const { plic, read, write, enable, asserted } = connect();
    enable(10);
    plic.setLine(10, true);
    read(CLAIM[0]);
    for (const other of [0, 9, 42, 96, 1024 + 10, 0xffff_ffff]) write(CLAIM[0], other);
    write(CLAIM[1], 10);
    write(ENABLE[0], 0);
    write(CLAIM[0], 10);
    write(ENABLE[0], 1 << 10);
    expect([read(PENDING), asserted()]).toEqual([0, false]);
    write(CLAIM[0], 10);
    expect(asserted()).toBe(true);
  });
});

describe("a request", () => {
  it("stays when its line falls before it is claimed", () => {
    const { plic, read, write, enable, asserted } = connect();
    enable(10);
    plic.setLine(10, true);
    plic.setLine(10, false);
    expect([asserted(), read(CLAIM[0])]).toEqual([true, 10]);
    write(CLAIM[0], 10);
    expect(asserted()).toBe(false);
  });

  it("is there before its source is enabled", () => {
    const { plic, read, enable, asserted } = connect();
    plic.setLine(40, true);
    expect([read(PENDING + 4), asserted()]).toEqual([1 << 8, false]);
    enable(40);
    expect(asserted()).toBe(true);
  });
});

describe("the PLIC's registers", () => {
  it("keep priorities and thresholds of three bits, and enables of sources that exist", () => {
    const { read, write } = connect();
    write(PRIORITY + 4 * 95, 0xffff_fffe);
    write(THRESHOLD[0], 0xffff_ffff);
    for (let word = 0; word < 32; word++) write(ENABLE[0] + 4 * word, 0xffff_ffff);
    expect([read(PRIORITY + 4 * 95), read(THRESHOLD[0])]).toEqual([6, 7]);
    expect([0, 1, 2, 3, 31].map((word) => read(ENABLE[0] + 4 * word))).toEqual([
      0xffff_fffe, 0xffff_ffff, 0xffff_ffff, 0, 0,
    ]);
    expect(read(ENABLE[1])).toBe(0);
  });

  it("ignore writes and read 0 where nothing is", () => {
    const { plic, read, write, line } = connect();
    plic.setLine(10, true);
    const nowhere = [0, 4 * 96, 0xffc, 0x100c, 0x1ffc, 0x2100, 0x1f_fffc, 0x20_0008, 0x20_2000, 0x20_2004, 0x5f_fffc];
    for (const offset of nowhere) expect([offset, write(offset, 0xffff_ffff), read(offset)]).toEqual([offset, "ok", 0]);
    write(PENDING, 0);
    expect([read(PENDING), line]).toEqual([1 << 10, []]);
  });

  it("are words: a narrower access faults", () => {
    const { plic } = connect();
    expect([plic.read(CLAIM[0], 1), plic.read(CLAIM[0], 2), plic.write(CLAIM[0], 2, 1)]).toEqual([-1, -1, "fault"]);
  });

  it("are as after power-on after a reset, and a line that is asserted requests anew", () => {
    const { plic, read, write, enable, asserted } = connect();
    enable(10, 7);
    write(THRESHOLD[0], 3);
    plic.setLine(10, true);
    read(CLAIM[0]);
    plic.setLine(11, true);
    plic.setLine(11, false);
    plic.reset();
    expect([read(PRIORITY + 40), read(ENABLE[0]), read(THRESHOLD[0]), read(PENDING), asserted()]).toEqual([
      0,
      0,
      0,
      1 << 10,
      false,
    ]);
    enable(10);
    expect(asserted()).toBe(true);
  });
});
