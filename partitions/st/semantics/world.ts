/** All that a program declares, resolved on demand so that the order of the text does not matter. */
import type { Problems } from "../problems.ts";
import type {
  ConfigurationDeclaration,
  Declaration,
  InterfaceDeclaration,
  LocationDeclaration,
  Name,
  SourceFile,
  TypeDeclaration,
  TypeExpression,
  UnitDeclaration,
  VariableDeclaration,
  VariableSection,
} from "../syntax/ast.ts";
import { lineOf, type SourceText } from "../syntax/source-text.ts";
import { checkInterface } from "./check-class.ts";
import { declareInterface } from "./declare-class.ts";
import { declareUnit } from "./declare-unit.ts";
import { declareVariable } from "./declare-variable.ts";
import { Heritage } from "./heritage.ts";
import type { Image } from "./image.ts";
import { Lazy } from "./lazy.ts";
import type { Answer, Kept } from "./memory.ts";
import { builtInType, makeType, type NamedType, spelledType } from "./named-type.ts";
import type { Scope, World } from "./scope.ts";
import { fullName, KnownSpaces, OUTSIDE, type Space, using, viewOf } from "./space-view.ts";
import { didYouMean } from "./suggestion.ts";
import type { DirectAddress, Origin, Unit, Variable } from "./symbols.ts";
import { ELEMENTARY, type EnumType, elementaryNamed, type Type, UNKNOWN } from "./types.ts";
import type { Question } from "./work.ts";
import { type WorkedWorld, Works } from "./works.ts";

/** Something declared. */
interface Entry<T> extends Answer {
  readonly name: Name;
  readonly lazy: Lazy<T>;
}

/** Where something is declared. */
interface Place {
  readonly origin: Origin;
  readonly space: Space;
}

/**
 * Which classes a call may reach depends on which were asked for before, and methods ask for theirs only when they are called:
 * what has any is worked out anew each time.
 */
const isClass = (unit: Unit): boolean => unit.hasRow || unit.methods.size > 0 || unit.properties.size > 0;

/** A function or function block that comes with the compiler; its declaration is read when it is asked for. */
export interface StandardUnit {
  readonly name: Name;
  readonly declaration: UnitDeclaration;
}

export class ProgramWorld implements WorkedWorld {
  readonly problems: Problems;
  /** The user's first file, for what is missing from it. */
  readonly source: SourceText;
  readonly addresses: DirectAddress[] = [];
  readonly configurations: ConfigurationDeclaration[] = [];
  /** What VAR_CONFIG says, of the program's own files. */
  readonly locations: LocationDeclaration[] = [];
  readonly #types = new Map<string, Entry<NamedType>>();
  readonly #units = new Map<string, Entry<Unit | null>>();
  readonly #globals = new Map<string, Entry<Variable | null>>();
  readonly #enumNames = new Map<string, string[]>();
  readonly space = OUTSIDE;
  readonly #spaces = new KnownSpaces();
  readonly #heritage = new Heritage();
  /** Keys of values of enums without a name, wherever they are declared. */
  readonly #anonymousKeys = new Set<string>();
  readonly #later: (() => void)[] = [];
  /** Enums declared where they are used: `X : (A, B);`. */
  readonly #anonymous = new Map<string, EnumType[]>();

  readonly #works: Works;
  /** Null: there may be more than when it was last asked for. */
  #classes: readonly Unit[] | null = null;

  constructor(source: SourceText, problems: Problems, before: Kept) {
    this.source = source;
    this.problems = problems;
    this.#works = new Works(this, before);
  }

  /** The program's files first, then libraries, whose names those of the program hide. */
  add(file: SourceFile, origin: Origin): void {
    this.#declareAll(file.declarations, { origin, space: OUTSIDE });
  }

