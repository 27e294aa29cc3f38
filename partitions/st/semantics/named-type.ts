/** Named types: those that a TYPE declares, and those that are built in, by all their spellings (IEC 61131-3 §6.4). */
import type { TypeDeclaration } from "../syntax/ast.ts";
import type { Image } from "./image.ts";
import { checkInitializer, imageOf, startingImage } from "./initial-values.ts";
import { PORT_TYPES } from "./port-types.ts";
import { resolveType } from "./resolve-type.ts";
import type { Scope } from "./scope.ts";
import { elementaryNamed, type Type } from "./types.ts";

export interface NamedType {
  readonly type: Type;
  /** What its variables start with; null: what the type itself starts with. */
  readonly initial: Image | null;
}

export const makeType = (scope: Scope, { type, initial }: TypeDeclaration, name: string): NamedType => {
  const resolved = resolveType(scope, type, name);
  const start = startingImage(scope, type, resolved);
  if (initial !== null) return { type: resolved, initial: checkInitializer(scope, initial, resolved, start) };
  return { type: resolved, initial: start === imageOf(resolved) ? null : start };
};

/** Names that CODESYS and TwinCAT have for elementary types; pointers of the board have 32 bits. */
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ["BIT", "BOOL"],
  ["__XWORD", "DWORD"],
  ["__UXINT", "UDINT"],
  ["__XINT", "DINT"],
  ["PVOID", "DWORD"],
]);

/** Null: the program may declare a type of this name. */
export const builtInType = (key: string): Type | null =>
  PORT_TYPES.find(({ name }) => name === key) ?? elementaryNamed(key);

/** What the name means where the program declares nothing of the name; null: nothing. */
export const spelledType = (key: string): Type | null => builtInType(SPELLINGS.get(key) ?? key);
