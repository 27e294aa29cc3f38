import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteRing } from "./byte-ring.ts";

describe("a byte ring", () => {
  it("gives back what was written, in order, however writes and reads alternate", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 16 }), { maxLength: 60 }), (chunks) => {
        const ring = new ByteRing(16);
        const reader = new ByteRing(ring.shared);
        const got: number[] = [];
        for (const chunk of chunks) {
          ring.write(chunk);
          got.push(...reader.read());
        }
        expect(got).toEqual(chunks.flatMap((chunk) => [...chunk]));
      }),
    );
  });

  it("is empty at first and after a read", () => {
    const ring = new ByteRing(16);
    expect(ring.read()).toHaveLength(0);
    ring.write(Uint8Array.of(1, 2, 3));
    expect([...ring.read()]).toEqual([1, 2, 3]);
    expect(ring.read()).toHaveLength(0);
  });
});
