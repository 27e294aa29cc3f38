import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crc16 } from "./crc.ts";
import { RtuFramer, rtuFrame } from "./rtu-framer.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
const read = rtuFrame(1, hex("03 0000 0002"));
const write = rtuFrame(1, hex("06 0001 0003"));

const all = (framer: RtuFramer): string[] => {
  const frames: string[] = [];
  for (let frame = framer.next(); frame !== null; frame = framer.next()) {
    frames.push(`${frame.unit}: ${frame.pdu.toString("hex")}`);
  }
  return frames;
};

const framesOf = (...chunks: readonly Buffer[]): string[] => {
  const framer = new RtuFramer();
  return chunks.flatMap((chunk) => {
    framer.push(chunk);
    return all(framer);
  });
};

const requests = fc.oneof(
  ...[1, 2, 3, 4, 5, 6].map((code) =>
    fc.uint8Array({ minLength: 4, maxLength: 4 }).map((rest) => Buffer.from([code, ...rest])),
  ),
  ...[15, 16].map((code) =>
    fc
      .uint8Array({ minLength: 0, maxLength: 246 })
      .map((data) => Buffer.from([code, 0, 0, 0, 1, data.length, ...data])),
  ),
  fc.uint8Array({ minLength: 6, maxLength: 6 }).map((rest) => Buffer.from([22, ...rest])),
  fc.uint8Array({ maxLength: 242 }).map((data) => Buffer.from([23, ...Array(8).fill(0), data.length, ...data])),
  fc.uint8Array({ minLength: 2, maxLength: 2 }).map((rest) => Buffer.from([43, 14, ...rest])),
);

describe("the check", () => {
  test("is the one of the standard's example", () => {
    // MODBUS over Serial Line V1.02 §6.2.2: 02 07 is followed by 41 12.
    expect(crc16(hex("02 07")).toString(16)).toBe("1241");
    expect(read.toString("hex")).toBe("010300000002c40b");
  });
});

describe("frames", () => {
  test("are found in pieces and back to back, whatever the pieces", () => {
    fc.assert(
      fc.property(fc.array(requests, { maxLength: 6 }), fc.array(fc.integer({ min: 1, max: 40 })), (pdus, cuts) => {
        const bytes = Buffer.concat(pdus.map((pdu) => rtuFrame(17, pdu)));
        const chunks: Buffer[] = [];
        let at = 0;
        for (const cut of [...cuts, bytes.length]) {
          chunks.push(bytes.subarray(at, at + cut));
          at += cut;
        }
        expect(framesOf(...chunks)).toEqual(pdus.map((pdu) => `17: ${pdu.toString("hex")}`));
      }),
    );
  });

  test("of other units' answers do not bring it out of step", () => {
    const answers = [hex("03 04 1234 5678"), hex("83 02"), hex("10 0000 0002"), hex("01 01 05"), hex("06 0001 0002")];
    const heard = framesOf(Buffer.concat([...answers.map((pdu) => rtuFrame(9, pdu)), read]));
    expect(heard).toHaveLength(answers.length + 1);
    expect(heard.at(-1)).toBe("1: 0300000002");
  });

  test.each([
    ["read", read],
    ["write", write],
  ])("of a %s with a wrong check are none, and the next after a silence is one", (_, frame) => {
    const framer = new RtuFramer();
    for (let bit = 0; bit < frame.length * 8; bit += 1) {
      const flipped = Buffer.from(frame);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      framer.push(flipped);
      expect(all(framer)).toEqual([]);
      expect(framer.silence()).toBe("garbled");
      framer.push(read);
      expect(all(framer)).toEqual(["1: 0300000002"]);
    }
    expect(framer.silence()).toBeNull();
  });

  test("of a function that is not known end by silence", () => {
    const framer = new RtuFramer();
    framer.push(rtuFrame(1, hex("64 0102 03")));
    expect(all(framer)).toEqual([]);
    expect(framer.silence()).toEqual({ unit: 1, pdu: hex("64 0102 03") });
  });

  test("are not looked for in a flood until it pauses, and nothing of it is kept", () => {
    const framer = new RtuFramer();
    for (let round = 0; round < 100; round += 1) {
      framer.push(Buffer.alloc(300, 0x55));
      expect(all(framer)).toEqual([]);
    }
    framer.push(read);
    expect(all(framer)).toEqual([]);
    expect(framer.silence()).toBe("garbled");
    framer.push(read);
    expect(all(framer)).toEqual(["1: 0300000002"]);
  });
});
