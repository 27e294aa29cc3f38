/** JSON in UTF-8, as files and threads get it, of values that may hold integers of 64 bits: a bigint is `{"$integer": "123"}`. */

export const jsonBytes = (value: unknown): Uint8Array =>
  new TextEncoder().encode(
    JSON.stringify(value, (_, member: unknown) => (typeof member === "bigint" ? { $integer: String(member) } : member)),
  );

/** What `jsonBytes` made of a value; whoever calls knows its type. */
export const fromJsonBytes = <Value>(bytes: Uint8Array): Value =>
  // A copy: no TextDecoder of a browser reads shared memory.
  JSON.parse(new TextDecoder().decode(bytes.slice()), (_, member: unknown) =>
    isInteger(member) ? BigInt(member.$integer) : member,
  );

const isInteger = (value: unknown): value is { readonly $integer: string } =>
  typeof value === "object" && value !== null && "$integer" in value;
