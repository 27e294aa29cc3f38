/** What classes are to each other: inheritance, interfaces, and which method a call comes down to (IEC 61131-3 §6.6.5–6.6.8). */
import type { Dispatch, Method, Property, Unit } from "./symbols.ts";
import type { InterfaceType, Type } from "./types.ts";

/** The key under which the body of a function block is called. */
export const BODY = "";

export const isDerived = (unit: Unit, from: Unit): boolean => {
  for (let each: Unit | null = unit; each !== null; each = each.base) if (each === from) return true;
  return false;
};

/** With all that they extend, each once. */
export const withBases = (interfaces: readonly InterfaceType[]): readonly InterfaceType[] => {
  const found = new Set<InterfaceType>();
  const visit = (type: InterfaceType): void => {
    if (found.has(type)) return;
    found.add(type);
    for (const base of type.bases) visit(base);
  };
  for (const type of interfaces) visit(type);
  return [...found];
};

/** All interfaces that a class promises, its bases' too. */
export const interfacesOf = (unit: Unit): readonly InterfaceType[] =>
  withBases([...unit.interfaces, ...(unit.base === null ? [] : interfacesOf(unit.base))]);

export const isImplementedBy = (type: InterfaceType, unit: Unit): boolean => interfacesOf(unit).includes(type);

/** Own or inherited; null: there is none. */
export const findMethod = (unit: Unit, key: string): Method | null =>
  unit.methods.get(key) ?? (unit.base === null ? null : findMethod(unit.base, key));

export const findProperty = (unit: Unit, key: string): Property | null =>
  unit.properties.get(key) ?? (unit.base === null ? null : findProperty(unit.base, key));

export const methodOf = (type: Type, key: string): Method | null => {
  if (type.kind === "block") return findMethod(type.unit, key);
  if (type.kind !== "interface") return null;
  return withBases([type]).flatMap((each) => each.methods.get(key) ?? [])[0] ?? null;
};

export const propertyOf = (type: Type, key: string): Property | null => {
  if (type.kind === "block") return findProperty(type.unit, key);
  if (type.kind !== "interface") return null;
  return withBases([type]).flatMap((each) => each.properties.get(key) ?? [])[0] ?? null;
};

/** Names of what can be called or read, for "did you mean". */
export const memberNames = (type: Type): readonly string[] => {
  if (type.kind === "interface") return withBases([type]).flatMap((each) => [...namesIn(each)]);
  if (type.kind !== "block") return [];
  const names: string[] = [];
  for (let unit: Unit | null = type.unit; unit !== null; unit = unit.base) names.push(...namesIn(unit));
  return names;
};

const namesIn = ({ methods, properties }: Pick<Unit, "methods" | "properties">): readonly string[] => [
  ...[...methods.values()].filter(({ isAccessor }) => !isAccessor).map(({ name }) => name),
  ...[...properties.values()].map(({ name }) => name),
];

/** The accessors of a property are methods with these keys. */
export const getterKey = (property: string): string => `${property}.GET`;
export const setterKey = (property: string): string => `${property}.SET`;

/** What each class runs that a call may reach. */
export const targetsOf = ({ of, key }: Dispatch, classes: readonly Unit[]): ReadonlyMap<Unit, Unit> => {
  const targets = new Map<Unit, Unit>();
  for (const each of classes) {
    const isReached = of.kind === "interface" ? isImplementedBy(of, each) : isDerived(each, of);
    if (!isReached || each.modifiers.abstract) continue;
    const target = key === BODY ? each : findMethod(each, key)?.unit;
    if (target !== undefined && target !== null) targets.set(each, target);
  }
  return targets;
};
