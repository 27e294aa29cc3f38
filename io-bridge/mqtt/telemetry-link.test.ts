import { connect } from "node:net";
import { connectAsync } from "mqtt";
import { afterEach, describe, expect, test } from "vitest";
import { requirePeers } from "../../hil-tests/peers.ts";
import { hostClock } from "../../runtime/host/clock.ts";
import type { MqttLink, System } from "../../runtime/index.ts";
import { type Bridge, startBridge } from "../bridge.ts";
import {
  Cleanups,
  freePort,
  publish,
  mosquitto as startMosquitto,
  stopProcess,
  subscribe as subscribeTo,
} from "../testing/mosquitto.ts";
import { eventually, logBook, pause, refOf, TestBoard, testSystem } from "../testing/test-module.ts";

const peers = requirePeers("mosquitto", "mosquitto_sub", "mosquitto_pub");

const POINTS = {
  basin: ["in setpoint REAL", "in start BOOL", "in limit INT", "out level REAL", "out running BOOL", "out steps DINT"],
} as const;
const plain = testSystem(POINTS);
const ref = (point: string) => refOf(plain, `basin.${point}`);
const publication = (point: string, deadband = 0) => ({ point: ref(point), deadband, minReportMs: 0, maxReportMs: 0 });

const link = (broker: MqttLink["broker"], port: number): MqttLink => ({
  name: "scada",
  broker,
  host: "127.0.0.1",
  port,
  version: "v3.1.1",
  tls: null,
  credentials: null,
  listener: { allowFrom: null, allowFile: null, isExposed: false },
  topicPrefix: "partita",
  qos: 1,
  buffer: null,
  publications: [publication("level", 0.1), publication("running"), publication("setpoint"), publication("steps")],
  commands: [ref("setpoint"), ref("start"), ref("limit")],
});

const cleanups = new Cleanups();
afterEach(() => cleanups.end());
const mosquitto = (port: number) => startMosquitto(cleanups, port);
const subscribe = (port: number) => subscribeTo(cleanups, port);

const start = async (config: MqttLink) => {
  const system: System = testSystem(POINTS, { mqtt: [config] });
  const board = new TestBoard(system, hostClock);
  const { log, lines } = logBook();
  const bridge: Bridge = await startBridge({ system, exchange: board.exchange, clock: hostClock, log });
  cleanups.add(() => board.stop());
  cleanups.add(() => bridge.stop());
  return { board, bridge, lines, port: bridge.listening()[0]?.port ?? config.port };
};

const STATUS = "partita/works/status";

