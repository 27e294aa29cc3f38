/** For tests of Sparkplug: a host application in Python, of paho and Google's protobuf, which reads by a schema that protoc compiled. */
import { execFile, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Cleanups, scratch, stopProcess } from "./mosquitto.ts";
import { eventually } from "./test-module.ts";

/** The official schema's messages and fields, in protoc's language. */
const PROTO = `
syntax = "proto2";
message Payload {
  message Template {
    message Parameter {
      optional string name = 1; optional uint32 type = 2;
      oneof value { uint32 int_value = 3; uint64 long_value = 4; float float_value = 5; double double_value = 6; bool boolean_value = 7; string string_value = 8; }
    }
    optional string version = 1; repeated Metric metrics = 2; repeated Parameter parameters = 3; optional string template_ref = 4; optional bool is_definition = 5;
  }
  message DataSet {
    message DataSetValue { oneof value { uint32 int_value = 1; uint64 long_value = 2; float float_value = 3; double double_value = 4; bool boolean_value = 5; string string_value = 6; } }
    message Row { repeated DataSetValue elements = 1; }
    optional uint64 num_of_columns = 1; repeated string columns = 2; repeated uint32 types = 3; repeated Row rows = 4;
  }
  message PropertyValue {
    optional uint32 type = 1; optional bool is_null = 2;
    oneof value { uint32 int_value = 3; uint64 long_value = 4; float float_value = 5; double double_value = 6; bool boolean_value = 7; string string_value = 8; }
  }
  message PropertySet { repeated string keys = 1; repeated PropertyValue values = 2; }
  message Metric {
    optional string name = 1; optional uint64 alias = 2; optional uint64 timestamp = 3; optional uint32 datatype = 4;
    optional bool is_historical = 5; optional bool is_transient = 6; optional bool is_null = 7; optional PropertySet properties = 9;
    oneof value { uint32 int_value = 10; uint64 long_value = 11; float float_value = 12; double double_value = 13; bool boolean_value = 14; string string_value = 15; bytes bytes_value = 16; DataSet dataset_value = 17; Template template_value = 18; }
  }
  optional uint64 timestamp = 1; repeated Metric metrics = 2; optional uint64 seq = 3; optional string uuid = 4; optional bytes body = 5;
}
`;

/** Puts the Python module payload_pb2 into the folder. */
export const compileSchema = async (folder: string): Promise<void> => {
  writeFileSync(join(folder, "payload.proto"), PROTO);
  await promisify(execFile)("protoc", [`--python_out=${folder}`, `--proto_path=${folder}`, "payload.proto"]);
};

/** Prints each message as JSON; takes lines of topic, metric and a Boolean for it. */
const HOST = `
import json, sys, threading, time
import paho.mqtt.client as paho
from google.protobuf import json_format
import payload_pb2
def message(client, _, received):
    payload = json_format.MessageToDict(payload_pb2.Payload.FromString(received.payload))
    print(json.dumps([received.topic, received.qos, payload]), flush=True)
def connected(client, *_):
    client.subscribe("spBv1.0/#", qos=1)
    print(json.dumps(["connected", 0, {}]), flush=True)
try:
    client = paho.Client(paho.CallbackAPIVersion.VERSION1)
except AttributeError:
    client = paho.Client()
client.on_message, client.on_connect = message, connected
client.reconnect_delay_set(1, 1)
client.connect("127.0.0.1", int(sys.argv[1]))
client.loop_start()
for line in sys.stdin:
    topic, name, kind, value = line.rstrip("\\n").split("\\t")
    payload = payload_pb2.Payload(timestamp=int(time.time() * 1000))
    metric = payload.metrics.add(name=name, timestamp=payload.timestamp)
    if kind == "Boolean":
        metric.datatype, metric.boolean_value = 11, value == "true"
    else:
        metric.datatype, metric.float_value = 9, float(value)
    client.publish(topic, payload.SerializeToString(), qos=1)
client.loop_stop()
`;

/** As MessageToDict has it: names in camelCase, integers of 64 bits as text. */
export interface HostMetric {
  readonly name?: string;
  readonly alias?: string;
  readonly timestamp?: string;
  readonly datatype?: number;
  readonly isHistorical?: boolean;
  readonly intValue?: number;
  readonly longValue?: string;
  readonly floatValue?: number;
  readonly booleanValue?: boolean;
}

interface Heard {
  /** Without namespace and group: `DDATA/works/basin`. */
  readonly topic: string;
  readonly qos: number;
  readonly payload: { readonly timestamp?: string; readonly seq?: string; readonly metrics?: readonly HostMetric[] };
}

/** A host that hears all that edge nodes tell at the broker, in order. @param python the interpreter that has its modules. */
export const pythonHost = async (cleanups: Cleanups, python: string, port: number) => {
  const folder = scratch(cleanups);
  await compileSchema(folder);
  const env = { ...process.env, PYTHONPATH: folder };
  const host = spawn(python, ["-c", HOST, `${port}`], { env, stdio: ["pipe", "pipe", "inherit"] });
  cleanups.add(() => stopProcess(host));
  const heard: Heard[] = [];
  let connections = 0;
  let rest = "";
  host.stdout.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const [topic, qos, payload] = JSON.parse(line) as [string, number, Heard["payload"]];
      const [, , type, ...ids] = topic.split("/");
      if (topic === "connected") connections += 1;
      else if (!type!.endsWith("CMD")) heard.push({ topic: [type, ...ids].join("/"), qos, payload });
    }
  });
  await eventually("the host is there", () => connections > 0, 15_000);
  return {
    heard: heard as readonly Heard[],
    connections: () => connections,
    command: (topic: string, name: string, kind: "Boolean" | "Float", value: string): void => {
      host.stdin.write(`${[topic, name, kind, value].join("\t")}\n`);
    },
  };
};
