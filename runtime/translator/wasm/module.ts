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
  readonly exportedAs?: string;
  /** Where in the imported table it goes when the module is instantiated. */
  readonly tableIndex?: number;
}

export interface WasmModule {
  readonly types: readonly FunctionType[];
  /** Functions imported from "env", by name: they have the first indices. */
  readonly imports: readonly { readonly name: string; readonly type: number }[];
  /** Least size in pages of the imported memory "env.memory". */
  readonly memoryPages: number;
  /** Whether "env.table" is imported. */
  readonly usesTable: boolean;
  readonly functions: readonly WasmFunction[];
}

const SECTION = { type: 1, import: 2, function: 3, export: 7, element: 9, code: 10 } as const;
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
  const firstFunction = module.imports.length;
  section(SECTION.type, module.types.map(typeItem));
  section(SECTION.import, importItems(module));
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
                .unsigned(firstFunction + index),
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
                .unsigned(firstFunction + index),
          ],
    ),
  );
  section(SECTION.code, module.functions.map(codeItem));
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

const importItems = ({ imports, memoryPages, usesTable }: WasmModule): ((to: WasmCode) => void)[] => [
  ...imports.map(
    ({ name, type }) =>
      (to: WasmCode) =>
        to.name("env").name(name).byte(KIND.function).unsigned(type),
  ),
  (to) => to.name("env").name("memory").byte(KIND.memory).byte(0).unsigned(memoryPages),
  ...(usesTable
    ? [(to: WasmCode) => to.name("env").name("table").byte(KIND.table).byte(TYPE.funcref).byte(0).unsigned(0)]
    : []),
];

const codeItem =
  ({ locals, body }: WasmFunction) =>
  (to: WasmCode): void => {
    const runs: { readonly type: ValueType; count: number }[] = [];
    for (const type of locals) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    const content = new WasmCode(body.length + 32).unsigned(runs.length);
    for (const { type, count } of runs) content.unsigned(count).byte(TYPE[type]);
    to.sized(content.append(body).end().bytes);
  };
