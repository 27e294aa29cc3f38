/** The tree of a source file as the parser sees it: names not yet looked up, types not yet known. */
import type { SourceText, Span } from "./source-text.ts";

export interface Name {
  readonly at: Span;
  /** As the user spelt it; compare `key`. */
  readonly text: string;
  readonly key: string;
}

// ── Expressions ─────────────────────────────────────────────────────────────────────────────────────────────────────

export type UnaryOperator = "-" | "+" | "NOT";
export type BinaryOperator =
  | "OR"
  | "XOR"
  | "AND"
  | "OR_ELSE"
  | "AND_THEN"
  | "="
  | "<>"
  | "<"
  | ">"
  | "<="
  | ">="
  | "+"
  | "-"
  | "*"
  | "/"
  | "MOD"
  | "**";

export interface Argument {
  readonly at: Span;
  /** null: positional. */
  readonly name: Name | null;
  readonly direction: "in" | "out";
  /** `NOT Q => x` */
  readonly negated: boolean;
  /** null in `OUT =>` with nothing behind it. */
  readonly value: Expression | null;
}

export type Expression =
  | { readonly kind: "integer"; readonly at: Span; readonly value: bigint }
  | { readonly kind: "real"; readonly at: Span; readonly value: number }
  | { readonly kind: "null"; readonly at: Span }
  | { readonly kind: "boolean"; readonly at: Span; readonly value: boolean }
  | { readonly kind: "duration"; readonly at: Span; readonly nanoseconds: bigint; readonly prefix: string }
  | { readonly kind: "date"; readonly at: Span; readonly prefix: string; readonly text: string }
  | { readonly kind: "string"; readonly at: Span; readonly value: string; readonly wide: boolean }
  /** `INT#5`, `Color#Red` */
  | { readonly kind: "typed"; readonly at: Span; readonly type: Name; readonly value: Expression }
  | { readonly kind: "name"; readonly at: Span; readonly name: Name }
  | { readonly kind: "direct"; readonly at: Span; readonly address: string }
  /** `[1, 2]`, `(a := 1, b := 2)` */
  | { readonly kind: "aggregate"; readonly at: Span; readonly initializer: Initializer }
  | { readonly kind: "member"; readonly at: Span; readonly base: Expression; readonly member: Name }
  /** `x.5` or `x.%X5` */
  | { readonly kind: "bit"; readonly at: Span; readonly base: Expression; readonly bit: number }
  /** `x.%B1`: the byte, word or double word of this number. */
  | {
      readonly kind: "part";
      readonly at: Span;
      readonly base: Expression;
      readonly size: "B" | "W" | "D";
      readonly number: number;
    }
  | { readonly kind: "index"; readonly at: Span; readonly base: Expression; readonly indices: readonly Expression[] }
  /** `p^` */
  | { readonly kind: "dereference"; readonly at: Span; readonly base: Expression }
  | { readonly kind: "call"; readonly at: Span; readonly callee: Expression; readonly arguments: readonly Argument[] }
  | { readonly kind: "unary"; readonly at: Span; readonly operator: UnaryOperator; readonly operand: Expression }
  | {
      readonly kind: "binary";
      readonly at: Span;
      readonly operator: BinaryOperator;
      /** Of the operator itself. */
      readonly operatorAt: Span;
      readonly left: Expression;
      readonly right: Expression;
    };

// ── Statements ──────────────────────────────────────────────────────────────────────────────────────────────────────

export type Statement =
  | { readonly kind: "assign"; readonly at: Span; readonly target: Expression; readonly value: Expression }
  /** `a := b := value`: the last first */
  | { readonly kind: "several"; readonly at: Span; readonly statements: readonly Statement[] }
  /** `target ?= source` */
  | { readonly kind: "attempt"; readonly at: Span; readonly target: Expression; readonly value: Expression }
  /** `r REF= x` */
  | { readonly kind: "bind"; readonly at: Span; readonly target: Expression; readonly value: Expression }
  /** `x S= condition`, `x R= condition` */
  | {
      readonly kind: "latch";
      readonly at: Span;
      readonly target: Expression;
      readonly condition: Expression;
      readonly to: boolean;
    }
  | { readonly kind: "call"; readonly at: Span; readonly call: Expression }
  | {
      readonly kind: "if";
      readonly at: Span;
      readonly branches: readonly { readonly condition: Expression; readonly body: readonly Statement[] }[];
      readonly otherwise: readonly Statement[];
    }
  | {
      readonly kind: "case";
      readonly at: Span;
      readonly selector: Expression;
      readonly arms: readonly { readonly labels: readonly CaseLabel[]; readonly body: readonly Statement[] }[];
      readonly otherwise: readonly Statement[];
      /** Also one that does nothing. */
      readonly hasElse: boolean;
    }
  | {
      readonly kind: "for";
      readonly at: Span;
      readonly variable: Expression;
      readonly from: Expression;
      readonly to: Expression;
      readonly by: Expression | null;
      readonly body: readonly Statement[];
    }
  | { readonly kind: "while"; readonly at: Span; readonly condition: Expression; readonly body: readonly Statement[] }
  | { readonly kind: "repeat"; readonly at: Span; readonly body: readonly Statement[]; readonly until: Expression }
  | { readonly kind: "exit" | "continue" | "return" | "empty"; readonly at: Span };

