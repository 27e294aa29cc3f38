/** The functions, blocks and classes of a random program: what they declare is the same in all, their bodies are at random. */
import type { Forms } from "./grammar.ts";
import type { Random } from "./random.ts";
import type { Vocabulary } from "./vocabulary.ts";
import { type Surroundings, Writer } from "./writer.ts";

/** Seen by all units. */
export const GLOBALS = `VAR_GLOBAL
  gDint : DINT := 7; gText : STRING(10) := 'global'; gRec : Rec; gInts : Ints := [1, 2, 3, 5(9)]; gTime : TIME; gUlint : ULINT;
  gLast : Node := (value := 5); gNode : Node := (value := 6, next := ADR(gLast));
END_VAR`;

const GLOBAL_PLACES: Forms = {
  DINT: ["gDint", "gNode.next^.value"],
  INT: ["gRec.count", "gInts[<0..7>]"],
  STRING: ["gText"],
  Rec: ["gRec"],
  Ints: ["gInts"],
  TIME: ["gTime"],
  ULINT: ["gUlint"],
  LINT: ["gRec.wide"],
};

/** Both, with what they have in common in a row. */
const together = (...all: readonly Forms[]): Forms => {
  const forms: Record<string, readonly string[]> = {};
  for (const each of all)
    for (const [type, list] of Object.entries(each)) forms[type] = [...(forms[type] ?? []), ...list];
  return forms;
};

interface Unit {
  readonly head: string;
  readonly places: Forms;
  readonly values?: Forms;
  readonly statements?: readonly string[];
  /** What comes before and behind the statements. */
  readonly first?: string;
  readonly last: string;
}

const written = (
  random: Random,
  vocabulary: Vocabulary,
  { head, first = "", last, places, ...others }: Unit,
  section = "VAR",
): string => {
  const surroundings: Surroundings = { places: together(GLOBAL_PLACES, places), ...others };
  const writer = new Writer(random, vocabulary, "l", 1, surroundings);
  const body = writer.statements(2 + random.below(2), 1);
  const text = [first, body, last].join("\n");
  return `${head}\n  ${section}\n    ${writer.declarations(text)}\n  END_VAR\n${text}`;
};

/** By name; each calls only what stands before it. */
const FUNCTIONS: readonly (readonly [string, Unit])[] = [
  [
    "Total",
    {
      head: "FUNCTION Total : DINT\n  VAR_INPUT x : INT; y : DINT := 4; END_VAR",
      places: { INT: ["x"], DINT: ["y", "Total"] },
      last: "Total := Total + y;\nEND_FUNCTION",
    },
  ],
  [
    "Shorten",
    {
      head: "FUNCTION Shorten : STRING(10)\n  VAR_INPUT s : STRING(10); n : INT; END_VAR\n  VAR_IN_OUT t : STRING(10); END_VAR",
      places: { STRING: ["s", "t", "Shorten"], INT: ["n"] },
      values: { DINT: ["Total(<INT>, <DINT>)"] },
      last: "Shorten := CONCAT(LEFT(t, n), s);\nEND_FUNCTION",
    },
  ],
  [
    "Change",
    {
      head: "FUNCTION Change : Rec\n  VAR_INPUT r : Rec; k : INT; END_VAR",
      places: {
        Rec: ["r", "Change"],
        INT: ["k", "Change.count", "r.count"],
        BOOL: ["r.flag"],
        STRING: [],
        LINT: ["Change.wide"],
      },
      values: { DINT: ["Total(<INT>, <DINT>)"], STRING: ["r.name"] },
      last: "Change := r;\nChange.count := k;\nEND_FUNCTION",
    },
  ],
  [
    "Swap",
    {
      head: "FUNCTION Swap : BOOL\n  VAR_IN_OUT a, b : INT; END_VAR\n  VAR_OUTPUT sum : DINT; last : LINT := 3; END_VAR",
      places: { INT: ["a", "b", "a", "b"], DINT: ["sum"], BOOL: ["Swap"], LINT: ["last"] },
      values: { Rec: ["Change(<Rec>, <INT>)"] },
      first: "sum := a + b; b := a;",
      last: "a := DINT_TO_INT(sum);\nEND_FUNCTION",
    },
  ],
];

/** Calls of the functions. */
const FUNCTION_VALUES: Forms = {
  DINT: ["Total(<INT>, <DINT>)", "Total(x := <INT>)", "Total(EN := <BOOL>, x := <INT>, y := <DINT>)"],
  STRING: ["Shorten(<STRING>, <~9>, <=STRING>)"],
  Rec: ["Change(<Rec>, <INT>)"],
  BOOL: ["Swap(a := <=INT>, b := <=INT>, sum => <=DINT>)"],
  INT: ["Change(<Rec>, <INT>).count"],
};
const FUNCTION_STATEMENTS: readonly string[] = [
  "Swap(a := <=INT>, b := <=INT>);",
  "Swap(a := <=INT>, b := <=INT>, last => <=LINT>);",
  "Shorten(s := <STRING>, n := <INT>, t := <=STRING>, ENO => <=BOOL>);",
];