describe.skipIf(peers.missing).each(["embedded", "external"] as const)("with an %s broker", (kind) => {
  const connected = async () => {
    const port = kind === "embedded" ? 0 : await freePort();
    if (kind === "external") await mosquitto(port);
    const running = await start(link(kind, port));
    await eventually("the link is connected", () => running.bridge.counters().mqtt.scada!.state === "connected");
    return running;
  };

  test("mosquitto_sub receives telemetry on change beyond the deadband, retained, with quality and source time", async () => {
    const { board, port } = await connected();
    board.set("basin.level", 4.2);
    board.set("basin.running", true);
    await pause(50);
    const { latest, reported, all } = await subscribe(port);
    await eventually("telemetry", () => reported("level") === 4.2 && reported("running") === true);
    expect(latest.get(STATUS)?.status).toBe("online");
    expect(latest.get("partita/works/basin/level")?.quality).toBe("good");
    expect(Math.abs(latest.get("partita/works/basin/level")!.timestamp! - Date.now())).toBeLessThan(2000);
    expect(latest.get("partita/works/basin/setpoint")?.quality).toBe("uncertain"); // nobody has set it
    expect(all.every(({ isRetained }) => isRetained)).toBe(true);
    board.set("basin.level", 4.25); // within the deadband
    board.set("basin.steps", 1);
    await eventually("steps", () => reported("steps") === 1);
    expect(reported("level")).toBe(4.2);
    board.set("basin.level", 4.4);
    await eventually("the new level", () => reported("level") === 4.4);
  });

  test("mosquitto_pub commands inputs, and a bad command is logged with topic and reason and changes nothing", async () => {
    const { board, port, bridge, lines } = await connected();
    const set = (point: string, payload: string, ...more: string[]) =>
      publish(port, `partita/works/basin/${point}/set`, payload, ...more);
    await eventually("the link takes commands", async () => {
      await set("setpoint", '{"value": 2.5}');
      return board.get("basin.setpoint").value === 2.5;
    });
    await set("start", "true");
    await eventually("start", () => board.get("basin.start").value === true);
    expect(board.get("basin.setpoint").quality).toBe("good");
    const refused = [
      ["setpoint", "fast", "not JSON"],
      ["limit", "40000", "INT takes -32768 to 32767"],
      ["level", "1", "no point that takes commands"],
      ["nothing", "1", "no point that takes commands"],
    ] as const;
    for (const [point, payload] of refused) await set(point, payload);
    await eventually("all are refused", () => bridge.counters().mqtt.scada!.rejected === refused.length);
    const warnings = lines.filter(({ message }) => message === "MQTT command refused").map(({ fields }) => fields);
    expect(warnings).toMatchObject([
      { topic: "partita/works/basin/setpoint/set", reason: "not JSON" },
      { topic: "partita/works/basin/limit/set", reason: "INT takes -32768 to 32767" },
      { topic: "partita/works/basin/level/set", reason: "no point that takes commands" },
    ]);
    await pause(20);
    expect([board.get("basin.setpoint").value, board.get("basin.limit").value]).toEqual([2.5, 0]);
  });

  test("a clean stop publishes the last values and offline", async () => {
    const { board, port, bridge } = await connected();
    const { latest, reported } = await subscribe(port);
    await eventually("telemetry", () => reported("level") === 0 && reported("steps") === 0);
    board.stop();
    board.set("basin.level", 0.05); // within the deadband: published only because it is the last
    board.set("basin.running", true);
    board.slot();
    await bridge.stop();
    await eventually("offline", () => latest.get(STATUS)?.status === "offline");
    expect(latest.get(STATUS)?.timestamp).toBeDefined();
    expect([reported("level"), reported("running")]).toEqual([0.05, true]);
  });
});

describe.skipIf(peers.missing)("with mosquitto", () => {
  test("a broker that is killed and returns gets the latest values, and each turn is logged once", async () => {
    const port = await freePort();
    const broker = await mosquitto(port);
    const { board, bridge, lines } = await start(link("external", port));
    await eventually("connected", () => bridge.counters().mqtt.scada!.state === "connected");
    await stopProcess(broker, "SIGKILL");
    await eventually("the loss is noticed", () => bridge.counters().mqtt.scada!.state !== "connected");
    for (let step = 1; step <= 100; step += 1) {
      board.set("basin.steps", step);
      await pause(5);
    }
    await mosquitto(port);
    const { reported, all } = await subscribe(port);
    await eventually("telemetry resumes", () => reported("steps") === 100);
    board.set("basin.steps", 101);
    await eventually("and goes on", () => reported("steps") === 101);
    const steps = all.filter(({ topic }) => topic.endsWith("/steps")).map(({ payload }) => JSON.parse(payload).value);
    expect(steps).toEqual([100, 101]);
    expect(lines.filter(({ level }) => level !== "debug").map(({ message }) => message)).toEqual([
      "MQTT link connected",
      "MQTT link not connected",
      "MQTT link connected",
    ]);
    expect(bridge.counters().mqtt.scada?.connections).toBe(2);
  });

  test("a broker that stops answering holds nothing up, and a stop is still quick", async () => {
    const port = await freePort();
    const broker = await mosquitto(port);
    const { board, bridge } = await start(link("external", port));
    await eventually("connected", () => bridge.counters().mqtt.scada!.acknowledged >= 5);
    broker.kill("SIGSTOP");
    for (let step = 1; step <= 50; step += 1) {
      board.set("basin.steps", step);
      await pause(2);
    }
    const begunMs = performance.now();
    await bridge.stop();
    expect(performance.now() - begunMs).toBeLessThan(2000);
    broker.kill("SIGCONT");
    const { latest } = await subscribe(port);
    await eventually("its will says offline", () => latest.get(STATUS)?.status === "offline");
  });

  test("a broker that dies while the module stops does not keep it from stopping", async () => {
    const port = await freePort();
    const broker = await mosquitto(port);
    const { bridge } = await start(link("external", port));
    await eventually("connected", () => bridge.counters().mqtt.scada!.state === "connected");
    broker.kill("SIGSTOP");
    const stopped = bridge.stop();
    await pause(50);
    broker.kill("SIGKILL");
    await stopped;
  });

  test("a retained command is refused: it would be repeated at every connection", async () => {
    const port = await freePort();
    await mosquitto(port);
    await publish(port, "partita/works/basin/setpoint/set", "9", "-r");
    const { board, bridge } = await start(link("external", port));
    await eventually("it is refused", () => bridge.counters().mqtt.scada!.rejected === 1);
    expect(board.get("basin.setpoint").value).toBe(0);
  });
});

