/**
 * A System is a module resolved: what the config file describes, with every name looked up, every quantity in its final unit
 * and nothing left to interpret. It is built once by `config`, frozen, and read by everything else. This file is the
 * documentation of what a module is.
 */
import type { ModuleState, PartitionHealth, Reactions } from "./health-table.ts";
import type { RetainedVariable } from "./image-manifest.ts";
import type { MqttLink } from "./mqtt-link.ts";
import type { SparkplugNode } from "./sparkplug-node.ts";
import type { Cycles, GuestAddress, Hertz } from "./units.ts";

export type * from "./mqtt-link.ts";
export type * from "./sparkplug-node.ts";

/**
 * Elementary IEC 61131-3 types that a point may have. TIME is a DINT of milliseconds, LTIME a LINT of nanoseconds; DATE and DT are
 * UDINTs of seconds since 1970-01-01, TOD one of milliseconds since midnight. `bytes` of a STRING are those of one character.
 */
export const POINT_TYPES = {
  BOOL: { bytes: 1, kind: "bool" },
  SINT: { bytes: 1, kind: "signed" },
  INT: { bytes: 2, kind: "signed" },
  DINT: { bytes: 4, kind: "signed" },
  USINT: { bytes: 1, kind: "unsigned" },
  UINT: { bytes: 2, kind: "unsigned" },
  UDINT: { bytes: 4, kind: "unsigned" },
  BYTE: { bytes: 1, kind: "unsigned" },
  WORD: { bytes: 2, kind: "unsigned" },
  DWORD: { bytes: 4, kind: "unsigned" },
  TIME: { bytes: 4, kind: "signed" },
  REAL: { bytes: 4, kind: "float" },
  LINT: { bytes: 8, kind: "signed" },
  ULINT: { bytes: 8, kind: "unsigned" },
  LWORD: { bytes: 8, kind: "unsigned" },
  LREAL: { bytes: 8, kind: "float" },
  LTIME: { bytes: 8, kind: "signed" },
  DATE: { bytes: 4, kind: "unsigned" },
  TOD: { bytes: 4, kind: "unsigned" },
  DT: { bytes: 4, kind: "unsigned" },
  STRING: { bytes: 1, kind: "string" },
  WSTRING: { bytes: 2, kind: "string" },
} as const;
export type PointType = keyof typeof POINT_TYPES;
/** Integers of 64 bits, which a number cannot hold. */
export const isWide = (type: PointType): boolean => POINT_TYPES[type].bytes === 8 && POINT_TYPES[type].kind !== "float";
export const isText = (type: PointType): boolean => POINT_TYPES[type].kind === "string";
/** Characters that a STRING or WSTRING may hold. */
export const LONGEST_TEXT = 65_535;
/** FALSE, 0, or an empty text. */
export const zeroOf = (type: PointType): PointValue =>
  type === "BOOL" ? false : isText(type) ? "" : isWide(type) ? 0n : 0;
/**
 * A point's value: BOOL as boolean, integers of 8 bytes as bigint, STRING and WSTRING as string (text.ts), all else as number (REAL
 * already rounded to single precision).
 */
export type PointValue = boolean | number | bigint | string;
/** Bytes of a value in RAM; of a STRING or WSTRING that holds `length` characters with the NUL behind them. */
export const bytesOf = (type: PointType, length: number): number => {
  const { bytes, kind } = POINT_TYPES[type];
  return kind === "string" ? bytes * (length + 1) : bytes;
};
/** Characters that a STRING or WSTRING point holds at most. */
export const lengthOf = ({ type, bytes }: Pick<Point, "type" | "bytes">): number => bytes / POINT_TYPES[type].bytes - 1;

export type Direction = "input" | "output";

/** One named, typed signal of a partition's process image. */
export interface Point {
  /** Position in `Partition.points`. */
  readonly index: number;
  /** Without the partition: `level`. */
  readonly name: string;
  readonly type: PointType;
  readonly direction: Direction;
  /** Where the value lies in the partition's RAM. */
  readonly address: GuestAddress;
  /** Of the value there; see `bytesOf`. */
  readonly bytes: number;
  /** For a BOOL that is one bit of a byte (%IX0.3): 0 … 7. `null`: the value fills its bytes. */
  readonly bit: number | null;
  /** An input's value before anything was received; an output's before the first publish, when it keeps that. */
  readonly initial: PointValue;
  /** What an output takes while its partition is not NORMAL, or suspended; null: it keeps the last published value. */
  readonly failSafe: PointValue | null;
  /** A BOOL input that is TRUE while the quality of this other input (index in the same partition) is good. */
  readonly validityOf: number | null;
}

