/** The pieces of work of one compilation: done, or taken over from the one before with all that doing them does to the world. */
import type { Problems } from "../problems.ts";
import type { UnitDeclaration } from "../syntax/ast.ts";
import { type Declarations, type Kept, NOTHING_KEPT, stillHolding } from "./memory.ts";
import type { Scope, World } from "./scope.ts";
import type { Unit } from "./symbols.ts";
import { type AskedWorld, type Question, Work } from "./work.ts";

export interface WorkedWorld extends AskedWorld, Declarations {
  /** Has what a question is about worked out. */
  resolve(question: Question): void;
}

export class Works {
  readonly #world: WorkedWorld;
  #before: Kept;
  /** Works of the compilation before that hold in this one too; null: not yet known, as declarations are still added. */
  #holding: ReadonlySet<Work> | null = null;
  readonly #declarations = new Map<Question, Work>();
  readonly #bodies = new Map<UnitDeclaration, Work>();
  /** Those that are being done, outermost first. */
  readonly #open: Work[] = [];

  constructor(world: WorkedWorld, before: Kept) {
    this.#world = world;
    this.#before = before;
  }

  /** What a declaration comes to. `isFleeting`: results that no later compilation may take over. */
  declaration<T>(question: Question, make: (scope: Scope) => T, isFleeting: (result: T) => boolean = () => false): T {
    const before = this.#before.works.get(question);
    const work = this.#isHolding(before) ? this.#repeat(before) : this.#do((world) => make(scopeOf(world)));
    this.#declarations.set(question, work);
    // A work is kept under the question that it answered.
    const result = work.result as T;
    work.isFleeting ||= isFleeting(result);
    return result;
  }

  /** Has a unit's body checked, or leaves it as it is when that would come to the same. */
  body(unit: Unit, check: (scope: Scope) => void): void {
    const { declaration } = unit;
    const before = this.#before.bodies.get(declaration);
    const work = this.#isHolding(before) ? this.#repeat(before) : this.#do((world) => checkAnew(world, unit, check));
    // A method belongs to a class, which is fleeting; what a name means in a NAMESPACE depends on what else is declared.
    work.isFleeting ||= unit.owner !== null || unit.space.searched.length > 0;
    this.#bodies.set(declaration, work);
  }

  /** What is being done stands on something that depends on where it was begun. */
  distrustOpen(): void {
    for (const work of this.#open) work.isFleeting = true;
  }

  /** Gathers the problems. @returns what the next compilation may take over. */
  finish(problems: Problems): Kept {
    for (const work of [...this.#declarations.values(), ...this.#bodies.values()]) {
      problems.add(work.problems);
      work.leaveWorld();
    }
    // Or each compilation would keep all those before it.
    this.#before = NOTHING_KEPT;
    const lasting = <K>(all: ReadonlyMap<K, Work>) => new Map([...all].filter(([, work]) => !work.isFleeting));
    return { declarations: this.#world, works: lasting(this.#declarations), bodies: lasting(this.#bodies) };
  }

  #isHolding(work: Work | undefined): work is Work {
    this.#holding ??= stillHolding(this.#before, this.#world);
    return work !== undefined && this.#holding.has(work);
  }

  #do(make: (world: World) => unknown): Work {
    const work = new Work(this.#world);
    this.#open.push(work);
    work.do(make);
    this.#open.pop();
    return work;
  }

  /** Does to the world what doing the work would, in the same order. */
  #repeat(work: Work): Work {
    for (const question of work.asked) this.#world.resolve(question);
    for (const type of work.enums) this.#world.addAnonymous(type);
    for (const address of work.addresses) this.#world.addAddress(address);
    this.#world.later(() => {
      for (const question of work.askedLater) this.#world.resolve(question);
    });
    return work;
  }
}

const scopeOf = (world: World): Scope => ({ world, unit: null, names: new Map() });

const checkAnew = (world: World, unit: Unit, check: (scope: Scope) => void): void => {
  // Of another object of the same declaration the body would be another.
  world.unit(unit.key);
  unit.calls.clear();
  unit.programs.clear();
  for (const list of [unit.dispatches, unit.queries, unit.assertions]) list.length = 0;
  check({ world, unit, names: unit.names });
};
