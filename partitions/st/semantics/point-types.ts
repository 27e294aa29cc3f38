/** Which types the process image can show to the world outside (runtime/system.ts). */
import type { PointType } from "../../../runtime/system.ts";
import { type ElementaryType, type StringType, scalarOf, type Type } from "./types.ts";

const ELEMENTARY_POINTS: Readonly<Record<Exclude<PointType, "STRING" | "WSTRING">, true>> = {
  BOOL: true,
  SINT: true,
  INT: true,
  DINT: true,
  USINT: true,
  UINT: true,
  UDINT: true,
  BYTE: true,
  WORD: true,
  DWORD: true,
  TIME: true,
  REAL: true,
  LINT: true,
  ULINT: true,
  LWORD: true,
  LREAL: true,
  LTIME: true,
  DATE: true,
  TOD: true,
  DT: true,
};

/** A value of this type as a point has it; null: no point is of this type. */
export const pointTypeOf = (type: ElementaryType | StringType): PointType | null => {
  if (type.kind === "string") return type.wide ? "WSTRING" : "STRING";
  return Object.hasOwn(ELEMENTARY_POINTS, type.name) ? (type.name as keyof typeof ELEMENTARY_POINTS) : null;
};

/** A scalar or a text: what one point can show. */
export const singleOf = (type: Type): ElementaryType | StringType | null =>
  type.kind === "string" ? type : scalarOf(type);