const WORKER: Unit = {
  head: `FUNCTION_BLOCK Worker
  VAR_INPUT gain : INT; on : BOOL; END_VAR
  VAR_IN_OUT store : Ints; END_VAR
  VAR_OUTPUT last : INT; sum : INT; text : STRING(10); END_VAR
  VAR i : INT; delay : TON; count : CTU; edge : R_TRIG; END_VAR
  VAR_TEMP scratch : Ints; END_VAR`,
  places: {
    INT: ["gain", "sum", "store[<0..7>]", "scratch[<0..7>]"],
    STRING: ["text"],
    Ints: ["store", "scratch"],
    BOOL: ["on"],
  },
  values: FUNCTION_VALUES,
  statements: [
    ...FUNCTION_STATEMENTS,
    "delay(IN := <BOOL>, PT := T#1s500ms, Q => <=BOOL>);",
    "count(CU := <BOOL>, R := <BOOL>, PV := <INT>);",
    "edge(CLK := <BOOL>);",
    "<=INT> := count.CV;",
    "<=TIME> := delay.ET;",
  ],
  first: "IF on THEN\nFOR i := 0 TO 7 DO sum := sum + store[i]; END_FOR;\nstore[ABS(gain MOD 8)] := sum;\nEND_IF;",
  last: "last := gain + lINT0;\nEND_FUNCTION_BLOCK",
};

const SHAPE = `INTERFACE Shape
  METHOD Area : DINT VAR_INPUT k : INT; END_VAR END_METHOD
  METHOD Grow VAR_IN_OUT by_ : DINT; END_VAR END_METHOD
  PROPERTY Extent : INT GET END_GET SET END_SET END_PROPERTY
END_INTERFACE`;

const MEMBERS: Forms = { INT: ["size", "history[<0..7>]"], DINT: ["total"], Ints: ["history"], STRING: ["label"] };
const BASE_VALUES: Forms = together(FUNCTION_VALUES, { DINT: ["Hidden(<DINT>)"] });

const classes = (random: Random, vocabulary: Vocabulary): string => {
  const method = (unit: Omit<Unit, "places"> & { readonly places?: Forms }): string =>
    written(random, vocabulary, { ...unit, places: together(MEMBERS, unit.places ?? {}) });
  return `FUNCTION_BLOCK Base IMPLEMENTS Shape
  VAR_INPUT size : INT := 3; END_VAR
  VAR_OUTPUT total : DINT; END_VAR
  VAR history : Ints; label : STRING(10) := 'base'; inner : Worker; END_VAR
  ${method({ head: "METHOD PROTECTED Hidden : DINT\n  VAR_INPUT x : DINT; END_VAR", places: { DINT: ["x"] }, values: FUNCTION_VALUES, last: "Hidden := x + total;\nEND_METHOD" })}
  ${method({ head: "METHOD Area : DINT\n  VAR_INPUT k : INT; END_VAR", places: { INT: ["k"] }, values: BASE_VALUES, statements: ["inner(gain := <INT>, on := <BOOL>, store := history);"], last: "Area := Area + size * k;\nEND_METHOD" })}
  ${method({ head: "METHOD Grow\n  VAR_IN_OUT by_ : DINT; END_VAR", places: { DINT: ["by_"] }, values: BASE_VALUES, last: "total := total + by_; by_ := Area(size);\nEND_METHOD" })}
  PROPERTY Extent : INT GET Extent := size + 1; END_GET SET history[0] := size; size := Extent; END_SET END_PROPERTY
${method({ head: "", values: together(BASE_VALUES, { DINT: ["Area(<INT>)"], INT: ["Extent"] }), last: "total := total + Area(1);\nEND_FUNCTION_BLOCK" }).replace(/^\n\s*VAR/, "  VAR_TEMP")}
FUNCTION_BLOCK Derived EXTENDS Base
  VAR_OUTPUT extra : DINT; END_VAR
  VAR nested : ARRAY [1..2] OF Base; END_VAR
  ${method({ head: "METHOD PROTECTED OVERRIDE Hidden : DINT\n  VAR_INPUT x : DINT; END_VAR", places: { DINT: ["x", "extra"] }, values: FUNCTION_VALUES, last: "Hidden := SUPER^.Hidden(x) - extra;\nEND_METHOD" })}
  ${method({ head: "METHOD OVERRIDE Area : DINT\n  VAR_INPUT k : INT; END_VAR", places: { INT: ["k", "THIS^.size"], DINT: ["extra"] }, values: together(BASE_VALUES, { DINT: ["nested[<1..2>].Area(<INT>)", "SUPER^.Area(<INT>)"] }), last: "Area := Area + extra;\nEND_METHOD" })}
extra := extra + 1;
SUPER^();
nested[1](size := DINT_TO_INT(extra));
nested[DINT_TO_INT(extra) MOD 4]();
END_FUNCTION_BLOCK`;
};

const IS_CLASS = /\b(Base|Derived|Shape)\b/;