export interface CaseLabel {
  readonly at: Span;
  readonly low: Expression;
  /** null: a single value. */
  readonly high: Expression | null;
}

// ── Declarations ────────────────────────────────────────────────────────────────────────────────────────────────────

export type Initializer =
  | { readonly kind: "value"; readonly at: Span; readonly value: Expression }
  /** `[1, 2, 3(0)]` */
  | {
      readonly kind: "list";
      readonly at: Span;
      readonly items: readonly { readonly repeat: Expression | null; readonly value: Initializer }[];
    }
  /** `(A := 1, B := 2)` */
  | {
      readonly kind: "fields";
      readonly at: Span;
      readonly fields: readonly { readonly name: Name; readonly value: Initializer }[];
    };

/** As messages name it. */
export type PointerFlavour = "POINTER TO" | "REF_TO" | "REFERENCE TO";

export type TypeExpression =
  | { readonly kind: "name"; readonly at: Span; readonly name: Name }
  | { readonly kind: "string"; readonly at: Span; readonly wide: boolean; readonly length: Expression | null }
  | {
      readonly kind: "subrange";
      readonly at: Span;
      readonly base: Name;
      readonly low: Expression;
      readonly high: Expression;
    }
  | {
      readonly kind: "array";
      readonly at: Span;
      readonly dimensions: readonly { readonly at: Span; readonly low: Expression; readonly high: Expression }[];
      readonly element: TypeExpression;
    }
  /** `ARRAY [*, *] OF INT` */
  | { readonly kind: "open array"; readonly at: Span; readonly rank: number; readonly element: TypeExpression }
  | {
      readonly kind: "struct";
      readonly at: Span;
      /** Another STRUCT whose members come first. */
      readonly base: Name | null;
      /** A UNION: all members start at the same place. */
      readonly overlap: boolean;
      readonly fields: readonly VariableDeclaration[];
    }
  | {
      readonly kind: "pointer";
      readonly at: Span;
      readonly flavour: PointerFlavour;
      readonly target: TypeExpression;
    }
  | {
      readonly kind: "enum";
      readonly at: Span;
      readonly values: readonly { readonly name: Name; readonly value: Expression | null }[];
      readonly base: Name | null;
    };

export interface VariableDeclaration {
  readonly at: Span;
  readonly name: Name;
  readonly type: TypeExpression;
  readonly initial: Initializer | null;
  /** `%IX0.3`, with its place. */
  readonly address: { readonly at: Span; readonly text: string } | null;
  /** `BOOL R_EDGE` */
  readonly edge: "R_EDGE" | "F_EDGE" | null;
}

export type SectionKind =
  | "VAR"
  | "VAR_INPUT"
  | "VAR_OUTPUT"
  | "VAR_IN_OUT"
  | "VAR_TEMP"
  | "VAR_STAT"
  | "VAR_INST"
  | "VAR_GLOBAL"
  | "VAR_EXTERNAL";

export interface VariableSection {
  readonly at: Span;
  readonly kind: SectionKind;
  readonly constant: boolean;
  readonly retain: boolean;
  readonly access: Access | null;
  readonly variables: readonly VariableDeclaration[];
}

export interface TypeDeclaration {
  readonly kind: "type";
  readonly at: Span;
  readonly name: Name;
  readonly type: TypeExpression;
  readonly initial: Initializer | null;
}

/** Who may use a member of a class (IEC 61131-3 §6.6.5.10). */
export type Access = "PUBLIC" | "PRIVATE" | "PROTECTED" | "INTERNAL";

