import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { requirePeers } from "../../../hil-tests/peers.ts";
import { hostClock } from "../../../runtime/host/clock.ts";
import type { ModbusClientTls } from "../../../runtime/index.ts";
import { ProcessImage } from "../../process-image.ts";
import { Authority, type Identity } from "../../testing/certificates.ts";
import { pollField } from "../../testing/field.ts";
import {
  eventually,
  fieldClient,
  fieldDevice,
  logBook,
  mapping,
  refOf,
  served,
  TestBoard,
  tcpListener,
  testSystem,
} from "../../testing/test-module.ts";
import { identificationOf } from "../server/device-identification.ts";
import { modbusServer } from "../server/index.ts";

const openssl = requirePeers("openssl");
const module = testSystem({ tank: ["in level REAL"] });
const far = testSystem({ basin: ["out level REAL"] });

describe.skipIf(openssl.missing)("a bus on TLS", () => {
  let authority: Authority;
  let stranger: Authority;
  let identities: Record<"device" | "client" | "forged", Identity>;
  beforeAll(async () => {
    [authority, stranger] = await Promise.all([new Authority().create(), new Authority().create()]);
    identities = {
      device: await authority.issue("device"),
      client: await authority.issue("client"),
      forged: await stranger.issue("client"),
    };
  });
  afterAll(() => {
    authority.remove();
    stranger.remove();
  });

  /** A device on TLS that wants a certificate. */
  const device = async (): Promise<number> => {
    const board = new TestBoard(far, hostClock);
    board.set("basin.level", 3.25);
    const { certificate, key } = identities.device;
    const tls = { certificatePath: certificate, keyPath: key, caPath: authority.certificate };
    const mappings = [served(far, "basin.level", "inputRegister", 0, "REAL")];
    const config = { name: "far", listener: tcpListener({ tls }), unitId: 1, units: [], mappings };
    const image = new ProcessImage(far, board.exchange, hostClock);
    const server = modbusServer(config, image, identificationOf("works"), hostClock, logBook().log);
    await server.start();
    const refreshing = setInterval(() => image.refresh(), 2);
    onTestFinished(async () => {
      clearInterval(refreshing);
      await server.stop();
      board.stop();
    });
    return server.address?.port ?? 0;
  };

  const poll = (port: number, identity: Identity, more: Partial<ModbusClientTls> = {}) => {
    const tls = {
      certificatePath: identity.certificate,
      keyPath: identity.key,
      caPath: authority.certificate,
      serverName: null,
      ...more,
    };
    const gauge = fieldDevice({
      name: "gauge",
      pollGroups: [{ name: "all", intervalMs: 20 }],
      mappings: [mapping(refOf(module, "tank.level"), "inputRegister", 0, "REAL")],
    });
    const transport = { kind: "tcp", host: "127.0.0.1", port, tls } as const;
    return pollField(fieldClient(port, [gauge], { transport, responseTimeoutMs: 1000 }), module);
  };

  const reasonsIn = (lines: ReturnType<typeof poll>["lines"]): string =>
    lines.map(({ fields }) => String(fields.reason ?? "")).join(" ");

  test("polls a device that proves itself, and to which it does", async () => {
    const { board } = poll(await device(), identities.client);
    await eventually("it is good", () => board.get("tank.level").value === 3.25);
  });

  test("does not talk to a device that is signed by somebody else, or that has another name", async () => {
    const port = await device();
    const other = poll(port, identities.client, { caPath: stranger.certificate });
    await eventually("it says so", () => /CERT|SIGN|VERIFY/i.test(reasonsIn(other.lines)));
    const named = poll(port, identities.client, { serverName: "plc.example.com" });
    await eventually("it says so", () => reasonsIn(named.lines).includes("ERR_TLS_CERT_ALTNAME_INVALID"));
    for (const { board } of [other, named])
      expect(board.latched[0]!.map((cells) => cells.qualityOf(0))).not.toContain("good");
  });

  test("is not answered with a forged certificate, and is with a new one, from the next connection on", async () => {
    const files = { certificate: join(authority.folder, "now.pem"), key: join(authority.folder, "now.key") };
    const use = ({ certificate, key }: Identity) => {
      copyFileSync(certificate, files.certificate);
      copyFileSync(key, files.key);
    };
    use(identities.forged);
    const { board, lines } = poll(await device(), files);
    await eventually("it is refused", () => lines.some(({ message }) => message === "field device does not answer"));
    expect(board.get("tank.level").quality).not.toBe("good");
    use(identities.client);
    await eventually("it is good", () => board.get("tank.level").value === 3.25);
  });

  test("goes on trying when a certificate cannot be read, and says so", async () => {
    const { bus, lines } = poll(await device(), { ...identities.client, key: "/no/such.key" });
    await eventually("it says so", () => reasonsIn(lines).includes("ENOENT"));
    expect(bus.counters.connected).toBe(false);
  });
});