/**
 * What executes a guest: "translator" turns its code into WebAssembly, "interpreter" takes it instruction by instruction. No
 * guest can tell, and traces and states are the same to the bit.
 */
export const ENGINES = ["translator", "interpreter"] as const;
export type EngineKind = (typeof ENGINES)[number];

/** A stretch of a partition's RAM that its image declares. */
export interface Area {
  readonly base: GuestAddress;
  readonly bytes: number;
}

/** Data that a warm start keeps. */
export interface RetainedArea extends Area {
  readonly variables: readonly RetainedVariable[];
  /** Only this very image can take its values over: addresses are among them. */
  readonly ofThisImage: boolean;
}

/** An end of a channel of messages. */
export interface Port {
  /** Position in `Partition.ports`; what the guest's port lookup returns. */
  readonly index: number;
  readonly name: string;
  readonly kind: "queuing" | "sampling";
  readonly direction: "source" | "destination";
  /** Index in `System.queuingChannels`, or in `System.samplingMessageChannels`. */
  readonly channel: number;
}

/** A guest's own: within its slots it is its own scheduler. */
export interface CyclicTask {
  readonly name: string | null;
  readonly interval: Cycles;
  /** What it looks for in each interval, in the words of its source, and runs for; null: it runs in each. */
  readonly event: string | null;
}

export interface Partition {
  readonly index: number;
  readonly name: string;
  /** It may ask for what concerns others: another schedule. */
  readonly isSystem: boolean;
  /** The ELF executable, whether it came from `program:` or `image:`. */
  readonly image: Uint8Array;
  /** The file it was made from, for messages. */
  readonly imagePath: string;
  /** Bytes of RAM at 0x8000_0000; a whole number of 4 KiB pages. */
  readonly memoryBytes: number;
  /** "guest": LATCH and PUBLISH doorbells move the image. "auto": points are copied at slot start and end. */
  readonly latch: "guest" | "auto";
  readonly engine: EngineKind;
  /** `bootargs` in the device tree's /chosen, which is where a kernel looks for its command line; "" when there are none. */
  readonly bootArguments: string;
  readonly points: readonly Point[];
  readonly ports: readonly Port[];
  readonly areas: { readonly input: Area | null; readonly output: Area | null; readonly retained: RetainedArea | null };
  /** Cyclic tasks that the image declares. */
  readonly tasks: readonly CyclicTask[];
  /** What its errors lead to. */
  readonly health: PartitionHealth;
}

/** A stretch of a hart's time given to one partition. */
export interface Slot {
  /** Position in `Schedule.slots`. */
  readonly index: number;
  readonly hart: number;
  /** Index in `System.partitions`. */
  readonly partition: number;
  /** From the start of the major frame. */
  readonly start: Cycles;
  readonly duration: Cycles;
}

/** How a partition starts anew; a warm start keeps its retained data (ARINC 653 P1 §2.3.1.4). */
export type Start = "COLD_START" | "WARM_START";

export interface Schedule {
  /** Position in `System.schedules`. */
  readonly index: number;
  readonly name: string;
  readonly majorFrame: Cycles;
  /** Ordered by start, then hart; slots of one hart do not overlap. A partition without one does not run. */
  readonly slots: readonly Slot[];
  /** By partition, what happens to it when the module switches to this schedule; null: it goes on as it is. */
  readonly onEntry: readonly (Start | null)[];
}

export interface PointRef {
  readonly partition: number;
  readonly point: number;
}

/** Last value wins; an input older than `refreshPeriod` is uncertain. */
export interface SamplingChannel {
  readonly from: PointRef;
  readonly to: readonly PointRef[];
  readonly refreshPeriod: Cycles;
}

export interface PortRef {
  readonly partition: number;
  readonly port: number;
}

export const OVERFLOWS = ["refuse", "dropOldest", "dropNewest"] as const;
export type Overflow = (typeof OVERFLOWS)[number];

