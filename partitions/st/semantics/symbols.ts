/** What names stand for once they are looked up. */
import type { Access, Modifiers, Name, PropertyDeclaration, UnitDeclaration } from "../syntax/ast.ts";
import type { Span } from "../syntax/source-text.ts";
import type { CheckedExpression, CheckedStatement } from "./checked.ts";
import type { ConstantValue } from "./constants.ts";
import type { Image } from "./image.ts";
import type { Space } from "./space-view.ts";
import type { BlockType, InterfaceType, Type } from "./types.ts";

export type Section = "input" | "output" | "inOut" | "local" | "temp" | "static" | "global" | "result";

/** Whose a declaration is: the program's own, a library's, or the compiler's. */
export type Origin = "program" | "library" | "standard";

/** Where %IX0.3 is: an area of the process image, a byte of it and, for X, a bit of that. */
export interface DirectAddress {
  readonly area: "input" | "output" | "memory";
  readonly byte: number;
  readonly bit: number | null;
  readonly bytes: number;
  /** `%I*`: wherever there is room in the area, which is known when all others have their places. */
  readonly isFloating?: boolean;
}

/** Where a variable lives. */
export type Storage =
  /** In the data of the program, `offset` bytes into the named area; `bit` of the byte there for %IX. */
  | { readonly kind: "static"; readonly area: StaticArea; readonly offset: number; readonly bit: number | null }
  /** In the instance of its function block. */
  | { readonly kind: "member"; readonly offset: number }
  /** In a register or the stack frame of one call. */
  | { readonly kind: "local" };
export type StaticArea = "data" | "input" | "output" | "memory" | "retained";

export interface Variable {
  readonly at: Span;
  readonly name: string;
  readonly key: string;
  readonly type: Type;
  /** The type as the declaration writes it, where that is another name; see `spellingOf`. */
  readonly spelling: string | null;
  readonly section: Section;
  /** Of a CONSTANT scalar. */
  readonly constant: ConstantValue | null;
  readonly readOnly: boolean;
  readonly retain: boolean;
  readonly address: DirectAddress | null;
  readonly edge: "R_EDGE" | "F_EDGE" | null;
  /** null: not said. */
  readonly access: Access | null;
  /** Null: that of the type. */
  readonly initial: Image | null;
  /** Initial value that is computed anew at each call. */
  readonly start: CheckedExpression | null;
  /** Passed by address: VAR_IN_OUT, and VAR_OUTPUT of a function. Or found by it: see located.ts. */
  readonly byReference: boolean;
  /** Set once layout knows it. */
  storage: Storage;
}

/** One that no declaration of the program has: it starts as its type does. */
export const hiddenVariable = ({ at, text, key }: Name, type: Type, section: Section): Variable => ({
  ...{ at, name: text, key, type, spelling: null, section, constant: null, readOnly: false, retain: false },
  ...{ address: null, edge: null, access: null, initial: null, start: null, byReference: false },
  storage: { kind: "local" },
});

/** Stands once for all instances and calls: VAR_STAT, and a CONSTANT that is no parameter. */
export const isStatic = ({ section, readOnly }: Variable): boolean =>
  section === "static" || (readOnly && section !== "input" && section !== "inOut");

/** A method of a class or interface; the accessors of a property are methods too. */
export interface Method {
  readonly key: string;
  readonly name: string;
  readonly at: Span;
  readonly isAccessor: boolean;
  readonly declaration: UnitDeclaration;
  /** The class that declares it; null: an interface does. */
  readonly owner: Unit | null;
  /** Found when it is first asked for: its parameters may be of the very class. */
  readonly unit: Unit;
}

export interface Property {
  readonly key: string;
  readonly name: string;
  readonly at: Span;
  readonly declaration: PropertyDeclaration;
  readonly owner: Unit | null;
}

/** A call whose method depends on what the receiver is when the program runs. */
export interface Dispatch {
  readonly of: Unit | InterfaceType;
  readonly key: string;
}

/** A function, function block or program, or a method or action of one. A CLASS is a function block without a body. */
export interface Unit {
  readonly kind: Exclude<UnitDeclaration["unit"], "CLASS">;
  /** Of a method `Class.Method`. */
  readonly name: string;
  readonly key: string;
  readonly at: Span;
  readonly declaration: UnitDeclaration;
  /** Comes with the compiler. */
  readonly isLibrary: boolean;
  /** In order of declaration. */
  readonly variables: readonly Variable[];
  /** By key: its variables, and the globals that it declares as VAR_EXTERNAL. */
  readonly names: ReadonlyMap<string, Variable>;
  /** Of a FUNCTION; null: it returns nothing. */
  readonly result: Variable | null;
  /** Of a FUNCTION_BLOCK. */
  readonly block: BlockType | null;
  /** Where its body looks names up. */
  readonly space: Space;
  /** Of a METHOD or ACTION: what it belongs to. */
  readonly owner: Unit | null;
  readonly modifiers: Modifiers;
  readonly base: Unit | null;
  /** Those that it names itself. */
  readonly interfaces: readonly InterfaceType[];
  /** Declared here, by key. */
  readonly methods: ReadonlyMap<string, Method>;
  readonly properties: ReadonlyMap<string, Property>;
  /** Its instances begin with the address of their class's row of methods. */
  readonly hasRow: boolean;
  /** Filled when the body is checked. */
  body: readonly CheckedStatement[];
  /** The units that the body calls. */
  readonly calls: Set<Unit>;
  readonly dispatches: Dispatch[];
  /** What the body asks of instances whether they are one. */
  readonly queries: Dispatch["of"][];
  /** PROGRAMs whose variables the body uses. */
  readonly programs: Set<Unit>;
  /** Of a TEST: filled when the body is checked. */
  readonly assertions: Assertion[];
}

export const ASSERTIONS = ["ASSERT_TRUE", "ASSERT_FALSE", "ASSERT_EQ", "ASSERT_NEAR", "ASSERT_ERROR"] as const;

/** Errors that a program can raise, by the health monitor's names for them. */
export const EXPECTED_ERRORS = ["APPLICATION_ERROR", "NUMERIC_ERROR", "DEADLINE_MISSED"] as const;

/** A place in a TEST that must hold. */
export interface Assertion {
  readonly at: Span;
  readonly kind: (typeof ASSERTIONS)[number];
  /** What is looked at, as the user wrote it; of ASSERT_ERROR the error. */
  readonly text: string;
  /** Where its values stay, for whoever tells of a failure: actual, expected, tolerance, as far as it has them. */
  readonly values: readonly Variable[];
}

/** The unit whose instance is there in a body: that of a method is its owner's. */
export const classOf = (unit: Unit | null): Unit | null => unit?.owner ?? unit;

/** A program that runs. */
export interface Instance {
  readonly name: string;
  readonly at: Span;
  readonly program: Unit;
  /** What a scan calls: the program, or what connects its inputs and outputs and calls it. */
  readonly entry: Unit;
}

/** What is released together, again and again. */
export interface Task {
  /** null: of programs that have none. */
  readonly name: string | null;
  readonly intervalNs: number;
  /** The trigger of an event task, as the source writes it. */
  readonly event: string | null;
  /** The position of the first task that is as urgent as it, among all by urgency. */
  readonly rank: number;
  /** A scan runs them in this order. */
  readonly instances: readonly Instance[];
}
