/** All that a program declares, resolved on demand so that the order of the text does not matter. */
import type { Problems } from "../problems.ts";
import type {
  ConfigurationDeclaration,
  Declaration,
  Name,
  SourceFile,
  TypeDeclaration,
  UnitDeclaration,
  VariableDeclaration,
  VariableSection,
} from "../syntax/ast.ts";
import type { SourceText } from "../syntax/source-text.ts";
import { declareUnit, declareVariable } from "./declare-unit.ts";
import { checkInitializer, imageOf, rememberImage } from "./initial-values.ts";
import { resolveType } from "./resolve-type.ts";
import type { Scope, World } from "./scope.ts";
import { didYouMean } from "./suggestion.ts";
import type { DirectAddress, Unit, Variable } from "./symbols.ts";
import {
  ELEMENTARY,
  type EnumType,
  elementaryNamed,
  LATER_TYPES,
  QUEUE_RECEIVE,
  QUEUE_SEND,
  type Type,
  UNKNOWN,
} from "./types.ts";

/** Something that is worked out once, when first asked for; asking again while it is worked out is a cycle. */
class Lazy<T> {
  readonly #make: () => T;
  readonly #inCycle: () => T;
  #state: { readonly value: T } | "new" | "working" = "new";

  constructor(make: () => T, inCycle: () => T) {
    this.#make = make;
    this.#inCycle = inCycle;
  }

  get(): T {
    if (this.#state === "working") return this.#inCycle();
    if (this.#state === "new") {
      this.#state = "working";
      this.#state = { value: this.#make() };
    }
    return this.#state.value;
  }
}

export class ProgramWorld implements World {
  readonly problems: Problems;
  /** The user's file, for what is missing from it. */
  readonly source: SourceText;
  readonly addresses: DirectAddress[] = [];
  readonly configurations: ConfigurationDeclaration[] = [];
  readonly #types = new Map<string, { readonly name: string; readonly lazy: Lazy<Type> }>();
  readonly #units = new Map<
    string,
    { readonly name: string; readonly lazy: Lazy<Unit | null>; readonly isLibrary: boolean }
  >();
  readonly #globals = new Map<string, { readonly name: string; readonly lazy: Lazy<Variable | null> }>();
  readonly #enumNames = new Map<string, string[]>();
  readonly #scope: Scope;
  readonly #later: (() => void)[] = [];
  /** Enums declared where they are used: `X : (A, B);`. */
  readonly #anonymous = new Map<string, EnumType[]>();

  constructor(source: SourceText, problems: Problems) {
    this.source = source;
    this.problems = problems;
    this.#scope = { world: this, unit: null, names: new Map() };
  }

  /** The user's files first: a library name gives way to the user's own. */
  add(file: SourceFile, isLibrary: boolean): void {
    for (const declaration of file.declarations) this.#declare(declaration, isLibrary);
  }

  #declare(declaration: Declaration, isLibrary: boolean): void {
    switch (declaration.kind) {
      case "type":
        this.#declareType(declaration);
        return;
      case "unit":
        this.#declareUnit(declaration, isLibrary);
        return;
      case "globals":
        this.#declareGlobals(declaration.section);
        return;
      case "configuration":
        this.configurations.push(declaration);
        for (const section of declaration.globals) this.#declareGlobals(section);
    }
  }

  #declareType(declaration: TypeDeclaration): void {
    const { name, type } = declaration;
    if (!this.#isNew(name)) return;
    const inCycle = (): Type => {
      this.problems.error(name.at, "recursive-type", `${name.text} contains itself`);
      return UNKNOWN;
    };
    this.#types.set(name.key, { name: name.text, lazy: new Lazy(() => this.#makeType(declaration), inCycle) });
    if (type.kind !== "enum") return;
    for (const value of type.values) {
      const enums = this.#enumNames.get(value.name.key) ?? [];
      this.#enumNames.set(value.name.key, [...enums, name.key]);
    }
  }

