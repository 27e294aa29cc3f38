/** Sparkplug B's protobuf messages (specification 3.0.0 §6.4.1): names, numbers and types of their fields, as a library takes them. */
import protobuf from "protobufjs/light.js";

type Fields = Readonly<Record<string, readonly [id: number, type: string, rule?: "repeated"]>>;

/** The schema is proto2: what is set is sent, also 0 and FALSE, and repeated numbers are not packed. */
const EXPLICIT = { features: { field_presence: "EXPLICIT" } };
const UNPACKED = { packed: false };

const message = (fields: Fields, oneof: readonly string[] = []) => ({
  fields: Object.fromEntries(
    Object.entries(fields).map(([name, [id, type, rule]]) => [
      name,
      rule === undefined ? { id, type, options: EXPLICIT } : { id, type, rule, options: UNPACKED },
    ]),
  ),
  ...(oneof.length > 0 && { oneofs: { value: { oneof: [...oneof] } } }),
});

/** The values that metrics, properties, parameters and cells of data sets have in common, their numbers from `first` on. */
const plainValues = (first: number): Fields => ({
  intValue: [first, "uint32"],
  longValue: [first + 1, "uint64"],
  floatValue: [first + 2, "float"],
  doubleValue: [first + 3, "double"],
  booleanValue: [first + 4, "bool"],
  stringValue: [first + 5, "string"],
});

const withValues = (fields: Fields, values: Fields) => message({ ...fields, ...values }, Object.keys(values));

const METADATA: Fields = {
  isMultiPart: [1, "bool"],
  contentType: [2, "string"],
  size: [3, "uint64"],
  seq: [4, "uint64"],
  fileName: [5, "string"],
  fileType: [6, "string"],
  md5: [7, "string"],
  description: [8, "string"],
};

const root = protobuf.Root.fromJSON({
  nested: {
    Payload: message({
      timestamp: [1, "uint64"],
      metrics: [2, "Metric", "repeated"],
      seq: [3, "uint64"],
      uuid: [4, "string"],
      body: [5, "bytes"],
    }),
    Metric: withValues(
      {
        name: [1, "string"],
        alias: [2, "uint64"],
        timestamp: [3, "uint64"],
        datatype: [4, "uint32"],
        isHistorical: [5, "bool"],
        isTransient: [6, "bool"],
        isNull: [7, "bool"],
        metadata: [8, "MetaData"],
        properties: [9, "PropertySet"],
      },
      { ...plainValues(10), bytesValue: [16, "bytes"], datasetValue: [17, "DataSet"], templateValue: [18, "Template"] },
    ),
    MetaData: message(METADATA),
    PropertySet: message({ keys: [1, "string", "repeated"], values: [2, "PropertyValue", "repeated"] }),
    PropertySetList: message({ propertyset: [1, "PropertySet", "repeated"] }),
    PropertyValue: withValues(
      { type: [1, "uint32"], isNull: [2, "bool"] },
      { ...plainValues(3), propertysetValue: [9, "PropertySet"], propertysetsValue: [10, "PropertySetList"] },
    ),
    DataSet: message({
      numOfColumns: [1, "uint64"],
      columns: [2, "string", "repeated"],
      types: [3, "uint32", "repeated"],
      rows: [4, "Row", "repeated"],
    }),
    Row: message({ elements: [1, "DataSetValue", "repeated"] }),
    DataSetValue: withValues({}, plainValues(1)),
    Template: message({
      version: [1, "string"],
      metrics: [2, "Metric", "repeated"],
      parameters: [3, "Parameter", "repeated"],
      templateRef: [4, "string"],
      isDefinition: [5, "bool"],
    }),
    Parameter: withValues({ name: [1, "string"], type: [2, "uint32"] }, plainValues(3)),
  },
});

/** The message that every topic of a node and its devices carries. */
export const PAYLOAD = root.lookupType("Payload");
