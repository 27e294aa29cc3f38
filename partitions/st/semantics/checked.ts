/** The program after analysis: every name looked up, every type known, every conversion written out. */
import type { Span } from "../syntax/source-text.ts";
import type { ConstantValue } from "./constants.ts";
import type { Image } from "./image.ts";
import type { DirectAddress, Dispatch, Property, Unit, Variable } from "./symbols.ts";
import type {
  ArrayType,
  BlockType,
  ElementaryType,
  EnumType,
  Field,
  InterfaceType,
  OpenArrayType,
  PointerType,
  PortType,
  Type,
} from "./types.ts";

/** Something that has an address: what can be read, assigned and passed by reference. */
export type Place =
  | { readonly kind: "variable"; readonly type: Type; readonly variable: Variable }
  | { readonly kind: "direct"; readonly type: Type; readonly address: DirectAddress }
  | {
      readonly kind: "field";
      readonly type: Type;
      readonly base: Place;
      readonly field: Field /** A VAR_IN_OUT: the field holds the address. */;
      readonly byReference: boolean;
    }
  | {
      readonly kind: "element";
      readonly type: Type;
      readonly at: Span;
      readonly base: Place;
      readonly array: ArrayType | OpenArrayType;
      /** DINTs, one a dimension. */
      readonly indices: readonly CheckedExpression[];
    }
  | { readonly kind: "bit"; readonly type: Type; readonly base: Place; readonly bit: number }
  /** `offset` bytes into another place: x.%B1 */
  | { readonly kind: "part"; readonly type: Type; readonly base: Place; readonly offset: number }
  /** A PROPERTY: reading and assigning it are calls. `target` is null in a PROGRAM, which has no address. */
  | {
      readonly kind: "property";
      readonly type: Type;
      readonly at: Span;
      readonly target: Target | null;
      readonly property: Property;
    }
  /** A place that is made for a value, to pass it by reference. */
  | { readonly kind: "temporary"; readonly type: Type; readonly value: CheckedExpression }
  /** What a pointer leads to; with an index, the place so many of its kind further on. */
  | {
      readonly kind: "dereference";
      readonly type: Type;
      readonly at: Span;
      readonly pointer: CheckedExpression;
      /** A DINT. */
      readonly index: CheckedExpression | null;
    };

/** What a method is called on. */
export interface Target {
  readonly place: Place;
  /** Named by SUPER: the method is that of the base, whatever the instance is. */
  readonly isSuper: boolean;
}

/** What the place is a part of. */
export const rootOf = (
  place: Place,
): Extract<Place, { kind: "variable" | "direct" | "dereference" | "temporary" | "property" }> => {
  let root = place;
  while ("base" in root) root = root.base;
  return root;
};

/** The variable that a place is the whole of, of an instance too; null: none. */
export const variableOf = (place: Place): Variable | null => {
  if (place.kind === "variable") return place.variable;
  if (place.kind !== "field" || place.base.type.kind !== "block") return null;
  return place.base.type.fields.find(({ key }) => key === place.field.key)?.variable ?? null;
};

/** The type of a place as its declaration writes it, where that is another name than its own. */
export const spellingAt = (place: Place): string | null =>
  place.kind === "field" ? place.field.spelling : (variableOf(place)?.spelling ?? null);

export type ArithmeticOperator = "add" | "subtract" | "multiply" | "divide" | "modulo" | "and" | "or" | "xor";
export type Comparison = "equal" | "notEqual" | "less" | "lessEqual" | "greater" | "greaterEqual";
export type Intrinsic =
  | "absolute"
  | "squareRoot"
  | "minimum"
  | "maximum"
  | "limit"
  | "select"
  | "multiplex"
  | "shiftLeft"
  | "shiftRight"
  | "rotateLeft"
  | "rotateRight"
  | "time"
  /** Of a register of the partita device. */
  | "deviceRead"
  | "deviceWrite";

