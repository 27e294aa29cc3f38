/** An edge node at mosquitto: as tshark sees it on the wire, and as a host of paho and Google's protobuf understands it. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { PYTHON, requirePeers, requirePythonModule } from "../../hil-tests/peers.ts";
import type { BrokerAddress } from "../../runtime/index.ts";
import { writeTcpCapture } from "../testing/capture.ts";
import { startLine } from "../testing/line.ts";
import { Cleanups, freePort, mosquitto, scratch } from "../testing/mosquitto.ts";
import { edgeNode, startNode } from "../testing/sparkplug.ts";
import { pythonHost } from "../testing/sparkplug-host.ts";
import { eventually } from "../testing/test-module.ts";

const broker = requirePeers("mosquitto");
const tshark = requirePeers("tshark");
const protoc = requirePeers("protoc");
const python = [requirePythonModule("paho.mqtt.client"), requirePythonModule("google.protobuf")];
const noHost = broker.missing || protoc.missing || python.some(({ missing }) => missing);

const cleanups = new Cleanups();
afterEach(() => cleanups.end());

const start = async (version: BrokerAddress["version"], useAliases: boolean, port: number) => {
  const node = edgeNode([port], { useAliases });
  const servers = node.servers.map((server) => ({ ...server, version }));
  return startNode(cleanups, { ...node, servers });
};

describe.skipIf(broker.missing || tshark.missing).each(["v3.1.1", "v5"] as const)("tshark", (version) => {
  test(`finds no malformed packet in an edge node's traffic over MQTT ${version}`, async () => {
    const port = await freePort();
    await mosquitto(cleanups, port);
    const line = await startLine(cleanups, port);
    const { board, counters, stop } = await start(version, true, line.port);
    await eventually("the birth", () => counters().births > 0);
    for (let step = 1; step <= 20; step += 1) {
      const before = counters().published;
      board.set("basin.steps", step);
      await eventually("the data", () => counters().published > before);
    }
    await stop();
    const path = join(scratch(cleanups), "node.pcap");
    writeTcpCapture(path, line.traffic);
    const fields = ["-T", "fields", "-e", "mqtt.msgtype", "-e", "mqtt.topic", "-e", "_ws.expert.message"];
    const { stdout } = await promisify(execFile)("tshark", ["-r", path, "-d", "tcp.port==502,mqtt", ...fields]);
    const columns = [0, 1, 2].map((column) => stdout.split("\n").map((row) => row.split("\t")[column] ?? ""));
    const seen = new Set(columns[0]!.flatMap((cell) => cell.split(",")).filter(Boolean));
    // CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, DISCONNECT
    for (const type of ["1", "2", "3", "4", "8", "9", "14"]) expect(seen).toContain(type);
    const types = new Set(columns[1]!.flatMap((cell) => cell.split(",")).map((topic) => topic.split("/")[2]));
    for (const type of ["NBIRTH", "DBIRTH", "DDATA", "DDEATH", "NDEATH"]) expect(types).toContain(type);
    expect(columns[2]!.filter((text) => /malformed|invalid|unknown/i.test(text))).toEqual([]);
  });
});

test.skipIf(noHost)(
  "a host of paho and Google's protobuf reads births, data and deaths, and commands an input",
  async () => {
    const port = await freePort();
    await mosquitto(cleanups, port);
    const { heard, command } = await pythonHost(cleanups, PYTHON, port);
    const { board, stop } = await start("v3.1.1", true, port);
    await eventually("births", () => heard.length === 3);
    expect(heard.map(({ topic, qos, payload }) => [topic, qos, payload.seq])).toEqual([
      ["NBIRTH/works", 0, "0"],
      ["DBIRTH/works/basin", 0, "1"],
      ["DBIRTH/works/drive", 0, "2"],
    ]);
    const names = new Map(heard.flatMap(({ payload }) => payload.metrics!.map(({ alias, name }) => [alias, name])));
    const latest = () =>
      heard.at(-1)!.payload.metrics?.map(({ alias, ...value }) => ({ name: names.get(alias), ...value }));
    board.set("basin.steps", -3);
    await eventually("data", () => heard.length === 4);
    expect(latest()).toMatchObject([{ name: "steps", intValue: 2 ** 32 - 3, timestamp: expect.any(String) }]);
    command("spBv1.0/Plant/DCMD/works/basin", "setpoint", "Float", "2.5");
    await eventually("the guest has it", () => board.get("basin.setpoint").value === 2.5);
    await eventually("the host knows", () => latest()?.[0]?.name === "setpoint");
    expect(latest()).toMatchObject([
      { floatValue: 2.5, properties: { keys: ["Quality"], values: [{ intValue: 192 }] } },
    ]);
    await stop();
    await eventually("its death", () => heard.at(-1)?.topic === "NDEATH/works");
    expect(heard.slice(-3).map(({ topic }) => topic)).toEqual([
      "DDEATH/works/basin",
      "DDEATH/works/drive",
      "NDEATH/works",
    ]);
    expect(heard.at(-1)!.payload.metrics).toMatchObject([{ name: "bdSeq", longValue: "0" }]);
  },
);
