/** All that a program declares, resolved on demand so that the order of the text does not matter. */
import type { Problems } from "../problems.ts";
import type {
  ConfigurationDeclaration,
  Declaration,
  InterfaceDeclaration,
  Name,
  SourceFile,
  TypeDeclaration,
  UnitDeclaration,
  VariableDeclaration,
  VariableSection,
} from "../syntax/ast.ts";
import { lineOf, type SourceText, type Span } from "../syntax/source-text.ts";
import { checkInterface } from "./check-class.ts";
import { declareInterface } from "./declare-class.ts";
import { declareUnit } from "./declare-unit.ts";
import { declareVariable } from "./declare-variable.ts";
import type { Image } from "./image.ts";
import { checkInitializer, imageOf, startingImage } from "./initial-values.ts";
import { resolveType } from "./resolve-type.ts";
import type { Scope, World } from "./scope.ts";
import { didYouMean } from "./suggestion.ts";
import type { DirectAddress, Origin, Unit, Variable } from "./symbols.ts";
import { ELEMENTARY, type EnumType, elementaryNamed, QUEUE_RECEIVE, QUEUE_SEND, type Type, UNKNOWN } from "./types.ts";

/** Something that is worked out once, when first asked for; asking again while it is worked out is a cycle. */
class Lazy<T> {
  readonly #make: () => T;
  readonly #inCycle: () => T;
  #state: { readonly value: T } | "new" | "working" = "new";

  constructor(make: () => T, inCycle: () => T) {
    this.#make = make;
    this.#inCycle = inCycle;
  }

  /** Whether somebody asked for it. */
  get isDone(): boolean {
    return typeof this.#state === "object";
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

/** Something declared; `at` its name, `text` as it was spelt. */
interface Entry<T> {
  readonly text: string;
  readonly at: Span;
  readonly origin: Origin;
  readonly lazy: Lazy<T>;
}

interface NamedType {
  readonly type: Type;
  /** What its variables start with; null: what the type itself starts with. */
  readonly initial: Image | null;
}

/** Names that CODESYS and TwinCAT have for elementary types; pointers of the board have 32 bits. */
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ["BIT", "BOOL"],
  ["__XWORD", "DWORD"],
  ["__UXINT", "UDINT"],
  ["__XINT", "DINT"],
  ["PVOID", "DWORD"],
]);

export class ProgramWorld implements World {
  readonly problems: Problems;
  /** The user's first file, for what is missing from it. */
  readonly source: SourceText;
  readonly addresses: DirectAddress[] = [];
  readonly configurations: ConfigurationDeclaration[] = [];
  readonly #types = new Map<string, Entry<NamedType>>();
  readonly #units = new Map<string, Entry<Unit | null>>();
  readonly #globals = new Map<string, Entry<Variable | null>>();
  readonly #enumNames = new Map<string, string[]>();
  readonly #scope: Scope;
  /** What each FUNCTION_BLOCK extends. */
  readonly #bases = new Map<string, Name>();
  readonly #later: (() => void)[] = [];
  /** Enums declared where they are used: `X : (A, B);`. */
  readonly #anonymous = new Map<string, EnumType[]>();

  constructor(source: SourceText, problems: Problems) {
    this.source = source;
    this.problems = problems;
    this.#scope = { world: this, unit: null, names: new Map() };
  }

  /** The program's files first, then libraries, then what comes with the compiler: names of the former hide the latter's. */
  add(file: SourceFile, origin: Origin): void {
    for (const declaration of file.declarations) this.#declare(declaration, origin);
  }

