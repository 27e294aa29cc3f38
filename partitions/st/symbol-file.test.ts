import { describe, expect, it } from "vitest";
import { ProgramRun } from "../../runtime/cli/program-run.ts";
import { Compiler, type SymbolEntry } from "./index.ts";

const RAM_BASE = 0x8000_0000;

const SOURCE = `TYPE Mode : (Idle, Run, Stop); Point : STRUCT X : REAL; Name : STRING(5) := 'here'; END_STRUCT; END_TYPE
VAR_GLOBAL
  (* Level of the
     tank *)
  // shown on the main screen
  Level : REAL := 1.5; {unit: 'mm'} (* above the outlet *)
  Big : LINT := LINT#16#7FFF_FFFF_FFFF_FFFF;
  Lamp AT %QX0.3 : BOOL := TRUE; Other AT %QW2 : INT; // both
END_VAR
FUNCTION_BLOCK Counter
VAR_INPUT Step : INT := 3; // per scan
END_VAR
VAR_OUTPUT Count : DINT; END_VAR
VAR Text : STRING := 'a; // b'; (* no end *) END_VAR
  Count := Count + Step;
END_FUNCTION_BLOCK
PROGRAM Main
VAR RETAIN Hours : UDINT := 7; END_VAR
VAR
  Counters : ARRAY [1..2] OF Counter;
  Grid : ARRAY [0..1, -1..1] OF INT := [1, 2, 3, 4, 5, 6];
  State : Mode := Mode#Run;
  Place : Point := (X := 2.5);
  Delay : TIME := T#1m5s;
  Where : POINTER TO REAL := ADR(Level);
END_VAR
VAR CONSTANT Limit : UDINT := 5; END_VAR
  Counters[1]();
  Counters[2](Step := -10);
  Hours := Hours + Limit;
  Grid[1, 0] := 77;
  Place.X := Place.X * Level;
  Big := Big - 1;
  Lamp := Hours > 20;
END_PROGRAM
`;

const compiled = new Compiler().compile([{ file: "plant/main.st", text: SOURCE }]);
if (!compiled.ok) throw new Error(compiled.problems.map(({ message }) => message).join("\n"));
const { symbols } = compiled.symbols();

const symbol = (path: string): SymbolEntry => {
  const found = symbols.filter((each) => each.path === path);
  if (found.length !== 1) throw new Error(`${found.length} symbols are called ${path}`);
  return found[0]!;
};

/** As a tool would that knows nothing but the symbol file. */
const readBack = (ram: Uint8Array, { kind, address, bytes, bit, signed }: SymbolEntry): unknown => {
  const view = new DataView(ram.buffer, ram.byteOffset + address - RAM_BASE, bytes);
  switch (kind) {
    case "bool":
      return ((view.getUint8(0) >> (bit ?? 0)) & 1) !== 0;
    case "real":
      return bytes === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true);
    case "string": {
      const text = new TextDecoder("latin1").decode(new Uint8Array(ram.buffer, view.byteOffset, bytes));
      return text.slice(0, text.indexOf("\0"));
    }
    default: {
      if (bytes === 8) return String(view.getBigInt64(0, true));
      if (bytes === 4) return signed ? view.getInt32(0, true) : view.getUint32(0, true);
      if (bytes === 2) return signed ? view.getInt16(0, true) : view.getUint16(0, true);
      return signed ? view.getInt8(0) : view.getUint8(0);
    }
  }
};

const start = () => new ProgramRun({ elf: compiled.elf, program: compiled.program, memoryBytes: 1 << 20 });

