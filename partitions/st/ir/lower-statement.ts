/** Statements → blocks of three-address code. */

import { ASSERTION_FAILED, DEVICE, ERROR_EXPECTED } from "../code/partita-device.ts";
import type { CheckedStatement, Place } from "../semantics/checked.ts";
import { ownStretches } from "../semantics/located.ts";
import { type StringType, scalarOf, type Type, UDINT, ULINT } from "../semantics/types.ts";
import { bankOf, type Frame, widthOf } from "./frame.ts";
import { type Address, constant, type Guard, type Operand } from "./ir.ts";
import { lowerAggregate, referenceTo } from "./lower-aggregate.ts";
import { branchOn } from "./lower-comparison.ts";
import {
  branchUnless,
  lowerCall,
  lowerCondition,
  lowerEnabled,
  lowerExpression,
  pointerTo,
  TIME_OFFSET,
} from "./lower-expression.ts";
import { lowerFor } from "./lower-for.ts";
import { lowerReceiver } from "./lower-method-call.ts";
import { addressOf, writePlace } from "./lower-place.ts";

type Of<Kind extends CheckedStatement["kind"]> = Extract<CheckedStatement, { kind: Kind }>;

export const lowerStatements = (frame: Frame, statements: readonly CheckedStatement[]): void => {
  for (const statement of statements) lowerStatement(frame, statement);
};

const lowerStatement = (frame: Frame, statement: CheckedStatement): void => {
  const { builder } = frame;
  builder.startStatement(statement.at);
  builder.markStatement(statement.at, MAY_BE_A_JUMP.has(statement.kind));
  switch (statement.kind) {
    case "assign":
      lowerAssignment(frame, statement.place, statement.value);
      return;
    case "evaluate":
      if (statement.value.kind === "call") lowerCall(frame, statement.value);
      else if (statement.value.kind === "enabled") lowerEnabled(frame, statement.value);
      else lowerExpression(frame, statement.value);
      return;
    case "block":
      lowerBlockCall(frame, statement);
      return;
    case "port":
      lowerPortCall(frame, statement);
      return;
    case "if":
      lowerIf(frame, statement);
      return;
    case "case":
      lowerCase(frame, statement);
      return;
    case "for":
      lowerFor(frame, statement, () => lowerStatements(frame, statement.body));
      return;
    case "while":
    case "repeat":
      lowerLoop(frame, statement);
      return;
    case "exit":
    case "continue": {
      const loop = frame.loops.at(-1)!;
      builder.jump(statement.kind === "exit" ? loop.exit : loop.next, builder.newBlock());
      return;
    }
    case "return":
      builder.jump(frame.leave, builder.newBlock());
      return;
    case "fail":
      tellRunner(frame, ASSERTION_FAILED, statement.assertion);
      builder.jump(frame.leave, builder.newBlock());
      return;
    case "expectError":
      tellRunner(frame, ERROR_EXPECTED, statement.assertion);
      return;
    case "advanceTime": {
      const time = builder.load("w32", TIME_PLACE);
      builder.store("w32", builder.binary("add", time, lowerExpression(frame, statement.by)), TIME_PLACE);
      return;
    }
  }
};

/** Kinds that can come down to a jump, or to nothing where a condition is constant. */
const MAY_BE_A_JUMP: ReadonlySet<CheckedStatement["kind"]> = new Set([
  ...(["if", "case", "while", "repeat", "exit", "continue", "return"] as const),
]);

const TIME_PLACE: Address = { base: { kind: "static", area: "runtime" }, offset: TIME_OFFSET };

/** Whoever runs the test hears which assertion it is. */
const tellRunner = ({ builder }: Frame, code: number, assertion: number): void => {
  const register = (offset: number): Address => ({ base: { kind: "device" }, offset });
  builder.store("w32", constant(assertion), register(DEVICE.detail));
  builder.store("w32", constant(0), register(DEVICE.message));
  builder.store("w32", constant(code), register(DEVICE.raise));
};

export const lowerAssignment = (frame: Frame, place: Place, value: Of<"assign">["value"]): void => {
  if (scalarOf(place.type) !== null) {
    writePlace(frame, place, lowerExpression(frame, value));
    return;
  }
  if (place.type.kind === "string") {
    assignString(frame, place, place.type, value);
    return;
  }
  const from = lowerAggregate(frame, value);
  const guards: Guard[] = [];
  const to = addressOf(frame, place, guards);
  copyValue(frame, to, from, place.type, guards);
};

/**
 * An instance stays what it is: what comes first in one of a class, the address of its row of methods, is kept, and so are the places
 * of its variables in the process image.
 */
const copyValue = ({ builder }: Frame, to: Address, from: Address, type: Type, guards: readonly Guard[]): void => {
  const head = type.kind === "block" && type.unit.hasRow ? 4 : 0;
  for (const { offset, bytes } of ownStretches(type)) {
    const skipped = Math.max(0, head - offset);
    if (bytes <= skipped) continue;
    const start = offset + skipped;
    const align = start % type.align === 0 ? type.align : start % 4 === 0 ? 4 : 1;
    builder.copyBytes(
      builder.offset(to, start),
      builder.offset(from, start),
      { bytes: bytes - skipped, align },
      guards,
    );
  }
};