  /** What runs is the program's business: a CONFIGURATION in a library is none of ours. */
  #declare(declaration: Declaration, origin: Origin): void {
    switch (declaration.kind) {
      case "type":
        this.#declareType(declaration, origin);
        return;
      case "unit":
        this.#declareUnit(declaration, origin);
        return;
      case "interface":
        this.#declareInterface(declaration, origin);
        return;
      case "globals":
        this.#declareGlobals(declaration.section, origin);
        return;
      case "configuration":
        if (origin === "program") this.configurations.push(declaration);
        for (const section of declaration.globals) this.#declareGlobals(section, origin);
    }
  }

  #declareType(declaration: TypeDeclaration, origin: Origin): void {
    const { name, type } = declaration;
    if (!this.#isNew(name, origin)) return;
    const inCycle = (): NamedType => {
      this.problems.error(name.at, "recursive-type", `${name.text} contains itself`);
      return { type: UNKNOWN, initial: null };
    };
    this.#types.set(name.key, {
      text: name.text,
      at: name.at,
      origin,
      lazy: new Lazy(() => this.#makeType(declaration), inCycle),
    });
    if (type.kind !== "enum") return;
    for (const value of type.values) {
      const enums = this.#enumNames.get(value.name.key) ?? [];
      this.#enumNames.set(value.name.key, [...enums, name.key]);
    }
  }

  #makeType({ name, type, initial }: TypeDeclaration): NamedType {
    const resolved = resolveType(this.#scope, type, name.text);
    const start = startingImage(this.#scope, type, resolved);
    if (initial !== null) return { type: resolved, initial: checkInitializer(this.#scope, initial, resolved, start) };
    return { type: resolved, initial: start === imageOf(resolved) ? null : start };
  }

  #declareUnit(declaration: UnitDeclaration, origin: Origin): void {
    const { name } = declaration;
    if (!this.#isNew(name, origin)) return;
    if (declaration.base !== null) this.#bases.set(name.key, declaration.base);
    const inCycle = (): null => {
      this.problems.error(name.at, "recursive-type", `${name.text} contains an instance of itself`);
      return null;
    };
    this.#units.set(name.key, {
      text: name.text,
      at: name.at,
      origin,
      lazy: new Lazy(() => declareUnit(this.#scope, declaration, origin === "standard"), inCycle),
    });
  }

  #declareInterface(declaration: InterfaceDeclaration, origin: Origin): void {
    const { name } = declaration;
    if (!this.#isNew(name, origin)) return;
    const make = (): NamedType => {
      const type = declareInterface(this.#scope, declaration);
      this.later(() => checkInterface(this.#scope, type, name.at));
      return { type, initial: null };
    };
    const inCycle = (): NamedType => ({ type: UNKNOWN, initial: null });
    this.#types.set(name.key, { text: name.text, at: name.at, origin, lazy: new Lazy(make, inCycle) });
  }

  #declareGlobals(section: VariableSection, origin: Origin): void {
    for (const declaration of section.variables) this.#declareGlobal(declaration, section, origin);
  }

  #declareGlobal(declaration: VariableDeclaration, section: VariableSection, origin: Origin): void {
    const { name } = declaration;
    if (!this.#isFirst(this.#globals.get(name.key), name, origin)) return;
    const inCycle = (): null => {
      this.problems.error(name.at, "recursive-type", `the value of ${name.text} depends on itself`);
      return null;
    };
    this.#globals.set(name.key, {
      text: name.text,
      at: name.at,
      origin,
      lazy: new Lazy(() => declareVariable(this.#scope, declaration, section, null), inCycle),
    });
  }

  #isNew(name: Name, origin: Origin): boolean {
    if (elementaryNamed(name.key) !== null || name.key === "QUEUE_SEND" || name.key === "QUEUE_RECEIVE") {
      this.problems.error(name.at, "duplicate-name", `${name.text} is a type that is built in`, "choose another name");
      return false;
    }
    return this.#isFirst(this.#types.get(name.key) ?? this.#units.get(name.key), name, origin);
  }

  /** False when the name is taken; among declarations of the same origin that is said, with both places. */
  #isFirst(before: Entry<unknown> | undefined, name: Name, origin: Origin): boolean {
    if (before === undefined) return true;
    if (before.origin === origin) {
      const { file } = before.at.source;
      const place = file === name.at.source.file ? `line ${lineOf(before.at)}` : `${file}:${lineOf(before.at)}`;
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

  /** What had to wait until all is resolved; to be called when nothing more will be asked for. */
  settle(): void {
    for (const check of this.#later) check();
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
    return [...this.#bases.values()].some((base) => base.key === key);
  }

  heritage(key: string): readonly string[] | null {
    const chain = [key];
    for (let base = this.#bases.get(key); base !== undefined; base = this.#bases.get(base.key)) {
      const isClosed = base.key === key;
      if (isClosed || chain.includes(base.key))
        return isClosed ? [...chain, key].map((each) => this.#textOf(each)) : null;
      chain.push(base.key);
    }
    return null;
  }

  #textOf(key: string): string {
    return this.#units.get(key)?.text ?? key;
  }

  /** The function blocks that were asked for so far. */
  classes(): readonly Unit[] {
    const known = [...this.#units.values()].flatMap(({ lazy }) => (lazy.isDone ? (lazy.get() ?? []) : []));
    return known.filter(({ block }) => block !== null);
  }

  initialOf(key: string): Image | null {
    return this.#types.get(key)?.lazy.get().initial ?? null;
  }

  isType({ key }: Name): boolean {
    return elementaryNamed(key) !== null || this.#types.has(key) || this.#units.has(key);
  }

  type(name: Name): Type | null {
    const { key, text, at } = name;
    const declared = elementaryNamed(SPELLINGS.get(key) ?? key) ?? this.#types.get(key)?.lazy.get().type;
    if (declared != null) return declared;
    if (key === "QUEUE_SEND") return QUEUE_SEND;
    if (key === "QUEUE_RECEIVE") return QUEUE_RECEIVE;
    const unit = this.#units.get(key);
    if (unit !== undefined) {
      const resolved = unit.lazy.get();
      if (resolved === null) return null;
      if (resolved.block !== null) return resolved.block;
      this.problems.error(at, "not-a-type", `${text} is a ${resolved.kind}, not a type`);
    } else {
      const hint = didYouMean(text, [...Object.keys(ELEMENTARY), ...this.#typeNames()]);
      this.problems.error(at, "unknown-name", `there is no type ${text}`, hint);
    }
    return null;
  }

  *#typeNames(): Iterable<string> {
    for (const { text } of this.#types.values()) yield text;
    for (const { text } of this.#units.values()) yield text;
  }

  *names(): Iterable<string> {
    for (const { text } of this.#globals.values()) yield text;
    for (const { text } of this.#units.values()) yield text;
    for (const key of this.#enumNames.keys()) yield key;
  }
}
