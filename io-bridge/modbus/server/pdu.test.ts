import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ExceptionCode } from "../protocol.ts";
import { answer, type DataModel } from "./pdu.ts";

/** 256 addresses in each area; what was written is kept. */
class PlainModel implements DataModel {
  readonly identification = new Map([
    [0, "Vendor"],
    [1, "code"],
    [2, "1.0"],
    [6, "x".repeat(230)],
    [0x80, "private"],
  ]);
  readonly bits: boolean[] = Array.from({ length: 256 }, () => false);
  readonly words: number[] = Array.from({ length: 256 }, () => 0);

  readBits(_area: string, address: number, quantity: number): boolean[] | ExceptionCode {
    return address + quantity > 256 ? 2 : this.bits.slice(address, address + quantity);
  }
  readRegisters(_area: string, address: number, quantity: number): number[] | ExceptionCode {
    return address + quantity > 256 ? 2 : this.words.slice(address, address + quantity);
  }
  writeCoils(address: number, values: readonly boolean[]): ExceptionCode | null {
    if (address + values.length > 256) return 2;
    this.bits.splice(address, values.length, ...values);
    return null;
  }
  writeRegisters(address: number, values: readonly number[]): ExceptionCode | null {
    if (address + values.length > 256) return 2;
    this.words.splice(address, values.length, ...values);
    return null;
  }
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
const ask = (request: string, model: DataModel = new PlainModel()): string =>
  answer(hex(request), model).toString("hex").replace(/../g, "$& ").trim();

describe("the examples of the Modbus specification", () => {
  test("§6.1 read coils 20 to 38", () => {
    const model = new PlainModel();
    // CD 6B 05, coil 20 in the lowest bit of the first byte
    for (const [byte, bits] of [0xcd, 0x6b, 0x05].entries()) {
      for (let bit = 0; bit < 8; bit += 1) model.bits[19 + byte * 8 + bit] = ((bits >> bit) & 1) === 1;
    }
    expect(ask("01 00 13 00 13", model)).toBe("01 03 cd 6b 05");
  });

  test("§6.3 read holding registers 108 to 110", () => {
    const model = new PlainModel();
    model.words.splice(107, 3, 0x022b, 0, 0x64);
    expect(ask("03 00 6b 00 03", model)).toBe("03 06 02 2b 00 00 00 64");
  });

  test("§6.4 read input register 9", () => {
    const model = new PlainModel();
    model.words[8] = 10;
    expect(ask("04 00 08 00 01", model)).toBe("04 02 00 0a");
  });

  test("§6.5 write coil 173 on, §6.6 write register 2", () => {
    const model = new PlainModel();
    expect(ask("05 00 ac ff 00", model)).toBe("05 00 ac ff 00");
    expect(model.bits[172]).toBe(true);
    expect(ask("06 00 01 00 03", model)).toBe("06 00 01 00 03");
    expect(model.words[1]).toBe(3);
  });

  test("§6.11 write ten coils from 20, §6.12 write two registers from 2", () => {
    const model = new PlainModel();
    expect(ask("0f 00 13 00 0a 02 cd 01", model)).toBe("0f 00 13 00 0a");
    expect(model.bits.slice(19, 29).map(Number)).toEqual([1, 0, 1, 1, 0, 0, 1, 1, 1, 0]);
    expect(ask("10 00 01 00 02 04 00 0a 01 02", model)).toBe("10 00 01 00 02");
    expect(model.words.slice(1, 3)).toEqual([0x0a, 0x0102]);
  });
});

describe("the further functions", () => {
  test("§6.16 masks a register: 12 with AND F2 and OR 25 is 17", () => {
    const model = new PlainModel();
    model.words[4] = 0x12;
    expect(ask("16 00 04 00 f2 00 25", model)).toBe("16 00 04 00 f2 00 25");
    expect(model.words[4]).toBe(0x17);
  });

  test("§6.17 writes three registers from 15 before it reads six from 4", () => {
    const model = new PlainModel();
    model.words.splice(3, 6, 0x00fe, 0x0acd, 0x0001, 0x0003, 0x000d, 0x00ff);
    expect(ask("17 00 03 00 06 00 0e 00 03 06 00 ff 00 ff 00 ff", model)).toBe(
      "17 0c 00 fe 0a cd 00 01 00 03 00 0d 00 ff",
    );
    expect(model.words.slice(14, 17)).toEqual([0xff, 0xff, 0xff]);
    expect(ask("17 00 0e 00 01 00 0e 00 01 02 12 34", model)).toBe("17 02 12 34");
  });

  test("§6.17 writes nothing when it cannot read", () => {
    const model = new PlainModel();
    expect(ask("17 00 ff 00 02 00 00 00 01 02 12 34", model)).toBe("97 02");
    expect(model.words[0]).toBe(0);
  });

  test("§6.21 tells what it is, one object or a stream of a category", () => {
    expect(ask("2b 0e 04 01")).toBe("2b 0e 04 82 00 00 01 01 04 63 6f 64 65");
    const basic = "2b 0e 01 82 00 00 03 00 06 56 65 6e 64 6f 72 01 04 63 6f 64 65 02 03 31 2e 30";
    expect(ask("2b 0e 01 00")).toBe(basic);
    expect(ask("2b 0e 01 07")).toBe(basic); // not known: from the start
  });

  test("§6.21 says where to go on when not all objects fit", () => {
    expect(ask("2b 0e 02 00")).toMatch(/^2b 0e 02 82 ff 06 03 00 06 /);
    const rest = ask("2b 0e 03 06");
    expect(rest).toMatch(/^2b 0e 03 82 00 00 02 06 e6 78 /);
    expect(rest.split(" ").length).toBeLessThanOrEqual(253);
  });
});

describe("an illegal request is answered by the exception that is due", () => {
  test.each([
    ["07", "87 01", "a function that is not served"],
    ["11", "91 01", "a function of serial lines that is not served"],
    ["01 00 00 00 00", "81 03", "no coils"],
    ["01 00 00 07 d1", "81 03", "2001 coils"],
    ["01 00 00 07 f8", "81 03", "2040 coils, whose bytes a byte would count"],
    ["03 00 00 00 7e", "83 03", "126 registers"],
    ["04 ff ff 00 02", "84 02", "beyond the last address"],
    ["03 00 ff 00 02", "83 02", "an address that is not there"],
    ["03 00 00 00", "83 03", "a request cut short"],
    ["03 00 00 00 01 00", "83 03", "a request too long"],
    ["05 00 00 12 34", "85 03", "a coil neither on nor off"],
    ["06 00 00", "86 03", "a register without value"],
    ["0f 00 00 00 09 01 ff", "8f 03", "a byte count that does not fit the quantity"],
    ["0f 00 00 00 09 01 ff ff", "8f 03", "a byte count that fits neither quantity nor data"],
    ["10 00 00 00 01 04 00 01", "90 03", "a byte count beyond the data"],
    ["10 00 00 00 00 00", "90 03", "no registers"],
    ["10 00 00 00 02 04 00 01", "90 03", "fewer bytes than counted"],
    ["10 00 00 00 01 02 00 01 00", "90 03", "more bytes than counted"],
    ["10 ff ff 00 02 04 00 01 00 02", "90 02", "beyond the last address"],
    ["16 00 04 00 f2 00", "96 03", "a mask cut short"],
    ["16 01 00 00 f2 00 25", "96 02", "a mask for an address that is not there"],
    ["17 00 00 00 00 00 00 00 01 02 00 01", "97 03", "none to read"],
    ["17 00 00 00 7e 00 00 00 01 02 00 01", "97 03", "126 to read"],
    ["17 00 00 00 01 00 00 00 01 04 00 01", "97 03", "a byte count that does not fit"],
    ["17 ff ff 00 02 00 00 00 01 02 00 01", "97 02", "reading beyond the last address"],
    ["2b 0d 01 00", "ab 01", "another encapsulated interface"],
    ["2b", "ab 01", "no interface at all"],
    ["2b 0e 05 00", "ab 03", "no kind of access"],
    ["2b 0e 01", "ab 03", "an identification request cut short"],
    ["2b 0e 04 07", "ab 02", "an object that is not there"],
  ])("%s → %s: %s", (request, response) => {
    expect(ask(request)).toBe(response);
  });

  test.each([
    ["0f 00 00 07 b1 f7", 247, "8f 03", "1969 coils"],
    ["10 00 00 00 7c f8", 248, "90 03", "124 registers"],
    ["10 00 00 01 2c 58", 88, "90 03", "300 registers, 600 bytes, of which a byte counts 88"],
    ["17 00 00 00 01 00 00 00 7a f4", 244, "97 03", "122 to write and one to read"],
  ])("%s and %i bytes → %s: %s", (request, bytes, response) => {
    expect(ask(request + "00".repeat(bytes))).toBe(response);
  });

  test("whatever the request, the answer is its echo, its data or its exception, and nothing is thrown", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 253 }), (bytes) => {
        const response = answer(Buffer.from(bytes), new PlainModel());
        expect(response[0]! & 0x7f).toBe(bytes[0]! & 0x7f);
        expect(response.length).toBeLessThanOrEqual(253);
        if ((response[0]! & 0x80) !== 0 && (bytes[0]! & 0x80) === 0) expect(response).toHaveLength(2);
      }),
    );
  });
});