/** Words in front of the name of a block, a method or a property. */
export interface Modifiers {
  /** null: not given. */
  readonly access: Access | null;
  readonly abstract: boolean;
  readonly final: boolean;
  readonly override: boolean;
}

/** A program organization unit (IEC 61131-3 §6.6), or a METHOD, ACTION or accessor of a PROPERTY of one. */
export interface UnitDeclaration {
  readonly kind: "unit";
  readonly at: Span;
  /** A CLASS is a FUNCTION_BLOCK without a body. */
  readonly unit: "FUNCTION" | "FUNCTION_BLOCK" | "CLASS" | "PROGRAM" | "TEST" | "METHOD" | "ACTION";
  readonly name: Name;
  readonly modifiers: Modifiers;
  /** EXTENDS */
  readonly base: Name | null;
  /** IMPLEMENTS */
  readonly interfaces: readonly Name[];
  /** USING */
  readonly usings: readonly Name[];
  /** Of a FUNCTION or METHOD. */
  readonly result: TypeExpression | null;
  readonly sections: readonly VariableSection[];
  readonly members: readonly MemberDeclaration[];
  readonly body: readonly Statement[];
  /** The body says ENO without an argument of that name: it has the output that every unit has (§6.6.1.6). */
  readonly setsEno: boolean;
}

/** What most units have nothing of. */
export const PLAIN_UNIT = {
  kind: "unit",
  modifiers: { access: null, abstract: false, final: false, override: false },
  base: null,
  interfaces: [],
  usings: [],
  result: null,
  sections: [],
  members: [],
  body: [],
  setsEno: false,
} as const satisfies Partial<UnitDeclaration>;

export type MemberDeclaration = UnitDeclaration | PropertyDeclaration;

/** As in CODESYS: read through GET, assigned through SET. */
export interface PropertyDeclaration {
  readonly kind: "property";
  readonly at: Span;
  readonly name: Name;
  readonly modifiers: Modifiers;
  readonly type: TypeExpression;
  readonly get: UnitDeclaration | null;
  readonly set: UnitDeclaration | null;
}

/** IEC 61131-3 §6.6.6 */
export interface InterfaceDeclaration {
  readonly kind: "interface";
  readonly at: Span;
  readonly name: Name;
  readonly bases: readonly Name[];
  readonly members: readonly MemberDeclaration[];
}

export interface TaskDeclaration {
  readonly at: Span;
  readonly name: Name;
  readonly properties: readonly { readonly name: Name; readonly value: Expression }[];
}

export interface InstanceDeclaration {
  readonly at: Span;
  readonly name: Name;
  readonly task: Name | null;
  readonly program: Name;
  /** `(in := source, out => sink)` */
  readonly connections: readonly Argument[];
}

/** What VAR_CONFIG says of a variable of an instance: `p1.pump.run AT %QX0.3 : BOOL := TRUE;` */
export interface LocationDeclaration {
  readonly at: Span;
  readonly target: Expression;
  readonly address: VariableDeclaration["address"];
  readonly type: TypeExpression;
  readonly initial: Initializer | null;
}

export interface ConfigurationDeclaration {
  readonly kind: "configuration";
  readonly at: Span;
  readonly name: Name;
  readonly globals: readonly VariableSection[];
  readonly tasks: readonly TaskDeclaration[];
  readonly instances: readonly InstanceDeclaration[];
  readonly locations: readonly LocationDeclaration[];
}

/** IEC 61131-3 §6.9 */
export interface NamespaceDeclaration {
  readonly kind: "namespace";
  readonly at: Span;
  readonly name: Name;
  readonly declarations: readonly Declaration[];
}

export type Declaration =
  | TypeDeclaration
  | UnitDeclaration
  | InterfaceDeclaration
  | ConfigurationDeclaration
  | { readonly kind: "globals"; readonly at: Span; readonly section: VariableSection }
  | { readonly kind: "locations"; readonly at: Span; readonly locations: readonly LocationDeclaration[] }
  | NamespaceDeclaration
  /** For the rest of the file, or of the namespace. */
  | { readonly kind: "using"; readonly at: Span; readonly names: readonly Name[] };

export interface SourceFile {
  readonly source: SourceText;
  readonly declarations: readonly Declaration[];
  /** False when a declaration could not be read. */
  readonly isWhole: boolean;
}