export type CheckedExpression =
  | { readonly kind: "constant"; readonly type: Type; readonly value: ConstantValue }
  | { readonly kind: "read"; readonly type: Type; readonly place: Place }
  /** Of a place that is no bit. */
  | { readonly kind: "address"; readonly type: PointerType | InterfaceType; readonly place: Place }
  /** An array or struct: what is known of it, and the parts that are computed. */
  | { readonly kind: "aggregate"; readonly type: Type; readonly image: Image; readonly parts: readonly AggregatePart[] }
  /** LOWER_BOUND and UPPER_BOUND of an array that the caller gave. */
  | {
      readonly kind: "bound";
      readonly type: ElementaryType;
      readonly array: Place;
      readonly dimension: number;
      readonly which: "lower" | "upper";
    }
  /** A reference to an instance as one to `wanted`, be it a class or an interface; NULL where the instance is none such. */
  | {
      readonly kind: "attempt";
      readonly type: PointerType | InterfaceType;
      readonly wanted: Unit | InterfaceType;
      readonly operand: CheckedExpression;
    }
  /** Assigns an attempt to a place; whether it succeeded. */
  | { readonly kind: "query"; readonly type: ElementaryType; readonly place: Place; readonly value: CheckedExpression }
  /** The address of the instance whose body or method runs. */
  | { readonly kind: "this"; readonly type: PointerType }
  /** Where a VAR_IN_OUT of the instance leads to; 0 before its body was called for the first time. */
  | { readonly kind: "inOutPointer"; readonly type: PointerType; readonly variable: Variable }
  /** A call that runs when `condition` holds, else gives zeros; `eno` tells which it was. */
  | {
      readonly kind: "enabled";
      readonly type: Type;
      readonly condition: CheckedExpression;
      readonly eno: Place | null;
      readonly value: CheckedExpression;
    }
  /** The same 32 bits as another type. */
  | { readonly kind: "reinterpret"; readonly type: Type; readonly operand: CheckedExpression }
  /** Between scalars; REAL to integer rounds to nearest even, or towards zero when `truncate`. */
  | {
      readonly kind: "convert";
      readonly type: ElementaryType;
      readonly operand: CheckedExpression;
      readonly truncate: boolean;
    }
  | {
      readonly kind: "unary";
      readonly type: ElementaryType;
      readonly operator: "negate" | "not";
      readonly operand: CheckedExpression;
    }
  /** An integer as a value of an enum: where it has none such, an APPLICATION_ERROR, and its first. */
  | { readonly kind: "among"; readonly type: EnumType; readonly at: Span; readonly operand: CheckedExpression }
  /** Into a subrange: outside of `low` to `high` an APPLICATION_ERROR, and the nearest of them. */
  | {
      readonly kind: "within";
      readonly type: ElementaryType;
      readonly at: Span;
      readonly operand: CheckedExpression;
      readonly low: bigint;
      readonly high: bigint;
    }
  /** Both operands have `type`. */
  | {
      readonly kind: "arithmetic";
      readonly type: ElementaryType;
      readonly at: Span;
      readonly operator: ArithmeticOperator;
      readonly left: CheckedExpression;
      readonly right: CheckedExpression;
    }
  /** Both operands have the same scalar type. */
  | {
      readonly kind: "compare";
      readonly type: ElementaryType;
      /** Null: no comparison of the user's. */
      readonly at: Span | null;
      readonly operator: Comparison;
      readonly left: CheckedExpression;
      readonly right: CheckedExpression;
    }
  /** Of BOOLs; the right operand is evaluated only when it decides. */
  | {
      readonly kind: "logic";
      readonly type: ElementaryType;
      readonly operator: "and" | "or";
      readonly left: CheckedExpression;
      readonly right: CheckedExpression;
    }
  | {
      readonly kind: "intrinsic";
      readonly type: Type;
      readonly at: Span;
      readonly intrinsic: Intrinsic;
      readonly operands: readonly CheckedExpression[];
    }
  /** Each of `held` is computed first, and once, for all that stands for it in `value`. */
  | {
      readonly kind: "holding";
      readonly type: Type;
      readonly held: readonly Holding[];
      readonly value: CheckedExpression;
    }
  | { readonly kind: "held"; readonly type: Type; readonly as: Held }
  | FunctionCall;

