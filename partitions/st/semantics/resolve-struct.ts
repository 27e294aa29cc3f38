/** STRUCT, UNION and STRUCT … OVERLAP → types (IEC 61131-3 §6.4.4.6; UNION and EXTENDS of a STRUCT as in CODESYS). */
import type { Name, TypeExpression, VariableDeclaration } from "../syntax/ast.ts";
import { type Image, ImagePart, zeros } from "./image.ts";
import { checkInitializer, imageOf, rememberImage, startingImage } from "./initial-values.ts";
import { resolveType, spellingOf, tooLarge } from "./resolve-type.ts";
import type { Scope } from "./scope.ts";
import { alignUp, type Field, layOut, nameOf, type StructType, type Type, UNKNOWN } from "./types.ts";

type StructExpression = Extract<TypeExpression, { kind: "struct" }>;

interface Member {
  readonly name: string;
  readonly key: string;
  readonly type: Type;
  readonly spelling: string | null;
  readonly at: Name["at"];
  /** Given by AT: bytes from the start. */
  readonly offset: number | null;
  readonly image: Image;
  readonly hasInitial: boolean;
}

export const resolveStruct = (scope: Scope, expression: StructExpression, name: string): Type => {
  const base = expression.base === null ? null : baseOf(scope, expression.base);
  const taken = new Set(base?.fields.map(({ key }) => key));
  const members = uniqueMembers(scope, expression.fields, taken).map((member) => resolveMember(scope, member, name));
  const { offsets, bytes, align } = place(expression.overlap, base, members);
  if (tooLarge(scope, bytes, expression.at)) return UNKNOWN;
  const fields: Field[] = members.map((member, i) => ({
    name: member.name,
    key: member.key,
    type: member.type,
    spelling: member.spelling,
    offset: offsets[i]!,
    at: member.at,
  }));
  const struct: StructType = { kind: "struct", name, fields: [...(base?.fields ?? []), ...fields], bytes, align };
  const image = ImagePart.copyOf(zeros(bytes));
  if (base !== null) image.part(0, base.bytes).set(imageOf(base));
  // Where members overlap, those with a value of their own say what stands there, else the first.
  const placed = members.map((member, i) => ({ ...member, at: offsets[i]! }));
  const others = placed.filter(({ hasInitial }) => !hasInitial).reverse();
  for (const { at, type, image: own } of [...others, ...placed.filter(({ hasInitial }) => hasInitial)])
    image.part(at, type.bytes).set(own);
  rememberImage(struct, image.image);
  return struct;
};

const place = (overlap: boolean, base: StructType | null, members: readonly Member[]): ReturnType<typeof layOut> => {
  const start = base === null ? [] : [{ type: base }];
  if (!overlap && members.every(({ offset }) => offset === null)) {
    const laidOut = layOut([...start, ...members]);
    return { ...laidOut, offsets: laidOut.offsets.slice(start.length) };
  }
  const align = Math.max(1, base?.align ?? 1, ...members.map(({ type }) => type.align));
  let end = base?.bytes ?? 0;
  const offsets = members.map(({ type, offset }) => {
    const at = offset ?? (overlap ? 0 : alignUp(end, type.align));
    end = Math.max(end, at + type.bytes);
    return at;
  });
  return { offsets, bytes: alignUp(end, align), align };
};

const baseOf = (scope: Scope, name: Name): StructType | null => {
  const type = scope.world.type(name);
  if (type === null || type.kind === "struct") return type;
  scope.world.problems.error(
    name.at,
    "type-mismatch",
    `a STRUCT cannot extend ${nameOf(type)}`,
    "extend another STRUCT",
  );
  return null;
};

const resolveMember = (scope: Scope, declaration: VariableDeclaration, struct: string): Member => {
  const { name, initial } = declaration;
  let type = resolveType(scope, declaration.type, `${struct}.${name.text}`);
  if (type.kind === "port") {
    const hint = "the port belongs to the partition, so declare it in the PROGRAM";
    scope.world.problems.error(declaration.type.at, "port-place", `${type.name} cannot stand in a STRUCT`, hint);
    type = UNKNOWN;
  }
  const start = startingImage(scope, declaration.type, type);
  return {
    name: name.text,
    key: name.key,
    type,
    spelling: spellingOf(declaration.type, type),
    at: name.at,
    offset: offsetOf(scope, declaration, type),
    image: initial === null ? start : checkInitializer(scope, initial, type, start),
    hasInitial: initial !== null,
  };
};

const UNIT_BYTES = { B: 1, W: 2, D: 4, L: 8 } as const;
/** As far as an AT may reach. */
const MAX_OFFSET = 64 * 1024;

/** `AT %W2`: relative to the start of the struct, counted as in the process image. */
const offsetOf = (scope: Scope, { address }: VariableDeclaration, type: Type): number | null => {
  if (address === null) return null;
  const [, unit, number] = /^%([BWDL])(\d{1,6})$/.exec(address.text) ?? [];
  const offset = unit === undefined ? -1 : Number(number) * UNIT_BYTES[unit as keyof typeof UNIT_BYTES];
  if (offset >= 0 && offset <= MAX_OFFSET && offset % type.align === 0) return offset;
  const message =
    offset < 0
      ? `${address.text} is no place in a STRUCT`
      : offset > MAX_OFFSET
        ? `${address.text} lies too far from the start of the STRUCT`
        : `${nameOf(type)} must start at a multiple of ${type.align} bytes`;
  scope.world.problems.error(
    address.at,
    "bad-address",
    message,
    "write a place like %B0 or %W2, counted from its start",
  );
  return null;
};

const uniqueMembers = (
  scope: Scope,
  fields: readonly VariableDeclaration[],
  seen: Set<string>,
): readonly VariableDeclaration[] =>
  fields.filter(({ name }) => {
    if (!seen.has(name.key)) {
      seen.add(name.key);
      return true;
    }
    scope.world.problems.error(name.at, "duplicate-name", `${name.text} is declared twice`);
    return false;
  });
