import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { connect as connectPlain } from "node:net";
import { join } from "node:path";
import { type ConnectionOptions, connect } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { requirePeers } from "../../../hil-tests/peers.ts";
import { hostClock } from "../../../runtime/host/clock.ts";
import type { ModbusRole, ModbusTcpListener } from "../../../runtime/index.ts";
import { ProcessImage } from "../../process-image.ts";
import { Authority, type Identity } from "../../testing/certificates.ts";
import { eventually, logBook, refOf, served, TestBoard, tcpListener, testSystem } from "../../testing/test-module.ts";
import { identificationOf } from "./device-identification.ts";
import { modbusServer } from "./index.ts";

const openssl = requirePeers("openssl");

const module = testSystem({ basin: ["in setpoint UINT", "in limit UINT", "out level UINT"] });
const ref = (point: string) => refOf(module, `basin.${point}`);

const ROLE = "1.3.6.1.4.1.50316.802.1=ASN1:UTF8String";
const roles: readonly ModbusRole[] = [
  { name: "operator", read: "all", write: [ref("setpoint")] },
  { name: "meter", read: [ref("level")], write: [] },
];

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const serve = async (more: Partial<ModbusTcpListener>) => {
  const board = new TestBoard(module, hostClock);
  const { log, lines } = logBook();
  const config = {
    name: "scada",
    listener: tcpListener(more),
    unitId: 1,
    units: [],
    mappings: [
      served(module, "basin.setpoint", "holdingRegister", 0, "UINT"),
      served(module, "basin.limit", "holdingRegister", 1, "UINT"),
      served(module, "basin.level", "inputRegister", 0, "UINT"),
    ],
  };
  const image = new ProcessImage(module, board.exchange, hostClock);
  const server = modbusServer(config, image, identificationOf("works"), hostClock, log);
  cleanups.push(
    () => board.stop(),
    () => server.stop(),
  );
  await server.start();
  return { server, lines, port: server.address?.port ?? 0 };
};

type Ask = (pdu: string) => Promise<string>;

/** Sends PDUs of unit 1 and waits for their answers. @throws when the connection ends instead. */
const asking = (socket: ReturnType<typeof connect> | ReturnType<typeof connectPlain>): Ask => {
  cleanups.push(() => socket.destroy());
  let heard = Buffer.alloc(0);
  let ended: string | null = null;
  socket.on("data", (chunk) => {
    heard = Buffer.concat([heard, chunk]);
  });
  socket.on("error", (error: NodeJS.ErrnoException) => {
    ended ??= error.code ?? error.message;
  });
  socket.on("close", () => {
    ended ??= "closed";
  });
  return async (pdu) => {
    const body = Buffer.from(`01${pdu}`, "hex");
    heard = Buffer.alloc(0);
    socket.write(Buffer.concat([Buffer.from([0, 1, 0, 0, 0, body.length]), body]));
    await eventually("an answer", () => ended !== null || (heard.length > 6 && heard.length === 6 + heard[5]!));
    if (ended !== null) throw new Error(ended);
    return heard.subarray(7).toString("hex");
  };
};

const [readLevel, readSetpoint, readLimit] = ["0400000001", "0300000001", "0300010001"] as const;
const [writeSetpoint, writeLimit, writeBoth] = ["0600000005", "0600010005", "1000000002040001" + "0002"] as const;

