/** Looking names up: first in the program unit, then among the globals, enum values and declarations of the whole program. */
import type { Problems } from "../problems.ts";
import type { Name } from "../syntax/ast.ts";
import type { Image } from "./image.ts";
import type { Space } from "./space-view.ts";
import type { DirectAddress, Unit, Variable } from "./symbols.ts";
import type { EnumType, Type } from "./types.ts";

/** What the whole program declares. Everything is resolved when it is first asked for. */
export interface World {
  readonly problems: Problems;
  /** Where it is looked from. */
  readonly space: Space;
  /** The full name of what a name means here. */
  fullKey(key: string): string;
  variable(key: string): Variable | null;
  /** All enum types with a value of this name. */
  enumsWith(key: string): readonly EnumType[];
  /** Makes the values of an enum visible that is declared at its only use: `X : (A, B);`. */
  addAnonymous(type: EnumType): void;
  enumNamed(key: string): EnumType | null;
  unit(key: string): Unit | null;
  /** A declared or elementary type; null: there is none of this name. Says itself what is wrong inside of it. */
  type(name: Name): Type | null;
  isType(name: Name): boolean;
  /** Whether any FUNCTION_BLOCK or CLASS names this one in its EXTENDS. */
  isExtended(key: string): boolean;
  /** The chain of names by which a unit extends itself; null: it does not. */
  heritage(key: string): readonly string[] | null;
  /** What a named type gives its variables to start with, where that is not what its kind starts with. */
  initialOf(key: string): Image | null;
  /** Runs `check` when all declarations are resolved. */
  later(check: () => void): void;
  /** Remembers that the program uses this part of its process image. */
  addAddress(address: DirectAddress): void;
  /** Everything that could have been meant by a name. */
  names(): Iterable<string>;
}

export interface Scope {
  readonly world: World;
  /** The unit whose body this is; null in declarations. */
  readonly unit: Unit | null;
  /** Names that hide those of the world. */
  readonly names: ReadonlyMap<string, Variable>;
  /** Whose initial value it is: it has an address, but no value yet. */
  readonly declared?: Variable;
}

export const lookUp = (scope: Scope, key: string): Variable | null => scope.names.get(key) ?? scope.world.variable(key);

export function* visibleNames(scope: Scope): Iterable<string> {
  for (const variable of scope.names.values()) yield variable.name;
  yield* scope.world.names();
}