/** A FIFO between two partitions' ports. */
export interface QueuingChannel {
  /**
   * null: it brings the health monitor's records. Several channels may have one source: all but the first are copies for clones, which
   * hold it up by nothing.
   */
  readonly from: PortRef | null;
  /** null: nobody, for a clone's messages reach nobody. */
  readonly to: PortRef | null;
  /** Messages it holds at most. */
  readonly depth: number;
  readonly maxMessageBytes: number;
  /** What happens to a message that finds no place: it is refused, or it or the oldest one is dropped. */
  readonly overflow: Overflow;
}

/** Destinations read the last message that the source wrote. */
export interface SamplingMessageChannel {
  readonly from: PortRef;
  readonly to: readonly PortRef[];
  /** A message older than this is not valid. */
  readonly refreshPeriod: Cycles;
  readonly maxMessageBytes: number;
}

// ── The outside: what io-bridge connects ────────────────────────────────────────────────────────────────────────────

/** Order of the bytes of a value in two registers, most significant = A; in four (64 bits), the same pattern over all eight bytes. */
export type ByteOrder = "ABCD" | "DCBA" | "BADC" | "CDAB";
export type ModbusArea = "coil" | "discreteInput" | "inputRegister" | "holdingRegister";

/** One point at one Modbus address (0-based PDU address). */
export interface ModbusMapping {
  readonly point: PointRef;
  readonly area: ModbusArea;
  readonly address: number;
  /** How the value travels; defaults to the point's own type. Meaningless for coils and discrete inputs. A text stays one. */
  readonly type: PointType;
  /** The bit of the register, from 0, that holds a BOOL; null: the value takes whole registers, or the area has bits. */
  readonly bit: number | null;
  readonly byteOrder: ByteOrder;
  /** value of the point = raw × scale + offset. */
  readonly scale: number;
  readonly offset: number;
  /** Characters that travel of a STRING or WSTRING; 0 for all other types. */
  readonly length: number;
}

export interface ModbusServerMapping extends ModbusMapping {
  /** "write": of an input in a coil or holding register, when clients may write it. */
  readonly access: "read" | "write";
}

/** Where Modbus clients may come from, with an access that may be less than their role's. */
export interface AllowedNetwork {
  /** IPv4 or IPv6. */
  readonly address: string;
  /** Leading bits that count: 32 or 128 for one address. */
  readonly prefix: number;
  readonly access: "read" | "write";
}

/** What a client may do whose certificate has this role (Modbus/TCP Security §8). */
export interface ModbusRole {
  readonly name: string;
  readonly read: "all" | readonly PointRef[];
  readonly write: "all" | readonly PointRef[];
}

/** Absolute paths of PEM files, read again when they change. */
export interface ServerTls {
  readonly certificatePath: string;
  readonly keyPath: string;
  readonly caPath: string;
}

/** What listens on the network, and for whom. */
export interface NetworkListener {
  readonly host: string;
  readonly port: number;
  /** null, and no `allowFile`: clients may come from anywhere. */
  readonly allowFrom: readonly AllowedNetwork[] | null;
  /** Absolute path of a file with more of them, read again when it changes. */
  readonly allowFile: string | null;
  /** null: plain TCP. */
  readonly tls: ServerTls | null;
  /** Anybody on a network may connect. */
  readonly isExposed: boolean;
}

export interface ModbusTcpListener extends NetworkListener {
  readonly kind: "tcp";
  readonly maxConnections: number;
  readonly idleTimeoutMs: number;
  readonly frameTimeoutMs: number;
  /** null: roles do not matter. */
  readonly roles: readonly ModbusRole[] | null;
}

/** A serial port, 8 data bits. */
export interface SerialLine {
  /** `/dev/ttyUSB0` */
  readonly path: string;
  readonly baudRate: number;
  readonly parity: "none" | "even" | "odd";
  readonly stopBits: 1 | 2;
}

export interface ModbusUnit {
  readonly unitId: number;
  readonly mappings: readonly ModbusServerMapping[];
}

export interface ModbusServer {
  readonly name: string;
  readonly listener: ModbusTcpListener | { readonly kind: "rtu"; readonly line: SerialLine };
  readonly unitId: number;
  readonly mappings: readonly ModbusServerMapping[];
  /** Further units behind the same address, also those of clones. */
  readonly units: readonly ModbusUnit[];
}

