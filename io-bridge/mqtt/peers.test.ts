/** The link's traffic under tshark's eyes, and as paho receives it. */
import { execFile, spawn } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { PYTHON, requirePeers, requirePythonModule } from "../../hil-tests/peers.ts";
import { hostClock } from "../../runtime/host/clock.ts";
import type { BrokerAddress, MqttLink } from "../../runtime/index.ts";
import { startBridge } from "../bridge.ts";
import { writeTcpCapture } from "../testing/capture.ts";
import { startLine } from "../testing/line.ts";
import { Cleanups, freePort, mosquitto, publish, scratch, stopProcess } from "../testing/mosquitto.ts";
import { eventually, logBook, pause, refOf, TestBoard, testSystem } from "../testing/test-module.ts";

const broker = requirePeers("mosquitto", "mosquitto_pub");
const tshark = requirePeers("tshark");
const paho = requirePythonModule("paho.mqtt.client");

const cleanups = new Cleanups();
afterEach(() => cleanups.end());

const POINTS = { basin: ["in setpoint REAL", "out level REAL", "out steps DINT"] } as const;
const plain = testSystem(POINTS);
const publication = (point: string) => ({
  point: refOf(plain, `basin.${point}`),
  deadband: 0,
  minReportMs: 0,
  maxReportMs: 0,
});

/** A module connected to a broker, by a line that notes what goes through it. */
const start = async (version: BrokerAddress["version"]) => {
  const port = await freePort();
  await mosquitto(cleanups, port);
  const line = await startLine(cleanups, port);
  const link: MqttLink = {
    ...{ name: "scada", broker: "external", host: "127.0.0.1", port: line.port, version, topicPrefix: "partita" },
    ...{ tls: null, credentials: null, listener: null, qos: 1 },
    buffer: { folder: scratch(cleanups), maxBytes: 2 ** 20, policy: "dropOldest" },
    publications: [publication("level"), publication("steps")],
    commands: [refOf(plain, "basin.setpoint")],
  };
  const system = testSystem(POINTS, { mqtt: [link] });
  const board = new TestBoard(system, hostClock);
  const bridge = await startBridge({ system, exchange: board.exchange, clock: hostClock, log: logBook().log });
  cleanups.add(() => board.stop());
  cleanups.add(() => bridge.stop());
  await eventually("connected", () => bridge.counters().mqtt.scada!.acknowledged >= 4);
  return { port, line, board, bridge };
};

describe.skipIf(broker.missing || tshark.missing).each(["v3.1.1", "v5"] as const)("tshark", (version) => {
  test(`finds no malformed packet in a link's traffic over MQTT ${version}`, async () => {
    const { port, line, board, bridge } = await start(version);
    await publish(port, "partita/works/basin/setpoint/set", "2.5");
    await eventually("the command", () => board.get("basin.setpoint").value === 2.5);
    for (let step = 1; step <= 20; step += 1) {
      board.set("basin.steps", step);
      await pause(6);
    }
    await bridge.stop();
    const path = join(scratch(cleanups), "link.pcap");
    writeTcpCapture(path, line.traffic);
    const fields = ["-T", "fields", "-e", "mqtt.msgtype", "-e", "_ws.expert.message"];
    const { stdout } = await promisify(execFile)("tshark", ["-r", path, "-d", "tcp.port==502,mqtt", ...fields]);
    const [types, troubles] = [0, 1].map((column) => stdout.split("\n").map((row) => row.split("\t")[column] ?? ""));
    const seen = new Set(types!.flatMap((cell) => cell.split(",")).filter(Boolean));
    // CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, DISCONNECT
    for (const type of ["1", "2", "3", "4", "8", "9", "14"]) expect(seen).toContain(type);
    expect(troubles!.filter((text) => /malformed|invalid|unknown/i.test(text))).toEqual([]);
  });
});

const PAHO_READER = `
import json, sys
import paho.mqtt.client as paho
def message(client, _, received):
    print(json.dumps([received.topic, getattr(received.properties, "ContentType", None), json.loads(received.payload)]), flush=True)
try:
    client = paho.Client(paho.CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
except AttributeError:
    client = paho.Client(protocol=paho.MQTTv5)
client.on_message = message
client.connect("127.0.0.1", int(sys.argv[1]))
client.subscribe("partita/#", qos=1)
client.loop_forever()
`;

test.skipIf(broker.missing || paho.missing)(
  "paho receives values over MQTT 5, and is told that they are JSON",
  async () => {
    const { port, board } = await start("v5");
    board.set("basin.level", 4.5);
    const reader = spawn(PYTHON, ["-c", PAHO_READER, `${port}`], { stdio: ["ignore", "pipe", "inherit"] });
    cleanups.add(() => stopProcess(reader));
    let said = "";
    reader.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    const heard = (): [string, string, { value?: number }][] =>
      said
        .split("\n")
        .slice(0, -1)
        .map((row) => JSON.parse(row));
    const level = () => heard().findLast(([topic]) => topic === "partita/works/basin/level");
    await eventually("the level", () => level()?.[2].value === 4.5, 15_000);
    expect(level()?.[1]).toBe("application/json");
    expect(heard().find(([topic]) => topic === "partita/works/schema")?.[1]).toBe("application/schema+json");
  },
);
