/**
 * The declarations and bodies of a program as pieces of work that can be kept: each knows all that it asked of the world, so that
 * it need not be done again while every answer would be the same object.
 */
import { Problems } from "../problems.ts";
import type { Name } from "../syntax/ast.ts";
import type { Image } from "./image.ts";
import type { World } from "./scope.ts";
import { OUTSIDE } from "./space-view.ts";
import type { DirectAddress, Unit, Variable } from "./symbols.ts";
import type { EnumType, Type } from "./types.ts";

/**
 * What is declared under a key: `type COLOR`, `unit TON`, `global LIMIT`; `enum RED`: the types with a value of this name;
 * `extended MOTOR`: whether anything extends it.
 */
export type Question = `${"type" | "unit" | "global" | "enum" | "extended"} ${string}`;

/** A world that also says what it could not answer in a way that stays true. */
export interface AskedWorld extends Omit<World, "problems" | "type"> {
  type(name: Name, problems: Problems): Type | null;
  /** Keys of the named types with this value; null: enums without a name may have it too. */
  enumNamesWith(key: string): readonly string[] | null;
}

/** The world as one piece of work sees it. */
export class Work implements World {
  readonly problems = new Problems();
  readonly space = OUTSIDE;
  /** In the order in which they were asked. */
  readonly asked = new Set<Question>();
  /** Asked only when all was resolved: what a pointer leads to. */
  readonly askedLater = new Set<Question>();
  readonly addresses: DirectAddress[] = [];
  readonly enums: EnumType[] = [];
  /** What it rests on cannot be told by questions. */
  isFleeting = false;
  /** What came of it. */
  result: unknown = null;
  #world: AskedWorld | null;
  #isDone = false;

  constructor(world: AskedWorld) {
    this.#world = world;
  }

  do<T>(make: (world: World) => T): T {
    const result = make(this);
    this.result = result;
    this.#isDone = true;
    return result;
  }

  /** Nothing will be asked any more: a work that is kept does not keep the world in which it was done. */
  leaveWorld(): void {
    this.#world = null;
  }

  fullKey(key: string): string {
    return key;
  }

  ask(question: Question): void {
    (this.#isDone ? this.askedLater : this.asked).add(question);
  }

  get #asking(): AskedWorld {
    if (this.#world === null) throw new Error("a piece of work asks for something after its compilation ended");
    return this.#world;
  }

  variable(key: string): Variable | null {
    this.ask(`global ${key}`);
    return this.#asking.variable(key);
  }

  unit(key: string): Unit | null {
    this.ask(`unit ${key}`);
    return this.#asking.unit(key);
  }

  type(name: Name): Type | null {
    this.ask(`type ${name.key}`);
    this.ask(`unit ${name.key}`);
    const type = this.#asking.type(name, this.problems);
    // The hint depends on all names there are.
    this.isFleeting ||= type === null;
    return type;
  }

  isType(name: Name): boolean {
    this.ask(`type ${name.key}`);
    this.ask(`unit ${name.key}`);
    return this.#asking.isType(name);
  }

  isExtended(key: string): boolean {
    this.ask(`extended ${key}`);
    return this.#asking.isExtended(key);
  }

  /** That there is none stays so until a base changes, which is asked for too. */
  heritage(key: string): readonly string[] | null {
    const chain = this.#asking.heritage(key);
    this.isFleeting ||= chain !== null;
    return chain;
  }

  initialOf(key: string): Image | null {
    this.ask(`type ${key}`);
    return this.#asking.initialOf(key);
  }

  enumNamed(key: string): EnumType | null {
    this.ask(`type ${key}`);
    return this.#asking.enumNamed(key);
  }

  enumsWith(key: string): readonly EnumType[] {
    this.ask(`enum ${key}`);
    const names = this.#asking.enumNamesWith(key);
    this.isFleeting ||= names === null;
    for (const name of names ?? []) this.ask(`type ${name}`);
    return this.#asking.enumsWith(key);
  }

  names(): Iterable<string> {
    this.isFleeting = true;
    return this.#asking.names();
  }

  addAnonymous(type: EnumType): void {
    this.enums.push(type);
    this.#asking.addAnonymous(type);
  }

  addAddress(address: DirectAddress): void {
    this.addresses.push(address);
    this.#asking.addAddress(address);
  }

  later(check: () => void): void {
    this.#asking.later(check);
  }
}