describe.skipIf(peers.missing)("on the embedded broker, clients other than the module's own", () => {
  const connected = async () => {
    const running = await start(link("embedded", 0));
    running.board.set("basin.level", 4.2);
    await eventually("telemetry", () => running.bridge.counters().mqtt.scada!.acknowledged >= 5);
    const refusals = () => running.lines.filter(({ message }) => message.startsWith("MQTT broker: publish refused"));
    return { ...running, refusals };
  };

  test("cannot forge values or the status, retained or not, at any quality of service", async () => {
    const { port, refusals } = await connected();
    const { latest, all } = await subscribe(port);
    await eventually("the values are there", () => latest.size >= 5);
    const told = all.length;
    const forged = '{"value":99,"forged":true}';
    for (const qos of ["0", "1", "2"]) {
      await publish(port, "partita/works/basin/level", forged, "-r", "-q", qos, "-i", "intruder");
    }
    for (const topic of [STATUS, "partita/works", "partita/works/new", "partita/works/basin/level/set/x"]) {
      await publish(port, topic, forged, "-r", "-i", "another");
    }
    await publish(port, "partita/works/basin/running", ""); // as retained as a topic is cleared with "-r -n"
    await publish(port, "end", "{}");
    const late = await subscribe(port);
    await eventually("they are there again", () => late.latest.size >= 5);
    await pause(50);
    expect([...all.slice(told), ...late.all].filter(({ payload }) => !payload.includes("timestamp"))).toEqual([]);
    expect(late.latest.get("partita/works/basin/level")?.value).toBe(4.2);
    expect(refusals().map(({ fields }) => fields)).toMatchObject([
      { link: "scada", client: "intruder", topic: "partita/works/basin/level" },
      { link: "scada", client: "another", topic: STATUS },
      { link: "scada", topic: "partita/works/basin/running" },
    ]);
  });

  test("stay connected when a publish of theirs is refused, and their wills cannot forge either", async () => {
    const { port, bridge, refusals } = await connected();
    const will = { topic: STATUS, payload: Buffer.from("forged"), qos: 1 as const, retain: true };
    const client = await connectAsync({ host: "127.0.0.1", port, reconnectPeriod: 0, clientId: "dashboard", will });
    cleanups.add(() => client.endAsync(true));
    let losses = 0;
    client.on("close", () => {
      losses += 1;
    });
    await client.publishAsync("partita/works/basin/level", "99", { qos: 1 });
    // Another broker of a cluster would say this of a client that has moved there: aedes closes its own.
    await client.publishAsync("$SYS/elsewhere/new/clients", "partita-works-scada", { qos: 1 });
    await client.publishAsync("partita/works/basin/level", "98", { qos: 1 });
    expect([losses, client.connected, refusals().length]).toEqual([0, true, 1]);
    client.stream.destroy();
    const { latest } = await subscribe(port);
    await eventually("the status", () => latest.has(STATUS));
    await pause(50);
    expect(latest.get(STATUS)?.status).toBe("online");
    expect(bridge.counters().mqtt.scada).toMatchObject({ state: "connected", connections: 1 });
  });

  test("cannot take its name, and with it its place", async () => {
    const { port, bridge } = await connected();
    const asOwn = ["-r", "-i", "partita-works-scada"];
    await expect(publish(port, STATUS, "forged", ...asOwn)).rejects.toThrow("mosquitto_pub: 5");
    await expect(publish(port, STATUS, "forged", ...asOwn, "-u", "x", "-P", "guess")).rejects.toThrow();
    expect(bridge.counters().mqtt.scada).toMatchObject({ state: "connected", connections: 1 });
  });

  test("command, and publish whatever they like elsewhere", async () => {
    const { board, port, refusals } = await connected();
    const elsewhere = ["partita/workshop/a", "partita/other/status", "plant/x"];
    for (const topic of elsewhere) await publish(port, topic, "1", "-r");
    const client = await connectAsync({ host: "127.0.0.1", port, reconnectPeriod: 0 });
    cleanups.add(() => client.endAsync(true));
    const heard: string[] = [];
    client.on("message", (topic) => heard.push(topic));
    await client.subscribeAsync(elsewhere);
    await eventually("they arrive", () => heard.length === 3);
    await publish(port, "partita/works/basin/setpoint/set", "2.5");
    await eventually("the command is taken", () => board.get("basin.setpoint").value === 2.5);
    expect(refusals()).toEqual([]);
  });
});

