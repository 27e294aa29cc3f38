/**
 * Sparkplug B's data types (specification 3.0.0 §6.4.16): their numbers, the field of the protobuf messages that carries them, and
 * what a value of each may be. A value that its type cannot hold is never sent as another one.
 */
/** Fields of a metric's, property's or parameter's `value`. */
export type ValueField =
  | "intValue"
  | "longValue"
  | "floatValue"
  | "doubleValue"
  | "booleanValue"
  | "stringValue"
  | "bytesValue"
  | "datasetValue"
  | "templateValue";

interface DataTypeFacts {
  readonly number: number;
  readonly field: ValueField;
  /** Of integers: how wide, and whether there are negative ones. */
  readonly bits?: number;
  readonly isSigned?: boolean;
}

const integer = (number: number, bits: number, isSigned: boolean): DataTypeFacts => ({
  number,
  field: bits === 64 ? "longValue" : "intValue",
  bits,
  isSigned,
});

export const DATA_TYPES = {
  Int8: integer(1, 8, true),
  Int16: integer(2, 16, true),
  Int32: integer(3, 32, true),
  Int64: integer(4, 64, true),
  UInt8: integer(5, 8, false),
  UInt16: integer(6, 16, false),
  UInt32: integer(7, 32, false),
  UInt64: integer(8, 64, false),
  Float: { number: 9, field: "floatValue" },
  Double: { number: 10, field: "doubleValue" },
  Boolean: { number: 11, field: "booleanValue" },
  String: { number: 12, field: "stringValue" },
  /** Milliseconds since 1970 UTC. */
  DateTime: integer(13, 64, false),
  Text: { number: 14, field: "stringValue" },
  UUID: { number: 15, field: "stringValue" },
  DataSet: { number: 16, field: "datasetValue" },
  Bytes: { number: 17, field: "bytesValue" },
  File: { number: 18, field: "bytesValue" },
  Template: { number: 19, field: "templateValue" },
} as const satisfies Readonly<Record<string, DataTypeFacts>>;

export type DataType = keyof typeof DATA_TYPES;
/** What one value of it is; the others are of metrics alone. */
export type ScalarType = Exclude<DataType, "DataSet" | "Template" | "Bytes" | "File">;
/** Integers of 64 bits are bigint, other numbers number. */
export type ScalarValue = boolean | number | bigint | string;

const BY_NUMBER: ReadonlyMap<number, DataType> = new Map(
  (Object.keys(DATA_TYPES) as DataType[]).map((type) => [DATA_TYPES[type].number, type]),
);

/** @returns undefined for numbers that the specification does not give. */
export const dataTypeOf = (number: number): DataType | undefined => BY_NUMBER.get(number);

export const isScalar = (type: DataType): type is ScalarType =>
  !["datasetValue", "templateValue", "bytesValue"].includes(DATA_TYPES[type].field);

const rangeOf = ({ bits = 0, isSigned = false }: DataTypeFacts): readonly [least: bigint, greatest: bigint] =>
  isSigned ? [-(1n << BigInt(bits - 1)), (1n << BigInt(bits - 1)) - 1n] : [0n, (1n << BigInt(bits)) - 1n];

/**
 * The value as its protobuf field carries it: negative integers as their two's complement, of 32 or 64 bits.
 * @throws RangeError when the type has no such value.
 */
export const toField = (type: ScalarType, value: ScalarValue): boolean | number | string => {
  const facts: DataTypeFacts = DATA_TYPES[type];
  const refuse = (): never => {
    throw new RangeError(`${typeof value === "string" ? `"${value}"` : value} is no ${type}`);
  };
  if (facts.bits !== undefined) {
    const isWhole = typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value));
    if (!isWhole) return refuse();
    const [least, greatest] = rangeOf(facts);
    const whole = BigInt(value);
    if (whole < least || whole > greatest) return refuse();
    return facts.bits === 64 ? String(BigInt.asUintN(64, whole)) : Number(BigInt.asUintN(32, whole));
  }
  const wanted = facts.field === "booleanValue" ? "boolean" : facts.field === "stringValue" ? "string" : "number";
  return typeof value === wanted && typeof value !== "bigint" ? value : refuse();
};

/**
 * The value that a protobuf field carries; signed integers of fewer bits may be sent with their sign spread over 32 bits or not.
 * @returns undefined when the field holds nothing of the type.
 */
export const fromField = (type: ScalarType, carried: unknown): ScalarValue | undefined => {
  const facts: DataTypeFacts = DATA_TYPES[type];
  if (facts.bits === 64) {
    if (typeof carried !== "string" || !/^\d{1,20}$/.test(carried)) return undefined;
    return facts.isSigned ? BigInt.asIntN(64, BigInt(carried)) : BigInt(carried);
  }
  if (facts.bits !== undefined) {
    if (typeof carried !== "number") return undefined;
    if (facts.isSigned) return Number(BigInt.asIntN(facts.bits, BigInt(carried)));
    return carried < 2 ** facts.bits ? carried : undefined;
  }
  const wanted = facts.field === "booleanValue" ? "boolean" : facts.field === "stringValue" ? "string" : "number";
  return typeof carried === wanted ? (carried as ScalarValue) : undefined;
};
