import { connect } from "node:net";
import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import { afterEach, describe, expect, test } from "vitest";
import { hostClock } from "../../runtime/host/clock.ts";
import type { BrokerListener, MqttLink } from "../../runtime/index.ts";
import { Cleanups } from "../testing/mosquitto.ts";
import { eventually, logBook, pause } from "../testing/test-module.ts";
import { EmbeddedBroker } from "./embedded-broker.ts";

const cleanups = new Cleanups();
afterEach(() => cleanups.end());

const start = async (more: Partial<BrokerListener> = {}) => {
  const link: MqttLink = {
    ...{ name: "scada", broker: "embedded", host: "127.0.0.1", port: 0, version: "v3.1.1", topicPrefix: "partita" },
    ...{ tls: null, credentials: null, qos: 1, buffer: null, publications: [], commands: [] },
    listener: { allowFrom: null, allowFile: null, isExposed: false, ...more },
  };
  const { log, lines } = logBook();
  const broker = new EmbeddedBroker(link, "works", hostClock, log);
  await broker.start();
  cleanups.add(() => broker.stop());
  const client = async (options: IClientOptions = {}): Promise<MqttClient> => {
    const made = await connectAsync({ host: "127.0.0.1", port: broker.address.port, reconnectPeriod: 0, ...options });
    cleanups.add(() => made.endAsync(true));
    return made;
  };
  return { broker, lines, client };
};

const heardBy = async (client: MqttClient, filter: string): Promise<string[]> => {
  const topics: string[] = [];
  client.on("message", (topic) => topics.push(topic));
  await client.subscribeAsync(filter, { qos: 1 });
  return topics;
};

const everyone = (access: "read" | "write") => [{ address: "127.0.0.1", prefix: 32, access }];
const OWN_ID = "partita-works-scada";

describe("an embedded broker with an allow-list", () => {
  test("takes in only the module itself from an address that is not on it", async () => {
    const { broker, client } = await start({ allowFrom: [{ address: "10.0.0.0", prefix: 8, access: "write" }] });
    await expect(client()).rejects.toThrow(/[Nn]ot authorized/);
    const own = await client({ clientId: OWN_ID, ...broker.credentials });
    expect(own.connected).toBe(true);
  });

  test("takes no command from a client that may only read", async () => {
    const { client, lines } = await start({ allowFrom: everyone("read") });
    const reader = await client();
    const heard = await heardBy(reader, "#");
    await reader.publishAsync("partita/works/basin/setpoint/set", "1", { qos: 1 });
    await reader.publishAsync("elsewhere", "1", { qos: 1 });
    await pause(50);
    expect(heard).toEqual([]);
    expect(lines.some(({ message }) => message.startsWith("MQTT broker: publish refused"))).toBe(true);
  });

  test("that lets anybody in from a network says so at its start", async () => {
    const { lines } = await start({ isExposed: true });
    expect(lines).toContainEqual(
      expect.objectContaining({ level: "warn", message: expect.stringMatching(/^insecure: anybody/) }),
    );
  });
});

describe("an embedded broker keeps no more", () => {
  test("than a thousand messages outside the module's topic", async () => {
    const { client } = await start();
    const writer = await client();
    for (let nth = 0; nth < 1100; nth += 1) writer.publish(`elsewhere/${nth}`, "kept", { retain: true });
    await writer.publishAsync("elsewhere/0", "", { qos: 1, retain: true }); // one goes
    await writer.publishAsync("elsewhere/late", "kept", { qos: 1, retain: true }); // which makes room for another
    const heard = await heardBy(await client(), "elsewhere/#");
    await eventually("the retained messages", () => heard.length >= 1000);
    await pause(50);
    expect(heard.length).toBe(1000);
    expect(heard).toContain("elsewhere/late");
  });

  test("for a client that is away, whatever session it asks for", async () => {
    const { client } = await start();
    const sleeper = await client({ clientId: "sleeper", clean: false });
    await sleeper.subscribeAsync("news", { qos: 1 });
    await sleeper.endAsync();
    await (await client()).publishAsync("news", "1", { qos: 1 });
    const awake = await client({ clientId: "sleeper", clean: false });
    const heard: string[] = [];
    awake.on("message", (topic) => heard.push(topic));
    await pause(50);
    expect(heard).toEqual([]);
  });

  test("than a thousand subscriptions of a client", async () => {
    const { client } = await start();
    const greedy = await client();
    const filters = Array.from({ length: 1000 }, (_, nth) => `a/${nth}`);
    await greedy.subscribeAsync(filters);
    await expect(greedy.subscribeAsync("a/1000")).rejects.toThrow("Subscribe error");
  });
});

test("an embedded broker tells a client of MQTT 5 that it does not speak that, and closes", async () => {
  const { broker } = await start();
  const socket = connect({ port: broker.address.port, host: "127.0.0.1" });
  const received: Buffer[] = [];
  socket.on("data", (bytes) => received.push(bytes));
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.write(Buffer.from("101000044d515454050200000000036e6577", "hex")); // CONNECT as "new"
  await closed;
  expect(Buffer.concat(received).toString("hex")).toBe("20020001"); // CONNACK: unacceptable protocol version
});

test("an embedded broker closes the connection of a packet that is too long before it has come", async () => {
  const { broker } = await start();
  const socket = connect({ port: broker.address.port, host: "127.0.0.1" });
  const closed = new Promise<void>((resolve) => socket.on("error", () => undefined).once("close", () => resolve()));
  socket.resume();
  socket.write(Buffer.from([0x10, 0xff, 0xff, 0x7f, 0, 4]));
  await closed;
});

test("an embedded broker keeps no subscription of a client that changed its mind in one breath, and left", async () => {
  const { broker, lines, client } = await start();
  const socket = connect({ port: broker.address.port, host: "127.0.0.1" });
  const received: Buffer[] = [];
  socket.on("data", (bytes) => received.push(bytes));
  const hasReceived = (bytes: string) => Buffer.concat(received).includes(Buffer.from(bytes, "hex"));
  socket.write(Buffer.from("101000044d51545404020000000466617374", "hex")); // CONNECT as "fast"
  await eventually("its CONNACK", () => hasReceived("20020000"));
  const subscribe = (qos: number) => Buffer.from([0x82, 6, 0, 1 + qos, 0, 1, 0x61, qos]);
  socket.write(Buffer.concat([subscribe(0), Buffer.from([0xa2, 5, 0, 9, 0, 1, 0x61]), subscribe(1)]));
  await eventually("its second subscription", () => hasReceived("9003000201"));
  const writer = await client();
  await writer.publishAsync("a", "1", { qos: 1 });
  await eventually("what it subscribed to", () => received.some((bytes) => bytes[0] === 0x32));
  socket.destroy();
  await pause(50);
  lines.length = 0;
  await writer.publishAsync("a", "2", { qos: 1 });
  await pause(20);
  expect(lines).toEqual([]); // nothing was sent to who is no more
});