describe.skipIf(openssl.missing)("a Modbus server on TLS", () => {
  let authority: Authority;
  let stranger: Authority;
  let identities: Record<"server" | "other" | "operator" | "meter" | "nobody" | "malformed" | "forged", Identity>;

  beforeAll(async () => {
    [authority, stranger] = await Promise.all([new Authority().create(), new Authority().create()]);
    identities = {
      server: await authority.issue("server"),
      other: await authority.issue("other"),
      operator: await authority.issue("operator", `${ROLE}:operator`),
      meter: await authority.issue("meter", "basicConstraints=critical,CA:FALSE", `${ROLE}:meter`),
      nobody: await authority.issue("nobody"),
      malformed: await authority.issue(
        "malformed",
        "1.3.6.1.4.1.50316.802.1=ASN1:SEQUENCE:text",
        "[text]",
        "a=UTF8:operator",
      ),
      forged: await stranger.issue("forged", `${ROLE}:operator`),
    };
  });
  afterAll(() => {
    authority.remove();
    stranger.remove();
  });

  const secured = (more: Partial<ModbusTcpListener> = {}) => {
    const { certificate, key } = identities.server;
    const tls = { certificatePath: certificate, keyPath: key, caPath: authority.certificate };
    return serve({ tls, roles, ...more });
  };
  const clientAs = (port: number, identity: Identity | null, more: ConnectionOptions = {}): Ask => {
    const own = identity && { cert: readFileSync(identity.certificate), key: readFileSync(identity.key) };
    return asking(connect({ host: "127.0.0.1", port, ca: readFileSync(authority.certificate), ...own, ...more }));
  };

  test("gives every client the rights of the role in its certificate, and refuses the rest by exception 1", async () => {
    const { port } = await secured();
    const operator = clientAs(port, identities.operator);
    expect(await operator(writeSetpoint)).toBe(writeSetpoint);
    expect(await operator(readSetpoint)).toBe("03020005");
    expect(await operator(writeLimit)).toBe("8601");
    expect(await operator(writeBoth)).toBe("9001");
    expect(await operator("160001ffff0000")).toBe("9601");
    expect(await operator("0300000002")).toBe("030400050000"); // of two writes neither was done
    const meter = clientAs(port, identities.meter);
    expect(await meter(readLevel)).toBe("04020000");
    expect(await meter(readLimit)).toBe("8301");
    expect(await meter(writeSetpoint)).toBe("8601");
    expect(await meter("0600630005")).toBe("8601"); // also where nothing is
  });

  test("lets a client without a role, or with one that is no text, do nothing, unless roles do not matter", async () => {
    const { port } = await secured();
    for (const identity of [identities.nobody, identities.malformed]) {
      const client = clientAs(port, identity);
      expect([await client(readLevel), await client("2b0e0100")]).toEqual(["8401", "ab01"]);
    }
    const open = await secured({ roles: null });
    expect(await clientAs(open.port, identities.nobody)(writeLimit)).toBe(writeLimit);
  });

  test("lets nobody in without a certificate, with a stranger's, below TLS 1.2 or without TLS, and says why", async () => {
    const { port, server, lines } = await secured();
    await expect(clientAs(port, null)(readLevel)).rejects.toThrow();
    await expect(clientAs(port, identities.forged)(readLevel)).rejects.toThrow();
    await expect(clientAs(port, identities.operator, { maxVersion: "TLSv1.1" })(readLevel)).rejects.toThrow();
    await expect(asking(connectPlain({ host: "127.0.0.1", port }))(readLevel)).rejects.toThrow();
    await eventually("all are counted", () => server.counters.refused === 4);
    const reasons = lines.filter(({ level }) => level === "warn").map(({ fields }) => fields.reason);
    expect(reasons).toHaveLength(1);
    expect(await clientAs(port, identities.operator)(readLevel)).toBe("04020000");
    expect(server.counters.requests).toBe(1);
  });

  test("cuts off who begins no handshake, so that nobody takes a place for longer than a frame may take", async () => {
    const { port, server, lines } = await secured({ frameTimeoutMs: 800, maxConnections: 1 });
    const silent = connectPlain({ host: "127.0.0.1", port });
    cleanups.push(() => silent.destroy());
    await new Promise<void>((resolve) => silent.once("connect", () => resolve()));
    await expect(clientAs(port, identities.operator)(readLevel)).rejects.toThrow();
    await eventually("it is cut off", () => server.counters.refused === 2);
    expect(lines.map(({ fields }) => fields.reason)).toContain("ERR_TLS_HANDSHAKE_TIMEOUT");
    expect(await clientAs(port, identities.operator)(readLevel)).toBe("04020000");
  });

  test("gives the place of a client that left, or was cut off, to another", async () => {
    const { port, server } = await secured({ idleTimeoutMs: 700, maxConnections: 1 });
    const first = connect({
      host: "127.0.0.1",
      port,
      ca: readFileSync(authority.certificate),
      cert: readFileSync(identities.operator.certificate),
      key: readFileSync(identities.operator.key),
    });
    expect(await asking(first)(readLevel)).toBe("04020000");
    first.end();
    // Its place is free a moment after it is counted as gone: until then others are refused.
    const isServed = () =>
      clientAs(
        port,
        identities.operator,
      )(readLevel).then(
        (read) => read === "04020000",
        () => false,
      );
    await eventually("another has its place", isServed);
    await eventually("it is cut off for being idle", () => server.counters.cutOff === 1);
    await eventually("another has its place", isServed);
  });

  test("goes by the files as they are now: a new certificate, other roots, and not by those that are broken", async () => {
    const paths = Object.fromEntries(
      ["certificatePath", "keyPath", "caPath"].map((name) => [name, join(authority.folder, `${name}.now`)]),
    ) as Record<"certificatePath" | "keyPath" | "caPath", string>;
    const install = ({ certificate, key }: Identity, ca: string) => {
      copyFileSync(certificate, paths.certificatePath);
      copyFileSync(key, paths.keyPath);
      copyFileSync(ca, paths.caPath);
    };
    install(identities.server, authority.certificate);
    const { port, lines } = await serve({ tls: paths, roles });
    const before = clientAs(port, identities.operator);
    expect(await before(readLevel)).toBe("04020000");
    writeFileSync(paths.keyPath, "no key");
    await eventually("it complains", () => lines.some(({ level }) => level === "error"));
    expect(lines.at(-1)?.fields.reason).toMatch(/do not fit together/);
    expect(await clientAs(port, identities.operator)(readLevel)).toBe("04020000");
    install(identities.other, stranger.certificate);
    await eventually("the stranger is trusted now", async () =>
      clientAs(
        port,
        identities.forged,
      )(readLevel).then(
        (answer) => answer === "04020000",
        () => false,
      ),
    );
    await expect(clientAs(port, identities.operator)(readLevel)).rejects.toThrow();
    expect(await before(readLevel)).toBe("04020000"); // whoever was in stays in
  });

  test("does not start with files that are not there or do not belong together", async () => {
    const { certificate } = identities.server;
    const tls = { certificatePath: certificate, keyPath: identities.other.key, caPath: authority.certificate };
    await expect(serve({ tls })).rejects.toThrow(/io\.modbusServers "scada" cannot listen on .* do not fit together/);
    await expect(serve({ tls: { ...tls, keyPath: "/nowhere" } })).rejects.toThrow(/ENOENT.*\/nowhere/);
    await expect(serve({ tls: { ...tls, caPath: tls.keyPath } })).rejects.toThrow(/holds no certificate/);
  });
});

