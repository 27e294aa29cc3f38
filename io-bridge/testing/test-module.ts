/** For tests of the bridge: a module described in a few lines, and a board that latches and publishes as the real one does. */
import { defaultHealth, defaultModuleHealth } from "../../runtime/health-table.ts";
import {
  bytesOf,
  type Clock,
  cycles,
  guestAddress,
  hertz,
  type ModbusClient,
  type ModbusClientMapping,
  type ModbusDevice,
  type ModbusServerMapping,
  type ModbusTcpListener,
  type Point,
  PointCells,
  type PointRef,
  type PointType,
  type PointValue,
  QUALITY,
  type Quality,
  SharedExchange,
  type System,
  zeroOf,
} from "../../runtime/index.ts";
import type { Logger } from "../logger.ts";

/** `in level REAL`, `out running BOOL`: direction, name, type. A text holds 20 characters. */
export type PointText = `${"in" | "out"} ${string} ${PointType}`;

const pointFrom = (text: PointText, index: number): Point => {
  const [direction, name, type] = text.split(" ") as ["in" | "out", string, PointType];
  return {
    index,
    name,
    type,
    direction: direction === "in" ? "input" : "output",
    address: guestAddress(0x8000_0000 + index * 64),
    bytes: bytesOf(type, 20),
    bit: null,
    initial: zeroOf(type),
    failSafe: null,
    validityOf: null,
  };
};

type Outside = Partial<
  Pick<System, "modbusServers" | "modbusClients" | "mqtt" | "sparkplug" | "metrics" | "samplingChannels">
>;

/** A module `works` with one partition for each entry. */
export const testSystem = (partitions: Record<string, readonly PointText[]>, outside: Outside = {}): System => ({
  name: "works",
  configPath: "/dev/null",
  digest: "0".repeat(64),
  clock: hertz(1_000_000),
  harts: 1,
  partitions: Object.entries(partitions).map(([name, points], index) => ({
    index,
    name,
    image: new Uint8Array(),
    imagePath: "",
    memoryBytes: 4096,
    isSystem: false,
    latch: "auto",
    engine: "interpreter",
    bootArguments: "",
    points: points.map(pointFrom),
    ports: [],
    areas: { input: null, output: null, retained: null },
    tasks: [],
    health: defaultHealth,
  })),
  schedules: [{ name: "normal", majorFrame: cycles(10_000), slots: [], index: 0, onEntry: [] }],
  health: defaultModuleHealth,
  samplingChannels: [],
  queuingChannels: [],
  samplingMessageChannels: [],
  modbusServers: [],
  modbusClients: [],
  mqtt: [],
  sparkplug: [],
  metrics: null,
  retain: null,
  maxLateness: cycles(100_000),
  ...outside,
});

export const refOf = (system: System, name: string): PointRef => {
  const [partitionName, pointName] = name.split(".");
  const partition = system.partitions.findIndex((candidate) => candidate.name === partitionName);
  const point = system.partitions[partition]!.points.findIndex((candidate) => candidate.name === pointName);
  return { partition, point };
};

/** A mapping as the config makes it: type by default the point's own, plain byte order and scale. */
export const mapping = (
  point: PointRef,
  area: ModbusClientMapping["area"],
  address: number,
  type: PointType,
  more: Partial<ModbusClientMapping> = {},
): ModbusClientMapping => ({
  point,
  area,
  address,
  type,
  bit: null,
  byteOrder: "ABCD",
  scale: 1,
  offset: 0,
  length: 0,
  pollGroup: 0,
  onBad: "hold",
  writeVerify: "echo",
  ...more,
});

/** A device as the config makes it when only its points and poll groups are given. */
export const fieldDevice = (
  device: Pick<ModbusDevice, "name" | "pollGroups" | "mappings"> & Partial<ModbusDevice>,
): ModbusDevice => ({
  unitId: 1,
  maxReadRegisters: 125,
  maxReadBits: 2000,
  maxGap: 0,
  writeSingle: "alone",
  maskWrite: false,
  ...device,
});

/** A client of devices behind a port of this host; with times that suit tests. */
export const fieldClient = (
  port: number,
  devices: readonly ModbusDevice[],
  more: Partial<ModbusClient> = {},
): ModbusClient => ({
  name: "field",
  transport: { kind: "tcp", host: "127.0.0.1", port, tls: null },
  responseTimeoutMs: 100,
  maxRetries: 0,
  retryIntervalMs: 10,
  interRequestDelayMs: 0,
  reconnectBackoffMs: { min: 20, max: 200 },
  degradeAfter: 3,
  degradeTimeMs: 200,
  devices,
  ...more,
});

