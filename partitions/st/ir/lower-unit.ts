/** A program unit → one function of the intermediate representation. */
import { classOf, type Unit, type Variable } from "../semantics/symbols.ts";
import { scalarOf } from "../semantics/types.ts";
import type { Span } from "../syntax/source-text.ts";
import { Builder } from "./builder.ts";
import { type Binding, bankOf, constantOf, type Frame, initialImage, needsAddress, widthOf } from "./frame.ts";
import { type Address, constant, type IrFunction, type Operand, type Register } from "./ir.ts";
import { writePlace } from "./lower-place.ts";
import { lowerAssignment, lowerStatements } from "./lower-statement.ts";

/** What the units of a program are lowered with. */
export interface Lowering extends Pick<Frame, "constants" | "classes" | "routine" | "storageOf"> {
  /** See `Builder`. */
  readonly keepsStatements: boolean;
}

/**
 * Parameters: of a FUNCTION_BLOCK and of what belongs to one the address of the instance; then, of a FUNCTION or METHOD, the
 * address of a struct or array result, its inputs, outputs and in-outs in order; of a PROGRAM none.
 */
export const lowerUnit = (unit: Unit, { keepsStatements, ...program }: Lowering): IrFunction => {
  const builder = new Builder(unit.name, keepsStatements);
  builder.startStatement(unit.declaration.name.at);
  const bindings = new Map<Variable, Binding>();
  const self = classOf(unit)?.block != null ? builder.parameter("integer", "THIS") : null;
  const addressed = needsAddress(unit);
  const { result } = unit;
  const resultIsScalar = result === null || scalarOf(result.type) !== null;
  if (!resultIsScalar) bindings.set(result, { kind: "memory", address: at(builder.parameter("integer")) });
  const locals = [...unit.variables, ...ownersTemporaries(unit)].filter(({ storage }) => storage.kind === "local");
  if (unit.kind === "FUNCTION" || unit.kind === "METHOD") bindParameters(builder, locals, addressed, bindings);
  const leave = builder.newBlock();
  const frame: Frame = { ...program, builder, self, bindings, held: new Map(), loops: [], leave };
  if (result !== null && resultIsScalar) bindLocal(frame, result, addressed, bindings);
  else if (result !== null) initialize(frame, result, bindings.get(result)!);
  initializeOutputs(frame, unit);
  for (const variable of locals) if (!bindings.has(variable)) bindLocal(frame, variable, addressed, bindings);
  if (self !== null) builder.variableAt(null, self);
  for (const [variable, binding] of bindings)
    builder.variableAt(variable, binding.kind === "register" ? binding.register : binding.address);
  lowerStatements(frame, unit.body);
  builder.jump(leave);
  builder.startStatement(lastOf(unit.declaration.at));
  if (result === null || !resultIsScalar) return builder.finish({ kind: "return", value: null, bank: "integer" });
  return builder.finish({ kind: "return", value: read(frame, result), bank: bankOf(result.type) });
};

const lastOf = ({ source, end }: Span): Span => ({ source, start: end - 1, end });

/** An action works with the VAR_TEMP of its unit, which start anew for it. */
const ownersTemporaries = ({ kind, owner }: Unit): readonly Variable[] =>
  kind === "ACTION" && owner !== null ? owner.variables.filter(({ section }) => section === "temp") : [];

const at = (register: Register): Address => ({ base: { kind: "register", register }, offset: 0 });

/** All are taken from their registers before anything else happens. */
const bindParameters = (
  builder: Builder,
  variables: readonly Variable[],
  addressed: ReadonlySet<Variable>,
  bindings: Map<Variable, Binding>,
): void => {
  const parameters = variables.filter(
    ({ section }) => section === "input" || section === "output" || section === "inOut",
  );
  const registers = parameters.map(({ byReference, type, name }) =>
    builder.parameter(byReference || scalarOf(type) === null ? "integer" : bankOf(type), name),
  );
  for (const [i, variable] of parameters.entries()) {
    const register = registers[i]!;
    if (variable.byReference) bindings.set(variable, { kind: "memory", address: at(register) });
    else if (scalarOf(variable.type) !== null && !addressed.has(variable))
      bindings.set(variable, { kind: "register", register });
    else bindings.set(variable, { kind: "memory", address: ownCopy(builder, variable, register) });
  }
};

/** A struct or array passed by value, or a scalar whose address is needed. */
const ownCopy = (builder: Builder, { type }: Variable, register: Register): Address => {
  const address: Address = { base: { kind: "frame", slot: builder.slot(type.bytes, type.align) }, offset: 0 };
  if (scalarOf(type) === null) builder.copyBytes(address, at(register), type);
  else builder.store(widthOf(type), register, address);
  return address;
};

const bindLocal = (
  frame: Frame,
  variable: Variable,
  addressed: ReadonlySet<Variable>,
  bindings: Map<Variable, Binding>,
): void => {
  const { type } = variable;
  const binding: Binding =
    scalarOf(type) !== null && !addressed.has(variable)
      ? { kind: "register", register: frame.builder.register(bankOf(type), variable.name) }
      : {
          kind: "memory",
          address: { base: { kind: "frame", slot: frame.builder.slot(type.bytes, type.align) }, offset: 0 },
        };
  bindings.set(variable, binding);
  initialize(frame, variable, binding);
};

/** Those of a function start anew too, and so does the ENO that every block has. */
const initializeOutputs = (frame: Frame, unit: Unit): void => {
  for (const variable of unit.variables) {
    if (variable.section !== "output" || variable.type.kind === "open array") continue;
    const binding = frame.bindings.get(variable);
    const isImplicit = variable.key === "ENO" && variable.at === unit.declaration.at;
    if (binding !== undefined) initialize(frame, variable, binding);
    else if (isImplicit) writePlace(frame, { kind: "variable", type: variable.type, variable }, constant(1));
  }
};

/** Variables of a call start anew each time (IEC 61131-3 §6.6.2.2). */
const initialize = (frame: Frame, variable: Variable, binding: Binding): void => {
  const { builder, constants } = frame;
  const { type, start } = variable;
  if (start !== null) {
    lowerAssignment(frame, { kind: "variable", type, variable }, start);
    return;
  }
  const image = initialImage(variable);
  if (type.kind === "string" && binding.kind === "memory" && image.bytes.every((byte) => byte === 0)) {
    // The empty string is its zero; what is behind that nobody sees.
    builder.store(type.wide ? "u16" : "u8", constant(0), binding.address);
    return;
  }
  if (scalarOf(type) === null) {
    if (binding.kind === "memory") builder.copyBytes(binding.address, constants.place(image), type);
    return;
  }
  const value = constantOf(frame, type, image);
  if (binding.kind === "register") builder.copy(binding.register, value);
  else builder.store(widthOf(type), value, binding.address);
};

const read = ({ builder, bindings }: Frame, variable: Variable): Operand => {
  const binding = bindings.get(variable)!;
  return binding.kind === "register" ? binding.register : builder.load(widthOf(variable.type), binding.address);
};
