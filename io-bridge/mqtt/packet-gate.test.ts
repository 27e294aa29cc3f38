import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PacketMeter } from "./packet-gate.ts";

const packetOf = (length: number): Buffer => {
  const header = [0x30];
  for (let rest = length; ; rest >>= 7) {
    header.push((rest & 127) | (rest > 127 ? 128 : 0));
    if (rest <= 127) break;
  }
  return Buffer.concat([Buffer.from(header), Buffer.alloc(length, 0xff)]);
};

describe("a packet meter", () => {
  test("admits packets of any length up to its limit, however their bytes are cut into chunks", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(3000), { maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 700 })),
        (lengths, cuts) => {
          const meter = new PacketMeter(3000);
          let rest = Buffer.concat(lengths.map(packetOf));
          for (const cut of cuts) {
            expect(meter.admits(rest.subarray(0, cut))).toBe(true);
            rest = rest.subarray(cut);
          }
          expect(meter.admits(rest)).toBe(true);
          expect(meter.admits(packetOf(3001))).toBe(false);
        },
      ),
    );
  });

  test("refuses a length beyond its limit before the packet has come", () => {
    expect(new PacketMeter(100).admits(Buffer.from([0x30, 0xff, 0x7f]))).toBe(false);
  });

  test("refuses a length of more than four bytes", () => {
    expect(new PacketMeter(2 ** 30).admits(Buffer.from([0x30, 0x80, 0x80, 0x80]))).toBe(true);
    expect(new PacketMeter(2 ** 30).admits(Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80]))).toBe(false);
  });
});
