/**
 * Variables of instances that stand in the process image: VAR … AT %I* of a FUNCTION_BLOCK (IEC 61131-3 §6.5.5). An instance holds the
 * address of its place, of a BOOL also the number of the bit there.
 */
import type { Variable } from "./symbols.ts";
import { BOOL, type Type } from "./types.ts";

/** Whether instances of its block hold the variable's place and not its value. */
export const isLocated = ({ byReference, address }: Variable): boolean => byReference && address !== null;

/** From the word with the address to the one with the bit. */
export const BIT_OFFSET = 4;

/** What an instance holds of it. */
export const holderOf = ({ type }: Variable): { readonly bytes: number; readonly align: number } => ({
  bytes: type === BOOL ? BIT_OFFSET + 4 : 4,
  align: 4,
});

/** A located variable in a value of some type. */
interface Part {
  /** From the value on: `.pumps[2].run`. */
  readonly path: string;
  /** The same without brackets: `.pumps_2.run`. */
  readonly name: string;
  /** Where the value holds the address. */
  readonly offset: number;
  readonly variable: Variable;
}

const NONE: readonly Part[] = [];
const known = new WeakMap<Type, readonly Part[]>();

/** By their offsets. */
export const locatedIn = (type: Type): readonly Part[] => {
  if (type.kind !== "block" && type.kind !== "struct" && type.kind !== "array") return NONE;
  const before = known.get(type);
  if (before !== undefined) return before;
  const found = type.kind === "array" ? ofElements(type) : ofFields(type);
  known.set(type, found);
  return found;
};

const ofFields = (type: Extract<Type, { kind: "block" | "struct" }>): readonly Part[] =>
  type.fields.flatMap((field): readonly Part[] => {
    const { name, offset } = field;
    const variable = "variable" in field ? (field.variable as Variable) : null;
    if (variable !== null && isLocated(variable)) return [{ path: `.${name}`, name: `.${name}`, offset, variable }];
    return variable?.byReference === true ? [] : within(locatedIn(field.type), `.${name}`, `.${name}`, offset);
  });

const ofElements = ({ element, dimensions }: Extract<Type, { kind: "array" }>): readonly Part[] => {
  const inside = locatedIn(element);
  if (inside.length === 0) return NONE;
  const indices = dimensions.reduce<readonly (readonly number[])[]>(
    (all, { low, high }) =>
      all.flatMap((before) => Array.from({ length: high - low + 1 }, (_, i) => [...before, low + i])),
    [[]],
  );
  return indices.flatMap((index, i) => {
    const suffix = index.map((each) => (each < 0 ? `m${-each}` : each)).join("_");
    return within(inside, `[${index.join(",")}]`, `_${suffix}`, i * element.bytes);
  });
};

const within = (parts: readonly Part[], path: string, name: string, offset: number): readonly Part[] =>
  parts.map((part) => ({
    ...part,
    path: `${path}${part.path}`,
    name: `${name}${part.name}`,
    offset: offset + part.offset,
  }));

/** The stretches of a value that are its own: what a copy of it takes. */
export const ownStretches = (type: Type): readonly { readonly offset: number; readonly bytes: number }[] => {
  const stretches = [];
  let start = 0;
  for (const { offset, variable } of locatedIn(type)) {
    if (offset > start) stretches.push({ offset: start, bytes: offset - start });
    start = offset + holderOf(variable).bytes;
  }
  if (type.bytes > start) stretches.push({ offset: start, bytes: type.bytes - start });
  return stretches;
};
