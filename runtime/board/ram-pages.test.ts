import { describe, expect, it } from "vitest";
import { PAGE_BYTES, RAM_BASE } from "../hart/layout.ts";
import { RamPagesOf } from "./ram-pages.ts";

const PAGES = 8;
/** Something loaded across the border of pages 2 and 3. */
const LOADED = { address: RAM_BASE + 3 * PAGE_BYTES - 2, bytes: Uint8Array.of(1, 2, 3, 4) };

const loadedRam = (): Uint8Array => {
  const ram = new Uint8Array(PAGES * PAGE_BYTES);
  ram.set(LOADED.bytes, LOADED.address - RAM_BASE);
  return ram;
};

describe("the pages of RAM that have changed", () => {
  it("are none when nothing was written since it was loaded", () => {
    expect([...new RamPagesOf(loadedRam(), [LOADED]).changed().numbers]).toEqual([]);
  });

  it("are those with a byte that is not as loaded, be it zero now", () => {
    const ram = loadedRam();
    ram[0] = 1;
    ram[3 * PAGE_BYTES] = 0;
    ram[PAGES * PAGE_BYTES - 1] = 5;
    const { numbers, bytes } = new RamPagesOf(ram, [LOADED]).changed();
    expect([...numbers]).toEqual([0, 3, 7]);
    expect(bytes).toEqual(
      new Uint8Array([...numbers].flatMap((page) => [...ram.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES)])),
    );
  });

  it("make any RAM that one again, written meanwhile or fresh", () => {
    const ram = loadedRam();
    const pages = new RamPagesOf(ram, [LOADED]);
    ram.set([9, 9, 9], 3 * PAGE_BYTES);
    ram[PAGE_BYTES] = 7;
    const was = ram.slice();
    const changed = pages.changed();
    ram.fill(0xff);
    pages.restore(changed);
    expect(ram).toEqual(was);
    const fresh = loadedRam();
    new RamPagesOf(fresh, [LOADED]).restore(changed);
    expect(fresh).toEqual(was);
  });
});
