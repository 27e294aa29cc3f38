import { expect, it } from "vitest";
import type { ElfSymbol } from "./elf.ts";
import { Symbols } from "./symbols.ts";

const symbol = (name: string, address: number, more: Partial<ElfSymbol> = {}): ElfSymbol => ({
  name,
  address,
  size: 0,
  kind: "function",
  global: true,
  ...more,
});

const symbols = new Symbols([
  symbol("speed", 0x8000_0200, { size: 4, kind: "object" }),
  symbol("text_begins", 0x8000_0000, { kind: "label" }),
  symbol("_start", 0x8000_0000),
  symbol("$x", 0x8000_0000, { kind: "label", global: false }),
  symbol("local", 0x8000_0100, { size: 8, global: false }),
  symbol("exported", 0x8000_0100, { size: 8 }),
  symbol(".L0", 0x8000_0104, { kind: "label", global: false }),
]);

it("names an address by what covers it", () => {
  const named = [0x8000_0000, 0x8000_0012, 0x8000_0104, 0x8000_0203].map((address) => symbols.describe(address));
  expect(named).toEqual(["_start", "_start+0x12", "exported+0x4", "speed+0x3"]);
});

it("names nothing below the first symbol, nor behind the end of one", () => {
  expect([0x7fff_ffff, 0x8000_0108, 0x8000_0204].map((address) => symbols.describe(address))).toEqual([
    null,
    null,
    null,
  ]);
});

it("finds what starts exactly at an address", () => {
  expect([symbols.at(0x8000_0200)?.name, symbols.at(0x8000_0201)]).toEqual(["speed", null]);
});