/** Up to the zero, not more: most strings are shorter than they may be. */
const assignString = (frame: Frame, place: Place, { wide, length }: StringType, value: Of<"assign">["value"]): void => {
  const { builder } = frame;
  const from = builder.addressOf(lowerAggregate(frame, value));
  const guards: Guard[] = [];
  const to = builder.addressOf(addressOf(frame, place, guards));
  const done = builder.newBlock();
  branchUnless(frame, guards, done);
  builder.emit({
    kind: "call",
    target: frame.routine(wide ? "PARTITA_COPY_WSTRING" : "PARTITA_COPY_STRING"),
    arguments: [to, constant(length), from],
    banks: ["integer", "integer", "integer"],
    result: null,
  });
  builder.jump(done);
};

/**
 * The inputs are stored in the instance, then the body runs on it. All are evaluated before the first is stored. An instance
 * whose index is out of bounds does not run.
 */
const lowerBlockCall = (frame: Frame, { receiver, block, inputs, references, outputs }: Of<"block">): void => {
  const { builder } = frame;
  const { self, target, done } = lowerReceiver(frame, receiver, block.unit, () => {});
  const at = (offset: number): Address => ({ base: { kind: "register", register: self }, offset });
  const stores = inputs.map(({ field, value }) => {
    if (scalarOf(field.type) === null) {
      const from = lowerAggregate(frame, value);
      return () => builder.copyBytes(at(field.offset), from, field.type);
    }
    const operand = lowerExpression(frame, value);
    return () => builder.store(widthOf(field.type), operand, at(field.offset));
  });
  const pointers = references.map(({ field, place }) => {
    const pointer = referenceTo(frame, place, field.type);
    return () => builder.store("w32", pointer, at(field.offset));
  });
  for (const store of [...stores, ...pointers]) store();
  if (target !== null) builder.emit({ kind: "call", target, arguments: [self], banks: ["integer"], result: null });
  for (const { place, value } of outputs) lowerAssignment(frame, place, value);
  builder.jump(done);
};

export const PORT_ROUTINES = {
  QUEUE_SEND: "partita.queue_send",
  QUEUE_RECEIVE: "partita.queue_receive",
  SAMPLING_SEND: "partita.sampling_send",
  SAMPLING_RECEIVE: "partita.sampling_receive",
} as const;

const lowerPortCall = (frame: Frame, { variable, port, request, message, outputs }: Of<"port">): void => {
  const { builder } = frame;
  const instance = addressOf(frame, { kind: "variable", type: port, variable });
  const requested = port.fields[0]!;
  if (request !== null)
    builder.store("u8", lowerExpression(frame, request), builder.offset(instance, requested.offset));
  const pointer = pointerTo(frame, message);
  builder.emit({
    kind: "call",
    target: PORT_ROUTINES[port.name],
    arguments: [builder.addressOf(instance), pointer, constant(message.type.bytes)],
    banks: ["integer", "integer", "integer"],
    result: null,
  });
  for (const { place, value } of outputs) lowerAssignment(frame, place, value);
};

const lowerIf = (frame: Frame, { branches, otherwise }: Of<"if">): void => {
  const { builder } = frame;
  const done = builder.newBlock();
  for (const { at, condition, body } of branches) {
    builder.startStatement(at);
    const [then, next] = [builder.newBlock(), builder.newBlock()];
    lowerCondition(frame, condition, then, next, then);
    lowerStatements(frame, body);
    builder.jump(done, next);
  }
  lowerStatements(frame, otherwise);
  builder.jump(done);
};

const lowerCase = (frame: Frame, { at, selector, arms, otherwise }: Of<"case">): void => {
  const { builder } = frame;
  const value = lowerExpression(frame, selector);
  const type = scalarOf(selector.type)!;
  const isLong = bankOf(type) === "long";
  const of = (bound: bigint): Operand => (isLong ? builder.long(bound) : constant(Number(BigInt.asIntN(32, bound))));
  const done = builder.newBlock();
  const bodies = arms.map(() => builder.newBlock());
  const last = arms.at(-1)?.ranges.at(-1);
  for (const [i, { ranges }] of arms.entries()) {
    for (const range of ranges) {
      const { low, high } = range;
      const next = builder.newBlock();
      const fork = builder.forkOf(at, i, range === last ? arms.length : null);
      const ways = { yes: bodies[i]!, no: next, next, fork };
      if (low === high) branchOn(frame, type, "equal", value, of(low), ways);
      else {
        const distance = builder.binary(isLong ? "lsub" : "sub", value, of(low));
        branchOn(frame, isLong ? ULINT : UDINT, "lessEqual", distance, of(high - low), ways);
      }
    }
  }
  lowerStatements(frame, otherwise);
  builder.jump(done, bodies[0] ?? done);
  for (const [i, { body }] of arms.entries()) {
    lowerStatements(frame, body);
    builder.jump(done, bodies[i + 1] ?? done);
  }
};

const lowerLoop = (frame: Frame, statement: Of<"while"> | Of<"repeat">): void => {
  const { builder } = frame;
  const [body, test, exit] = [builder.newBlock(), builder.newBlock(), builder.newBlock()];
  builder.jump(statement.kind === "while" ? test : body, body);
  frame.loops.push({ exit, next: test });
  lowerStatements(frame, statement.body);
  frame.loops.pop();
  builder.jump(test);
  builder.startStatement(statement.testedAt);
  if (statement.kind === "while") lowerCondition(frame, statement.condition, body, exit, exit);
  else lowerCondition(frame, statement.until, exit, body, exit);
};