/** What a held value goes by. */
export interface Held {
  readonly type: Type;
}

export interface Holding {
  readonly as: Held;
  readonly value: CheckedExpression;
}

export interface AggregatePart {
  /** From the start of the whole. */
  readonly offset: number;
  readonly value: CheckedExpression;
}

export interface FunctionCall {
  readonly kind: "call";
  readonly type: Type;
  /** Of a call that is dispatched one of those that may run. */
  readonly unit: Unit;
  /** Of a method or action. */
  readonly receiver: Receiver | null;
  /** One for each input, output and in-out of the function, in order of declaration. */
  readonly arguments: readonly CallArgument[];
}

/** The instance that a method or body runs on. */
export interface Receiver {
  readonly place: Place;
  /** null: what runs is known. */
  readonly dispatch: Dispatch | null;
}

export type CallArgument =
  | { readonly kind: "value"; readonly variable: Variable; readonly value: CheckedExpression }
  /** Of an output nobody wants, `place` is null. */
  | { readonly kind: "reference"; readonly variable: Variable; readonly place: Place | null };

export type CheckedStatement =
  /** A TEST has failed, and ends: `assertion` is the position among those of its unit. */
  | { readonly kind: "fail"; readonly at: Span; readonly assertion: number }
  /** A TEST expects that something before has raised an error. */
  | { readonly kind: "expectError"; readonly at: Span; readonly assertion: number }
  /** TIME() of a TEST moves on. */
  | { readonly kind: "advanceTime"; readonly at: Span; readonly by: CheckedExpression }
  | { readonly kind: "assign"; readonly at: Span; readonly place: Place; readonly value: CheckedExpression }
  | { readonly kind: "evaluate"; readonly at: Span; readonly value: CheckedExpression }
  | {
      readonly kind: "block";
      readonly at: Span;
      readonly receiver: Receiver;
      readonly block: BlockType;
      readonly inputs: readonly { readonly field: Field; readonly value: CheckedExpression }[];
      readonly references: readonly { readonly field: Field; readonly place: Place }[];
      /** `value` reads the output after the call. */
      readonly outputs: readonly { readonly place: Place; readonly value: CheckedExpression }[];
    }
  | {
      readonly kind: "port";
      readonly at: Span;
      readonly variable: Variable;
      readonly port: PortType;
      readonly request: CheckedExpression | null;
      readonly message: Place;
      readonly outputs: readonly { readonly place: Place; readonly value: CheckedExpression }[];
    }
  | {
      readonly kind: "if";
      readonly at: Span;
      readonly branches: readonly {
        /** Of the condition. */
        readonly at: Span;
        readonly condition: CheckedExpression;
        readonly body: readonly CheckedStatement[];
      }[];
      readonly otherwise: readonly CheckedStatement[];
    }
  | {
      readonly kind: "case";
      readonly at: Span;
      readonly selector: CheckedExpression;
      readonly arms: readonly {
        readonly ranges: readonly { readonly low: bigint; readonly high: bigint }[];
        readonly body: readonly CheckedStatement[];
      }[];
      readonly otherwise: readonly CheckedStatement[];
      /** Also one that does nothing. */
      readonly hasElse: boolean;
    }
  | {
      readonly kind: "for";
      readonly at: Span;
      readonly variable: Place;
      readonly type: ElementaryType;
      readonly from: CheckedExpression;
      readonly to: CheckedExpression;
      readonly by: CheckedExpression;
      readonly body: readonly CheckedStatement[];
    }
  | {
      readonly kind: "while";
      readonly at: Span;
      readonly testedAt: Span;
      readonly condition: CheckedExpression;
      readonly body: readonly CheckedStatement[];
    }
  | {
      readonly kind: "repeat";
      readonly at: Span;
      readonly testedAt: Span;
      readonly body: readonly CheckedStatement[];
      readonly until: CheckedExpression;
    }
  | { readonly kind: "exit" | "continue" | "return"; readonly at: Span };
