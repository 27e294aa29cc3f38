/** Methods, properties and actions of a unit, and interfaces (IEC 61131-3 §6.6.5–6.6.6; PROPERTY as in CODESYS). */
import type { InterfaceDeclaration, MemberDeclaration, PropertyDeclaration, UnitDeclaration } from "../syntax/ast.ts";
import type { Span } from "../syntax/source-text.ts";
import { getterKey, setterKey } from "./classes.ts";
import { declareVariables, unitOf } from "./declare-unit.ts";
import type { Scope } from "./scope.ts";
import { isStatic, type Method, type Property, type Unit, type Variable } from "./symbols.ts";
import type { InterfaceType } from "./types.ts";

type Members = Pick<Unit, "methods" | "properties">;

/** `instanceVariables`: VAR_INST of the methods, by their declaration. */
export const declareMembers = (
  scope: Scope,
  owner: Unit | null,
  name: string,
  members: readonly MemberDeclaration[],
  instanceVariables: ReadonlyMap<UnitDeclaration, readonly Variable[]>,
): Members => {
  const methods = new Map<string, Method>();
  const properties = new Map<string, Property>();
  const addMethod = (key: string, text: string, declaration: UnitDeclaration, isAccessor: boolean): void => {
    const symbol = isAccessor ? `${name}.${text}.${declaration.result === null ? "set" : "get"}` : `${name}.${text}`;
    const own = instanceVariables.get(declaration) ?? [];
    methods.set(
      key,
      new LazyMethod(key, text, declaration, isAccessor, owner, () =>
        declareMethod(scope, owner, symbol, declaration, own),
      ),
    );
  };
  for (const member of members) {
    const { key, text, at } = member.name;
    if (methods.has(key) || properties.has(key) || owner?.names.has(key) === true) {
      scope.world.problems.error(at, "duplicate-name", `${text} is declared twice in ${name}`);
    } else if (member.kind === "property") {
      properties.set(key, { key, name: text, at, declaration: member, owner });
      if (member.get !== null) addMethod(getterKey(key), text, member.get, true);
      if (member.set !== null) addMethod(setterKey(key), text, member.set, true);
      if (member.get === null && member.set === null) refuseEmpty(scope, member);
    } else addMethod(key, text, member, false);
  }
  return { methods, properties };
};

const refuseEmpty = (scope: Scope, { name }: PropertyDeclaration): void =>
  scope.world.problems.error(
    name.at,
    "member-missing",
    `the PROPERTY ${name.text} can neither be read nor assigned`,
    "give it a GET, a SET, or both",
  );

class LazyMethod implements Method {
  readonly key: string;
  readonly name: string;
  readonly at: Span;
  readonly declaration: UnitDeclaration;
  readonly isAccessor: boolean;
  readonly owner: Unit | null;
  readonly #declare: () => Unit;
  #unit: Unit | null = null;

  constructor(
    key: string,
    name: string,
    declaration: UnitDeclaration,
    isAccessor: boolean,
    owner: Unit | null,
    declare: () => Unit,
  ) {
    this.key = key;
    this.name = name;
    this.at = declaration.name.at;
    this.declaration = declaration;
    this.isAccessor = isAccessor;
    this.owner = owner;
    this.#declare = declare;
  }

  get unit(): Unit {
    this.#unit ??= this.#declare();
    return this.#unit;
  }
}

/** Of an interface: without an owner, and never called itself. */
const declareMethod = (
  scope: Scope,
  owner: Unit | null,
  symbol: string,
  declaration: UnitDeclaration,
  instanceVariables: readonly Variable[],
): Unit => {
  const names = new Map(owner === null ? [] : namesInside(owner, declaration));
  for (const variable of instanceVariables) names.set(variable.key, variable);
  const { variables, result } = declareVariables(
    scope,
    declaration,
    names,
    new Set(instanceVariables.map(({ key }) => key)),
  );
  return {
    ...unitOf(scope.world.space, declaration, owner?.isLibrary ?? false),
    name: symbol,
    owner,
    variables,
    names,
    result,
  };
};

/** What a method sees of its class: no VAR_TEMP, which is of a call of the body. */
const namesInside = (owner: Unit, { unit }: UnitDeclaration): readonly (readonly [string, Variable])[] =>
  [...owner.names].filter(([, variable]) => unit === "ACTION" || variable.section !== "temp" || isStatic(variable));

/** Its methods are found when they are asked for, so that they may take the very interface. */
export const declareInterface = (scope: Scope, declaration: InterfaceDeclaration): InterfaceType => {
  const { name, bases, members } = declaration;
  let found: readonly InterfaceType[] | null = null;
  return {
    kind: "interface",
    name: `${scope.world.space.prefix}${name.text}`,
    get bases() {
      found ??= bases.flatMap((base) => interfaceNamed(scope, base) ?? []);
      return found;
    },
    ...declareMembers(scope, null, name.text, members, new Map()),
    bytes: 4,
    align: 4,
  };
};

/** What CODESYS wants of whoever is to be asked by __QUERYINTERFACE. Here all may be asked, and it promises nothing. */
const ASKABLE = "__SYSTEM.IQUERYINTERFACE";

/** Null: there is no such interface, which was said, or it has no methods for anybody to write. */
export const interfaceNamed = (scope: Scope, name: UnitDeclaration["name"]): InterfaceType | null => {
  if (name.key === ASKABLE) return null;
  const type = scope.world.type(name);
  if (type === null || type.kind === "interface") return type;
  const hint = type.kind === "block" ? `write EXTENDS ${name.text} to inherit from it` : "";
  scope.world.problems.error(name.at, "type-mismatch", `${name.text} is no INTERFACE`, hint);
  return null;
};
