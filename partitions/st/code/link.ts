/** Checked program → ELF image: lowers every unit, generates its code, places its data and says what the image offers. */
import { type ImageManifest, MANIFEST_SECTION } from "../../../runtime/image-manifest.ts";
import { Asked } from "../ir/asked.ts";
import { askedLowering } from "../ir/asked-lowering.ts";
import { callsIn } from "../ir/calls.ts";
import { ClassTable } from "../ir/class-table.ts";
import { ConstantPool } from "../ir/frame.ts";
import type { IrFunction } from "../ir/ir.ts";
import { type Lowering, lowerUnit } from "../ir/lower-unit.ts";
import { OPTIMIZING, PassMemory, type PassOptions, PLAIN, runPasses } from "../ir/optimize.ts";
import { printFunction } from "../ir/print.ts";
import { UNINTERRUPTED } from "../library/hypervisor.ts";
import { describeProgram, type ProgramInfo } from "../program-info.ts";
import { instancesOf, type Program } from "../semantics/analyse.ts";
import type { Unit, Variable } from "../semantics/symbols.ts";
import { type SymbolFile, symbolFileOf } from "../symbol-file.ts";
import { fileName } from "../syntax/source-text.ts";
import type { AreaOffsets } from "./addresses.ts";
import { Assembler, type LineRow } from "./assembler.ts";
import { type CodeMap, codeMapOf } from "./code-map.ts";
import { debugSections } from "./dwarf/sections.ts";
import { type ElfSymbol, writeElf } from "./elf.ts";
import { type Generated, generateFunction } from "./generate.ts";
import { interruptionBytes } from "./interruption.ts";
import { type DataLayout, initialData, layOutData, placeVariables, staticNames } from "./layout.ts";
import { pointsOf } from "./points.ts";
import { manifestPorts, portIndex, portRoutines, portsOf } from "./ports.ts";
import { retainedOf } from "./retained.ts";
import { emitRuntime } from "./runtime.ts";

/** RAM of the board, and with it the entry, starts here (design.md §4). */
const CODE_BASE = 0x8000_0000;
const DATA_ALIGNMENT = 16;
/** For the routines of the runtime that stand outside of any function. */
const STACK_RESERVE = 256;

export interface Linked {
  readonly elf: Uint8Array;
  readonly info: ProgramInfo;
  readonly symbols: () => SymbolFile;
  readonly statementAt: (address: number) => SourceLine | null;
  /** Empty of statements and forks when the code is optimised. */
  readonly codeMap: CodeMap;
}

export interface SourceLine {
  readonly file: string;
  readonly line: number;
}

export interface LinkOptions {
  readonly optimize?: boolean;
  readonly dump?: (pass: string, text: string) => void;
}

/** The code of a function, and where its areas of data were. */
interface KeptCode {
  readonly areas: string;
  readonly code: Assembler;
  readonly generated: Generated;
}

interface KeptLowering {
  readonly body: Unit["body"];
  readonly fn: IrFunction;
  readonly asked: Asked<Lowering>;
}

/** What linking came to, function by function: the next one that finds the same takes it over. */
export class LinkMemory {
  readonly passes = new PassMemory();
  lowered: ReadonlyMap<Unit, KeptLowering> = new Map();
  readonly code = new WeakMap<IrFunction, KeptCode>();
}

