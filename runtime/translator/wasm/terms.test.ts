/** What an operation means in WebAssembly against what it means in TypeScript, on every pair of values that are hard to compute with. */
import { describe, expect, test } from "vitest";
import { Random } from "../../hart/testing/random.ts";
import { CONDITIONS, OPERATIONS, terms } from "../../isa/index.ts";
import { WasmCode } from "./code.ts";
import { assembleModule } from "./module.ts";

type Binary = (a: number, b: number) => number;

/** The term as a function of two 32-bit integers. */
const compiled = (term: terms.Term): Binary => {
  const module = assembleModule({
    types: [{ parameters: ["i32", "i32"], results: ["i32"] }],
    memoryPages: 0,
    functions: [{ type: 0, locals: [], body: new WasmCode().term(term).bytes.slice(), exportedAs: "binary" }],
  });
  const table = new WebAssembly.Table({ element: "anyfunc", initial: 0 });
  const env = { memory: new WebAssembly.Memory({ initial: 0 }), table };
  return new WebAssembly.Instance(new WebAssembly.Module(module), { env }).exports.binary as Binary;
};

const random = new Random(5);
const VALUES = [
  ...[0, 1, -1, 2, 31, 32, 33, 0x7fff_ffff, -0x8000_0000, -0x7fff_ffff, 0x80, 0x8000, 0xffff, 0x00ff_00ff, 0x0100_0000],
  ...Array.from({ length: 60 }, () => random.bits() | 0),
  ...Array.from({ length: 20 }, () => random.bits() & random.bits() & random.bits()),
];

const differences = (meaning: Binary, term: Binary): readonly string[] =>
  VALUES.flatMap((a) =>
    VALUES.flatMap((b) =>
      meaning(a, b) === term(a, b) ? [] : [`${a}, ${b}: ${meaning(a, b)}, as a term ${term(a, b)}`],
    ),
  );

const [a, b] = [terms.local(0), terms.local(1)];

describe("a term computes what its meaning says:", () => {
  for (const [name, operation] of Object.entries(OPERATIONS)) {
    test(name, () => expect(differences(operation.meaning, compiled(operation.term(a, b)))).toEqual([]));
  }
  for (const [name, condition] of Object.entries(CONDITIONS)) {
    test(name, () =>
      expect(differences((x, y) => Number(condition.meaning(x, y)), compiled(condition.term(a, b)))).toEqual([]),
    );
  }
});