describe("the symbol file", () => {
  it("lists variables with their members, and elements that have members", () => {
    expect(symbols.map(({ path }) => path)).toEqual([
      ...["Level", "Big", "Lamp", "Other", "Main.Hours", "Main.Counters"],
      ...["Main.Counters[1]", "Main.Counters[1].Step", "Main.Counters[1].Count", "Main.Counters[1].Text"],
      ...["Main.Counters[2]", "Main.Counters[2].Step", "Main.Counters[2].Count", "Main.Counters[2].Text"],
      ...["Main.Grid", "Main.State", "Main.Place", "Main.Place.X", "Main.Place.Name", "Main.Delay", "Main.Where"],
    ]);
  });

  it("says of each what the declaration says", () => {
    expect(symbol("Level")).toMatchObject({
      ...{ type: "REAL", kind: "real", bytes: 4, initial: 1.5, retain: false, file: "plant/main.st", line: 6 },
      ...{ comment: "shown on the main screen above the outlet", unit: "mm" },
    });
    expect(symbol("Lamp")).toMatchObject({ kind: "bool", at: "%QX0.3", bit: 3, bytes: 1, initial: true });
    expect(symbol("Other")).toMatchObject({ kind: "integer", at: "%QW2", signed: true, comment: "both" });
    expect(symbol("Main.Hours")).toMatchObject({ retain: true, initial: 7, signed: false });
    expect(symbol("Main.Counters[2].Step")).toMatchObject({ initial: 3, comment: "per scan", line: 11 });
    expect(symbol("Main.Counters[2].Text")).toMatchObject({ initial: "a; // b", comment: "no end" });
    expect(symbol("Main.State")).toMatchObject({ kind: "enum", initial: 1, values: { Idle: 0, Run: 1, Stop: 2 } });
    expect(symbol("Main.Delay")).toMatchObject({ kind: "time", initial: 65_000 });
    expect(symbol("Main.Where")).toMatchObject({ kind: "pointer", initial: symbol("Level").address });
    expect(symbol("Big").initial).toBe("9223372036854775807");
  });

  it("gives initial values that are in memory before the first scan", () => {
    const { ram } = start().board;
    const scalars = symbols.filter(({ initial }) => initial !== undefined);
    expect(scalars.length).toBeGreaterThan(12);
    for (const each of scalars) expect([each.path, readBack(ram, each)]).toEqual([each.path, each.initial]);
  });

  it("leads to the values of the running program", () => {
    const run = start();
    run.runScans(3);
    const values = ["Main.Counters[1].Count", "Main.Counters[2].Count", "Main.Hours", "Main.Place.X", "Lamp", "Big"];
    expect(values.map((path) => readBack(run.board.ram, symbol(path)))).toEqual([
      9,
      -30,
      22,
      2.5 * 1.5 ** 3,
      true,
      "9223372036854775804",
    ]);
    const { address, dimensions, stride } = symbol("Main.Grid");
    expect(dimensions).toEqual([
      { low: 0, high: 1 },
      { low: -1, high: 1 },
    ]);
    const element = { ...symbol("Other"), address: address + stride! * (1 * 3 + 1) };
    expect(readBack(run.board.ram, element)).toBe(77);
  });
});

describe("the types and notes of what is declared", () => {
  it("are those of the members of a STRUCT, and as the source spells them", () => {
    const text = `TYPE Speed : REAL; Words : ARRAY [0..1] OF WORD;
Drive : STRUCT
  Actual : Speed; {unit: 'rpm'} // at the shaft
  Name : STRING;
  (* since the last service *)
  Since : DATE_AND_TIME;
END_STRUCT; END_TYPE
FUNCTION_BLOCK Motor VAR d : Drive; list : Words; END_VAR END_FUNCTION_BLOCK
PROGRAM Main VAR m : Motor; v : Speed; n : int; END_VAR m(); END_PROGRAM`;
    const result = new Compiler().compile([{ file: "main.st", text }]);
    if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join("\n"));
    const entries = result.symbols().symbols;
    expect(entries.map(({ path, type, comment, line }) => [path, type, comment, line])).toEqual([
      ["Main.m", "Motor", undefined, 9],
      ["Main.m.d", "Drive", undefined, 8],
      ["Main.m.d.Actual", "Speed", "at the shaft", 3],
      ["Main.m.d.Name", "STRING", undefined, 4],
      ["Main.m.d.Since", "DATE_AND_TIME", "since the last service", 6],
      ["Main.m.list", "Words", undefined, 8],
      ["Main.v", "Speed", undefined, 9],
      ["Main.n", "INT", undefined, 9],
    ]);
  });
});