/** @param memory is that of a linking with the same options. */
export const link = (program: Program, options: LinkOptions, memory: LinkMemory): Linked => {
  const sizes = placeVariables(program);
  const constants = new ConstantPool();
  const deadlines = program.tasks.map(({ name, instances }) => {
    const task = program.tasks.length > 1 && name !== null ? `TASK ${name}, ` : "";
    return constants.placeText(
      `${fileName(instances[0]!.program.at)}: ${task}the scan was still running at its next release`,
    );
  });
  const ports = portsOf(program);
  const portNames = ports.map(({ name }) => constants.placeText(name));
  const classes = new ClassTable(
    program.classes,
    program.units.flatMap(({ dispatches }) => dispatches),
    program.units.flatMap(({ queries }) => queries),
    constants,
  );
  const isPreempted = program.tasks.length > 1;
  const routines = portRoutines(program, ports);
  const units = new Set([...program.units, ...routines.flatMap(({ needs }) => needs)]);
  const all = [
    ...lowerUnits(units, program, memory, {
      ...{ constants, classes, keepsStatements: options.optimize === false },
      storageOf: ({ storage }) => storage,
    }),
    ...routines.map(({ fn }) => fn),
  ];
  const calledAlone = new Set([...UNINTERRUPTED, ...routines.map(({ name }) => name)]);
  const alone = all.flatMap(({ name }) => (isPreempted && calledAlone.has(name) ? [name] : []));
  const lowered = all.map((fn) => (alone.includes(fn.name) ? { ...fn, name: bodyOf(fn.name) } : fn));
  const roots = [
    ...instancesOf(program).map((instance) => instance.entry.name),
    ...(isPreempted ? alone.map(bodyOf) : routines.map(({ name }) => name)),
  ];
  const placeConstant = (bytes: Uint8Array) => constants.place({ bytes, relocations: [] });
  const surroundings = { roots, isPreempted, placeConstant };
  const functions = passedOn(program, lowered, surroundings, options, memory.passes);
  const layout = layOutData(sizes, constants);

  const asm = new Assembler({ prefix: "runtime", mayBeShort: false });
  const frames = new Map<string, number>();
  const codes = functions.map((fn) => codeOf(fn, layout.areas, memory));
  const generated = codes.map((each) => each.generated);
  for (const { fn, frameBytes } of generated) frames.set(fn.name, frameBytes);
  const image = {
    inputBytes: sizes.input,
    outputBytes: sizes.output,
    inputs: layout.areas.input,
    outputs: layout.areas.output,
  };
  const stack = stackBytes(program, functions, frames, interruptionBytes(image));
  const behindData = layout.zeroBytes + stack;
  emitRuntime(asm, {
    tasks: program.tasks.map(({ intervalNs, rank, instances }, i) => ({
      ...{ intervalNs, rank, deadlineMissed: deadlines[i]! },
      programs: instances.map((instance) => instance.entry.name),
    })),
    image,
    uninterrupted: alone.map((name) => ({ name, routine: bodyOf(name) })),
    areas: layout.areas,
    stackTop: layout.bytes + behindData,
    ports: ports.map((port, i) => ({ name: portNames[i]!, index: portIndex(port) })),
  });
  for (const { code } of codes) asm.append(code);
  const dataBaseFor = (bytes: number): number => CODE_BASE + Math.ceil(bytes / DATA_ALIGNMENT) * DATA_ALIGNMENT;
  const assembled = asm.assemble(CODE_BASE, dataBaseFor);
  const { code: text, labels } = assembled;
  const dataBase = dataBaseFor(text.length);
  const info = describeProgram(program, layout, dataBase);
  const data = initialData(program, layout, constants.image, {
    base: dataBase,
    row: (unit) => classes.row(unit),
    // What no call is left of is not there.
    routine: (name) => CODE_BASE + (labels.get(name) ?? 0),
  });
  const codeSymbols = symbolsOfCode(labels, text.length);
  const addressOf = ({ storage, constant }: Variable) =>
    storage.kind !== "static" || constant !== null
      ? null
      : { address: dataBase + layout.areas[storage.area] + storage.offset, bit: storage.bit };
  const debug = debugSections({
    ...{ codeBase: CODE_BASE, assembled, symbols: codeSymbols, functions: generated, units, globals: program.globals },
    addressOf,
  });
  const elf = writeElf({
    entry: CODE_BASE,
    code: { address: CODE_BASE, bytes: text },
    data: { address: dataBase, bytes: data, zeroBytes: behindData },
    symbols: [...codeSymbols, ...dataSymbols(info, layout, sizes, dataBase)],
    notes: [
      {
        name: MANIFEST_SECTION,
        bytes: new TextEncoder().encode(manifestText(manifestOf(program, layout, sizes, dataBase, data))),
      },
      ...debug,
    ],
  });
  return {
    ...{ elf, info, codeMap: codeMapOf(units, assembled, CODE_BASE) },
    statementAt: (address: number) => statementAt(assembled.lines, address - CODE_BASE),
    symbols: () => symbolFileOf(program, units, { data, base: dataBase, addressOf }),
  };
};

/** Of a routine that is called without interruption: its own symbol is where calls go. */
const bodyOf = (name: string): string => `${name}.body`;

const statementAt = (rows: readonly LineRow[], offset: number): SourceLine | null => {
  const at = rows.findLast((row) => row.offset <= offset)?.at ?? null;
  return at === null || offset < 0 ? null : { file: at.source.file, line: at.line };
};

