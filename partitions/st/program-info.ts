/** What tools may know of a compiled program: where its variables are and what they hold. */

import type { DataLayout } from "./code/layout.ts";
import { instancesOf, type Program, programsOf } from "./semantics/analyse.ts";
import type { Assertion, Variable } from "./semantics/symbols.ts";
import { type Family, isSigned, nameOf, type Type } from "./semantics/types.ts";

export interface ProgramInfo {
  /** By urgency. */
  readonly tasks: readonly TaskInfo[];
  /** Globals by their name, the program's own as `INSTANCE.NAME`; in order of declaration. */
  readonly variables: readonly ProgramVariable[];
  /** Of a TEST; their positions are what it tells when it fails. */
  readonly assertions: readonly AssertionInfo[];
}

export interface AssertionInfo {
  readonly file: string;
  readonly line: number;
  readonly kind: Assertion["kind"];
  /** What is looked at, as the user wrote it; of ASSERT_ERROR the error. */
  readonly text: string;
  /** Actual, expected, tolerance, as far as it has them: as they were when it was last seen. */
  readonly values: readonly ProgramVariable[];
}

export interface TaskInfo {
  /** null: of programs that have none. */
  readonly name: string | null;
  readonly intervalNs: number;
  /** Names of the program instances that a scan runs, in this order. */
  readonly instances: readonly string[];
}

export interface ProgramVariable {
  readonly path: string;
  readonly type: VariableType;
  /** Guest address of its first byte. */
  readonly address: number;
  /** 0 … 7 for a BOOL that is one bit of that byte, else null. */
  readonly bit: number | null;
}

/** How a value lies in RAM; offsets in bytes from its start. */
export type VariableType =
  | {
      readonly kind: "elementary";
      readonly name: string;
      readonly family: Family;
      readonly signed: boolean;
      readonly bytes: number;
    }
  | {
      readonly kind: "enum";
      readonly name: string;
      readonly signed: boolean;
      readonly bytes: number;
      readonly values: readonly { readonly name: string; readonly value: bigint }[];
    }
  | {
      readonly kind: "array";
      readonly dimensions: readonly { readonly low: number; readonly high: number }[];
      readonly element: VariableType;
      readonly bytes: number;
    }
  /** Bytes, or units of 16 bits, up to a zero. */
  | { readonly kind: "string"; readonly name: string; readonly wide: boolean; readonly bytes: number }
  /** A STRUCT, or an instance of a function block. */
  | {
      readonly kind: "struct";
      readonly name: string;
      readonly fields: readonly VariableField[];
      readonly bytes: number;
    };

export interface VariableField {
  readonly name: string;
  readonly offset: number;
  readonly type: VariableType;
  /** A standard block's own business: neither an input nor an output of it. */
  readonly internal: boolean;
}

const describeType = (type: Type): VariableType | null => {
  switch (type.kind) {
    case "elementary":
      return { kind: "elementary", name: type.name, family: type.family, signed: isSigned(type), bytes: type.bytes };
    case "string":
      return { kind: "string", name: type.name, wide: type.wide, bytes: type.bytes };
    case "pointer":
      return { kind: "elementary", name: nameOf(type), family: "bits", signed: false, bytes: type.bytes };
    case "subrange":
      return describeType(type.base);
    case "enum":
      return {
        kind: "enum",
        name: type.name,
        signed: type.base.family === "signed",
        bytes: type.bytes,
        values: type.values.map(({ name, value }) => ({ name, value })),
      };
    case "array": {
      const element = describeType(type.element);
      return element === null ? null : { kind: "array", dimensions: type.dimensions, element, bytes: type.bytes };
    }
    case "struct":
    case "port":
      return { kind: "struct", name: type.name, fields: describeFields(type.fields), bytes: type.bytes };
    case "block":
      return {
        kind: "struct",
        name: type.name,
        fields: describeFields(
          type.fields
            .filter(({ variable }) => !variable.byReference)
            .map((field) => ({ ...field, internal: type.unit.isLibrary && field.variable.section === "local" })),
        ),
        bytes: type.bytes,
      };
    default:
      return null;
  }
};

const describeFields = (
  fields: readonly {
    readonly name: string;
    readonly offset: number;
    readonly type: Type;
    readonly internal?: boolean;
  }[],
): readonly VariableField[] =>
  fields.flatMap(({ name, offset, type, internal = false }) => {
    const described = describeType(type);
    return described === null ? [] : [{ name, offset, type: described, internal }];
  });

export const describeProgram = (program: Program, layout: DataLayout, dataBase: number): ProgramInfo => {
  const describe = (variable: Variable, path: string): readonly ProgramVariable[] => {
    const { storage } = variable;
    const type = describeType(variable.type);
    if (storage.kind !== "static" || type === null) return [];
    return [{ path, type, address: dataBase + layout.areas[storage.area] + storage.offset, bit: storage.bit }];
  };
  return {
    tasks: program.tasks.map(({ name, intervalNs, instances }) => ({
      name,
      intervalNs,
      instances: instances.map((instance) => instance.name),
    })),
    variables: [
      ...program.globals.flatMap((variable) => describe(variable, variable.name)),
      ...programsOf(program).flatMap((each) =>
        each.program.variables.flatMap((variable) => describe(variable, `${each.name}.${variable.name}`)),
      ),
      ...program.placement.located.flatMap(({ path, place }) => describe(place, path)),
    ],
    assertions: instancesOf(program).flatMap((instance) =>
      instance.program.assertions.map(({ at, kind, text, values }) => ({
        ...{ kind, text, file: at.source.file, line: at.source.position(at.start).line },
        values: values.flatMap((variable) => describe(variable, variable.name)),
      })),
    ),
  };
};
