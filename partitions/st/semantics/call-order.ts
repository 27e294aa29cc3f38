/** Which units a program needs, called ones before their callers; no unit may lead back to itself (IEC 61131-3 §6.6.1). */
import { checkStatements } from "./check-statement.ts";
import { targetsOf } from "./classes.ts";
import { detectEdges } from "./edges.ts";
import type { Unit } from "./symbols.ts";
import { warnAbout } from "./warnings/index.ts";
import type { ProgramWorld } from "./world.ts";

/** The unit and what belongs to it: each has a body. */
export const bodiesOf = (unit: Unit): readonly Unit[] => [
  unit,
  ...[...unit.methods.values()].map((method) => method.unit),
];

export class CallOrder {
  readonly #world: ProgramWorld;
  readonly #checked: Set<Unit>;
  readonly #state = new Map<Unit, "open" | "done">();
  /** What was found to be called while there were just `#known` classes. */
  readonly #reached = new Set<Unit>();
  #known = 0;
  /** The units around the one in hand, outermost first. */
  readonly #open: Unit[] = [];

  /** `checked`: the units whose bodies need no more look. */
  constructor(world: ProgramWorld, checked: Set<Unit>) {
    this.#world = world;
    this.#checked = checked;
  }

  check(unit: Unit): void {
    if (this.#checked.has(unit)) return;
    this.#checked.add(unit);
    this.#world.checkBody(unit, (scope) => {
      const body = checkStatements(scope, unit.declaration.body);
      unit.body = [...detectEdges(unit, body), ...body];
      if (!unit.isLibrary) warnAbout(unit, scope.world.problems);
    });
  }

  /** What `unit` calls, directly or not, and itself, in order; without those that an earlier call gave. */
  of(unit: Unit): readonly Unit[] {
    if (this.#state.has(unit)) return [];
    this.#checkReached(unit);
    const ordered: Unit[] = [];
    this.#visit(unit, ordered);
    return ordered;
  }

  /** A body may be the first to name a class that a call elsewhere then reaches. */
  #checkReached(unit: Unit): void {
    for (;;) {
      const known = this.#world.classes().length;
      if (known !== this.#known) this.#reached.clear();
      this.#known = known;
      const open = [unit];
      for (let each = open.pop(); each !== undefined; each = open.pop()) {
        if (this.#reached.has(each)) continue;
        this.#reached.add(each);
        open.push(...this.#calleesOf(each));
      }
      if (this.#world.classes().length === known) return;
    }
  }

  #calleesOf(unit: Unit): readonly Unit[] {
    this.check(unit);
    if (unit.dispatches.length === 0) return [...unit.calls];
    const classes = this.#world.classes();
    return [...unit.calls, ...unit.dispatches.flatMap((dispatch) => [...targetsOf(dispatch, classes).values()])];
  }

  #visit(unit: Unit, ordered: Unit[]): void {
    this.#state.set(unit, "open");
    this.#open.push(unit);
    for (const callee of new Set(this.#calleesOf(unit))) {
      if (this.#state.get(callee) === "open") this.#refuse(unit, callee);
      else if (!this.#state.has(callee)) this.#visit(callee, ordered);
    }
    this.#open.pop();
    this.#state.set(unit, "done");
    ordered.push(unit);
  }

  #refuse(unit: Unit, callee: Unit): void {
    const chain = [...this.#open.slice(this.#open.indexOf(callee)), callee].map(({ name }) => name);
    const message =
      unit === callee
        ? `${unit.name} calls itself`
        : `${unit.name} calls ${callee.name}, which leads back to it: ${chain.join(" → ")}`;
    this.#world.problems.error(unit.at, "recursion", message, "IEC 61131-3 allows no recursion: write a loop");
  }
}
