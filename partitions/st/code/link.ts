/** Checked program → ELF image: lowers every unit, generates its code, places its data and says what the image offers. */
import { type ImageManifest, MANIFEST_SECTION, type ManifestPoint } from "../../../runtime/image-manifest.ts";
import { ConstantPool } from "../ir/frame.ts";
import type { IrFunction } from "../ir/ir.ts";
import { lowerUnit } from "../ir/lower-unit.ts";
import { optimize } from "../ir/optimize.ts";
import { describeProgram, type ProgramInfo } from "../program-info.ts";
import type { Program } from "../semantics/analyse.ts";
import type { Place } from "../semantics/checked.ts";
import { isPointType } from "../semantics/point-types.ts";
import type { Variable } from "../semantics/symbols.ts";
import { QUEUE_RECEIVE, QUEUE_SEND, scalarOf } from "../semantics/types.ts";
import { fileName } from "../syntax/source-text.ts";
import { Assembler } from "./assembler.ts";
import { type ElfSymbol, writeElf } from "./elf.ts";
import { floatBankOf, generateFunction } from "./generate.ts";
import { type DataLayout, initialData, layOutData, placeVariables, staticVariables } from "./layout.ts";
import { portRoutine } from "./port-routine.ts";
import { retainedOf } from "./retained.ts";
import { emitRuntime, placeDeadlineMessage } from "./runtime.ts";

/** RAM of the board, and with it the entry, starts here (design.md §4). */
const CODE_BASE = 0x8000_0000;
const DATA_ALIGNMENT = 16;
/** For the routines of the runtime that stand outside of any function. */
const STACK_RESERVE = 256;

export interface Linked {
  readonly elf: Uint8Array;
  readonly info: ProgramInfo;
}

export const link = (program: Program): Linked => {
  const sizes = placeVariables(program);
  const constants = new ConstantPool();
  const deadlineMissed = placeDeadlineMessage(constants, fileName(program.instance.program.at));
  const ports = portsOf(program);
  const portNames = ports.map(({ name }) => constants.placeText(name));
  const functions = [...lowerUnits(program, constants), ...portRoutines(ports)];
  for (const fn of functions) optimize(fn);
  const layout = layOutData(sizes, constants);

  const asm = new Assembler("runtime");
  const code = new Assembler();
  const frames = new Map<string, number>();
  const floats = floatBankOf(functions);
  for (const fn of functions) frames.set(fn.name, generateFunction(code, fn, layout.areas, floats));
  const behindData = layout.zeroBytes + stackDepth(functions, frames) + STACK_RESERVE;
  emitRuntime(asm, {
    program: program.instance.program.name,
    intervalNs: program.instance.intervalNs,
    areas: layout.areas,
    stackTop: layout.bytes + behindData,
    deadlineMissed,
    ports: ports.map((port, i) => ({ name: portNames[i]!, index: portIndex(port) })),
  });
  asm.append(code);
  const dataBaseFor = (bytes: number): number => CODE_BASE + Math.ceil(bytes / DATA_ALIGNMENT) * DATA_ALIGNMENT;
  const { code: text, labels } = asm.assemble(CODE_BASE, dataBaseFor);
  const dataBase = dataBaseFor(text.length);
  const info = describeProgram(program, layout, dataBase);
  const data = initialData(program, layout, constants.image, dataBase);
  const elf = writeElf({
    entry: CODE_BASE,
    code: { address: CODE_BASE, bytes: text },
    data: { address: dataBase, bytes: data, zeroBytes: behindData },
    symbols: [...codeSymbols(labels, text.length), ...dataSymbols(info, layout, sizes, dataBase)],
    notes: [
      {
        name: MANIFEST_SECTION,
        bytes: new TextEncoder().encode(JSON.stringify(manifestOf(program, layout, sizes, dataBase, data))),
      },
    ],
  });
  return { elf, info };
};

/** The program's units, and the library's functions that operations in them come down to. */
const lowerUnits = (program: Program, constants: ConstantPool): readonly IrFunction[] => {
  const units = new Set(program.units);
  const routine = (key: string): string => {
    const needed = program.routine(key);
    for (const unit of needed) units.add(unit);
    return needed.at(-1)!.name;
  };
  const functions: IrFunction[] = [];
  // What is added meanwhile has its turn too.
  for (const unit of units) functions.push(lowerUnit(unit, constants, routine));
  return functions;
};

const portsOf = ({ instance }: Program): readonly Variable[] =>
  instance.program.variables.filter(({ type }) => type.kind === "port");

const portRoutines = (ports: readonly Variable[]): readonly IrFunction[] =>
  [QUEUE_SEND, QUEUE_RECEIVE].filter((type) => ports.some((port) => port.type === type)).map(portRoutine);

const portIndex = ({ type, storage }: Variable) => {
  if (type.kind !== "port" || storage.kind !== "static") throw new Error("a port is a static variable");
  const field = type.fields.find(({ key }) => key === "PORT")!;
  return { base: { kind: "static", area: storage.area }, offset: storage.offset + field.offset } as const;
};