export interface ModbusClientMapping extends ModbusMapping {
  /** Index in `ModbusDevice.pollGroups`; for outputs the group whose interval re-sends an unchanged value. */
  readonly pollGroup: number;
  /** What an input takes when the device stops answering: the last value, or this one. Its quality is bad either way. */
  readonly onBad: "hold" | { readonly substitute: PointValue };
  /** How an output is known to be written: the device's echo is right, it is read back, or any answer will do. */
  readonly writeVerify: "echo" | "readback" | "none";
}

export interface ModbusDevice {
  readonly name: string;
  /** On a serial line 0 is a broadcast: all devices there take it, none answers. */
  readonly unitId: number;
  /** Most that one request may read, and how many addresses nobody wants it may read over. */
  readonly maxReadRegisters: number;
  readonly maxReadBits: number;
  readonly maxGap: number;
  /** When FC5 and FC6 write one coil or register: when it is written alone, always (FC15 and FC16 are not used), or never. */
  readonly writeSingle: "alone" | "always" | "never";
  /** Bits of a register are written by FC22; else the register is read and written. */
  readonly maskWrite: boolean;
  readonly pollGroups: readonly { readonly name: string; readonly intervalMs: number }[];
  readonly mappings: readonly ModbusClientMapping[];
}

/** The client's own certificate and key, and who signs the devices'; the files are read at each connection. */
export interface ModbusClientTls extends ServerTls {
  /** In the device's certificate; null: its host. */
  readonly serverName: string | null;
}

export type ModbusTransport =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number; readonly tls: ModbusClientTls | null }
  | { readonly kind: "rtu"; readonly line: SerialLine };

/** One connection or serial line, with one request in flight, to one or more units on it. */
export interface ModbusClient {
  readonly name: string;
  readonly transport: ModbusTransport;
  readonly responseTimeoutMs: number;
  /** How often an unanswered request is made again before its next turn, and how long after. */
  readonly maxRetries: number;
  readonly retryIntervalMs: number;
  /** Between an answer and the next request, at least. */
  readonly interRequestDelayMs: number;
  readonly reconnectBackoffMs: { readonly min: number; readonly max: number };
  /** Consecutive unanswered requests after which the points of a device turn bad. */
  readonly degradeAfter: number;
  /** How often such a device is asked. */
  readonly degradeTimeMs: number;
  readonly devices: readonly ModbusDevice[];
}

/** Retained data that outlive the module's power: a file for each partition that has some. */
export interface RetainedStore {
  /** Absolute path of the folder. */
  readonly folder: string;
  /** So often what has changed is saved, ms. */
  readonly periodMs: number;
}

export interface System {
  /** The module's name. */
  readonly name: string;
  /** Absolute path of the config file. */
  readonly configPath: string;
  /** SHA-256, hex, over the config text and all images: names the run. */
  readonly digest: string;
  readonly clock: Hertz;
  readonly harts: number;
  readonly partitions: readonly Partition[];
  /** One is current, at power-on the first; all harts change to another at the end of a major frame. */
  readonly schedules: readonly Schedule[];
  /** What errors of the whole module lead to, and those that a partition's table hands up. */
  readonly health: Reactions<ModuleState>;
  readonly samplingChannels: readonly SamplingChannel[];
  readonly queuingChannels: readonly QueuingChannel[];
  readonly samplingMessageChannels: readonly SamplingMessageChannel[];
  readonly modbusServers: readonly ModbusServer[];
  readonly modbusClients: readonly ModbusClient[];
  readonly mqtt: readonly MqttLink[];
  readonly sparkplug: readonly SparkplugNode[];
  /** Where metrics and health are shown over HTTP; null: nowhere. */
  readonly metrics: NetworkListener | null;
  /** null: retained data are lost when the module is powered off. */
  readonly retain: RetainedStore | null;
  /** Lateness beyond which a paced run re-anchors instead of catching up. */
  readonly maxLateness: Cycles;
}

/** The one that a module follows from power-on. */
export const initialSchedule = ({ schedules }: Pick<System, "schedules">): Schedule => schedules[0]!;

/** The hart of all slots of a partition, in whichever schedule; 0 when it has none. */
export const hartOf = ({ schedules }: Pick<System, "schedules">, partition: number): number =>
  schedules.flatMap(({ slots }) => slots).find((slot) => slot.partition === partition)?.hart ?? 0;
