/** Gives every static variable its place: the areas of the data one behind the other, small variables within reach of gp. */
import type { ConstantPool } from "../ir/frame.ts";
import type { DescribeAddress } from "../ir/print.ts";
import { type Program, prefixOf, programsOf, withClasses } from "../semantics/analyse.ts";
import { type Image, ImagePart, type Relocation, zeros } from "../semantics/image.ts";
import { imageOf } from "../semantics/initial-values.ts";
import { BIT_OFFSET, holderOf } from "../semantics/located.ts";
import { isStatic, type StaticArea, type Unit, type Variable } from "../semantics/symbols.ts";
import { alignUp, BOOL, type Type } from "../semantics/types.ts";
import type { AreaOffsets, DataArea } from "./addresses.ts";
import { RUNTIME_BYTES } from "./runtime-names.ts";
import { severalTasksBytes } from "./several-tasks.ts";

/** In this order. What is used most comes first; the constants are seldom addressed one by one. */
const ORDER: readonly DataArea[] = ["runtime", "input", "output", "memory", "retained", "data", "constants", "zeros"];
const AREA_ALIGNMENT = 8;

/** Sizes of the areas; those of `constants` and `zeros` are known after lowering. */
export type AreaSizes = Readonly<Record<StaticArea | "runtime", number>>;

/** Variables that stand somewhere for the whole run: globals, the programs' own, constant tables of any unit. */
export const staticVariables = (program: Program): readonly Variable[] => {
  const programs = new Set(programsOf(program).map((each) => each.program));
  return [
    ...program.globals.filter(isStored),
    ...[...programs].flatMap(({ variables }) =>
      variables.filter((variable) => variable.section !== "temp" && isStored(variable)),
    ),
    ...[...programs].flatMap(({ assertions }) => assertions.flatMap(({ values }) => values)),
    ...withClasses(program.units)
      .filter((unit) => !programs.has(unit))
      .flatMap(({ variables }) => variables.filter((variable) => isStatic(variable) && isStored(variable))),
    ...program.placement.located.map(({ place }) => place),
  ];
};

/** The same under the names of their points. What instances of one PROGRAM have at one address is there once. */
export const namedVariables = (program: Program): readonly { readonly name: string; readonly variable: Variable }[] => {
  const ofCopies = new Map(
    programsOf(program).flatMap((each) =>
      prefixOf(each) === "" ? [] : each.program.variables.map((variable) => [variable, prefixOf(each)] as const),
    ),
  );
  return staticVariables(program).flatMap((variable) => {
    const isShared = ofCopies.has(variable) && variable.address?.isFloating !== true;
    return isShared ? [] : [{ name: `${ofCopies.get(variable) ?? ""}${variable.name}`, variable }];
  });
};

const isStored = ({ constant, type }: Variable): boolean => constant === null && type.bytes > 0;

/** Sets the storage of all static variables. */
export const placeVariables = (program: Program): AreaSizes => {
  const ends = { data: 0, retained: 0, input: 0, output: 0, memory: 0, runtime: RUNTIME_BYTES };
  for (const { area, byte, bytes } of program.addresses) ends[area] = Math.max(ends[area], byte + bytes);
  const variables = [...staticVariables(program)].sort((a, b) => Number(isLarge(a)) - Number(isLarge(b)));
  for (const variable of variables) {
    const { type } = variable;
    const address = program.placement.fixed.get(variable) ?? variable.address;
    if (address !== null && address.isFloating !== true) {
      variable.storage = { kind: "static", area: address.area, offset: address.byte, bit: address.bit };
      continue;
    }
    const area = address?.area ?? (isRetained(variable) ? "retained" : "data");
    const offset = alignUp(ends[area], type.align);
    variable.storage = { kind: "static", area, offset, bit: null };
    ends[area] = offset + type.bytes;
  }
  const { tasks } = program;
  if (tasks.length > 1) ends.runtime = severalTasksBytes(tasks.length, ends.output);
  return ends;
};

const isLarge = ({ type }: Variable): boolean => type.bytes > 64;

/** An instance of a block with RETAIN variables is kept as a whole. */
const isRetained = (variable: Variable): boolean => variable.retain || holdsRetained(variable.type);