/** The deepest chain of calls; there is no recursion, so there is one. */
const stackDepth = (functions: readonly IrFunction[], frames: ReadonlyMap<string, number>): number => {
  const depths = new Map<string, number>();
  const byName = new Map(functions.map((fn) => [fn.name, fn]));
  const depthOf = (fn: IrFunction): number => {
    const known = depths.get(fn.name);
    if (known !== undefined) return known;
    const callees = fn.blocks
      .flatMap(({ instructions }) => instructions)
      .flatMap((each) => (each.kind === "call" ? (byName.get(each.target) ?? []) : []));
    const depth = (frames.get(fn.name) ?? 0) + Math.max(0, ...callees.map(depthOf));
    depths.set(fn.name, depth);
    return depth;
  };
  return Math.max(0, ...functions.map(depthOf));
};

const codeSymbols = (labels: ReadonlyMap<string, number>, codeBytes: number): readonly ElfSymbol[] => {
  const starts = [...labels].filter(([name]) => !name.startsWith(".")).sort((a, b) => a[1] - b[1]);
  return starts.map(([name, offset], i) => ({
    name,
    address: CODE_BASE + offset,
    size: (starts[i + 1]?.[1] ?? codeBytes) - offset,
    kind: "function",
  }));
};

const AREA_SYMBOLS = {
  input: "partita.inputs",
  output: "partita.outputs",
  memory: "partita.memory",
  retained: "partita.retained",
} as const;

const dataSymbols = (
  info: ProgramInfo,
  layout: DataLayout,
  sizes: Readonly<Record<keyof typeof AREA_SYMBOLS, number>>,
  dataBase: number,
): readonly ElfSymbol[] => [
  ...(Object.keys(AREA_SYMBOLS) as (keyof typeof AREA_SYMBOLS)[])
    .filter((area) => sizes[area] > 0)
    .map((area) => ({
      name: AREA_SYMBOLS[area],
      address: dataBase + layout.areas[area],
      size: sizes[area],
      kind: "object" as const,
    })),
  ...info.variables.map(({ path, address, type }) => ({
    name: path,
    address,
    size: type.bytes,
    kind: "object" as const,
  })),
];

const manifestOf = (
  program: Program,
  layout: DataLayout,
  sizes: Readonly<Record<keyof typeof AREA_SYMBOLS, number>>,
  dataBase: number,
  data: Uint8Array,
): ImageManifest => {
  const area = (name: keyof typeof AREA_SYMBOLS) =>
    sizes[name] === 0 ? null : { base: dataBase + layout.areas[name], bytes: sizes[name] };
  return {
    format: 1,
    language: "ST",
    taskIntervalNs: program.instance.intervalNs,
    points: staticVariables(program).flatMap((variable) => pointOf(variable, layout, dataBase, data) ?? []),
    ports: portsOf(program).map((port) => ({
      name: port.name,
      direction: port.type === QUEUE_SEND ? "source" : "destination",
      messageBytes: messageBytes(program, port),
    })),
    areas: {
      input: area("input"),
      output: area("output"),
      retained: retainedOf(program, dataBase + layout.areas.retained, sizes.retained),
    },
  };
};

/** Null: no variable of the process image. */
const pointOf = (
  { name, type, storage, address }: Variable,
  layout: DataLayout,
  dataBase: number,
  data: Uint8Array,
): ManifestPoint | null => {
  const scalar = scalarOf(type);
  if (address === null || address.area === "memory" || storage.kind !== "static" || scalar === null) return null;
  if (!isPointType(scalar.name)) throw new Error(`${name} was to be refused: ${scalar.name} is no type of a point`);
  const offset = layout.areas[storage.area] + storage.offset;
  const view = new DataView(data.buffer, data.byteOffset + offset, scalar.bytes);
  return {
    name,
    type: scalar.name,
    direction: address.area,
    address: dataBase + offset,
    bit: storage.bit,
    initial: initialOf(view, scalar, storage.bit),
  };
};

const initialOf = (
  view: DataView,
  { family, bytes }: { readonly family: string; readonly bytes: number },
  bit: number | null,
): boolean | number => {
  if (family === "bool") return ((view.getUint8(0) >> (bit ?? 0)) & 1) !== 0;
  if (family === "real") return view.getFloat32(0, true);
  const signed = family === "signed" || family === "time";
  if (bytes === 1) return signed ? view.getInt8(0) : view.getUint8(0);
  if (bytes === 2) return signed ? view.getInt16(0, true) : view.getUint16(0, true);
  return signed ? view.getInt32(0, true) : view.getUint32(0, true);
};

/** The largest message that any call gives this port. */
const messageBytes = ({ instance }: Program, port: Variable): number => {
  let most = 0;
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) for (const item of node) walk(item);
    else if (typeof node === "object" && node !== null) {
      const statement = node as { readonly kind?: string; readonly variable?: unknown; readonly message?: Place };
      if (statement.kind === "port" && statement.variable === port)
        most = Math.max(most, statement.message?.type.bytes ?? 0);
      for (const key of ["branches", "body", "otherwise", "arms"] as const)
        walk((node as Record<string, unknown>)[key]);
    }
  };
  walk(instance.program.body);
  return most;
};
