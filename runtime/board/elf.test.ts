import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requirePeers } from "../../hil-tests/peers.ts";
import { type Elf, type ImageProblem, parseElf } from "./elf.ts";
import { parseImage } from "./image.ts";
import { inspectImage } from "./image-facts.ts";

const SOURCE = `
  volatile int speed = 7; int totals[5]; static int hidden = 3;
  static void helper(void) { hidden++; }
  static volatile int twin = 3;
  void _start(void) { twin++; helper(); totals[0] = speed + hidden; for (;;) ; }`;

/** A second file, with a global of the same name as a local of the first. */
const OTHER_SOURCE = "volatile short twin = 1;";

const MANIFEST = {
  format: 1,
  language: "ST",
  tasks: [{ name: "main", intervalNs: 20_000_000, event: null }],
  points: [{ name: "run", type: "BOOL", direction: "input", address: 0x8000_1000, bit: 3, initial: false }],
  ports: [{ name: "events", direction: "source", messageBytes: 32 }],
  areas: { input: { base: 0x8000_1000, bytes: 4 }, output: null, retained: null },
};

const peers = requirePeers("riscv64-unknown-elf-gcc", "riscv64-unknown-elf-readelf", "riscv64-unknown-elf-objcopy");
const directory = mkdtempSync(join(tmpdir(), "partita-elf-"));
afterAll(() => rmSync(directory, { recursive: true }));

const elfOf = (parsed: Elf | ImageProblem): Elf => {
  if ("problem" in parsed) throw new Error(parsed.problem);
  return parsed;
};
const problemOf = (parsed: object): string => ("problem" in parsed ? String(parsed.problem) : "no problem");

