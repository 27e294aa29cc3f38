import { describe, expect, it } from "vitest";
import { Aliases } from "./aliases.ts";
import { ControlFlow } from "./control-flow.ts";
import { Locations } from "./locations.ts";
import { Ranges } from "./ranges.ts";
import { parseFunction } from "./testing/parse-ir.ts";

/** Loads side by side, over one another, by an index with bounds, by one without, and by a pointer from elsewhere. */
const FUNCTION = parseFunction(`
  function Reads(integer, integer)
  slot s0: 40 bytes, aligned to 4
  b0:
    r0 = parameter 0
    r1 = parameter 1
    r2 = and r1 255
    r3 = address data+100
    r4 = add r3 r2
    r5 = add r3 r1
    r6 = address s0+0
    r7 = add r6 r2
    r10 = load w32 data+96
    r11 = load u8 data+99
    r12 = load w32 data+100
    r13 = load u16 data+102
    r14 = load w32 data+104
    r15 = load w32 data+359
    r16 = load w32 data+360
    r17 = load w32 r4+0
    r18 = load u8 r5+8
    r19 = load w32 r0+4
    r20 = load w32 r0+6
    r21 = load w32 s0+4
    r22 = load w32 r7+36
    r23 = load w32 constants+4
    r24 = load w32 output+100
    return integer r24`);

describe("locations", () => {
  it("touch exactly those that overlap them", () => {
    const aliases = new Aliases(FUNCTION, new Ranges(FUNCTION, ControlFlow.of(FUNCTION)));
    const locations = new Locations(FUNCTION, aliases);
    const nameOf = ({ width, address }: (typeof locations.all)[number]) => `${width} ${JSON.stringify(address)}`;
    expect(locations.all.length).toBe(15);
    for (const each of locations.all) {
      const touched = locations.touching(each.extent);
      const found = locations.all.filter(({ index }) => touched.has(index)).map(nameOf);
      const overlapping = locations.all.filter(({ extent }) => aliases.overlap(extent, each.extent)).map(nameOf);
      expect(found, nameOf(each)).toEqual(overlapping);
      expect(overlapping.length).toBeLessThan(locations.all.length);
    }
  });
});