/** The same for a server: what clients can write, they may. */
export const served = (
  system: System,
  name: string,
  area: ModbusServerMapping["area"],
  address: number,
  type: PointType,
  more: Partial<ModbusServerMapping> = {},
): ModbusServerMapping => {
  const point = refOf(system, name);
  const { direction } = system.partitions[point.partition]!.points[point.point]!;
  const isWritable = direction === "input" && (area === "coil" || area === "holdingRegister");
  const { pollGroup, onBad, ...plain } = mapping(point, area, address, type);
  return { ...plain, access: isWritable ? "write" : "read", ...more };
};

/** A plain TCP listener on a free port of loopback. */
export const tcpListener = (more: Partial<ModbusTcpListener> = {}): ModbusTcpListener => ({
  kind: "tcp",
  host: "127.0.0.1",
  port: 0,
  maxConnections: 4,
  idleTimeoutMs: 60_000,
  frameTimeoutMs: 1000,
  allowFrom: null,
  allowFile: null,
  tls: null,
  roles: null,
  isExposed: false,
  ...more,
});

/** Stands in for the module's worker: every 2 ms it latches all inputs and publishes all points. */
export class TestBoard {
  readonly exchange: SharedExchange;
  readonly #system: System;
  readonly #cells: readonly PointCells[];
  readonly #offered: readonly PointCells[];
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #timer: NodeJS.Timeout;
  /** Images of inputs that arrived, per partition, in order: what a guest could have seen. */
  readonly latched: PointCells[][];
  /** Names of partitions that are stopped. */
  readonly stopped = new Set<string>();

  constructor(system: System, clock: Clock) {
    this.#system = system;
    this.#clock = clock;
    this.#startedMs = clock.nowMs();
    this.exchange = new SharedExchange(system);
    this.exchange.anchor(0, this.#startedMs);
    this.#cells = system.partitions.map(({ points }) => PointCells.initial(points));
    this.#offered = system.partitions.map(({ points }) => PointCells.initial(points));
    this.latched = system.partitions.map(() => []);
    this.#timer = setInterval(() => this.slot(), 2);
  }

  /** Latches, and publishes: one slot of every partition. */
  slot(): void {
    for (const [index, { name, points }] of this.#system.partitions.entries()) {
      const cells = this.#cells[index]!;
      const offered = this.#offered[index]!;
      if (this.exchange.takeInputs(index, offered)) {
        const image = new PointCells(points);
        image.copyFrom(offered);
        this.latched[index]!.push(image);
        for (const point of points) if (point.direction === "input") cells.copyPoint(point.index, offered, point.index);
      }
      this.exchange.publish(index, cells, !this.stopped.has(name));
    }
  }

  /** What the guest writes to an output. */
  set(name: string, value: PointValue): void {
    const { partition, point } = refOf(this.#system, name);
    const cells = this.#cells[partition]!;
    cells.set(point, value);
    cells.quality[point] = QUALITY.good;
    cells.time[point] = (this.#clock.nowMs() - this.#startedMs) * 1000;
  }

  /** What the guest sees at an input. */
  get(name: string): { readonly value: PointValue; readonly quality: Quality; readonly timeMs: number } {
    const { partition, point } = refOf(this.#system, name);
    const cells = this.#cells[partition]!;
    return { value: cells.get(point), quality: cells.qualityOf(point), timeMs: cells.time[point]! };
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until `condition` holds. @throws with `what` when it does not within `withinMs`. */
export const eventually = async (
  what: string,
  condition: () => boolean | Promise<boolean>,
  withinMs = 5000,
): Promise<void> => {
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = true;
  }, withinMs);
  while (!(await condition())) {
    if (isOver) throw new Error(`not within ${withinMs} ms: ${what}`);
    await pause(5);
  }
  clearTimeout(timer);
};

export interface LogLine {
  readonly level: keyof Logger;
  readonly fields: Record<string, unknown>;
  readonly message: string;
}

/** A logger that keeps its lines. */
export const logBook = (): { readonly lines: LogLine[]; readonly log: Logger } => {
  const lines: LogLine[] = [];
  const write =
    (level: keyof Logger) =>
    (fields: object, message: string): void => {
      lines.push({ level, fields: { ...fields }, message });
    };
  return { lines, log: { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") } };
};

/** Numbers from 0 up to `below`, the same in every run (mulberry32). */
export const randomFrom = (seed: number) => {
  let state = seed;
  return (below: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
};
