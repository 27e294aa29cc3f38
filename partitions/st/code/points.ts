/** The points of a partition: its variables at %I and %Q, of arrays and structs each element and member (design.md §7). */
import type { ManifestPoint } from "../../../runtime/image-manifest.ts";
import type { PointValue } from "../../../runtime/system.ts";
import { readText } from "../../../runtime/text.ts";
import type { Program } from "../semantics/analyse.ts";
import { pointTypeOf, singleOf } from "../semantics/point-types.ts";
import { type ElementaryType, isSigned, type StringType, type Type } from "../semantics/types.ts";
import { type DataLayout, namedVariables } from "./layout.ts";

/** `data` as it stands before the first scan, at the guest address `dataBase`. */
export const pointsOf = (
  program: Program,
  layout: DataLayout,
  dataBase: number,
  data: Uint8Array,
): readonly ManifestPoint[] =>
  namedVariables(program).flatMap(({ name, variable: { type, storage, address } }) => {
    if (address === null || address.area === "memory" || storage.kind !== "static") return [];
    const direction = address.area;
    const start = layout.areas[storage.area] + storage.offset;
    return partsOf(name.replaceAll(".", "_"), type, start).flatMap((part): readonly ManifestPoint[] => {
      const pointType = pointTypeOf(part.type);
      if (pointType === null) return [];
      const view = new DataView(data.buffer, data.byteOffset + part.offset, part.type.bytes);
      const { bit } = storage;
      return [
        {
          ...{ name: part.name, type: pointType, direction, address: dataBase + part.offset, bit },
          ...(part.type.kind === "string" ? { length: part.type.length } : {}),
          initial: initialOf(view, part.type, bit),
        },
      ];
    });
  });

interface Part {
  readonly name: string;
  readonly type: ElementaryType | StringType;
  /** From the start of the data. */
  readonly offset: number;
}

/** The scalars and texts in it: `Levels_3` is element 3, `Pump_speed` a member. */
const partsOf = (name: string, type: Type, offset: number): readonly Part[] => {
  const single = singleOf(type);
  if (single !== null) return [{ name, type: single, offset }];
  if (type.kind === "struct") {
    return type.fields.flatMap((field) => partsOf(`${name}_${field.name}`, field.type, offset + field.offset));
  }
  if (type.kind !== "array") return [];
  return indicesOf(type.dimensions).flatMap((indices, i) => {
    const suffix = indices.map((index) => (index < 0 ? `m${-index}` : index)).join("_");
    return partsOf(`${name}_${suffix}`, type.element, offset + i * type.element.bytes);
  });
};

/** All indices, in the order of the elements. */
const indicesOf = (
  dimensions: readonly { readonly low: number; readonly high: number }[],
): readonly (readonly number[])[] =>
  dimensions.reduce<readonly (readonly number[])[]>(
    (all, { low, high }) =>
      all.flatMap((indices) => Array.from({ length: high - low + 1 }, (_, i) => [...indices, low + i])),
    [[]],
  );

const initialOf = (view: DataView, type: ElementaryType | StringType, bit: number | null): PointValue => {
  if (type.kind === "string") return readText(view, 0, type.bytes, type.wide ? 2 : 1);
  const { family, bytes } = type;
  if (family === "bool") return ((view.getUint8(0) >> (bit ?? 0)) & 1) !== 0;
  if (family === "real") return bytes === 8 ? view.getFloat64(0, true) : view.getFloat32(0, true);
  const signed = isSigned(type);
  if (bytes === 8) return signed ? view.getBigInt64(0, true) : view.getBigUint64(0, true);
  if (bytes === 1) return signed ? view.getInt8(0) : view.getUint8(0);
  if (bytes === 2) return signed ? view.getInt16(0, true) : view.getUint16(0, true);
  return signed ? view.getInt32(0, true) : view.getUint32(0, true);
};
