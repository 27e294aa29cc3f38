import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MbapFramer, mbapFrame } from "./mbap-framer.ts";

const frames = fc.array(
  fc.record({
    transaction: fc.integer({ min: 0, max: 0xffff }),
    unit: fc.integer({ min: 0, max: 0xff }),
    pdu: fc.uint8Array({ minLength: 1, maxLength: 253 }).map((bytes) => Buffer.from(bytes)),
  }),
  { maxLength: 8 },
);

describe("the MBAP framer", () => {
  test("finds the same frames however the stream is cut", () => {
    fc.assert(
      fc.property(frames, fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), (sent, cuts) => {
        const stream = Buffer.concat(sent.map(({ transaction, unit, pdu }) => mbapFrame(transaction, unit, pdu)));
        const framer = new MbapFramer();
        const found: unknown[] = [];
        for (let at = 0, cut = 0; at < stream.length; cut += 1) {
          const end = at + cuts[cut % cuts.length]!;
          framer.push(stream.subarray(at, end));
          at = end;
          for (let framed = framer.next(); framed.kind !== "incomplete"; framed = framer.next()) found.push(framed);
        }
        expect(found).toEqual(sent.map((frame) => ({ kind: "frame", ...frame })));
      }),
      { numRuns: 50 },
    );
  });

  test.each([
    ["00 01 00 01 00 06", "protocol identifier 1, not 0"],
    ["00 01 00 00 00 01", "length 1, not 2 to 254"],
    ["00 01 00 00 00 ff", "length 255, not 2 to 254"],
    ["00 01 00 00 ff ff", "length 65535, not 2 to 254"],
    ["47 45 54 20 2f 20", "protocol identifier 21536, not 0"], // "GET / "
  ])("says at once that %s is no Modbus", (bytes, reason) => {
    const framer = new MbapFramer();
    framer.push(Buffer.from(bytes.replaceAll(" ", ""), "hex"));
    expect(framer.next()).toEqual({ kind: "violation", reason });
  });
});
