import { execFileSync } from "node:child_process";
import { copyFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { Aedes } from "aedes";
import type { IPublishPacket } from "mqtt";
import { afterEach, describe, expect, test } from "vitest";
import { requirePeers } from "../../hil-tests/peers.ts";
import type { BrokerAddress, ClientTls } from "../../runtime/index.ts";
import { Authority } from "../testing/certificates.ts";
import { startLine } from "../testing/line.ts";
import {
  Cleanups,
  freePort,
  MOSQUITTO_TAKES,
  mosquitto,
  publish,
  scratch,
  stopProcess,
  subscribe,
} from "../testing/mosquitto.ts";
import { eventually, logBook, pause } from "../testing/test-module.ts";
import { BrokerConnection, type ConnectionUser } from "./broker-connection.ts";
import type { Message, Outcome } from "./broker-session.ts";

const peers = requirePeers("mosquitto", "mosquitto_sub", "mosquitto_pub", "openssl");

const cleanups = new Cleanups();
afterEach(() => cleanups.end());

const message = (payload: string, qos: 0 | 1 = 1): Message => ({ topic: "test/out", payload, qos, retain: false });

/** Numbers its wills, and subscribes to test/in. */
class TestUser implements ConnectionUser {
  readonly heard: string[] = [];
  wills = 0;
  losses = 0;
  whenConnected = (): void => undefined;
  whenRoom = (): void => undefined;

  will(): Message {
    this.wills += 1;
    return { topic: "test/will", payload: `will ${this.wills}`, qos: 1, retain: false };
  }
  connected(): void {
    this.whenConnected();
  }
  received({ payload }: IPublishPacket): void {
    this.heard.push(String(payload));
  }
  hasRoom(): void {
    this.whenRoom();
  }
  disconnected(): void {
    this.losses += 1;
  }
}

const at = (port: number, more: Partial<BrokerAddress> = {}): BrokerAddress => ({
  host: "127.0.0.1",
  port,
  version: "v3.1.1",
  tls: null,
  credentials: null,
  ...more,
});

const open = (address: BrokerAddress) => {
  const user = new TestUser();
  const { log, lines } = logBook();
  const connection = new BrokerConnection({
    name: "plant",
    clientId: "partita-test",
    addresses: () => [address],
    credentials: null,
    user,
    log,
  });
  const close = (farewell = async () => {}) => connection.close(farewell, 500);
  cleanups.add(() => close());
  connection.open();
  const connected = () => eventually("connected", () => connection.isConnected);
  return { connection, user, lines, close, connected };
};

const outcomeOf = (connection: BrokerConnection, what: Message): Promise<Outcome> =>
  new Promise((resolve) => connection.publish(what, resolve));

describe.skipIf(peers.missing).each(["v3.1.1", "v5"] as const)("a connection of MQTT %s", (version) => {
  const connected = async (more: readonly string[] = ["allow_anonymous true"]) => {
    const port = await freePort();
    const broker = await mosquitto(cleanups, port, more);
    const line = await startLine(cleanups, port);
    const running = open(at(line.port, { version }));
    await running.connected();
    return { ...running, port, broker, cut: line.cut };
  };

  test("publishes at QoS 0 and 1, hears what came of it, and receives what it subscribes to", async () => {
    const { connection, user, port } = await connected();
    const { all } = await subscribe(cleanups, port, "test/#");
    await connection.subscribe("test/in");
    await eventually("the subscriber is there", async () => {
      await publish(port, "test/in", "ping");
      return all.length > 0;
    });
    expect(await outcomeOf(connection, message("zero", 0))).toBe("delivered");
    expect(await outcomeOf(connection, message("one", 1))).toBe("delivered");
    await eventually("both arrive", () => all.filter(({ topic }) => topic === "test/out").length === 2);
    expect(user.heard[0]).toBe("ping");
    expect(connection.counters).toEqual({
      state: "connected",
      connections: 1,
      failures: 0,
      published: 2,
      acknowledged: 1,
      dropped: 0,
      inFlight: 0,
    });
  });

  test("has no more messages in flight than the broker takes, and loses them in order, each once, with the connection", async () => {
    const { connection, user, broker, cut } = await connected();
    broker.kill("SIGSTOP");
    const outcomes: string[] = [];
    const room = version === "v5" ? MOSQUITTO_TAKES : 64;
    for (let count = 1; count <= room; count += 1) {
      expect(connection.hasRoom).toBe(true);
      connection.publish(message(String(count)), (outcome) => outcomes.push(`${count} ${outcome}`));
    }
    expect(connection.hasRoom).toBe(false);
    expect(() => connection.publish(message("more"))).toThrow("no room");
    cut();
    await eventually("the loss is noticed", () => user.losses === 1);
    expect(outcomes).toEqual(Array.from({ length: room }, (_, index) => `${index + 1} lost`));
    broker.kill("SIGCONT");
    await eventually("connected again", () => connection.isConnected);
    await pause(50);
    expect(outcomes).toHaveLength(room);
    expect(connection.counters).toMatchObject({
      connections: 2,
      published: room,
      acknowledged: 0,
      dropped: room,
      inFlight: 0,
    });
  });

  test("says when there is room again, and passes on any number of messages in order", async () => {
    const { connection, user, port } = await connected();
    const { all } = await subscribe(cleanups, port, "test/out");
    await pause(100);
    let next = 0;
    user.whenRoom = () => {
      for (; next < 2000 && connection.hasRoom; next += 1) connection.publish(message(String(next)));
    };
    user.whenRoom();
    await eventually("all arrive", () => all.length === 2000);
    expect(all.map(({ payload }) => Number(payload))).toEqual(Array.from({ length: 2000 }, (_, index) => index));
  });

  test("has a will of its own each time, which a farewell keeps from being published", async () => {
    const { connection, user, cut, close, connected: reconnected, port } = await connected();
    const { all } = await subscribe(cleanups, port, "test/#");
    await pause(100);
    cut();
    await eventually("the first will", () => all.length === 1);
    await eventually("connected again", () => connection.counters.connections === 2);
    cut();
    await eventually("the second will", () => all.length === 2);
    await eventually("connected again", () => connection.counters.connections === 3);
    await close(async () => void (await outcomeOf(connection, message("goodbye"))));
    expect(connection.counters).toMatchObject({ state: "closed", inFlight: 0 });
    connection.open();
    await reconnected();
    await pause(50);
    expect(all.map(({ payload }) => payload)).toEqual(["will 1", "will 2", "goodbye"]);
    expect([user.wills, user.losses]).toEqual([4, 3]);
  });

  test("is closed in time by a broker that hangs, and whether or not its farewell ends", async () => {
    const { broker, close, connection } = await connected();
    broker.kill("SIGSTOP");
    const begunMs = performance.now();
    const outcome = outcomeOf(connection, message("never acknowledged"));
    await close(() => new Promise(() => undefined));
    expect(performance.now() - begunMs).toBeLessThan(1500);
    expect(await outcome).toBe("lost");
    broker.kill("SIGCONT");
  });

  test("says in the log, once a turn, that it is lost, and waits longer each time before it tries again", async () => {
    const { broker, lines, connection } = await connected();
    await stopProcess(broker, "SIGKILL");
    await eventually("some attempts", () => connection.counters.failures >= 3);
    expect(lines.map(({ message: text }) => text)).toEqual(["MQTT link connected", "MQTT link not connected"]);
  });
});

test("a subscription that the broker refuses is logged", async () => {
  const aedes = await Aedes.createBroker({ authorizeSubscribe: (_client, _subscription, done) => done(null, null) });
  const server = createServer(aedes.handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  cleanups.add(() => new Promise<void>((resolve) => aedes.close(() => server.close(() => resolve()))));
  const { connection, lines, connected } = open(at((server.address() as { port: number }).port));
  await connected();
  await connection.subscribe("test/in");
  expect(lines.at(-1)).toMatchObject({
    level: "warn",
    fields: { link: "plant", topic: "test/in", reason: "Subscribe error: Unspecified error" },
  });
});

describe.skipIf(peers.missing)("over MQTT 5", () => {
  test("a connection keeps the broker's receive maximum", async () => {
    const port = await freePort();
    const broker = await mosquitto(cleanups, port, ["allow_anonymous true", "max_inflight_messages 3"]);
    const { connection, connected } = open(at(port, { version: "v5" }));
    await connected();
    broker.kill("SIGSTOP");
    let count = 0;
    for (; connection.hasRoom; count += 1) connection.publish(message(String(count)));
    expect(count).toBe(3);
    broker.kill("SIGCONT");
  });

  test("a message that the broker does not want is refused, and its connection goes on", async () => {
    const port = await freePort();
    const acl = join(scratch(cleanups), "acl");
    writeFileSync(acl, "topic write test/else\n");
    await mosquitto(cleanups, port, ["allow_anonymous true", `acl_file ${acl}`]);
    const { connection, connected } = open(at(port, { version: "v5" }));
    await connected();
    expect(await outcomeOf(connection, message("unwanted"))).toBe("refused");
    expect(await outcomeOf(connection, { ...message("wanted"), topic: "test/else" })).toBe("delivered");
    expect(connection.counters).toMatchObject({ connections: 1, acknowledged: 1, dropped: 1 });
  });
});

describe.skipIf(peers.missing)("a connection over TLS", () => {
  const secured = async () => {
    const authorities = { plant: await new Authority().create(), stranger: await new Authority().create() };
    for (const authority of Object.values(authorities)) cleanups.add(() => authority.remove());
    const server = await authorities.plant.issue("server");
    const clients = {
      plant: await authorities.plant.issue("module"),
      stranger: await authorities.stranger.issue("module"),
    };
    const port = await freePort();
    const files = [
      `cafile ${authorities.plant.certificate}`,
      `certfile ${server.certificate}`,
      `keyfile ${server.key}`,
    ];
    await mosquitto(cleanups, port, [...files, "require_certificate true", "use_identity_as_username true"]);
    const folder = scratch(cleanups);
    const tls = {
      caPath: join(folder, "trusted.pem"),
      certificatePath: join(folder, "own.pem"),
      keyPath: join(folder, "own.key"),
    };
    const install = (trusted: keyof typeof authorities, own: keyof typeof clients): void => {
      copyFileSync(authorities[trusted].certificate, tls.caPath);
      copyFileSync(clients[own].certificate, tls.certificatePath);
      copyFileSync(clients[own].key, tls.keyPath);
    };
    return { port, tls, install };
  };

  test("shows its certificate, and checks the broker's", async () => {
    const { port, tls, install } = await secured();
    install("plant", "plant");
    const { connection, connected } = open(at(port, { tls }));
    await connected();
    expect(await outcomeOf(connection, message("secret"))).toBe("delivered");
  });

  test("is not made to a broker that another authority vouches for, until the file of authorities is replaced", async () => {
    const { port, tls, install } = await secured();
    install("stranger", "plant");
    const { connection, lines, connected } = open(at(port, { tls }));
    await eventually("it fails", () => connection.counters.failures >= 2);
    expect(lines).toMatchObject([
      { level: "warn", fields: { link: "plant", reason: expect.stringMatching(/certificate/) } },
    ]);
    install("plant", "plant");
    await connected();
  });

  test("is not made without the client's files, which are named in the log, until they are there", async () => {
    const { port, tls, install } = await secured();
    const { connection, lines, connected } = open(at(port, { tls }));
    await eventually("it fails", () => connection.counters.failures >= 1);
    expect(lines[0]?.fields.reason).toContain("trusted.pem");
    install("plant", "plant");
    await connected();
  });

  test("is refused by the broker when another authority signed its certificate", async () => {
    const { port, tls, install } = await secured();
    install("plant", "stranger");
    const { connection } = open(at(port, { tls }));
    await eventually("it fails", () => connection.counters.failures >= 2);
    expect(connection.counters.connections).toBe(0);
  });
});

describe.skipIf(peers.missing)("credentials", () => {
  const PASSWORD = "hush-4711-hush";

  test("are read from environment and file for each CONNECT, and are in no log, count or error", async () => {
    const folder = scratch(cleanups);
    const port = await freePort();
    const users = join(folder, "users");
    execFileSync("mosquitto_passwd", ["-c", "-b", users, "module", PASSWORD], { stdio: "pipe" });
    await mosquitto(cleanups, port, ["allow_anonymous false", `password_file ${users}`]);
    const file = join(folder, "password");
    writeFileSync(file, "wrong-1234-wrong\n");
    process.env.PARTITA_TEST_USERNAME = "module";
    cleanups.add(() => delete process.env.PARTITA_TEST_USERNAME);
    const credentials = { username: { environment: "PARTITA_TEST_USERNAME" }, password: { file } };
    const { connection, lines, connected } = open(at(port, { credentials }));
    await eventually("it fails", () => connection.counters.failures >= 1);
    writeFileSync(file, `${PASSWORD}\n`);
    await connected();
    expect(JSON.stringify([lines, connection.counters])).not.toMatch(/hush|wrong/);
    expect(lines.map(({ fields }) => fields.reason)).toEqual([expect.stringMatching(/[Nn]ot authorized/), undefined]);
  });

  test("that would travel readable to another machine are warned about, and not on the way to this one", async () => {
    const credentials = { username: { environment: "USER" }, password: { file: "/dev/null" } };
    const warningsAt = (host: string, tls: ClientTls | null = null) =>
      open(at(1, { host, tls, credentials })).lines.map(({ message }) => message);
    const warning = expect.stringMatching(/password travels unencrypted.*use mqtts/);
    expect(warningsAt("127.1")).toContainEqual(warning); // which nothing but a resolver knows for this machine
    expect(warningsAt("localhost")).not.toContainEqual(warning);
    const tls = { caPath: null, certificatePath: null, keyPath: null };
    expect(warningsAt("127.1", tls)).not.toContainEqual(warning);
  });

  test("that are not there are named by where they should be", async () => {
    const credentials = { username: { environment: "PARTITA_TEST_NOT_THERE" }, password: null };
    const { connection, lines } = open(at(1, { credentials }));
    await eventually("it fails", () => connection.counters.failures >= 1);
    expect(lines).toMatchObject([{ fields: { reason: "the environment has no PARTITA_TEST_NOT_THERE" } }]);
  });
});