describe("a Modbus server with an allow-list", () => {
  const from = (port: number, localAddress: string): Ask =>
    asking(connectPlain({ host: "127.0.0.1", port, localAddress }));

  test("lets in who is on it, and only to read where it says so", async () => {
    const { port, server } = await serve({
      allowFrom: [
        { address: "127.0.0.1", prefix: 32, access: "write" },
        { address: "127.0.1.0", prefix: 24, access: "read" },
      ],
    });
    expect(await from(port, "127.0.0.1")(writeLimit)).toBe(writeLimit);
    const reader = from(port, "127.0.1.9");
    expect([await reader(readLimit), await reader(writeLimit)]).toEqual(["03020005", "8601"]);
    await expect(from(port, "127.0.2.1")(readLimit)).rejects.toThrow();
    expect(server.counters).toMatchObject({ refused: 1, connections: 2 });
  });

  test("goes by its file as it is now, and not by one that is broken", async () => {
    const authority = new Authority(); // its folder only
    cleanups.push(() => authority.remove());
    const allowFile = join(authority.folder, "scada.allow");
    writeFileSync(allowFile, "127.0.0.1\n127.0.0.2\n");
    const { port, lines, server } = await serve({ allowFile });
    const [first, second] = [from(port, "127.0.0.1"), from(port, "127.0.0.2")];
    expect([await first(readLimit), await second(readLimit)]).toEqual(["03020000", "03020000"]);
    writeFileSync(allowFile, "127.0.0.1\nnonsense\n");
    await eventually("it complains", () => lines.some(({ level }) => level === "error"));
    expect(await second(readLimit)).toBe("03020000");
    writeFileSync(allowFile, "127.0.0.1\n");
    await eventually("the other is out", () => server.counters.connections === 1);
    expect(await first(readLimit)).toBe("03020000");
    await expect(from(port, "127.0.0.2")(readLimit)).rejects.toThrow();
  });

  test("is warned of at the start when it could have protected and does not", async () => {
    const { lines } = await serve({ isExposed: true });
    expect(lines.filter(({ level }) => level === "warn").map(({ message }) => message)).toEqual([
      "insecure: anybody who reaches this Modbus server may read and write",
    ]);
  });
});
