/** Which types the process image can show to the world outside (runtime/system.ts). */
import type { PointType } from "../../../runtime/system.ts";
import type { ElementaryName } from "./types.ts";

const POINT_TYPES: Readonly<Record<PointType, true>> = {
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

export const isPointType = (name: ElementaryName): name is PointType => Object.hasOwn(POINT_TYPES, name);
