/** Sparkplug B payloads (specification 3.0.0 §6.4) as objects, to and from protobuf. What cannot be sent exactly is not sent. */
import {
  DATA_TYPES,
  type DataType,
  dataTypeOf,
  fromField,
  isScalar,
  type ScalarType,
  type ScalarValue,
  toField,
} from "./data-types.ts";
import { PAYLOAD } from "./schema.ts";

export interface Payload {
  /** ms since 1970 UTC at which it was made. */
  readonly timestamp?: number;
  /** 0 … 255; left out in commands and in a node's death. */
  readonly seq?: number;
  readonly metrics: readonly Metric[];
}

export type Metric = {
  /** Left out where an alias stands for it. */
  readonly name?: string;
  readonly alias?: number;
  /** ms since 1970 UTC of the value. */
  readonly timestamp?: number;
  /** Not of the present: told late, from a store. */
  readonly isHistorical?: boolean;
  readonly isTransient?: boolean;
  readonly properties?: Properties;
} & MetricValue;

/** null: there is none. Without a type the receiver knows it from the birth certificate. */
export type MetricValue =
  | { readonly type: ScalarType; readonly value: ScalarValue | null }
  | { readonly type: "Bytes" | "File"; readonly value: Uint8Array | null }
  | { readonly type: "DataSet"; readonly value: DataSet | null }
  | { readonly type: "Template"; readonly value: Template | null };

export type Properties = Readonly<Record<string, { readonly type: ScalarType; readonly value: ScalarValue | null }>>;

/** A table: so many values a row as there are columns. */
export interface DataSet {
  readonly columns: readonly { readonly name: string; readonly type: ScalarType }[];
  readonly rows: readonly (readonly ScalarValue[])[];
}

/** A definition (`of` is null), or an instance of the definition that has this name. */
export interface Template {
  readonly of: string | null;
  readonly version?: string;
  readonly members: readonly Metric[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly type: ScalarType;
    readonly value: ScalarValue | null;
  }[];
}

/** @throws RangeError when a value is none of its type, or a row has not one value a column. */
export const encodePayload = ({ timestamp, seq, metrics }: Payload): Buffer =>
  Buffer.from(
    PAYLOAD.encode(PAYLOAD.fromObject(defined({ timestamp, seq, metrics: metrics.map(metricFields) }))).finish(),
  );

type Fields = Readonly<Record<string, unknown>>;

const defined = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const metricFields = (metric: Metric): Fields => {
  const { name, alias, timestamp, isHistorical, isTransient, properties, type } = metric;
  return defined({
    name,
    alias,
    timestamp,
    datatype: DATA_TYPES[type].number,
    isHistorical,
    isTransient,
    properties: properties === undefined ? undefined : propertyFields(properties),
    ...(metric.value === null ? { isNull: true } : { [DATA_TYPES[type].field]: valueFields(metric) }),
  });
};

const valueFields = ({ type, value }: MetricValue): unknown => {
  if (value === null) return undefined;
  switch (type) {
    case "Bytes":
    case "File":
      return value;
    case "DataSet":
      return dataSetFields(value);
    case "Template":
      return templateFields(value);
    default:
      return toField(type, value);
  }
};

const scalarFields = (type: ScalarType, value: ScalarValue | null): Fields =>
  value === null ? {} : { [DATA_TYPES[type].field]: toField(type, value) };

const propertyFields = (properties: Properties): Fields => ({
  keys: Object.keys(properties),
  values: Object.values(properties).map(({ type, value }) => ({
    type: DATA_TYPES[type].number,
    ...(value === null && { isNull: true }),
    ...scalarFields(type, value),
  })),
});

const dataSetFields = ({ columns, rows }: DataSet): Fields => ({
  numOfColumns: columns.length,
  columns: columns.map(({ name }) => name),
  types: columns.map(({ type }) => DATA_TYPES[type].number),
  rows: rows.map((row) => {
    if (row.length !== columns.length)
      throw new RangeError(`a row of ${row.length} values under ${columns.length} columns`);
    return { elements: row.map((value, index) => scalarFields(columns[index]!.type, value)) };
  }),
});

const templateFields = ({ of, version, members, parameters = [] }: Template): Fields =>
  defined({
    version,
    metrics: members.map(metricFields),
    parameters: parameters.map(({ name, type, value }) => ({
      name,
      type: DATA_TYPES[type].number,
      ...scalarFields(type, value),
    })),
    templateRef: of ?? undefined,
    isDefinition: of === null,
  });

/** A metric as it was received: its type may be known from its birth only. */
export interface ReceivedMetric {
  readonly name?: string;
  readonly alias?: number;
  readonly timestamp?: number;
  /** undefined: it was not sent, or is none that we know. */
  readonly type?: DataType;
  readonly isHistorical: boolean;
  readonly isNull: boolean;
  /** The value as `type` has it. @returns undefined when it was sent as something else. */
  readonly as: (type: ScalarType) => ScalarValue | undefined;
}

export interface ReceivedPayload {
  readonly timestamp?: number;
  readonly seq?: number;
  readonly metrics: readonly ReceivedMetric[];
}

/** @returns null when the bytes are no payload. */
export const decodePayload = (bytes: Uint8Array): ReceivedPayload | null => {
  let fields: Fields;
  try {
    fields = PAYLOAD.toObject(PAYLOAD.decode(bytes), { longs: String });
  } catch {
    return null; // protobufjs throws on what is not protobuf
  }
  const metrics = (fields["metrics"] ?? []) as readonly Fields[];
  return {
    ...counted("timestamp", fields["timestamp"]),
    ...counted("seq", fields["seq"]),
    metrics: metrics.map(receivedMetric),
  };
};

const receivedMetric = (fields: Fields): ReceivedMetric => {
  const { name, datatype, isHistorical, isNull } = fields;
  const type = typeof datatype === "number" ? dataTypeOf(datatype) : undefined;
  return {
    ...(typeof name === "string" && { name }),
    ...counted("alias", fields["alias"]),
    ...counted("timestamp", fields["timestamp"]),
    ...(type !== undefined && { type }),
    isHistorical: isHistorical === true,
    isNull: isNull === true,
    as: (wanted) =>
      type !== undefined && (!isScalar(type) || type !== wanted)
        ? undefined
        : fromField(wanted, fields[DATA_TYPES[wanted].field]),
  };
};

/** A number of 64 bits that stands for a count or a time. */
const counted = <Name extends string>(name: Name, sent: unknown): { readonly [key in Name]?: number } =>
  typeof sent === "string" ? ({ [name]: Number(sent) } as { readonly [key in Name]?: number }) : {};
