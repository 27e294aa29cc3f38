/** Sparkplug B payloads (specification 3.0.0 §6.4) as objects, to protobuf. What cannot be sent exactly is not sent. */
import { DATA_TYPES, type ScalarType, type ScalarValue, toField } from "./data-types.ts";
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

/**
 * @param types left out in data, of which receivers know them from the birth.
 * @throws RangeError when a value is none of its type, or a row has not one value a column.
 */
export const encodePayload = (
  { timestamp, seq, metrics }: Payload,
  types: "with types" | "without types" = "with types",
): Buffer => {
  const fieldsOf = types === "with types" ? typedFields : metricFields;
  const fields = defined({ timestamp, seq, metrics: metrics.map(fieldsOf) });
  return Buffer.from(PAYLOAD.encode(PAYLOAD.fromObject(fields)).finish());
};

type Fields = Readonly<Record<string, unknown>>;

const defined = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const typedFields = (metric: Metric): Fields => ({
  ...metricFields(metric),
  datatype: DATA_TYPES[metric.type].number,
});

const metricFields = (metric: Metric): Fields => {
  const { name, alias, timestamp, isHistorical, isTransient, properties, type } = metric;
  return defined({
    name,
    alias,
    timestamp,
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
    metrics: members.map(typedFields),
    parameters: parameters.map(({ name, type, value }) => ({
      name,
      type: DATA_TYPES[type].number,
      ...scalarFields(type, value),
    })),
    templateRef: of ?? undefined,
    isDefinition: of === null,
  });