const holdsRetained = (type: Type): boolean => {
  if (type.kind === "array") return holdsRetained(type.element);
  if (type.kind === "struct") return type.fields.some((field) => holdsRetained(field.type));
  if (type.kind !== "block") return false;
  return type.fields.some(({ variable }) => !variable.byReference && (variable.retain || holdsRetained(variable.type)));
};

/** What stands at an address of the static data, as `name` or `name+offset`. */
export const staticNames = (program: Program): DescribeAddress => {
  const variables = staticVariables(program);
  return ({ base, offset }) => {
    if (base.kind !== "static") return null;
    const found = variables.find(
      ({ storage, type }) =>
        storage.kind === "static" &&
        storage.area === base.area &&
        offset >= storage.offset &&
        offset < storage.offset + type.bytes,
    );
    if (found?.storage.kind !== "static") return null;
    const rest = offset - found.storage.offset;
    return rest === 0 ? found.name : `${found.name}+${rest}`;
  };
};

export interface DataLayout {
  readonly areas: AreaOffsets;
  /** Of all areas but `zeros`, which stand behind them. */
  readonly bytes: number;
  readonly zeroBytes: number;
}

export const layOutData = (sizes: AreaSizes, constants: Pick<ConstantPool, "bytes" | "zeroBytes">): DataLayout => {
  const all = { ...sizes, constants: constants.bytes, zeros: constants.zeroBytes };
  const areas: Record<string, number> = {};
  let end = 0;
  for (const area of ORDER) {
    areas[area] = end;
    end = alignUp(end + all[area], AREA_ALIGNMENT);
  }
  const bytes = areas.zeros!;
  return { areas: areas as AreaOffsets, bytes, zeroBytes: end - bytes };
};

/** Addresses that are known when the code is there. */
export interface Addresses {
  /** Of the data. */
  readonly base: number;
  /** Of a class's row of methods, from the start of the constants. */
  row(unit: Unit): number;
  routine(name: string): number;
}

/** The data as it stands before the first scan. */
export const initialData = (
  program: Program,
  layout: DataLayout,
  constants: Image,
  addresses: Addresses,
): Uint8Array => {
  const data = new Uint8Array(layout.bytes);
  const put = (at: number, image: Image): void => {
    data.set(image.bytes, at);
    for (const each of image.relocations)
      new DataView(data.buffer).setUint32(at + each.at, addressOf(each, layout, addresses, at), true);
  };
  put(layout.areas.constants, constants);
  const start = (variable: Variable, offset: number, image: Image): void => {
    const { storage } = variable;
    if (storage.kind !== "static") return;
    const at = layout.areas[storage.area] + storage.offset + offset;
    if (storage.bit === null) put(at, image);
    else data[at] = (data[at]! & ~(1 << storage.bit)) | (image.bytes[0]! << storage.bit);
  };
  for (const variable of staticVariables(program)) start(variable, 0, variable.initial ?? imageOf(variable.type));
  for (const { root, offset, image } of program.placement.initials) start(root, offset, image);
  for (const { place, root, offset } of program.placement.located) start(root, offset, holderImage(place));
  return data;
};

/** What an instance holds of a variable that stands in the process image. */
const holderImage = (place: Variable): Image => {
  const holder = ImagePart.copyOf(zeros(holderOf(place).bytes));
  holder.part(0, 4).relocate(place, 0);
  if (place.type === BOOL && place.storage.kind === "static")
    holder.view.setUint32(BIT_OFFSET, place.storage.bit ?? 0, true);
  return holder.image;
};

/** Where a relocation of an image that starts at `start` in the data leads to. */
const addressOf = (
  { root, offset, instance }: Relocation,
  { areas }: DataLayout,
  addresses: Addresses,
  start: number,
): number => {
  if ("routine" in root) return addresses.routine(root.routine);
  const { base } = addresses;
  if ("rowOf" in root) return base + areas.constants + addresses.row(root.rowOf);
  if (!("storage" in root)) return base + areas[root.area] + root.byte + offset;
  const { storage } = root;
  if (storage.kind === "static") return base + areas[storage.area] + storage.offset + offset;
  if (storage.kind === "member" && instance !== null) return base + start + instance + storage.offset + offset;
  throw new Error(`${root.name} has no address before the program runs`);
};
