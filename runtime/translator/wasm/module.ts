/** Puts a WebAssembly module together from its parts. WebAssembly Core Specification 2.0 §5.5. */
import { TYPE, type ValueType, WasmCode } from "./code.ts";

export interface FunctionType {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

export interface WasmFunction {
  /** Index into the module's types. */
  readonly type: number;
  /** Types of the locals behind the parameters. */
  readonly locals: readonly ValueType[];
  /** Instructions without the final `end`. */
  readonly body: Uint8Array;
  /** Offsets in the body of conditional branches that are hardly ever taken, ascending. */
  readonly unlikely?: readonly number[];
  readonly exportedAs?: string;
  /** Where in the imported table it goes when the module is instantiated. */
  readonly tableIndex?: number;
}

export interface WasmModule {
  readonly types: readonly FunctionType[];
  /** Least size in pages of the memory "env.memory", which is imported as the table "env.table" is. */
  readonly memoryPages: number;
  /** Functions that are imported from "env": their indices come before those of the module's own. None when left out. */
  readonly imports?: readonly { readonly name: string; readonly type: number }[];
  readonly functions: readonly WasmFunction[];
}

const SECTION = { custom: 0, type: 1, import: 2, function: 3, export: 7, element: 9, code: 10 } as const;
const KIND = { function: 0, table: 1, memory: 2 } as const;

export const assembleModule = (module: WasmModule): Uint8Array<ArrayBuffer> => {
  const out = new WasmCode(4096);
  out.append(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  const section = (id: number, items: readonly ((to: WasmCode) => void)[]): void => {
    if (items.length === 0) return;
    const content = new WasmCode(4096).unsigned(items.length);
    for (const write of items) write(content);
    out.byte(id).sized(content.bytes);
  };
  section(SECTION.type, module.types.map(typeItem));
  section(SECTION.import, importItems(module));
  const first = module.imports?.length ?? 0;
  section(
    SECTION.function,
    module.functions.map(
      ({ type }) =>
        (to) =>
          to.unsigned(type),
    ),
  );
  section(
    SECTION.export,
    module.functions.flatMap(({ exportedAs }, index) =>
      exportedAs === undefined
        ? []
        : [
            (to: WasmCode) =>
              to
                .name(exportedAs)
                .byte(KIND.function)
                .unsigned(first + index),
          ],
    ),
  );
  section(
    SECTION.element,
    module.functions.flatMap(({ tableIndex }, index) =>
      tableIndex === undefined
        ? []
        : [
            (to: WasmCode) =>
              to
                .byte(0)
                .i32(tableIndex)
                .end()
                .unsigned(1)
                .unsigned(first + index),
          ],
    ),
  );
  const bodies = module.functions.map(functionBody);
  writeHints(out, module, bodies);
  section(
    SECTION.code,
    bodies.map(
      ({ bytes }) =>
        (to) =>
          to.sized(bytes),
    ),
  );
  return out.bytes.slice();
};

const typeItem =
  ({ parameters, results }: FunctionType) =>
  (to: WasmCode): void => {
    to.byte(0x60);
    for (const list of [parameters, results]) {
      to.unsigned(list.length);
      for (const type of list) to.byte(TYPE[type]);
    }
  };

const importItems = ({ memoryPages, imports = [] }: WasmModule): ((to: WasmCode) => void)[] => [
  (to) => to.name("env").name("memory").byte(KIND.memory).byte(0).unsigned(memoryPages),
  (to) => to.name("env").name("table").byte(KIND.table).byte(TYPE.funcref).byte(0).unsigned(0),
  ...imports.map(
    ({ name, type }) =>
      (to: WasmCode) =>
        to.name("env").name(name).byte(KIND.function).unsigned(type),
  ),
];

interface FunctionBody {
  readonly bytes: Uint8Array;
  /** Where the instructions begin. */
  readonly start: number;
}

const functionBody = ({ locals, body }: WasmFunction): FunctionBody => {
  const runs: { readonly type: ValueType; count: number }[] = [];
  for (const type of locals) {
    const last = runs.at(-1);
    if (last?.type === type) last.count++;
    else runs.push({ type, count: 1 });
  }
  const code = new WasmCode(body.length + 32).unsigned(runs.length);
  for (const { type, count } of runs) code.unsigned(count).byte(TYPE[type]);
  const start = code.length;
  return { bytes: code.append(body).end().bytes, start };
};

const UNLIKELY = 0;

/** The custom section of the Branch Hinting proposal; engines that do not know it pass it by. */
const writeHints = (out: WasmCode, { functions, imports = [] }: WasmModule, bodies: readonly FunctionBody[]): void => {
  const hinted = functions.flatMap(({ unlikely = [] }, index) => (unlikely.length === 0 ? [] : [{ index, unlikely }]));
  if (hinted.length === 0) return;
  const content = new WasmCode(4096).name("metadata.code.branch_hint").unsigned(hinted.length);
  for (const { index, unlikely } of hinted) {
    content.unsigned(imports.length + index).unsigned(unlikely.length);
    for (const offset of unlikely)
      content
        .unsigned(bodies[index]!.start + offset)
        .unsigned(1)
        .byte(UNLIKELY);
  }
  out.byte(SECTION.custom).sized(content.bytes);
};
