/** Sparkplug 3.0.0: ids and topics (§4.1, §4.2, §5.2). */
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterEach, describe, expect, test } from "vitest";
import { loadSystem } from "../../runtime/index.ts";
import { Cleanups } from "../testing/mosquitto.ts";
import { bornNode, edgeNode, shows, startNode } from "../testing/sparkplug.ts";
import { eventually } from "../testing/test-module.ts";

const cleanups = new Cleanups();
afterEach(() => cleanups.end());

const schema = JSON.parse(readFileSync("configs/schema/module.schema.json", "utf8"));
const allows = (definition: string): ((id: unknown) => boolean) => {
  const ajv = new Ajv2020({ strict: false });
  return ajv.compile({ $defs: schema.$defs, $ref: `#/$defs/${definition}` });
};
const WRONG = ["", "a+b", "a/b", "a#", "+", "#", "a\0b", 5, null];

describe("ids in a config", () => {
  test(
    shows(
      "of groups and edge nodes are any texts but for +, / and #",
      "tck-id-intro-group-id-string",
      "tck-id-intro-group-id-chars",
      "tck-id-intro-edge-node-id-string",
      "tck-id-intro-edge-node-id-chars",
      "tck-id-topic-structure-namespace-valid-group-id",
      "tck-id-topic-structure-namespace-valid-edge-node-id",
    ),
    () => {
      const isId = allows("sparkplugId");
      expect(WRONG.filter(isId)).toEqual([]);
      expect(["Plant 1", "werk-süd", "工場:7", "$a", "x".repeat(500)].every(isId)).toBe(true);
    },
  );

  test(
    shows(
      "of devices are names of partitions, which have none of these either, and are unique in a module",
      "tck-id-intro-device-id-string",
      "tck-id-intro-device-id-chars",
      "tck-id-topic-structure-namespace-valid-device-id",
      "tck-id-topic-structure-namespace-unique-device-id",
    ),
    async () => {
      const isName = allows("name");
      expect([...WRONG, "ä"].filter(isName)).toEqual([]);
      const { broker } = await bornNode(cleanups);
      const born = broker.of("DBIRTH").map(({ topic }) => topic);
      expect(new Set(born).size).toBe(2);
    },
  );

  test.each([
    [
      shows(
        "that name an edge node twice, be it in other cases, are refused",
        "tck-id-intro-edge-node-id-uniqueness",
        "tck-id-topic-structure-namespace-unique-edge-node-descriptor",
        "tck-id-payloads-nbirth-edge-node-descriptor",
        "tck-id-case-sensitivity-sparkplug-ids",
      ),
      "sparkplug-ids-alike",
    ],
    [
      shows("of metrics that differ in case only are refused", "tck-id-case-sensitivity-metric-names"),
      "sparkplug-ids-alike.metrics",
    ],
  ])("%s", async (_title, example) => {
    const loaded = await loadSystem(`configs/invalid/${example}.yaml`, () => {
      throw new Error("there is no program");
    });
    expect(loaded.ok ? [] : loaded.problems.map(({ code }) => code)).toEqual(["sparkplug-ids-alike"]);
  });
});

describe("the topics of an edge node", () => {
  test(
    shows(
      "are namespace, group, type, edge node, and a device for the types that are of one",
      "tck-id-topic-structure",
      "tck-id-topic-structure-namespace-a",
      "tck-id-topic-structure-namespace-device-id-associated-message-types",
      "tck-id-topic-structure-namespace-device-id-non-associated-message-types",
    ),
    async () => {
      const { broker, board, stop } = await bornNode(cleanups);
      board.set("basin.steps", 1);
      await broker.command("spBv1.0/Plant/DCMD/works/basin", { name: "limit", type: "Int16", value: 7 });
      await eventually("all kinds of data", () => broker.of("DDATA").length > 0 && broker.of("NDATA").length > 0);
      await stop();
      const types = new Set(broker.published.map(({ topic }) => topic.split("/")[2]));
      expect(types).toEqual(new Set(["NBIRTH", "DBIRTH", "DDATA", "NDATA", "DDEATH", "NDEATH"]));
      for (const { topic } of broker.published) {
        const [namespace, group, type, node, ...device] = topic.split("/");
        expect([namespace, group, node]).toEqual(["spBv1.0", "Plant", "works"]);
        expect(device).toEqual(type!.startsWith("D") ? [expect.stringMatching(/^(basin|drive)$/)] : []);
      }
    },
  );

  test(
    shows(
      "tell devices of the same name under two edge nodes apart",
      "tck-id-topic-structure-namespace-duplicate-device-id-across-edge-node",
    ),
    async () => {
      const { broker } = await bornNode(cleanups);
      await startNode(cleanups, edgeNode([broker.port], { edgeNodeId: "mills" }));
      await eventually("births", () => broker.of("DBIRTH").length === 4);
      expect(broker.of("DBIRTH").map(({ topic }) => topic.split("/").slice(3).join("/"))).toEqual([
        "works/basin",
        "works/drive",
        "mills/basin",
        "mills/drive",
      ]);
    },
  );
});
