/** Payloads against Google's protobuf for Python, which reads them by a schema that protoc has compiled, and against themselves. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PYTHON, requirePeers, requirePythonModule } from "../../hil-tests/peers.ts";
import { compileSchema } from "../testing/sparkplug-host.ts";
import { DATA_TYPES, fromField, type ScalarType, type ScalarValue, toField } from "./data-types.ts";
import { encodePayload, type Metric, type Payload } from "./payload.ts";
import { decodePayload } from "./received.ts";

const run = promisify(execFile);
const protoc = requirePeers("protoc");
const python = requirePythonModule("google.protobuf");

const INTEGERS: readonly ScalarType[] = ["Int8", "Int16", "Int32", "UInt8", "UInt16", "UInt32"];
const WIDE: readonly ScalarType[] = ["Int64", "UInt64", "DateTime"];
const isSigned = (type: ScalarType): boolean => type.startsWith("Int");
const bitsOf = (type: ScalarType): number => Number(/\d+$/.exec(type)?.[0] ?? 64);

const scalar: fc.Arbitrary<{ readonly type: ScalarType; readonly value: ScalarValue }> = fc.oneof(
  fc.constantFrom(...INTEGERS).chain((type) => {
    const least = isSigned(type) ? -(2 ** (bitsOf(type) - 1)) : 0;
    const greatest = 2 ** (bitsOf(type) - (isSigned(type) ? 1 : 0)) - 1;
    return fc.integer({ min: least, max: greatest }).map((value) => ({ type, value }));
  }),
  fc.constantFrom(...WIDE).chain((type) => {
    const [min, max] = isSigned(type) ? [-(2n ** 63n), 2n ** 63n - 1n] : [0n, 2n ** 64n - 1n];
    return fc.bigInt({ min, max }).map((value) => ({ type, value }));
  }),
  fc.float({ noNaN: true }).map((value) => ({ type: "Float" as const, value })),
  fc.double({ noNaN: true }).map((value) => ({ type: "Double" as const, value })),
  fc.boolean().map((value) => ({ type: "Boolean" as const, value })),
  fc.string({ unit: "grapheme" }).map((value) => ({ type: "String" as const, value })),
);

describe("a payload", () => {
  it("brings every value of every type back as it was", () => {
    fc.assert(
      fc.property(fc.array(scalar, { maxLength: 20 }), fc.nat(255), fc.nat(), (values, seq, timestamp) => {
        const metrics = values.map((each, index): Metric => ({ name: `m${index}`, alias: index, timestamp, ...each }));
        const received = decodePayload(encodePayload({ timestamp, seq, metrics }))!;
        expect([received.timestamp, received.seq]).toEqual([timestamp, seq]);
        expect(received.metrics.map(({ name, alias, type }) => [name, alias, type])).toEqual(
          values.map(({ type }, index) => [`m${index}`, index, type]),
        );
        expect(received.metrics.map((metric, index) => metric.as(values[index]!.type))).toEqual(
          values.map(({ value }) => value),
        );
      }),
    );
  });

  it("is never sent with a value that its type cannot hold", () => {
    const refused: readonly (readonly [ScalarType, ScalarValue])[] = [
      ["UInt8", 256],
      ["UInt8", 300],
      ["UInt8", -1],
      ["Int8", 128],
      ["Int16", 1.5],
      ["Int32", Number.NaN],
      ["Int32", "abc"],
      ["Int64", 2n ** 63n],
      ["UInt64", -1n],
      ["Boolean", 1],
      ["Double", "1"],
      ["Double", 1n],
      ["String", 5],
    ];
    for (const [type, value] of refused)
      expect(() => toField(type, value), `${type} ${value}`).toThrow(`is no ${type}`);
    expect(() =>
      encodePayload({
        metrics: [{ name: "t", type: "DataSet", value: { columns: [{ name: "a", type: "Int8" }], rows: [[1, 2]] } }],
      }),
    ).toThrow("a row of 2 values under 1 columns");
  });

  it("understands negative integers however wide they were sent", () => {
    expect(fromField("Int8", 0xff)).toBe(-1);
    expect(fromField("Int8", 0xffff_ffff)).toBe(-1);
    expect(fromField("Int16", 0xfffe)).toBe(-2);
    expect(fromField("UInt8", 256)).toBeUndefined();
    expect(fromField("Boolean", 1)).toBeUndefined();
    expect(fromField("Int64", 5)).toBeUndefined();
  });

  it("takes no value for one of another type, and nothing that is no payload", () => {
    const [metric] = decodePayload(encodePayload({ metrics: [{ name: "a", type: "Int32", value: 7 }] }))!.metrics;
    expect([metric!.as("Int32"), metric!.as("Float"), metric!.as("Int16")]).toEqual([7, undefined, undefined]);
    expect(decodePayload(Uint8Array.of(0x0a, 0xff))).toBeNull();
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => void decodePayload(bytes)));
  });
});

/** Reads payloads in hex, a line each; prints each as JSON, and in hex as it would write it itself. */
const READER = `
import json, sys
from google.protobuf import json_format
import payload_pb2
for line in sys.stdin:
    message = payload_pb2.Payload.FromString(bytes.fromhex(line))
    print(json.dumps([json_format.MessageToDict(message), message.SerializeToString().hex()]))
`;

