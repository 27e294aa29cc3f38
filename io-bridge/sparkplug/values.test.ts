/** Sparkplug 3.0.0: what values are like: types, properties, data sets, templates (§6.4.6 to §6.4.17). */
import { afterEach, describe, expect, test } from "vitest";
import { POINT_TYPES, type PointType, type PointValue } from "../../runtime/index.ts";
import { Cleanups } from "../testing/mosquitto.ts";
import { bornNode, shows } from "../testing/sparkplug.ts";
import { DATA_TYPES, type ScalarType, type ScalarValue } from "./data-types.ts";
import { type DataSet, encodePayload, type Metric, type Template } from "./payload.ts";
import { DATA_TYPE_OF_POINT, metricValueOf, pointValueOf, qualityProperty } from "./point-metrics.ts";
import { decodePayload } from "./received.ts";
import { PAYLOAD } from "./schema.ts";

const cleanups = new Cleanups();
afterEach(() => cleanups.end());

/** The fields as they travel. */
const fieldsOf = (metric: Metric) =>
  PAYLOAD.toObject(PAYLOAD.decode(encodePayload({ metrics: [metric] })), { longs: String }).metrics[0];
const received = (metric: Metric) => decodePayload(encodePayload({ metrics: [metric] }))!.metrics[0]!;
const protobufTypeOf = (message: string, field: string): string => PAYLOAD.root.lookupType(message).fields[field]!.type;
const NUMBERS: readonly number[] = Object.values(DATA_TYPES).map(({ number }) => number);
/** Fields of `value` that values of one piece may take. */
const PLAIN = ["intValue", "longValue", "floatValue", "doubleValue", "booleanValue", "stringValue"];
const PLAIN_TYPES = ["uint32", "uint64", "float", "double", "bool", "string"];

describe("a metric", () => {
  test(
    shows(
      "has the number of its type, one of the specification's",
      "tck-id-payloads-metric-datatype-value-type",
      "tck-id-payloads-metric-datatype-value",
    ),
    async () => {
      expect(protobufTypeOf("Metric", "datatype")).toBe("uint32");
      expect(NUMBERS).toEqual(Array.from({ length: 19 }, (_, index) => index + 1));
      const { broker } = await bornNode(cleanups);
      for (const { payload } of broker.published) {
        for (const { type } of payload.metrics) expect(NUMBERS).toContain(DATA_TYPES[type!].number);
      }
    },
  );

  test.each<[PointType, ScalarType, PointValue, ScalarValue]>([
    ["BOOL", "Boolean", true, true],
    ["SINT", "Int8", -128, -128],
    ["INT", "Int16", -32_768, -32_768],
    ["DINT", "Int32", -(2 ** 31), -(2 ** 31)],
    ["LINT", "Int64", -(2n ** 63n), -(2n ** 63n)],
    ["USINT", "UInt8", 255, 255],
    ["UINT", "UInt16", 65_535, 65_535],
    ["UDINT", "UInt32", 2 ** 32 - 1, 2 ** 32 - 1],
    ["ULINT", "UInt64", 2n ** 64n - 1n, 2n ** 64n - 1n],
    ["BYTE", "UInt8", 0xa5, 0xa5],
    ["WORD", "UInt16", 0xa5a5, 0xa5a5],
    ["DWORD", "UInt32", 0xa5a5_a5a5, 0xa5a5_a5a5],
    ["LWORD", "UInt64", 0xa5a5_a5a5_a5a5_a5a5n, 0xa5a5_a5a5_a5a5_a5a5n],
    ["REAL", "Float", Math.fround(0.1), Math.fround(0.1)],
    ["LREAL", "Double", 0.1, 0.1],
    ["TIME", "Int32", -1500, -1500],
    ["LTIME", "Int64", 1_500_000_000n, 1_500_000_000n],
    ["DATE", "DateTime", 1_700_006_400, 1_700_006_400_000n],
    ["DT", "DateTime", 2 ** 32 - 1, (2n ** 32n - 1n) * 1000n],
    ["TOD", "UInt32", 86_399_999, 86_399_999],
    ["STRING", "String", "Pumpe 1, süd", "Pumpe 1, süd"],
    ["WSTRING", "String", "ポンプ", "ポンプ"],
  ])("of a %s point is of type %s, and a command brings its value back", (pointType, type, value, told) => {
    expect(DATA_TYPE_OF_POINT[pointType]).toBe(type);
    const metric = { name: "m", type, value: metricValueOf(pointType, value) } as const;
    expect(metric.value).toBe(told);
    const wanted = received(metric).as(type)!;
    const point = { type: pointType, bytes: POINT_TYPES[pointType].bytes * 20 };
    expect(pointValueOf(point, wanted)).toEqual({ value });
  });

  test("of a WSTRING point with half a character is a text all the same", () => {
    const value = metricValueOf("WSTRING", "a\ud83d");
    expect(received({ name: "m", type: "String", value }).as("String")).toBe("a\ufffd");
  });

  test("sets no date to a part of a second, nor to one that no date can hold", () => {
    expect(pointValueOf({ type: "DT", bytes: 4 }, 1500n)).toEqual({ refused: "DT takes whole seconds" });
    expect(pointValueOf({ type: "DATE", bytes: 4 }, 2n ** 32n * 1000n)).toEqual({
      refused: "DATE takes 0 to 4294967295",
    });
  });
});