  /** A type with an initial value of its own is a copy of what it names, with that image. */
  #makeType({ name, type, initial }: TypeDeclaration): Type {
    const resolved = resolveType(this.#scope, type, name.text);
    if (initial === null || resolved.kind === "unknown") return resolved;
    if (resolved.kind === "elementary") {
      this.problems.error(
        initial.at,
        "not-supported",
        "an initial value of an elementary type is not supported yet",
        "give it where the variables are declared",
      );
      return resolved;
    }
    const copy = type.kind === "name" ? { ...resolved } : resolved;
    rememberImage(copy, checkInitializer(this.#scope, initial, copy, imageOf(resolved)));
    return copy;
  }

  #declareUnit(declaration: UnitDeclaration, isLibrary: boolean): void {
    const { name } = declaration;
    if (isLibrary && (this.#units.has(name.key) || this.#types.has(name.key))) return;
    if (!this.#isNew(name)) return;
    const inCycle = (): null => {
      this.problems.error(name.at, "recursive-type", `${name.text} contains an instance of itself`);
      return null;
    };
    this.#units.set(name.key, {
      name: name.text,
      isLibrary,
      lazy: new Lazy(() => declareUnit(this.#scope, declaration, isLibrary), inCycle),
    });
  }

  #declareGlobals(section: VariableSection): void {
    for (const declaration of section.variables) this.#declareGlobal(declaration, section);
  }

  #declareGlobal(declaration: VariableDeclaration, section: VariableSection): void {
    const { name } = declaration;
    if (this.#globals.has(name.key)) {
      this.problems.error(name.at, "duplicate-name", `${name.text} is declared twice`);
      return;
    }
    const inCycle = (): null => {
      this.problems.error(name.at, "recursive-type", `the value of ${name.text} depends on itself`);
      return null;
    };
    this.#globals.set(name.key, {
      name: name.text,
      lazy: new Lazy(() => declareVariable(this.#scope, declaration, section, null), inCycle),
    });
  }

  #isNew(name: Name): boolean {
    if (
      elementaryNamed(name.key) !== null ||
      LATER_TYPES.has(name.key) ||
      name.key === "QUEUE_SEND" ||
      name.key === "QUEUE_RECEIVE"
    ) {
      this.problems.error(name.at, "duplicate-name", `${name.text} is a type that is built in`, "choose another name");
      return false;
    }
    if (!this.#types.has(name.key) && !this.#units.has(name.key)) return true;
    this.problems.error(name.at, "duplicate-name", `${name.text} is declared twice`);
    return false;
  }

  /** Everything that the user declared, resolved: so that all problems are found. */
  resolveAll(): readonly Unit[] {
    for (const { lazy } of this.#types.values()) lazy.get();
    for (const { lazy } of this.#globals.values()) lazy.get();
    const units = [...this.#units.values()]
      .filter(({ isLibrary }) => !isLibrary)
      .flatMap(({ lazy }) => lazy.get() ?? []);
    for (const check of this.#later) check();
    return units;
  }

  globals(): readonly Variable[] {
    return [...this.#globals.values()].flatMap(({ lazy }) => lazy.get() ?? []);
  }

  variable(key: string): Variable | null {
    return this.#globals.get(key)?.lazy.get() ?? null;
  }

  addAnonymous(type: EnumType): void {
    for (const { key } of type.values) this.#anonymous.set(key, [...(this.#anonymous.get(key) ?? []), type]);
  }

  later(check: () => void): void {
    this.#later.push(check);
  }

  addAddress(address: DirectAddress): void {
    this.addresses.push(address);
  }

  enumsWith(key: string): readonly EnumType[] {
    const named = (this.#enumNames.get(key) ?? []).flatMap((name) => this.enumNamed(name) ?? []);
    return [...named, ...(this.#anonymous.get(key) ?? [])];
  }

  enumNamed(key: string): EnumType | null {
    const type = this.#types.get(key)?.lazy.get();
    return type?.kind === "enum" ? type : null;
  }

  unit(key: string): Unit | null {
    return this.#units.get(key)?.lazy.get() ?? null;
  }

  isType({ key }: Name): boolean {
    return elementaryNamed(key) !== null || this.#types.has(key) || this.#units.has(key);
  }

  type(name: Name): Type | null {
    const { key, text, at } = name;
    const declared = elementaryNamed(key) ?? this.#types.get(key)?.lazy.get();
    if (declared != null) return declared;
    if (key === "QUEUE_SEND") return QUEUE_SEND;
    if (key === "QUEUE_RECEIVE") return QUEUE_RECEIVE;
    const unit = this.#units.get(key);
    if (unit !== undefined) {
      const resolved = unit.lazy.get();
      if (resolved === null) return null;
      if (resolved.block !== null) return resolved.block;
      this.problems.error(at, "not-a-type", `${text} is a ${resolved.kind}, not a type`);
    } else if (LATER_TYPES.has(key)) {
      this.problems.error(at, "not-supported", `${text} is not supported yet`, laterHint(key));
    } else {
      const hint = didYouMean(text, [...Object.keys(ELEMENTARY), ...this.#typeNames()]);
      this.problems.error(at, "unknown-name", `there is no type ${text}`, hint);
    }
    return null;
  }

  *#typeNames(): Iterable<string> {
    for (const { name } of this.#types.values()) yield name;
    for (const { name } of this.#units.values()) yield name;
  }

  *names(): Iterable<string> {
    for (const { name } of this.#globals.values()) yield name;
    for (const { name } of this.#units.values()) yield name;
    for (const key of this.#enumNames.keys()) yield key;
  }
}

const laterHint = (key: string): string => {
  if (key === "LREAL") return "use REAL";
  if (["LINT", "ULINT", "LWORD"].includes(key)) return "use a 32-bit type like DINT or DWORD";
  return "";
};