/** `units` grows by the library's functions that operations in them come down to. */
const lowerUnits = (
  units: Set<Unit>,
  program: Program,
  memory: LinkMemory,
  into: Omit<Lowering, "routine">,
): readonly IrFunction[] => {
  const routine = (key: string): string => {
    const needed = program.routine(key);
    for (const unit of needed) units.add(unit);
    return needed.at(-1)!.name;
  };
  const lowering = { ...into, routine };
  const lowered = new Map<Unit, KeptLowering>();
  // What is added meanwhile has its turn too.
  for (const unit of units) {
    const before = memory.lowered.get(unit);
    const isSame = before?.body === unit.body && before.asked.holdsIn(lowering);
    lowered.set(unit, isSame ? before : lowerAnew(unit, lowering));
  }
  memory.lowered = lowered;
  return [...lowered.values()].map(({ fn }) => fn);
};

const lowerAnew = (unit: Unit, lowering: Lowering): KeptLowering => {
  const asked = new Asked<Lowering>();
  return { body: unit.body, fn: lowerUnit(unit, askedLowering(lowering, asked)), asked };
};

const codeOf = (fn: IrFunction, offsets: AreaOffsets, memory: LinkMemory): KeptCode => {
  const areas = JSON.stringify(offsets);
  const before = memory.code.get(fn);
  if (before?.areas === areas) return before;
  const code = new Assembler({ prefix: `${fn.name}.` });
  const now = { areas, code, generated: generateFunction(code, fn, offsets) };
  memory.code.set(fn, now);
  return now;
};

/** The functions that code is generated for. */
const passedOn = (
  program: Program,
  lowered: readonly IrFunction[],
  surroundings: PassOptions,
  { optimize: isWanted = true, dump }: LinkOptions,
  memory: PassMemory,
): readonly IrFunction[] => {
  const passes = isWanted ? OPTIMIZING : PLAIN;
  if (dump === undefined) return runPasses(passes, lowered, surroundings, memory);
  const names = staticNames(program);
  return runPasses(passes, lowered, { ...surroundings, observe: (pass, fn) => dump(pass, printFunction(fn, names)) });
};

/** Scans of tasks that are as urgent as each other follow one another; on top of them runs what is more urgent. */
const stackBytes = (
  program: Program,
  functions: readonly IrFunction[],
  frames: ReadonlyMap<string, number>,
  interruption: number,
): number => {
  const depthOf = stackDepths(functions, frames);
  const byRank = new Map<number, number>();
  for (const { rank, instances } of program.tasks) {
    const depths = instances.map((instance) => depthOf(instance.entry.name));
    byRank.set(rank, Math.max(byRank.get(rank) ?? 0, ...depths));
  }
  const scans = [...byRank.values()].map((depth) => depth + STACK_RESERVE);
  return scans.reduce((sum, bytes) => sum + bytes) + (program.tasks.length > 1 ? byRank.size * interruption : 0);
};

/** The deepest chain of calls from a function on; there is no recursion, so there is one. */
const stackDepths = (functions: readonly IrFunction[], frames: ReadonlyMap<string, number>) => {
  const depths = new Map<string, number>();
  const byName = new Map(functions.map((fn) => [fn.name, fn]));
  const depthOf = (fn: IrFunction): number => {
    const known = depths.get(fn.name);
    if (known !== undefined) return known;
    const callees = callsIn(fn).flatMap((name) => byName.get(name) ?? byName.get(bodyOf(name)) ?? []);
    const depth = (frames.get(fn.name) ?? 0) + Math.max(0, ...callees.map(depthOf));
    depths.set(fn.name, depth);
    return depth;
  };
  return (name: string): number => depthOf(byName.get(name)!);
};

const symbolsOfCode = (labels: ReadonlyMap<string, number>, codeBytes: number): readonly ElfSymbol[] => {
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

/** Integers of 64 bits as text: readers of JSON round large numbers. */
const manifestText = (manifest: ImageManifest): string =>
  JSON.stringify(manifest, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));

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
    tasks: program.tasks.map(({ name, intervalNs, event }) => ({ name, intervalNs, event })),
    points: pointsOf(program, layout, dataBase, data),
    ports: manifestPorts(program),
    areas: {
      input: area("input"),
      output: area("output"),
      retained: retainedOf(program, dataBase + layout.areas.retained, sizes.retained),
    },
  };
};