  #declareAll(declarations: readonly Declaration[], { origin, space: outer }: Place): void {
    let space = outer;
    for (const declaration of declarations) {
      if (declaration.kind === "using") {
        space = using(space, declaration.names);
        this.#expectSpaces(declaration.names);
      } else this.#declare(declaration, { origin, space });
    }
  }

  /** They may be declared further down. */
  #expectSpaces(names: readonly Name[]): void {
    if (names.length > 0) this.later(() => this.#spaces.refuseUnknown(names, this.problems));
  }

  /** After all files. */
  addStandard(units: readonly StandardUnit[]): void {
    for (const unit of units) {
      const { name } = unit;
      const { key } = name;
      if (this.#types.has(key) || this.#units.has(key)) continue;
      const make = (scope: Scope) => declareUnit(scope, unit.declaration, true);
      const inCycle = (): null => {
        throw new Error(`${key} of the library contains itself`);
      };
      const lazy = this.#lazyUnit(key, OUTSIDE, make, inCycle);
      this.#units.set(key, { name, declaration: unit, origin: "standard", lazy });
    }
  }

  /** What runs is the program's business: a CONFIGURATION in a library is none of ours. */
  #declare(declaration: Exclude<Declaration, { kind: "using" }>, place: Place): void {
    switch (declaration.kind) {
      case "type":
        this.#declareType(declaration, place);
        return;
      case "unit":
        this.#declareUnit(declaration, place);
        return;
      case "interface":
        this.#declareInterface(declaration, place);
        return;
      case "globals":
        this.#declareGlobals(declaration.section, place);
        return;
      case "namespace":
        this.#declareAll(declaration.declarations, {
          ...place,
          space: this.#spaces.enter(place.space, declaration.name),
        });
        return;
      case "locations":
        if (place.origin === "program") this.locations.push(...declaration.locations);
        return;
      case "configuration":
        if (place.origin === "program") {
          this.configurations.push(declaration);
          this.locations.push(...declaration.locations);
        }
        for (const section of declaration.globals) this.#declareGlobals(section, place);
    }
  }

  #declareType(declaration: TypeDeclaration, { origin, space }: Place): void {
    const { type } = declaration;
    const name = fullName(declaration.name, space);
    if (!this.#isNew(name, origin)) return;
    const inCycle = (): NamedType => {
      this.#refuseCycle(name, `${name.text} contains itself`);
      return { type: UNKNOWN, initial: null };
    };
    const make = (scope: Scope) => makeType(scope, declaration, name.text);
    const lazy = new Lazy(() => this.#workOut(`type ${name.key}`, space, make), inCycle);
    this.#types.set(name.key, { name, declaration, origin, lazy });
    if (type.kind !== "enum") {
      this.#noteAnonymous(type);
      return;
    }
    for (const value of type.values) {
      const enums = this.#enumNames.get(value.name.key) ?? [];
      this.#enumNames.set(value.name.key, [...enums, name.key]);
    }
  }

  #declareUnit(declaration: UnitDeclaration, { origin, space: outer }: Place): void {
    const name = fullName(declaration.name, outer);
    if (!this.#isNew(name, origin)) return;
    this.#expectSpaces(declaration.usings);
    const space = using(outer, declaration.usings);
    const { base } = declaration;
    if (base !== null) this.#heritage.add(name.key, name.text, () => this.#view(this, space).fullKey(base.key));
    const inCycle = (): null => {
      this.#refuseCycle(name, `${name.text} contains an instance of itself`);
      return null;
    };
    const make = (scope: Scope) => declareUnit(scope, declaration, false);
    const lazy = this.#lazyUnit(name.key, space, make, inCycle);
    this.#units.set(name.key, { name, declaration, origin, lazy });
    for (const { variables } of declaration.sections) for (const { type } of variables) this.#noteAnonymous(type);
  }

  #lazyUnit(key: string, space: Space, make: (scope: Scope) => Unit, inCycle: () => null): Lazy<Unit | null> {
    return new Lazy(() => {
      const unit = this.#workOut(`unit ${key}`, space, make, isClass);
      this.#classes = null;
      return unit;
    }, inCycle);
  }

  /** What a name means in a NAMESPACE depends on what else is declared: no later compilation may take that over. */
  #workOut<T>(
    question: Question,
    space: Space,
    make: (scope: Scope) => T,
    isFleeting: (result: T) => boolean = () => false,
  ): T {
    return this.#works.declaration(
      question,
      (scope) => make({ ...scope, world: this.#view(scope.world, space) }),
      (result) => space.searched.length > 0 || isFleeting(result),
    );
  }

  #view(world: World, space: Space): World {
    return viewOf(world, space, (key) => this.#types.has(key) || this.#units.has(key) || this.#globals.has(key));
  }

  #declareInterface(declaration: InterfaceDeclaration, { origin, space }: Place): void {
    const name = fullName(declaration.name, space);
    if (!this.#isNew(name, origin)) return;
    const make = (scope: Scope): NamedType => {
      const type = declareInterface(scope, declaration);
      this.later(() => checkInterface(scope, type, name.at));
      return { type, initial: null };
    };
    const inCycle = (): NamedType => ({ type: UNKNOWN, initial: null });
    const lazy = new Lazy(() => this.#workOut(`type ${name.key}`, space, make, () => true), inCycle);
    this.#types.set(name.key, { name, declaration, origin, lazy });
  }

  #declareGlobals(section: VariableSection, place: Place): void {
    for (const declaration of section.variables) this.#declareGlobal(declaration, section, place);
  }

  #declareGlobal(declaration: VariableDeclaration, section: VariableSection, { origin, space }: Place): void {
    const name = fullName(declaration.name, space);
    if (!this.#isFirst(this.#globals.get(name.key), name, origin)) return;
    const inCycle = (): null => {
      this.#refuseCycle(name, `the value of ${name.text} depends on itself`);
      return null;
    };
    const make = (scope: Scope) =>
      Object.assign(declareVariable(scope, declaration, section, null), { name: name.text });
    const lazy = new Lazy(() => this.#workOut(`global ${name.key}`, space, make), inCycle);
    this.#globals.set(name.key, { name, declaration, origin, lazy });
    this.#noteAnonymous(declaration.type);
  }

  #noteAnonymous(type: TypeExpression): void {
    if (type.kind === "enum") for (const { name } of type.values) this.#anonymousKeys.add(name.key);
    else if (type.kind === "array") this.#noteAnonymous(type.element);
    else if (type.kind === "struct") for (const field of type.fields) this.#noteAnonymous(field.type);
  }

  /** What is worked out around a cycle depends on where it was entered. */
  #refuseCycle({ at }: Name, message: string): void {
    this.#works.distrustOpen();
    this.problems.error(at, "recursive-type", message);
  }

  /** Has what a question is about worked out. */
  resolve(question: Question): void {
    this.#entry(question)?.lazy.get();
  }

  #entry(question: Question): Entry<unknown> | undefined {
    const space = question.indexOf(" ");
    const key = question.slice(space + 1);
    switch (question.slice(0, space)) {
      case "type":
        return this.#types.get(key);
      case "unit":
        return this.#units.get(key);
      case "global":
        return this.#globals.get(key);
      default:
        return undefined;
    }
  }

  /** Checks a unit's body with `check`, or leaves it as it is when that would come to the same. */
  checkBody(unit: Unit, check: (scope: Scope) => void): void {
    this.#works.body(unit, (scope) => check({ ...scope, world: this.#view(scope.world, unit.space) }));
  }

  #isNew(name: Name, origin: Origin): boolean {
    if (builtInType(name.key) !== null) {
      this.problems.error(name.at, "duplicate-name", `${name.text} is a type that is built in`, "choose another name");
      return false;
    }
    return this.#isFirst(this.#types.get(name.key) ?? this.#units.get(name.key), name, origin);
  }

  /** False when the name is taken; among declarations of the same origin that is said, with both places. */
  #isFirst(before: Entry<unknown> | undefined, name: Name, origin: Origin): boolean {
    if (before === undefined) return true;
    if (before.origin === origin) {
      const { at } = before.name;
      const { file } = at.source;
      const place = file === name.at.source.file ? `line ${lineOf(at)}` : `${file}:${lineOf(at)}`;
      this.problems.error(name.at, "duplicate-name", `${name.text} is declared twice`, `the other one is at ${place}`);
    }
    return false;
  }

  /** Everything that the user declared, resolved: so that all problems are found. */
  resolveAll(): readonly Unit[] {
    for (const { lazy, origin } of this.#types.values()) if (origin === "program") lazy.get();
    for (const { lazy, origin } of this.#globals.values()) if (origin === "program") lazy.get();
    return [...this.#units.values()].flatMap(({ lazy, origin }) => (origin === "program" ? (lazy.get() ?? []) : []));
  }

  /** What had to wait until all is resolved; to be called when nothing more will be asked for. @returns what may be kept. */
  settle(): Kept {
    for (const check of this.#later) check();
    return this.#works.finish(this.problems);
  }

  /** Of a library those that are used. */
  globals(): readonly Variable[] {
    const used = [...this.#globals.values()].filter(({ lazy, origin }) => origin === "program" || lazy.isDone);
    return used.flatMap(({ lazy }) => lazy.get() ?? []);
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

  answer(question: Question): Answer | null {
    return this.#entry(question) ?? null;
  }

  enumNamesWith(key: string): readonly string[] | null {
    return this.#anonymousKeys.has(key) ? null : (this.#enumNames.get(key) ?? []);
  }

  enumsWith(key: string): readonly EnumType[] {
    const named = (this.#enumNames.get(key) ?? []).flatMap((name) => this.enumNamed(name) ?? []);
    return [...named, ...(this.#anonymous.get(key) ?? [])];
  }

  enumNamed(key: string): EnumType | null {
    const type = this.#types.get(key)?.lazy.get().type;
    return type?.kind === "enum" ? type : null;
  }

  unit(key: string): Unit | null {
    return this.#units.get(key)?.lazy.get() ?? null;
  }

  isExtended(key: string): boolean {
    return this.#heritage.isExtended(key);
  }

  heritage(key: string): readonly string[] | null {
    return this.#heritage.cycle(key);
  }

  /** The program once more, with variables of its own; `instance` is in its name, and in that of its code. */
  copyOf({ declaration, space }: Unit, instance: string): Unit {
    const scope = { world: this.#view(this, space), unit: null, names: new Map() };
    // Two underscores: no unit of the program has this name.
    const name = { ...declaration.name, text: `${instance}__${declaration.name.text}` };
    // What is to be said of it is said of the first one.
    return declareUnit(scope, { ...declaration, name }, true);
  }

  /** The function blocks that were asked for so far. */
  classes(): readonly Unit[] {
    this.#classes ??= [...this.#units.values()]
      .flatMap(({ lazy }) => (lazy.isDone ? (lazy.get() ?? []) : []))
      .filter(({ block }) => block !== null);
    return this.#classes;
  }

  initialOf(key: string): Image | null {
    return this.#types.get(key)?.lazy.get().initial ?? null;
  }

  fullKey(key: string): string {
    return key;
  }

  isType({ key }: Name): boolean {
    return elementaryNamed(key) !== null || this.#types.has(key) || this.#units.has(key);
  }

  type(name: Name, problems = this.problems): Type | null {
    const { key, text, at } = name;
    const declared = spelledType(key) ?? this.#types.get(key)?.lazy.get().type;
    if (declared != null) return declared;
    const unit = this.#units.get(key);
    if (unit !== undefined) {
      const resolved = unit.lazy.get();
      if (resolved === null) return null;
      if (resolved.block !== null) return resolved.block;
      problems.error(at, "not-a-type", `${text} is a ${resolved.kind}, not a type`);
    } else {
      const hint = didYouMean(text, [...Object.keys(ELEMENTARY), ...this.#typeNames()]);
      problems.error(at, "unknown-name", `there is no type ${text}`, hint);
    }
    return null;
  }

  *#typeNames(): Iterable<string> {
    for (const { name } of this.#types.values()) yield name.text;
    for (const { name } of this.#units.values()) yield name.text;
  }

  *names(): Iterable<string> {
    for (const { name } of this.#globals.values()) yield name.text;
    for (const { name } of this.#units.values()) yield name.text;
    for (const key of this.#enumNames.keys()) yield key;
  }
}