describe("a metric's properties", () => {
  test(
    shows(
      "have as many keys as values, which say of what type they are",
      "tck-id-payloads-propertyset-keys-array-size",
      "tck-id-payloads-propertyset-values-array-size",
      "tck-id-payloads-metric-propertyvalue-type-type",
      "tck-id-payloads-metric-propertyvalue-type-value",
      "tck-id-payloads-metric-propertyvalue-type-req",
    ),
    async () => {
      expect(protobufTypeOf("PropertyValue", "type")).toBe("uint32");
      const properties = { ...qualityProperty("good"), unit: { type: "String", value: "m³" } } as const;
      const { keys, values } = fieldsOf({ name: "m", type: "Int8", value: 1, properties }).properties;
      expect([keys, values.map(({ type }: { type: number }) => type)]).toEqual([
        ["Quality", "unit"],
        [3, 12],
      ]);
      const { broker } = await bornNode(cleanups);
      for (const { payload } of broker.of("DBIRTH")) {
        for (const metric of payload.metrics) expect(metric.properties.Quality?.type).toBe("Int32");
      }
    },
  );

  test(
    shows(
      "tell the quality: 192 is good, 0 bad, and 500 stands for uncertain",
      "tck-id-payloads-propertyset-quality-value-type",
      "tck-id-payloads-propertyset-quality-value-value",
    ),
    async () => {
      const codes = (["good", "bad", "uncertain"] as const).map((quality) => qualityProperty(quality).Quality);
      expect(codes).toEqual([192, 0, 500].map((value) => ({ type: "Int32", value })));
      const { broker } = await bornNode(cleanups);
      const [basin] = broker.of("DBIRTH");
      expect(basin!.payload.metrics.map(({ properties }) => properties.Quality?.value)).toContain(500); // never set
    },
  );
});

describe("a data set", () => {
  const TABLE: DataSet = {
    columns: [
      { name: "recipe", type: "UInt16" },
      { name: "ok", type: "Boolean" },
      { name: "total", type: "Int64" },
      { name: "share", type: "Float" },
      { name: "note", type: "String" },
    ],
    rows: [
      [3, true, -5n, 0.5, "süd"],
      [4, false, 2n ** 62n, -1, ""],
    ],
  };

  test(
    shows(
      "has a name and a type for each column, and a value of that type in each row",
      "tck-id-payloads-dataset-column-size",
      "tck-id-payloads-dataset-column-num-headers",
      "tck-id-payloads-dataset-types-def",
      "tck-id-payloads-dataset-types-num",
      "tck-id-payloads-dataset-types-type",
      "tck-id-payloads-dataset-types-value",
      "tck-id-payloads-dataset-parameter-type-req",
      "tck-id-payloads-template-dataset-value",
    ),
    () => {
      const { numOfColumns, columns, types, rows } = fieldsOf({
        name: "t",
        type: "DataSet",
        value: TABLE,
      }).datasetValue;
      expect([numOfColumns, columns.length, types.length]).toEqual(["5", 5, 5]);
      expect(types).toEqual([6, 11, 4, 9, 12]);
      expect(protobufTypeOf("DataSet", "types")).toBe("uint32");
      for (const { elements } of rows) {
        for (const element of elements) expect(PLAIN).toEqual(expect.arrayContaining(Object.keys(element)));
      }
      expect(PLAIN.map((field) => protobufTypeOf("DataSetValue", field))).toEqual(PLAIN_TYPES);
    },
  );

  test("comes back as it was, and is none when its rows do not fit its columns", () => {
    expect(received({ name: "t", type: "DataSet", value: TABLE }).dataSet()).toEqual(TABLE);
    const damaged = PAYLOAD.decode(encodePayload({ metrics: [{ name: "t", type: "DataSet", value: TABLE }] }));
    const fields = PAYLOAD.toObject(damaged, { longs: String });
    fields.metrics[0].datasetValue.rows[1].elements.pop();
    expect(decodePayload(PAYLOAD.encode(PAYLOAD.fromObject(fields)).finish())!.metrics[0]!.dataSet()).toBeNull();
  });
});

