/** Statements (IEC 61131-3 §7.3.3). */
import type { CaseLabel, Expression, Statement } from "../syntax/ast.ts";
import { checkAttempt } from "./check-attempt.ts";
import { type Call, calleeOf, matchArguments } from "./check-call.ts";
import { enabledStatements, takeEnable } from "./check-enable.ts";
import { checkAs, checkExpression } from "./check-expression.ts";
import { receive } from "./check-member.ts";
import { assignProperty, checkMethodCall } from "./check-method-call.ts";
import { isBitwise } from "./check-operator.ts";
import { checkAssigned, checkPlace, checkUnbound, checkWritable } from "./check-place.ts";
import { checkPortCall } from "./check-port-call.ts";
import { checkProgramCall, programNamed } from "./check-program-call.ts";
import { checkReference } from "./check-reference.ts";
import { checkTestStatement } from "./check-test.ts";
import { type CheckedExpression, type CheckedStatement, type Place, spellingAt, type Target } from "./checked.ts";
import { BODY } from "./classes.ts";
import { constantInteger } from "./constant-integer.ts";
import { coerce, NOTHING, withOwnType } from "./convert.ts";
import type { Scope } from "./scope.ts";
import type { Variable } from "./symbols.ts";
import { type BlockType, BOOL, isInteger, nameOf, rangeOf, scalarOf, type Type, UNKNOWN } from "./types.ts";

type Of<Kind extends Statement["kind"]> = Extract<Statement, { kind: Kind }>;

/** `loops`: how many loops are around. A statement with a problem is left out of the result. */
export const checkStatements = (
  scope: Scope,
  statements: readonly Statement[],
  loops = 0,
): readonly CheckedStatement[] => statements.flatMap((statement) => checkStatement(scope, statement, loops) ?? []);

const checkStatement = (
  scope: Scope,
  statement: Statement,
  loops: number,
): CheckedStatement | readonly CheckedStatement[] | null => {
  switch (statement.kind) {
    case "assign":
      return checkAssignment(scope, statement);
    case "several":
      return checkStatements(scope, statement.statements, loops);
    case "attempt":
      return checkAttempt(scope, statement);
    case "bind":
      return checkBinding(scope, statement);
    case "latch":
      return checkLatch(scope, statement);
    case "call":
      return checkTestStatement(scope, statement.call as Call) ?? checkCallStatement(scope, statement);
    case "if":
      return {
        kind: "if",
        at: statement.at,
        branches: statement.branches.map(({ condition, body }) => ({
          at: condition.at,
          condition: checkAs(scope, condition, BOOL),
          body: checkStatements(scope, body, loops),
        })),
        otherwise: checkStatements(scope, statement.otherwise, loops),
      };
    case "case":
      return checkCase(scope, statement, loops);
    case "for":
      return checkFor(scope, statement, loops);
    case "while":
    case "repeat":
      return checkLoop(scope, statement, loops);
    case "exit":
    case "continue":
      if (loops > 0) return { kind: statement.kind, at: statement.at };
      scope.world.problems.error(
        statement.at,
        "not-in-a-loop",
        `${statement.kind.toUpperCase()} stands outside of any loop`,
      );
      return null;
    case "return":
      return { kind: "return", at: statement.at };
    case "empty":
      return null;
  }
};

const checkLoop = (scope: Scope, statement: Of<"while"> | Of<"repeat">, loops: number): CheckedStatement => {
  const { at } = statement;
  const body = checkStatements(scope, statement.body, loops + 1);
  if (statement.kind === "while")
    return { kind: "while", at, testedAt: at, condition: checkAs(scope, statement.condition, BOOL), body };
  return { kind: "repeat", at, testedAt: statement.until.at, body, until: checkAs(scope, statement.until, BOOL) };
};

const checkAssignment = (scope: Scope, { at, target, value }: Of<"assign">): CheckedStatement | null => {
  const place = checkAssigned(scope, target);
  if (place === null) {
    checkExpression(scope, value);
    return null;
  }
  if (place.kind === "property") return assignProperty(scope, place, checkAs(scope, value, place.type));
  checkWritable(scope, place, target.at);
  if (place.kind === "direct") return assignDirect(scope, place, at, value);
  const checked = checkAs(scope, value, place.type, spellingAt(place));
  if (place.type.kind === "open array") {
    const hint = "assign its elements in a loop from LOWER_BOUND to UPPER_BOUND";
    scope.world.problems.error(at, "not-assignable", `${nameOf(place.type)} cannot be assigned as a whole`, hint);
    return null;
  }
  if (place.type.kind === "port") {
    const message = `an instance of ${nameOf(place.type)} cannot be assigned`;
    scope.world.problems.error(at, "not-assignable", message, "call it");
    return null;
  }
  return { kind: "assign", at, place, value: checked };
};

