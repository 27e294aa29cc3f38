/** Sparkplug B payloads as they were received (specification 3.0.0 §6.4): what is not as its type has it is not there. */
import {
  DATA_TYPES,
  type DataType,
  dataTypeOf,
  fromField,
  isScalar,
  type ScalarType,
  type ScalarValue,
} from "./data-types.ts";
import type { DataSet, Properties } from "./payload.ts";
import { PAYLOAD } from "./schema.ts";

/** A metric's type may be known from its birth only. */
export interface ReceivedMetric {
  readonly name?: string;
  readonly alias?: number;
  readonly timestamp?: number;
  /** undefined: it was not sent, or is none that we know. */
  readonly type?: DataType;
  readonly isHistorical: boolean;
  readonly isNull: boolean;
  readonly properties: Properties;
  /** The value as `type` has it. @returns undefined when it was sent as something else. */
  readonly as: (type: ScalarType) => ScalarValue | undefined;
  /** @returns null when it has none, or one whose rows do not fit its columns. */
  readonly dataSet: () => DataSet | null;
  readonly template: () => ReceivedTemplate | null;
}

/** A definition (`of` is null), or an instance of the definition that has this name. */
export interface ReceivedTemplate {
  readonly of: string | null;
  readonly isDefinition: boolean;
  readonly version?: string;
  readonly members: readonly ReceivedMetric[];
  readonly parameters: Properties;
}

export interface ReceivedPayload {
  readonly timestamp?: number;
  readonly seq?: number;
  readonly metrics: readonly ReceivedMetric[];
}

type Fields = Readonly<Record<string, unknown>>;

/** @returns null when the bytes are no payload. */
export const decodePayload = (bytes: Uint8Array): ReceivedPayload | null => {
  let fields: Fields;
  try {
    fields = PAYLOAD.toObject(PAYLOAD.decode(bytes), { longs: String });
  } catch {
    return null; // protobufjs throws on what is not protobuf
  }
  return {
    ...counted("timestamp", fields["timestamp"]),
    ...counted("seq", fields["seq"]),
    metrics: listed(fields["metrics"]).map(receivedMetric),
  };
};

const receivedMetric = (fields: Fields): ReceivedMetric => {
  const { name, datatype, isHistorical, isNull, properties, datasetValue, templateValue } = fields;
  const type = typeOf(datatype);
  return {
    ...(typeof name === "string" && { name }),
    ...counted("alias", fields["alias"]),
    ...counted("timestamp", fields["timestamp"]),
    ...(type !== undefined && { type }),
    isHistorical: isHistorical === true,
    isNull: isNull === true,
    properties: isFields(properties) ? propertiesOf(properties) : {},
    as: (wanted) =>
      type !== undefined && (!isScalar(type) || type !== wanted)
        ? undefined
        : fromField(wanted, fields[DATA_TYPES[wanted].field]),
    dataSet: () => (isFields(datasetValue) ? dataSetOf(datasetValue) : null),
    template: () => (isFields(templateValue) ? templateOf(templateValue) : null),
  };
};

const propertiesOf = ({ keys, values }: Fields): Properties => {
  const names = Array.isArray(keys) ? keys : [];
  return byName(listed(values).map((value, index) => ({ ...value, name: names[index] })));
};

/** Those that have a name, and a type that has values of one piece. */
const byName = (entries: readonly Fields[]): Properties =>
  Object.fromEntries(
    entries.flatMap((entry) => {
      const { name } = entry;
      const type = typeOf(entry["type"]);
      if (typeof name !== "string" || type === undefined || !isScalar(type)) return [];
      return [[name, { type, value: fromField(type, entry[DATA_TYPES[type].field]) ?? null }]];
    }),
  );

const dataSetOf = ({ numOfColumns, columns, types, rows }: Fields): DataSet | null => {
  const names: readonly unknown[] = Array.isArray(columns) ? columns : [];
  const numbers: readonly unknown[] = Array.isArray(types) ? types : [];
  if (Number(numOfColumns) !== names.length || names.length !== numbers.length) return null;
  const heads = names.flatMap((name, index) => {
    const type = typeOf(numbers[index]);
    return type !== undefined && isScalar(type) ? [{ name: String(name), type }] : [];
  });
  if (heads.length < names.length) return null;
  const table = listed(rows).map(({ elements }) =>
    listed(elements).flatMap((element, index) => {
      const type = heads[index]?.type;
      const value = type === undefined ? undefined : fromField(type, element[DATA_TYPES[type].field]);
      return value === undefined ? [] : [value];
    }),
  );
  return table.every(({ length }) => length === heads.length) ? { columns: heads, rows: table } : null;
};

const templateOf = ({ templateRef, isDefinition, version, metrics, parameters }: Fields): ReceivedTemplate => ({
  of: typeof templateRef === "string" ? templateRef : null,
  isDefinition: isDefinition === true,
  ...(typeof version === "string" && { version }),
  members: listed(metrics).map(receivedMetric),
  parameters: byName(listed(parameters)),
});

const isFields = (sent: unknown): sent is Fields => typeof sent === "object" && sent !== null;
const listed = (sent: unknown): readonly Fields[] => (Array.isArray(sent) ? sent.filter(isFields) : []);
const typeOf = (sent: unknown): DataType | undefined => (typeof sent === "number" ? dataTypeOf(sent) : undefined);

/** A number of 64 bits that stands for a count or a time. */
const counted = <Name extends string>(name: Name, sent: unknown): { readonly [key in Name]?: number } =>
  typeof sent === "string" ? ({ [name]: Number(sent) } as { readonly [key in Name]?: number }) : {};
