import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bytesOf,
  isText,
  isWide,
  POINT_TYPES,
  type Point,
  type PointType,
  type PointValue,
  zeroOf,
} from "../system.ts";
import { guestAddress } from "../units.ts";
import { PointCells } from "./point-cells.ts";
import { PointPlaces } from "./point-places.ts";

const RAM = 64;
const types = Object.keys(POINT_TYPES) as PointType[];

interface Sketch {
  readonly type: PointType;
  readonly bit: number | null;
  readonly value: number;
}

const sketches = fc.array(
  fc.record({
    type: fc.constantFrom(...types),
    bit: fc.option(fc.nat(7)),
    value: fc.integer({ min: -(2 ** 31), max: 2 ** 32 - 1 }),
  }),
  { maxLength: 8 },
);

const LENGTH = 3;
const bytesAt = (type: PointType): number => bytesOf(type, LENGTH);

/** Points in places of 8 bytes each, so that none overlaps another. */
const pointsOf = (all: readonly Sketch[]): Point[] =>
  all.map(({ type, bit }, index) => ({
    index,
    name: `p${index}`,
    type,
    direction: "input",
    address: guestAddress(0x8000_0000 + 8 * index),
    bytes: bytesAt(type),
    bit: type === "BOOL" ? bit : null,
    initial: zeroOf(type),
    failSafe: null,
    validityOf: null,
  }));

const pointValue = ({ type, value }: Sketch): PointValue => {
  if (isText(type)) return String(value).slice(0, LENGTH);
  if (isWide(type)) return BigInt(value) * 2n ** 31n + 7n;
  const { kind } = POINT_TYPES[type];
  return kind === "bool"
    ? value % 2 === 0
    : type === "REAL"
      ? Math.fround(value)
      : kind === "float"
        ? value / 3
        : value;
};

/** What RAM then holds, as a DataView would write it. */
const written = (point: Point, value: PointValue, ram: Uint8Array): void => {
  const view = new DataView(ram.buffer);
  const at = point.address - 0x8000_0000;
  const { bytes, kind } = POINT_TYPES[point.type];
  if (isText(point.type)) {
    for (let i = 0; i < point.bytes; i++) view.setUint8(at + i, 0);
    for (let i = 0; i < String(value).length; i++) view.setUint8(at + bytes * i, String(value).charCodeAt(i));
  } else if (point.type === "REAL") view.setFloat32(at, Number(value), true);
  else if (kind === "float") view.setFloat64(at, Number(value), true);
  else if (bytes === 8) view.setBigInt64(at, BigInt(value), true);
  else if (kind === "bool" && point.bit !== null) {
    const bit = 2 ** point.bit;
    const others = ram[at]! - (Math.floor(ram[at]! / bit) % 2) * bit;
    view.setUint8(at, others + (value ? bit : 0));
  } else if (bytes === 1) view.setUint8(at, Number(value));
  else if (bytes === 2) view.setUint16(at, Number(value), true);
  else view.setUint32(at, Number(value), true);
};

describe("the places of points", () => {
  it("take exactly the bytes and bits of their values, and leave all others alone", () => {
    fc.assert(
      fc.property(sketches, fc.nat(255), (all, background) => {
        const points = pointsOf(all);
        const cells = PointCells.initial(points);
        const expected = new Uint8Array(RAM).fill(background);
        for (const point of points) {
          cells.set(point.index, pointValue(all[point.index]!));
          written(point, pointValue(all[point.index]!), expected);
        }
        const ram = new Uint8Array(RAM).fill(background);
        const places = new PointPlaces(points, cells.starts);
        places.copyToRam(cells, ram);
        expect(ram).toEqual(expected);
        const back = PointCells.initial(points);
        places.copyFromRam(ram, back);
        expect(back.values).toEqual(cells.values);
      }),
    );
  });

  it("make any byte other than 0 a TRUE", () => {
    const points = pointsOf([{ type: "BOOL", bit: null, value: 0 }]);
    const cells = PointCells.initial(points);
    new PointPlaces(points, cells.starts).copyFromRam(Uint8Array.of(0x80), cells);
    expect(cells.values[0]).toBe(1);
  });

  it("hold of a text what stands before its NUL, and of one without NUL as much as fits", () => {
    const [text] = pointsOf([{ type: "STRING", bit: null, value: 0 }]);
    const [wide] = pointsOf([{ type: "WSTRING", bit: null, value: 0 }]);
    const points = [text!, { ...wide!, index: 1, address: guestAddress(0x8000_0008) }];
    const cells = PointCells.initial(points);
    const places = new PointPlaces(points, cells.starts);
    places.copyFromRam(Uint8Array.from([65, 0, 66, 67, 9, 9, 9, 9, 0, 1, 65, 0, 0, 0, 7, 7]), cells);
    expect([cells.get(0), cells.get(1)]).toEqual(["A", "\u0100A"]);
    expect([...cells.values]).toEqual([65, 0, 0, 0, 0, 0, 0, 0, 0, 1, 65, 0, 0, 0, 0, 0]);
    places.copyFromRam(new Uint8Array(16).fill(65), cells);
    expect([cells.get(0), cells.get(1)]).toEqual(["AAA", "\u4141\u4141\u4141"]);
  });

  it("lie in areas that cover each of them and join what is close", () => {
    const at = (address: number): Point => ({
      ...pointsOf([{ type: "DINT", bit: null, value: 0 }])[0]!,
      address: guestAddress(address),
    });
    const points = [at(0x8000_1010), at(0x8000_0004), at(0x8000_1000)];
    const { areas } = new PointPlaces(points, PointCells.initial(points).starts);
    expect(areas).toEqual([
      { base: 0x8000_0004, bytes: 4 },
      { base: 0x8000_1000, bytes: 20 },
    ]);
  });
});
