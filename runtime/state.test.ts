import { describe, expect, it } from "vitest";
import { StateMismatch, StateReader, StateWriter } from "./state.ts";

const written = (write: (writer: StateWriter) => void): StateReader => {
  const writer = new StateWriter();
  write(writer);
  return new StateReader(writer.finish());
};

describe("a state", () => {
  it("is read as it was written, however long it is", () => {
    const long = Uint8Array.from({ length: 5000 }, (_, index) => index);
    const reader = written((writer) => {
      writer.section("clint", 3);
      writer.flag(true);
      writer.u8(255);
      writer.u32(0xffff_fffe);
      writer.f64(Infinity);
      writer.f64(2 ** 52 + 1);
      writer.u32s(Uint32Array.of(1, 0x8000_0000));
      writer.f64s(Float64Array.of(-1.5));
      writer.bytes(long);
    });
    reader.section("clint", 3);
    expect([reader.flag(), reader.u8(), reader.u32(), reader.f64(), reader.f64()]).toEqual([
      true,
      255,
      0xffff_fffe,
      Infinity,
      2 ** 52 + 1,
    ]);
    const [words, numbers, bytes] = [new Uint32Array(2), new Float64Array(1), new Uint8Array(5000)];
    reader.u32s(words);
    reader.f64s(numbers);
    reader.bytes(bytes);
    reader.end();
    expect([words, numbers, bytes]).toEqual([Uint32Array.of(1, 0x8000_0000), Float64Array.of(-1.5), long]);
  });

  it("has its numbers little-endian on every host", () => {
    const writer = new StateWriter();
    writer.u32(0x0403_0201);
    writer.f64(1);
    expect([...writer.finish()]).toEqual([1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]);
  });

  it("is refused with the reason when it is another's, of another layout, too short or too long", () => {
    const plic = () => written((writer) => writer.section("plic", 2));
    expect(() => plic().section("uart", 2)).toThrow("the state of uart is expected where that of plic stands");
    expect(() => plic().section("plic", 1)).toThrow("the state of plic has layout 2, and only 1 is known here");
    expect(() => written(() => {}).u32()).toThrow(new StateMismatch("the state ends too early"));
    expect(() => plic().end()).toThrow(StateMismatch);
  });
});