describe.skipIf(peers.missing)("an ELF executable of riscv gcc", () => {
  const path = join(directory, "guest.elf");
  let file: Uint8Array;

  beforeAll(() => {
    const source = join(directory, "guest.c");
    const other = join(directory, "other.c");
    writeFileSync(source, SOURCE);
    writeFileSync(other, OTHER_SOURCE);
    const flags = ["-march=rv32imac", "-mabi=ilp32", "-nostdlib", "-O1", "-fno-inline", "-Wl,-Ttext=0x80000000"];
    execFileSync("riscv64-unknown-elf-gcc", [...flags, source, other, "-o", path]);
    file = new Uint8Array(readFileSync(path));
  });

  const withManifest = (text: string): Uint8Array => {
    writeFileSync(join(directory, "manifest"), text);
    const out = join(directory, "with-manifest.elf");
    execFileSync("riscv64-unknown-elf-objcopy", [
      "--add-section",
      `.partita=${join(directory, "manifest")}`,
      path,
      out,
    ]);
    return readFileSync(out);
  };

  it("has the segments, sections and symbols that readelf finds", () => {
    const elf = elfOf(parseElf(file));
    const readelf = execFileSync("riscv64-unknown-elf-readelf", ["-lSsW", path], { encoding: "utf8" });
    const loads = [...readelf.matchAll(/^ +LOAD +\S+ \S+ (0x\S+) (0x\S+) (0x\S+)/gm)];
    expect(elf.segments.map((s) => [s.address, s.bytes.length, s.memoryBytes])).toEqual(
      loads.map(([, address, bytes, memoryBytes]) => [Number(address), Number(bytes), Number(memoryBytes)]),
    );
    for (const [, name, , address] of readelf.matchAll(/^ +\[ *\d+\] (\.\S+) +(\S+) +([0-9a-f]{8}) /gm)) {
      expect(elf.sections.find((section) => section.name === name)?.address).toBe(Number(`0x${address}`));
    }
    const named = [...readelf.matchAll(/^ +\d+: ([0-9a-f]{8}) +(\d+) (FUNC|OBJECT) +(LOCAL|GLOBAL) .* (\S+)$/gm)];
    expect(named.length).toBeGreaterThanOrEqual(5);
    for (const [, address, size, type, binding, name] of named) {
      expect(elf.symbols).toContainEqual({
        name,
        address: Number(`0x${address}`),
        size: Number(size),
        kind: type === "FUNC" ? "function" : "object",
        global: binding === "GLOBAL",
      });
    }
  });

  it("tells entry, RAM needed and symbols, and that it says nothing of itself", () => {
    const facts = inspectImage(file);
    if ("problem" in facts) throw new Error(facts.problem);
    expect(facts.symbols.get("totals")?.size).toBe(20);
    expect(facts.symbols.get("_start")?.address).toBe(facts.entry);
    expect(facts.loadedBytes).toBeGreaterThan((facts.symbols.get("totals")?.address ?? 0) - 0x8000_0000);
    expect(facts.symbols.get("twin")?.size).toBe(2);
    expect(facts.manifest).toBeNull();
  });

  it("says of itself what its manifest section says", () => {
    const facts = inspectImage(withManifest(JSON.stringify(MANIFEST)));
    expect("problem" in facts ? facts.problem : facts.manifest).toEqual(MANIFEST);
  });

  it.each([
    ["no JSON", "{", "not JSON"],
    ["another format", JSON.stringify({ ...MANIFEST, format: 2 }), "format must be 1"],
    [
      "a point of an unknown type",
      JSON.stringify({ ...MANIFEST, points: [{ ...MANIFEST.points[0], type: "COMPLEX" }] }),
      "points[0].type must be one of BOOL",
    ],
    [
      "a bit of a REAL",
      JSON.stringify({ ...MANIFEST, points: [{ ...MANIFEST.points[0], type: "REAL", initial: 0 }] }),
      "points[0].bit",
    ],
    [
      "an area that is no area",
      JSON.stringify({ ...MANIFEST, areas: { ...MANIFEST.areas, output: 4 } }),
      "areas.output must be an object",
    ],
  ])("is refused when its manifest has %s", (_, text, reason) => {
    expect(problemOf(inspectImage(withManifest(text)))).toContain(reason);
  });

  it("is refused in plain words when cut off anywhere, and never throws", () => {
    for (let length = 0; length < file.length; length += length < 256 ? 1 : 37) {
      const cut = inspectImage(file.slice(0, length));
      if (length >= 4) expect(problemOf(cut)).toMatch(/^it('s)? |^its /);
    }
  });

  it("never makes the loader throw or reach outside RAM's addresses when its bytes are damaged", () => {
    const damage = fc.array(fc.tuple(fc.nat({ max: 400 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 8 });
    const tail = fc.array(fc.tuple(fc.nat({ max: file.length - 1 }), fc.nat({ max: 255 })), { maxLength: 8 });
    fc.assert(
      fc.property(damage, tail, (head, rest) => {
        const damaged = file.slice();
        for (const [at, byte] of [...head, ...rest]) damaged[at % damaged.length] = byte;
        inspectImage(damaged);
        const image = parseImage(damaged);
        if ("problem" in image) return;
        for (const segment of image.segments) {
          expect(segment.address).toBeGreaterThanOrEqual(0x8000_0000);
          expect(segment.bytes.length).toBeLessThanOrEqual(segment.memoryBytes);
          expect(segment.address + segment.memoryBytes).toBeLessThanOrEqual(image.end);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ["64-bit", 4, 2, "64-bit"],
    ["big-endian", 5, 2, "big-endian"],
    ["for another processor", 18, 62, "another processor"],
    ["an object file", 16, 1, "link it first"],
    ["position-independent", 16, 3, "-no-pie"],
  ])("is refused when it is %s", (_, at, byte, reason) => {
    const changed = file.slice();
    changed[at] = byte;
    expect(problemOf(parseElf(changed))).toContain(reason);
  });
});

/** An executable with nothing but these load segments: [file offset, address, bytes in the file, bytes in RAM]. */
const elfWith = (entry: number, ...segments: readonly (readonly [number, number, number, number])[]): Uint8Array => {
  const file = new Uint8Array(0x200);
  const view = new DataView(file.buffer);
  const [programHeaders, headerBytes] = [52, 32];
  file.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, 243, true);
  view.setUint32(24, entry, true);
  view.setUint32(28, programHeaders, true);
  view.setUint16(42, headerBytes, true);
  view.setUint16(44, segments.length, true);
  for (const [index, [offset, address, bytes, memoryBytes]] of segments.entries()) {
    const at = programHeaders + index * headerBytes;
    view.setUint32(at, 1, true);
    view.setUint32(at + 4, offset, true);
    view.setUint32(at + 12, address, true);
    view.setUint32(at + 16, bytes, true);
    view.setUint32(at + 20, memoryBytes, true);
  }
  return file;
};

describe("an executable's segments", () => {
  const start = 0x8000_0000;

  it("are loaded in order of address, without the file's headers below RAM", () => {
    const image = parseImage(elfWith(start + 8, [0x100, start + 0x1000, 16, 64], [0, start - 0x80, 0x90, 0x90]));
    if ("problem" in image) throw new Error(image.problem);
    expect(image.segments.map((s) => [s.address, s.bytes.length, s.memoryBytes])).toEqual([
      [start, 0x10, 0x10],
      [start + 0x1000, 16, 64],
    ]);
    expect([image.entry, image.end]).toEqual([start + 8, start + 0x1040]);
  });

  it.each([
    ["one is cut off", start, [[0x1f0, start, 0x20, 0x20]], "its segment at 0x80000000 is cut off"],
    ["one holds more than it loads", start, [[0x100, start, 0x20, 0x10]], "holds more than it loads"],
    ["one leaves the address space", start, [[0x100, 0xffff_fff0, 0x10, 0x20]], "leaves the address space"],
    [
      "two overlap",
      start,
      [
        [0x100, start, 8, 0x100],
        [0x100, start + 0xff, 8, 8],
      ],
      "0x80000000 and 0x800000ff overlap",
    ],
    [
      "one lies where no RAM is",
      0x2000_0000,
      [[0x100, 0x2000_0000, 8, 8]],
      "at 0x20000000, where the board has no RAM",
    ],
    ["none is there", start, [], "nothing to load"],
    ["none holds the entry", start + 0x100, [[0x100, start, 8, 0x100]], "entry 0x80000100 lies outside"],
  ] as const)("are refused when %s", (_, entry, segments, reason) => {
    expect(problemOf(parseImage(elfWith(entry, ...segments)))).toContain(reason);
  });
});

describe("a flat binary", () => {
  it("lies at the start of RAM and starts there", () => {
    const image = parseImage(Uint8Array.of(0x73, 0, 0x50, 0x10, 1));
    expect(image).toMatchObject({ entry: 0x8000_0000, end: 0x8000_0005, symbols: [] });
  });

  it("is refused when empty", () => {
    expect(problemOf(parseImage(new Uint8Array(0)))).toBe("it is empty");
  });
});