describe.skipIf(protoc.missing || python.missing)("Google's protobuf", () => {
  const folder = mkdtempSync(join(tmpdir(), "partita-sparkplug-"));
  beforeAll(async () => {
    writeFileSync(join(folder, "reader.py"), READER);
    await compileSchema(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const readByPython = async (payloads: readonly Payload[]): Promise<readonly [Record<string, never>, string][]> => {
    const child = run(PYTHON, [join(folder, "reader.py")], { env: { ...process.env, PYTHONPATH: folder } });
    child.child.stdin!.end(`${payloads.map((payload) => encodePayload(payload).toString("hex")).join("\n")}\n`);
    return (await child).stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  };

  it("reads what we write, and would write the same bytes", async () => {
    const values = fc.sample(scalar, { numRuns: 300, seed: 7 });
    const payloads = values.map(
      (each, seq): Payload => ({
        timestamp: 1_700_000_000_000 + seq,
        seq: seq % 256,
        metrics: [{ name: "x", ...each }],
      }),
    );
    for (const [index, [, bytes]] of (await readByPython(payloads)).entries()) {
      expect(
        bytes,
        JSON.stringify(values[index], (_, value) => String(value)),
      ).toBe(encodePayload(payloads[index]!).toString("hex"));
    }
  });

  it("sees tables, templates, properties, nulls and history as they were meant", async () => {
    const metrics: readonly Metric[] = [
      {
        name: "gone",
        type: "Float",
        value: null,
        isHistorical: true,
        properties: { Quality: { type: "Int32", value: 0 } },
      },
      {
        name: "batch",
        type: "DataSet",
        value: {
          columns: [
            { name: "recipe", type: "UInt16" },
            { name: "ok", type: "Boolean" },
          ],
          rows: [
            [3, true],
            [4, false],
          ],
        },
      },
      {
        name: "Motor",
        type: "Template",
        value: { of: null, version: "1", members: [{ name: "rpm", type: "Int32", value: 0 }] },
      },
      {
        name: "M1",
        type: "Template",
        value: {
          of: "Motor",
          members: [{ name: "rpm", type: "Int32", value: -5 }],
          parameters: [{ name: "kW", type: "Double", value: 1.5 }],
        },
      },
    ];
    const [[seen]] = (await readByPython([{ seq: 0, metrics }])) as [[unknown, string]];
    expect(seen).toEqual({
      seq: "0",
      metrics: [
        {
          name: "gone",
          datatype: DATA_TYPES.Float.number,
          isHistorical: true,
          isNull: true,
          properties: { keys: ["Quality"], values: [{ type: 3, intValue: 0 }] },
        },
        {
          name: "batch",
          datatype: 16,
          datasetValue: {
            numOfColumns: "2",
            columns: ["recipe", "ok"],
            types: [6, 11],
            rows: [
              { elements: [{ intValue: 3 }, { booleanValue: true }] },
              { elements: [{ intValue: 4 }, { booleanValue: false }] },
            ],
          },
        },
        {
          name: "Motor",
          datatype: 19,
          templateValue: { version: "1", isDefinition: true, metrics: [{ name: "rpm", datatype: 3, intValue: 0 }] },
        },
        {
          name: "M1",
          datatype: 19,
          templateValue: {
            templateRef: "Motor",
            isDefinition: false,
            metrics: [{ name: "rpm", datatype: 3, intValue: 4294967291 }],
            parameters: [{ name: "kW", type: 10, doubleValue: 1.5 }],
          },
        },
      ],
    });
  });
});