/** An address has a size and no other type: it takes any integer of that size (CODESYS). */
const assignDirect = (
  scope: Scope,
  place: Extract<Place, { kind: "direct" }>,
  at: Statement["at"],
  expression: Expression,
): CheckedStatement => {
  const value = checkExpression(scope, expression, place.type);
  const { type } = value;
  if (isInteger(type) && type.bytes === place.type.bytes && place.type !== BOOL)
    return { kind: "assign", at, place: { ...place, type }, value };
  return { kind: "assign", at, place, value: coerce(scope, value, place.type, expression.at) };
};

/** `r REF= x`; NULL unbinds. */
const checkBinding = (scope: Scope, { at, target, value }: Of<"bind">): CheckedStatement | null => {
  const place = checkUnbound(scope, target);
  if (place === null) {
    checkExpression(scope, value);
    return null;
  }
  if (place.type.kind !== "pointer" || place.type.flavour !== "REFERENCE TO") {
    const message = `REF= binds a REFERENCE TO, not ${nameOf(place.type)}`;
    scope.world.problems.error(at, "type-mismatch", message, "assign with :=");
    return null;
  }
  checkWritable(scope, place, target.at);
  return { kind: "assign", at, place, value: checkAs(scope, value, place.type) };
};

/** `x S= condition` sets, `x R= condition` resets, and leaves x as it is while the condition is FALSE. */
const checkLatch = (scope: Scope, { at, target, condition, to }: Of<"latch">): CheckedStatement | null => {
  const place = checkPlace(scope, target);
  const decides = checkAs(scope, condition, BOOL);
  if (place === null || !checkWritable(scope, place, target.at)) return null;
  const value = coerce(scope, { kind: "constant", type: BOOL, value: to }, place.type, target.at);
  return {
    kind: "if",
    at,
    branches: [{ at, condition: decides, body: [{ kind: "assign", at, place, value }] }],
    otherwise: [],
  };
};

const checkCallStatement = (
  scope: Scope,
  { at, call: expression }: Of<"call">,
): CheckedStatement | readonly CheckedStatement[] | null => {
  const call = expression as Call;
  const program = programNamed(scope, call.callee);
  if (program !== null) return checkProgramCall(scope, call, program);
  const callee = calleeOf(scope, call);
  if (callee === null) return null;
  if (callee.kind === "value") return { kind: "evaluate", at, value: callee.value };
  if (callee.kind === "method") return { kind: "evaluate", at, value: checkMethodCall(scope, call, callee) };
  const { place } = callee.target;
  const { type } = place;
  if (type.kind === "block") return checkBlockCall(scope, call, callee.target, type);
  if (type.kind === "port" && place.kind === "variable") return checkPortCall(scope, call, place.variable, type);
  const hint = "only functions and instances of function blocks can";
  scope.world.problems.error(call.at, "not-callable", `${nameOf(type)} cannot be called`, hint);
  return null;
};

const checkBlockCall = (scope: Scope, given: Call, target: Target, block: BlockType): readonly CheckedStatement[] => {
  const parameters = block.fields
    .map(({ variable }) => variable)
    .filter(({ section }) => section === "input" || section === "output" || section === "inOut");
  const { call, enable } = takeEnable(scope, given, parameters);
  return enabledStatements(call.at, [checkPlainCall(scope, call, parameters, target, block)], enable);
};

const checkPlainCall = (
  scope: Scope,
  call: Call,
  parameters: readonly Variable[],
  target: Target,
  block: BlockType,
): CheckedStatement => {
  if (block.unit.declaration.unit === "CLASS") {
    const message = `${block.name} is a CLASS, which has no body to call`;
    scope.world.problems.error(call.callee.at, "not-callable", message, "call one of its methods");
  }
  const instance = target.place;
  const receiver = receive(scope, target, BODY, block.unit);
  const given = matchArguments(scope, call, block.name, parameters);
  const inputs = [];
  const references = [];
  const outputs = [];
  for (const field of block.fields) {
    const { variable } = field;
    const argument = given.get(variable);
    if (variable.section === "input" && argument?.value != null) {
      inputs.push({ field, value: checkAs(scope, argument.value, variable.type, variable.spelling) });
    } else if (variable.section === "inOut") {
      const place = checkReference(scope, call, variable, argument);
      if (place !== null) references.push({ field, place });
    } else if (variable.section === "output" && argument?.value != null) {
      const read: CheckedExpression = {
        kind: "read",
        type: field.type,
        place: { kind: "field", type: field.type, base: instance, field, byReference: false },
      };
      const value: CheckedExpression = argument.negated
        ? { kind: "unary", type: BOOL, operator: "not", operand: read }
        : read;
      const output = checkOutput(scope, argument.value, value);
      if (output !== null) outputs.push(output);
    }
  }
  return { kind: "block", at: call.at, receiver, block, inputs, references, outputs };
};