/** Those that `program` or another of them uses. */
export const unitsFor = (program: string, random: Random, vocabulary: Vocabulary): string => {
  const uses = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(text);
  let text = program;
  if (IS_CLASS.test(text)) text += `\n${SHAPE}\n${classes(random, vocabulary)}`;
  if (uses("Worker")) text += `\n${written(random, vocabulary, WORKER)}`;
  for (const [name, unit] of FUNCTIONS.toReversed()) if (uses(name)) text += `\n${written(random, vocabulary, unit)}`;
  return text;
};

/** What a program may have of them and of the types. */
export const PROGRAM_VARIABLES: readonly (readonly [name: string, type: string])[] = [
  ["ints", "Ints"],
  ["grid", "ARRAY [0..3, 1..4] OF DINT"],
  ["reals", "ARRAY [-2..5] OF REAL"],
  ["bytes", "ARRAY [0..7] OF BYTE"],
  ["names", "ARRAY [0..2] OF STRING(10)"],
  ["rec", "Rec"],
  ["recs", "ARRAY [0..4] OF Rec"],
  ["both", "Both"],
  ["nodes", "ARRAY [0..2] OF Node"],
  ["fb1", "Worker"],
  ["fb2", "Worker"],
  ["fbs", "ARRAY [0..3] OF Worker"],
  ["base", "Base"],
  ["derived", "Derived := (size := 9)"],
  ["shape", "Shape"],
  ["shapes", "ARRAY [0..2] OF Shape"],
  ["anyBase", "REFERENCE TO Base"],
  ["toInt", "POINTER TO INT"],
  ["toDint", "REF_TO DINT"],
  ["toRec", "POINTER TO Rec"],
  ["aRec", "REFERENCE TO Rec"],
  ["toWorker", "POINTER TO Worker"],
];

export const PROGRAM: Required<Surroundings> = {
  places: together(GLOBAL_PLACES, {
    INT: [
      "ints[<0..7>]",
      "rec.count",
      "recs[<0..4>].count",
      "toInt^",
      "toRec^.count",
      "aRec.count",
      "both.half[<0..1>]",
      "base.size",
    ],
    DINT: ["grid[<0..3>, <1..4>]", "toDint^", "nodes[<0..2>].value", "nodes[<0..2>].next^.value"],
    REAL: ["reals[<-2..5>]", "rec.value", "recs[<0..4>].value", "toRec^.value"],
    BYTE: ["bytes[<0..7>]", "both.quarter[<0..3>]"],
    BOOL: ["rec.flag", "vWORD0.<~16>", "vDWORD1.%X<~32>", "aRec.flag"],
    DWORD: ["both.whole"],
    STRING: ["names[<0..2>]"],
    LINT: ["rec.wide", "recs[<0..4>].wide", "toRec^.wide"],
    Rec: ["rec", "recs[<0..4>]", "toRec^", "aRec"],
    Ints: ["ints"],
    CHAR: ["vSTRING0[<1..10>]"],
  }),
  values: together(FUNCTION_VALUES, {
    INT: ["fb1.last", "fb2.sum", "fbs[<0..3>].sum", "toWorker^.last", "shape.Extent", "derived.Extent"],
    DINT: [
      "shape.Area(<INT>)",
      "shapes[<0..2>].Area(k := <INT>)",
      "base.Area(<INT>)",
      "derived.Area(<INT>)",
      "anyBase.Area(<INT>)",
      "derived.extra",
    ],
    STRING: ["fb1.text", "rec.name"],
    BOOL: ["(toInt = NULL)", "(shape = NULL)", "(toDint <> NULL)", "(rec.mode = Mode#Manual)"],
  }),
  statements: [
    ...FUNCTION_STATEMENTS,
    ...["fb1", "fb2", "fbs[<0..3>]", "toWorker^"].flatMap((instance) => [
      `${instance}(gain := <INT>, on := <BOOL>, store := <=Ints>);`,
      `${instance}(gain := <INT>, on := <BOOL>, store := ints, last => <=INT>, EN := <BOOL>);`,
    ]),
    "toInt := ADR(<=INT>);",
    "toInt := NULL;",
    "toDint := REF(gDint);",
    "toDint := REF(grid[1, 2]);",
    "toDint := NULL;",
    "toRec := ADR(recs[<~5>]);",
    "toRec := ADR(rec);",
    "aRec REF= rec;",
    "aRec REF= recs[<~5>];",
    "toWorker := ADR(fbs[<~4>]);",
    "nodes[<~3>].next := ADR(nodes[<~3>]);",
    "shape := base;",
    "shape := derived;",
    "shape := shapes[<0..2>];",
    "shapes[<0..2>] := shape;",
    "anyBase REF= base;",
    "anyBase REF= derived;",
    "shape.Grow(<=DINT>);",
    "derived.Grow(by_ := <=DINT>);",
    "shape.Extent := <INT>;",
    "base.Extent := <INT>;",
    "base();",
    "derived(size := <INT>, total => <=DINT>);",
    "rec.name := <STRING>;",
    "rec.mode := Mode#Automatic;",
    "names := names;",
    "reals[<-2..5>] := <REAL>;",
  ],
};