test("a value that is told again keeps the time at which it came to be", async () => {
  const publications = [{ ...publication("steps"), maxReportMs: 20 }];
  const { board, port } = await start({ ...link("embedded", 0), publications });
  const reader = await connectAsync({ host: "127.0.0.1", port, reconnectPeriod: 0 });
  cleanups.add(() => reader.endAsync(true));
  const times: number[] = [];
  reader.on("message", (_topic, payload) => {
    const { value, timestamp } = JSON.parse(payload.toString());
    if (value === 7) times.push(timestamp);
  });
  await reader.subscribeAsync("partita/works/basin/steps");
  board.set("basin.steps", 7);
  await eventually("it is told five times", () => times.length >= 5);
  expect(new Set(times).size).toBe(1);
});

test("garbage on the embedded broker's port harms nobody", async () => {
  const { board, bridge, port } = await start(link("embedded", 0));
  await eventually("connected", () => bridge.counters().mqtt.scada!.state === "connected");
  for (const bytes of [
    "GET / HTTP/1.1\r\n\r\n",
    "\x10\xff\xff\xff\xff\xff",
    "\x00".repeat(500),
    "\x10\x03\x00\x04MQTT",
  ]) {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.on("error", () => undefined);
    await new Promise<void>((resolve) => socket.once("connect", () => resolve()));
    socket.write(bytes, "latin1");
    await pause(20);
    socket.destroy();
  }
  const { acknowledged } = bridge.counters().mqtt.scada!;
  board.set("basin.steps", 7);
  await eventually("telemetry goes on", () => bridge.counters().mqtt.scada!.acknowledged > acknowledged);
});

test("a subscriber of the embedded broker that never reads does not hold up the others", async () => {
  const { board, bridge, port } = await start(link("embedded", 0));
  await eventually("connected", () => bridge.counters().mqtt.scada!.state === "connected");
  const greedy = connect({ port, host: "127.0.0.1" });
  greedy.on("error", () => undefined);
  cleanups.add(() => greedy.destroy());
  greedy.write(Buffer.from("100f00044d5154540402000000036e6f77", "hex")); // CONNECT as "now"
  greedy.write(Buffer.from("82060001000123" + "00", "hex")); // SUBSCRIBE to #
  await new Promise<void>((resolve) => greedy.once("readable", () => resolve()));
  await pause(100);
  const flooder = await connectAsync({ host: "127.0.0.1", port, reconnectPeriod: 0 });
  cleanups.add(() => flooder.endAsync(true));
  const reader = await connectAsync({ host: "127.0.0.1", port, reconnectPeriod: 0 });
  cleanups.add(() => reader.endAsync(true));
  const heard: string[] = [];
  reader.on("message", (_topic, payload) => heard.push(payload.toString()));
  await reader.subscribeAsync("partita/works/basin/steps");
  const payload = Buffer.alloc(60_000);
  for (let count = 0; count < 400; count += 1) flooder.publish("flood", payload);
  await pause(200);
  for (let step = 1; step <= 200; step += 1) {
    board.set("basin.steps", step);
    await pause(6); // each is published: more of them than the broker lets wait for one subscriber
  }
  await eventually("telemetry goes on", () => heard.some((text) => text.includes('"value":200,')), 1000);
});
