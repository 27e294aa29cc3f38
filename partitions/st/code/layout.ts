/** Gives every static variable its place: the areas of the data one behind the other, small variables within reach of gp. */
import type { Program } from "../semantics/analyse.ts";
import { imageOf } from "../semantics/initial-values.ts";
import type { StaticArea, Variable } from "../semantics/symbols.ts";
import { alignUp, type Type } from "../semantics/types.ts";
import type { AreaOffsets, DataArea } from "./addresses.ts";
import { RUNTIME_BYTES } from "./runtime-names.ts";

/** In this order. What is used most comes first; the constants are seldom addressed one by one. */
const ORDER: readonly DataArea[] = ["runtime", "input", "output", "memory", "retained", "data", "constants"];
const AREA_ALIGNMENT = 8;

/** Sizes of the areas; of `constants` none yet, as code generation adds to them. */
export type AreaSizes = Readonly<Record<StaticArea | "runtime", number>>;

/** Variables that stand somewhere for the whole run: globals, the program's own, constant tables of any unit. */
export const staticVariables = ({ globals, instance, units }: Program): readonly Variable[] => [
  ...globals.filter(isStored),
  ...instance.program.variables.filter((variable) => variable.section !== "temp" && isStored(variable)),
  ...units
    .filter((unit) => unit !== instance.program)
    .flatMap(({ variables }) => variables.filter((variable) => variable.readOnly && isStored(variable))),
];

const isStored = ({ constant, type }: Variable): boolean => constant === null && type.bytes > 0;

/** Sets the storage of all static variables. */
export const placeVariables = (program: Program): AreaSizes => {
  const ends = { data: 0, retained: 0, input: 0, output: 0, memory: 0, runtime: RUNTIME_BYTES };
  for (const { area, byte, bytes } of program.addresses) ends[area] = Math.max(ends[area], byte + bytes);
  const variables = [...staticVariables(program)].sort((a, b) => Number(isLarge(a)) - Number(isLarge(b)));
  for (const variable of variables) {
    const { address, type } = variable;
    if (address !== null) {
      variable.storage = { kind: "static", area: address.area, offset: address.byte, bit: address.bit };
      continue;
    }
    const area = isRetained(variable) ? "retained" : "data";
    const offset = alignUp(ends[area], type.align);
    variable.storage = { kind: "static", area, offset, bit: null };
    ends[area] = offset + type.bytes;
  }
  return ends;
};

const isLarge = ({ type }: Variable): boolean => type.bytes > 64;

/** An instance of a block with RETAIN variables is kept as a whole. */
const isRetained = (variable: Variable): boolean => variable.retain || holdsRetained(variable.type);

const holdsRetained = (type: Type): boolean => {
  if (type.kind === "array") return holdsRetained(type.element);
  if (type.kind !== "block") return false;
  return type.fields.some(({ variable }) => !variable.byReference && (variable.retain || holdsRetained(variable.type)));
};

export interface DataLayout {
  readonly areas: AreaOffsets;
  /** Of all areas together. */
  readonly bytes: number;
}

export const layOutData = (sizes: AreaSizes, constantBytes: number): DataLayout => {
  const areas: Record<string, number> = {};
  let end = 0;
  for (const area of ORDER) {
    areas[area] = end;
    end = alignUp(end + (area === "constants" ? constantBytes : sizes[area]), AREA_ALIGNMENT);
  }
  return { areas: areas as AreaOffsets, bytes: end };
};

/** The data as it stands before the first scan. */
export const initialData = (program: Program, layout: DataLayout, constants: Uint8Array): Uint8Array => {
  const data = new Uint8Array(layout.bytes);
  data.set(constants, layout.areas.constants);
  for (const variable of staticVariables(program)) {
    const { storage, type } = variable;
    if (storage.kind !== "static") continue;
    const at = layout.areas[storage.area] + storage.offset;
    const bytes = variable.initial ?? imageOf(type);
    if (storage.bit === null) data.set(bytes, at);
    else if (bytes[0] !== 0) data[at]! |= 1 << storage.bit;
  }
  return data;
};
