/** A compiler that has compiled before gives what a new one gives, whatever was edited in between. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stLibrary } from "../../hil-tests/bench/st-library.ts";
import { Compiler, type SourceInput } from "./index.ts";

const OWN = [
  {
    file: "types.st",
    text: `TYPE
  Level : (Low, Middle, High) := Middle;
  Node : STRUCT value : INT; next : POINTER TO Node; other : POINTER TO Pair; END_STRUCT;
  Pair : STRUCT a, b : Node; level : Level; END_STRUCT;
END_TYPE
VAR_GLOBAL CONSTANT SIZE : INT := 4; END_VAR
VAR_GLOBAL total : DINT; pair : Pair; END_VAR
`,
  },
  {
    file: "blocks.st",
    text: `FUNCTION_BLOCK Counter
  VAR_INPUT step : INT := 1; END_VAR
  VAR_OUTPUT value : INT; END_VAR
  VAR history : ARRAY [1..SIZE] OF INT; mode : (Off, On); delay : TON; END_VAR
  value := value + step;
  history[value MOD SIZE + 1] := Half(value);
  delay(IN := value > 10, PT := T#1s);
  IF delay.Q THEN mode := On; ELSE mode := Off; END_IF;
END_FUNCTION_BLOCK
FUNCTION Half : INT VAR_INPUT x : INT; END_VAR Half := x / 2; END_FUNCTION
`,
  },
  {
    file: "main.st",
    text: `PROGRAM Main
  VAR first, second : Counter; node : Node; level : Level; out AT %QW0 : INT; END_VAR
  first(step := 2);
  second(step := Half(first.value));
  node.next := ADR(pair.a);
  node.next^.value := second.value;
  total := total + node.value + SIZE;
  CASE level OF Low: out := 1; Middle: out := Half(out); High: out := SIZE; END_CASE;
END_PROGRAM
`,
  },
] as const satisfies readonly SourceInput[];

const LIBRARY = stLibrary(600);

/** Everything that a user could see of a compilation. */
const seen = (compiler: Compiler, program: readonly SourceInput[], libraries: readonly SourceInput[]) => {
  const result = compiler.compile(program, { libraries });
  if (!result.ok) return result;
  const { elf, program: info, symbols, warnings } = result;
  return { elf: Buffer.from(elf).toString("base64"), info, symbols: symbols(), warnings };
};

/** Changes that leave the program whole, each of something that other files rest on; made a second time they are taken back. */
const CHANGES = [
  ["SIZE : INT := 4", "SIZE : INT := 6"],
  ["value : INT; next", "value : INT; more : LINT; next"],
  ["a, b : Node", "a, c, b : Node"],
  ["Low, Middle, High", "High, Middle, Low"],
  [":= Middle", ":= High"],
  ["step : INT := 1", "step : INT := 3"],
  ["VAR history", "VAR RETAIN kept : DINT; END_VAR VAR history"],
  ["mode : (Off, On)", "mode : (On, Off)"],
  ["Half := x / 2", "Half := x / 4"],
  ["x : INT; END_VAR Half", "x : DINT; END_VAR Half"],
  [
    "VAR_GLOBAL total",
    "FUNCTION_BLOCK TON VAR_INPUT IN : BOOL; PT : TIME; END_VAR VAR_OUTPUT Q : BOOL; END_VAR END_FUNCTION_BLOCK VAR_GLOBAL total",
  ],
  ["PROGRAM Main", "FUNCTION Half : INT VAR_INPUT x : INT; END_VAR Half := x; END_FUNCTION PROGRAM Main"],
  ["first, second : Counter", "second, first : Counter"],
  [
    "END_FUNCTION_BLOCK\nFUNCTION Half",
    "METHOD PUBLIC Reset VAR_INPUT to : Node; END_VAR value := to.value; END_METHOD END_FUNCTION_BLOCK\nFUNCTION Half",
  ],
  ["FUNCTION Half", "FUNCTION_BLOCK Faster EXTENDS Counter value := value + 1; END_FUNCTION_BLOCK FUNCTION Half"],
  ["second : Counter", "second : Faster"],
  ["TYPE\n  Level", "\n\nTYPE\n  Level"],
] as const;

type Edit =
  /** Takes tokens away and puts others in their place; `restored`: gives the file its first text back instead. */
  | {
      readonly file: number;
      readonly at: number;
      readonly removed: number;
      readonly inserted: string;
      readonly restored: boolean;
    }
  | (typeof CHANGES)[number];

const WORDS = [
  "x",
  "1",
  "2",
  "Half",
  "SIZE",
  "value",
  "INT",
  "REAL",
  "DINT",
  "Low",
  "Counter",
  "POINTER TO ",
  "Node",
  "On",
  ":= 7",
];
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({
    file: fc.nat(),
    at: fc.nat(),
    removed: fc.nat({ max: 2 }),
    inserted: fc.constantFrom("", "\n", " ", "(* *)", ";", "total := 1;\n", ...WORDS),
    restored: fc.boolean(),
  }),
  fc.constantFrom(...CHANGES),
  fc.constantFrom(...CHANGES),
);

const TOKENS = /\w+|\s+|[^\w\s]/g;

const edited = (files: readonly SourceInput[], first: readonly SourceInput[], each: Edit): readonly SourceInput[] => {
  if (!("file" in each)) {
    const [before, after] = each;
    const change = (text: string) => (text.includes(after) ? text.replace(after, before) : text.replace(before, after));
    return files.map(({ file, text }) => ({ file, text: change(text) }));
  }
  const { file, at, removed, inserted, restored } = each;
  const index = file % files.length;
  const tokens = files[index]!.text.match(TOKENS) ?? [];
  tokens.splice(at % (tokens.length + 1), removed, inserted);
  return files.map((source, i) =>
    i !== index ? source : restored ? first[i]! : { file: source.file, text: tokens.join("") },
  );
};

const agreesAfter = (first: readonly SourceInput[], programs: number, edits: readonly Edit[]): void => {
  const compiler = new Compiler();
  let files = first;
  const compare = () => {
    const [program, libraries] = [files.slice(0, programs), files.slice(programs)];
    expect(seen(compiler, program, libraries)).toEqual(seen(new Compiler(), program, libraries));
  };
  compare();
  for (const each of edits) {
    files = edited(files, first, each);
    compare();
  }
};

describe("compiling again after edits", () => {
  const edits = fc.array(edit, { minLength: 1, maxLength: 8 });

  it("gives the same as a new compiler, for a program of several files", () => {
    fc.assert(
      fc.property(edits, (list) => agreesAfter(OWN, OWN.length, list)),
      { numRuns: 60 },
    );
  });

  it("gives the same where all but the program is a library", () => {
    fc.assert(
      fc.property(edits, (list) => agreesAfter([OWN[2], OWN[0], OWN[1]], 1, list)),
      { numRuns: 40 },
    );
    fc.assert(
      fc.property(edits, (list) => agreesAfter([LIBRARY.program, ...LIBRARY.files], 1, list)),
      { numRuns: 3 },
    );
  });

  it("gives the same problems of a library that is checked whole", () => {
    const compiler = new Compiler();
    fc.assert(
      fc.property(edits, (list) => {
        let files: readonly SourceInput[] = [OWN[0], OWN[1], ...LIBRARY.files];
        for (const each of list) {
          files = edited(files, [OWN[0], OWN[1], ...LIBRARY.files], each);
          expect(compiler.checkLibrary(files)).toEqual(new Compiler().checkLibrary(files));
        }
      }),
      { numRuns: 15 },
    );
  });
});
