/** The declarations as seen from inside of a NAMESPACE, or with USING (IEC 61131-3 §6.9): its own first, then those around it. */
import type { Problems } from "../problems.ts";
import type { Name } from "../syntax/ast.ts";
import type { World } from "./scope.ts";
import { didYouMean } from "./suggestion.ts";

/** Where names are looked up, from the inside to the outside, behind them the spaces that are used. */
export interface Space {
  /** As it is written, with a dot at the end; empty: outside of all. */
  readonly prefix: string;
  /** Keys with a dot at the end. */
  readonly searched: readonly string[];
}

export const OUTSIDE: Space = { prefix: "", searched: [] };

/** Of what is declared there. */
export const fullName = ({ at, text, key }: Name, { prefix }: Space): Name => ({
  at,
  text: `${prefix}${text}`,
  key: `${prefix.toUpperCase()}${key}`,
});

const inside = ({ prefix, searched }: Space, { text, key }: Name): Space => {
  const parts = key.split(".");
  // NAMESPACE A.B is B inside of A.
  const around = parts.map((_, i) => `${prefix.toUpperCase()}${parts.slice(0, parts.length - i).join(".")}.`);
  return { prefix: `${prefix}${text}.`, searched: [...around, ...searched] };
};

export const using = (space: Space, names: readonly Name[]): Space => ({
  ...space,
  searched: [...space.searched, ...names.map(({ key }) => `${key}.`)],
});

/** `isDeclared`: whether there is something of this full name. */
export const viewOf = (world: World, space: Space, isDeclared: (key: string) => boolean): World => {
  const { searched } = space;
  if (searched.length === 0) return world;
  const full = (key: string): string =>
    searched.map((prefix) => `${prefix}${key}`).find((each) => isDeclared(each)) ?? key;
  const fullName = (name: Name): Name => ({ ...name, key: full(name.key) });
  return {
    problems: world.problems,
    space,
    fullKey: full,
    variable: (key) => world.variable(full(key)),
    enumsWith: (key) => world.enumsWith(key),
    addAnonymous: (type) => world.addAnonymous(type),
    enumNamed: (key) => world.enumNamed(full(key)),
    unit: (key) => world.unit(full(key)),
    type: (name) => world.type(fullName(name)),
    isType: (name) => world.isType(fullName(name)),
    isExtended: (key) => world.isExtended(key),
    heritage: (key) => world.heritage(key),
    initialOf: (key) => world.initialOf(full(key)),
    later: (check) => world.later(check),
    addAddress: (address) => world.addAddress(address),
    names: () => world.names(),
  };
};

/** All namespaces that are declared anywhere. */
export class KnownSpaces {
  /** Keys with a dot at the end. */
  readonly #prefixes = new Set<string>();

  /** The inside of `name`, which is declared there. */
  enter(outer: Space, name: Name): Space {
    const space = inside(outer, name);
    const parts = space.prefix.toUpperCase().split(".").slice(0, -1);
    for (const i of parts.keys()) this.#prefixes.add(`${parts.slice(0, i + 1).join(".")}.`);
    return space;
  }

  /** To be asked when everything is declared. */
  refuseUnknown(names: readonly Name[], problems: Problems): void {
    for (const { at, text, key } of names) {
      if (this.#prefixes.has(`${key}.`)) continue;
      const known = [...this.#prefixes].map((prefix) => prefix.slice(0, -1));
      problems.error(at, "unknown-name", `there is no NAMESPACE ${text}`, didYouMean(text, known));
    }
  }
}
