import { expect, test } from "vitest";
import { modbusTransport } from "./modbus-transport.ts";
import type { ModbusClientConfig } from "./module-config.generated.ts";

const client = (more: Partial<ModbusClientConfig>): ModbusClientConfig => ({
  name: "field",
  transport: "tcp",
  responseTimeout: "500 ms",
  maxRetries: 1,
  retryInterval: "100 ms",
  interRequestDelay: "0 ms",
  reconnectBackoff: { min: "200 ms", max: "5 s" },
  degradeAfter: 3,
  degradeTime: "5 s",
  devices: [],
  ...more,
});

test("a client on TCP has Modbus's port, or the one it says", () => {
  expect(modbusTransport(client({ host: "plc" }), "/works/module.yaml")).toEqual({
    kind: "tcp",
    host: "plc",
    port: 502,
    tls: null,
  });
  expect(modbusTransport(client({ host: "plc", port: 1502 }), "/works/module.yaml")).toMatchObject({ port: 1502 });
});

test("a client on TLS has Modbus/TCP Security's port, and its files relative to the config", () => {
  const tls = { ca: "certs/ca.pem", certificate: "../client.pem", key: "/etc/key.pem" };
  expect(modbusTransport(client({ transport: "tls", host: "plc", tls }), "/works/configs/module.yaml")).toEqual({
    kind: "tcp",
    host: "plc",
    port: 802,
    tls: {
      caPath: "/works/configs/certs/ca.pem",
      certificatePath: "/works/client.pem",
      keyPath: "/etc/key.pem",
      serverName: null,
    },
  });
});

test("a client on a serial line has its settings and no host", () => {
  const line = { path: "/dev/ttyS0", baudRate: 9600, parity: "even", stopBits: 1 } as const;
  expect(modbusTransport(client({ transport: "rtu", serial: line }), "/works/module.yaml")).toEqual({
    kind: "rtu",
    line,
  });
});