describe("a template", () => {
  const DEFINITION: Template = {
    of: null,
    version: "1.2",
    members: [{ name: "rpm", type: "Int32", value: 0 }],
    parameters: [
      { name: "kW", type: "Double", value: 1.5 },
      { name: "maker", type: "String", value: null },
    ],
  };
  const INSTANCE: Template = {
    of: "Motor",
    members: [{ name: "rpm", type: "Int32", value: -5 }],
    parameters: [{ name: "kW", type: "Double", value: 7.5 }],
  };
  const template = (value: Template): Metric => ({ name: "t", type: "Template", value });

  test(
    shows(
      "that is a definition says so, refers to none, and has parameters with and without a default",
      "tck-id-payloads-template-definition-is-definition",
      "tck-id-payloads-template-definition-ref",
      "tck-id-payloads-template-definition-parameters",
      "tck-id-payloads-template-definition-parameters-default",
      "tck-id-payloads-template-version",
      "tck-id-payloads-template-ref-definition",
      "tck-id-payloads-template-is-definition",
      "tck-id-payloads-template-is-definition-definition",
    ),
    () => {
      const fields = fieldsOf(template(DEFINITION)).templateValue;
      expect(fields).toMatchObject({ isDefinition: true, version: "1.2" });
      expect(fields).not.toHaveProperty("templateRef");
      const { members, ...read } = received(template(DEFINITION)).template()!;
      expect(read).toEqual({
        of: null,
        isDefinition: true,
        version: "1.2",
        parameters: { kW: { type: "Double", value: 1.5 }, maker: { type: "String", value: null } },
      });
      expect(members.map((member) => [member.name, member.type, member.as("Int32")])).toEqual([["rpm", "Int32", 0]]);
    },
  );

  test(
    shows(
      "that is an instance says that it is no definition, and of which it is one",
      "tck-id-payloads-template-instance-is-definition",
      "tck-id-payloads-template-instance-ref",
      "tck-id-payloads-template-instance-parameters",
      "tck-id-payloads-template-ref-instance",
      "tck-id-payloads-template-is-definition-instance",
    ),
    () => {
      expect(fieldsOf(template(INSTANCE)).templateValue).toMatchObject({ isDefinition: false, templateRef: "Motor" });
      const { members, ...read } = received(template(INSTANCE)).template()!;
      expect(read).toEqual({ of: "Motor", isDefinition: false, parameters: { kW: { type: "Double", value: 7.5 } } });
      expect(members[0]!.as("Int32")).toBe(-5);
    },
  );

  test(
    shows(
      "has parameters with a name, a type and a value of it",
      "tck-id-payloads-template-parameter-name-required",
      "tck-id-payloads-template-parameter-name-type",
      "tck-id-payloads-template-parameter-value-type",
      "tck-id-payloads-template-parameter-type-value",
      "tck-id-payloads-template-parameter-type-req",
      "tck-id-payloads-template-parameter-value",
    ),
    () => {
      const { parameters } = fieldsOf(template(DEFINITION)).templateValue;
      expect(parameters).toEqual([
        { name: "kW", type: 10, doubleValue: 1.5 },
        { name: "maker", type: 12 },
      ]);
      expect(["name", "type"].map((field) => protobufTypeOf("Parameter", field))).toEqual(["string", "uint32"]);
      expect(PLAIN.map((field) => protobufTypeOf("Parameter", field))).toEqual(PLAIN_TYPES);
    },
  );
});