/** `Q => target` */
export const checkOutput = (
  scope: Scope,
  target: Expression,
  value: CheckedExpression,
): { place: Place; value: CheckedExpression } | null => {
  const place = checkPlace(scope, target);
  if (place === null || !checkWritable(scope, place, target.at)) return null;
  return { place, value: coerce(scope, value, place.type, target.at, spellingAt(place)) };
};

const checkCase = (scope: Scope, statement: Of<"case">, loops: number): CheckedStatement => {
  const selector = withOwnType(scope, checkExpression(scope, statement.selector), statement.selector.at);
  const { type } = selector;
  const scalar = scalarOf(type);
  const selects = scalar !== null && scalar !== BOOL && isBitwise(scalar);
  if (type.kind !== "unknown" && !selects) {
    scope.world.problems.error(
      statement.selector.at,
      "operand-type",
      `CASE selects by an integer or an enum, not by ${nameOf(type)}`,
    );
  }
  const seen: { low: bigint; high: bigint; line: number }[] = [];
  const arms = statement.arms.map(({ labels, body }) => ({
    ranges: labels.flatMap((label) => checkLabel(scope, label, selects ? type : UNKNOWN, seen) ?? []),
    body: checkStatements(scope, body, loops),
  }));
  return {
    kind: "case",
    at: statement.at,
    selector,
    arms,
    otherwise: checkStatements(scope, statement.otherwise, loops),
    hasElse: statement.hasElse,
  };
};

const checkLabel = (
  scope: Scope,
  label: CaseLabel,
  type: Type,
  seen: { low: bigint; high: bigint; line: number }[],
) => {
  const low = labelValue(scope, label.low, type);
  const high = label.high === null ? low : labelValue(scope, label.high, type);
  if (low === null || high === null) return null;
  const { problems } = scope.world;
  if (high < low) {
    problems.error(label.at, "bounds", `this range is empty: ${low} is above ${high}`);
    return null;
  }
  const clash = seen.find((other) => low <= other.high && other.low <= high);
  if (clash !== undefined)
    problems.error(label.at, "duplicate-label", `this value already selects the case at line ${clash.line}`);
  seen.push({ low, high, line: label.at.source.position(label.at.start).line });
  return { low, high };
};

const labelValue = (scope: Scope, expression: Expression, type: Type): bigint | null => {
  if (type.kind === "elementary" || type.kind === "enum") return constantInteger(scope, expression, type);
  checkAs(scope, expression, type);
  return null;
};

const checkFor = (scope: Scope, statement: Of<"for">, loops: number): CheckedStatement | null => {
  const variable = checkPlace(scope, statement.variable);
  const body = checkStatements(scope, statement.body, loops + 1);
  if (variable === null) return null;
  const type = variable.type.kind === "subrange" ? variable.type.base : variable.type;
  checkWritable(scope, variable, statement.variable.at);
  if (type.kind !== "elementary" || !isInteger(type)) {
    scope.world.problems.error(
      statement.variable.at,
      "operand-type",
      `FOR counts with an integer, not with ${nameOf(type)}`,
    );
    return null;
  }
  const from = checkAs(scope, statement.from, variable.type);
  const to = checkAs(scope, statement.to, variable.type);
  const by = checkStep(scope, statement, type);
  return { kind: "for", at: statement.at, variable, type, from, to, by, body };
};

/** An unsigned variable may count down: the step is then a negative constant. */
const checkStep = (scope: Scope, { by }: Of<"for">, type: Extract<Type, { kind: "elementary" }>): CheckedExpression => {
  if (by === null) return { kind: "constant", type, value: 1n };
  const step = checkExpression(scope, by);
  if (step.kind !== "constant" || typeof step.value !== "bigint" || step.type.kind === "unknown")
    return checkAs(scope, by, type);
  if (step.value === 0n) scope.world.problems.error(by.at, "endless-loop", "a step of 0 never ends");
  // A step is counted with sign, also by a variable without.
  const high = (1n << BigInt(8 * Math.max(type.bytes, 4) - 1)) - 1n;
  const most = type.bytes < 4 ? rangeOf(type).high : high;
  if (step.value >= -most && step.value <= most) return { kind: "constant", type, value: step.value };
  scope.world.problems.error(by.at, "value-out-of-range", `a step of ${step.value} is too large for ${type.name}`);
  return NOTHING;
};
