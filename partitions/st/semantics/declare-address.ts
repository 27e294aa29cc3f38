/** AT: variables of the process image (IEC 61131-3 §6.5.5). */
import type { UnitDeclaration, VariableDeclaration } from "../syntax/ast.ts";
import { type AddressResult, AREAS, parseAddress } from "./direct-address.ts";
import { pointTypeOf, singleOf } from "./point-types.ts";
import type { Scope } from "./scope.ts";
import type { DirectAddress, Section } from "./symbols.ts";
import { nameOf, scalarOf, type Type } from "./types.ts";

/** What is said of an address in a declaration. */
interface Located {
  readonly address: VariableDeclaration["address"];
  readonly name: string;
}

/** Where the variable stands; null: wherever there is room, or not where it says, which was reported. */
export const declareAddress = (
  scope: Scope,
  { address, name }: Located,
  type: Type,
  section: Section,
  unit: UnitDeclaration["unit"] | null,
): DirectAddress | null => {
  if (address === null || type.kind === "unknown") return null;
  const { problems } = scope.world;
  const floating = /^%([IQM])[XBWDL]?\*$/.exec(address.text);
  const result = floating === null ? parseAddress(address.text) : floatingAddress(floating[1]!, type);
  if (!result.ok) {
    problems.error(address.at, "bad-address", result.message, result.hint);
    return null;
  }
  if (unit !== null && unit !== "PROGRAM") {
    const isOwn = unit === "FUNCTION_BLOCK" && section === "local";
    if (!isOwn || floating === null) {
      const hint = isOwn
        ? `write AT ${address.text.slice(0, 2)}*: each instance has a place of its own, which VAR_CONFIG can give`
        : "declare the variable in the PROGRAM or in VAR_GLOBAL and pass it";
      problems.error(address.at, "bad-address", refusal(unit, section, isOwn), hint);
      return null;
    }
  }
  const scalar = scalarOf(type);
  const found =
    scalar === null && result.address.isFloating !== true
      ? placeWhole(scope, address, type, result.address)
      : result.address;
  if (scalar === null || found === null) {
    if (found !== null && found.area !== "memory") warnOfHidden(scope, address, type);
    return found;
  }
  if (found.area !== "memory" && pointTypeOf(scalar) === null) {
    problems.error(
      address.at,
      "not-supported",
      `a point cannot be of type ${nameOf(type)} yet`,
      `use one like UDINT or REAL and convert; %M${address.text.slice(2)} holds it, but is not seen from outside`,
    );
    return null;
  }
  if (found.isFloating === true) return found;
  const isBit = found.bit !== null;
  if (isBit !== (scalar.family === "bool") && !(scalar.family === "bool" && found.bytes === 1)) {
    problems.error(
      address.at,
      "bad-address",
      `${nameOf(type)} does not fit at ${address.text}`,
      sizeHint(address.text, scalar.bytes, scalar.family === "bool"),
    );
    return null;
  }
  if (!isBit && found.bytes !== scalar.bytes) {
    problems.error(
      address.at,
      "bad-address",
      `${name} has ${scalar.bytes * 8} bits, ${address.text} has ${found.bytes * 8}`,
      sizeHint(address.text, scalar.bytes, false),
    );
    return null;
  }
  scope.world.addAddress(found);
  return found;
};

const refusal = (unit: UnitDeclaration["unit"], section: Section, isOwn: boolean): string => {
  if (isOwn) return "all instances would share this address";
  return unit === "FUNCTION_BLOCK"
    ? `AT is for VAR of a FUNCTION_BLOCK, not for ${WORDS[section]}`
    : `AT is not possible in a ${unit}`;
};

const WORDS: Readonly<Record<Section, string>> = {
  ...{ input: "VAR_INPUT", output: "VAR_OUTPUT", inOut: "VAR_IN_OUT", local: "VAR", temp: "VAR_TEMP" },
  ...{ static: "VAR_STAT", global: "VAR_GLOBAL", result: "a result" },
};

/** A point is found by its name, so that its address matters to nobody. A BOOL takes a byte. */
const floatingAddress = (area: string, { bytes }: Type): AddressResult => ({
  ok: true,
  address: { area: AREAS[area as keyof typeof AREAS], byte: 0, bit: null, bytes, isFloating: true },
});

/** An array or a struct: its elements lie one behind the other, a BOOL in a byte of its own. */
const placeWhole = (
  scope: Scope,
  address: NonNullable<VariableDeclaration["address"]>,
  type: Type,
  found: DirectAddress,
): DirectAddress | null => {
  const element = innermost(type);
  const bytes = scalarOf(element)?.bytes ?? null;
  const fits = found.bit === null && (bytes === null ? found.byte % type.align === 0 : found.bytes === bytes);
  if (!fits) {
    const wanted = bytes ?? type.align;
    const message = found.bit !== null ? "takes whole bytes" : `goes in steps of ${wanted * 8} bits`;
    const hint = sizeHint(address.text, wanted, false);
    scope.world.problems.error(
      address.at,
      "bad-address",
      `${nameOf(type)} ${message}, so it cannot start at ${address.text}`,
      hint,
    );
    return null;
  }
  const whole = { ...found, bytes: type.bytes };
  scope.world.addAddress(whole);
  return whole;
};

/** Part of it is seen by nobody outside of the partition. */
const warnOfHidden = (scope: Scope, { at, text }: NonNullable<VariableDeclaration["address"]>, type: Type): void => {
  const hidden = hiddenIn(type);
  if (hidden === null) return;
  const message = `${nameOf(hidden)} is no point: nobody outside sees it at ${text}`;
  scope.world.problems.warning(at, "no-point", message, "use a type like UDINT or REAL and convert");
};

/** The first type in there that no point is of. */
const hiddenIn = (type: Type): Type | null => {
  if (type.kind === "array") return hiddenIn(type.element);
  if (type.kind === "struct")
    return type.fields.map((field) => hiddenIn(field.type)).find((each) => each !== null) ?? null;
  const single = singleOf(type);
  return single !== null && pointTypeOf(single) !== null ? null : type;
};

const innermost = (type: Type): Type => (type.kind === "array" ? innermost(type.element) : type);

/** `address` as it was written, so that the hint stays in its area. */
const sizeHint = (address: string, bytes: number, isBool: boolean): string => {
  const letter = isBool ? "X" : bytes === 1 ? "B" : bytes === 2 ? "W" : bytes === 4 ? "D" : "L";
  return `use the size ${letter}, like ${address.slice(0, 2)}${letter}${isBool ? "0.0" : "0"}`;
};
