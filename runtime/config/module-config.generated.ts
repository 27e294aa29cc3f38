/** The config file as TypeScript types, after defaults are filled in; generated from configs/schema/module.schema.json by `npx vitest -u run runtime/config`. */

/**
 * A number and ns, us, ms, s, min or h.
 */
export type Duration = string;
/**
 * A letter or _, then letters, digits and _.
 */
export type Name = string;
export type Trap =
  | "instructionAddressMisaligned"
  | "instructionAccessFault"
  | "illegalInstruction"
  | "breakpoint"
  | "loadAddressMisaligned"
  | "loadAccessFault"
  | "storeAddressMisaligned"
  | "storeAccessFault"
  | "environmentCallFromUser"
  | "environmentCallFromMachine";
/**
 * How a partition starts anew: COLD_START from its image alone, WARM_START with its retained data kept.
 */
export type Restart = "COLD_START" | "WARM_START";
export type ChannelConfig = SamplingChannelConfig | QueuingChannelConfig | SamplingMessageChannelConfig;
/**
 * A point or port of a partition: partition.name
 */
export type Member = string;
/**
 * A port of a partition: partition.name; or health, for the records of the health monitor.
 */
export type QueueSource = string;
/**
 * IGNORE, PROPAGATE (to the guest's own handler), SUSPEND, IDLE, WARM_START, COLD_START, SWITCH_SCHEDULE, MODULE_RESET, SHUTDOWN, or MODULE: what the module's table says.
 */
export type HealthAction =
  | "IGNORE"
  | "PROPAGATE"
  | "SUSPEND"
  | "IDLE"
  | "WARM_START"
  | "COLD_START"
  | "SWITCH_SCHEDULE"
  | "MODULE_RESET"
  | "SHUTDOWN"
  | "MODULE";
/**
 * IGNORE, SWITCH_SCHEDULE, MODULE_RESET, SHUTDOWN. After POWER_FAIL each running partition's own table is asked as well, unless it is IGNORE; PROPAGATE does no more than that.
 */
export type ModuleAction = "IGNORE" | "PROPAGATE" | "SWITCH_SCHEDULE" | "MODULE_RESET" | "SHUTDOWN";
export type Area = "coil" | "discreteInput" | "inputRegister" | "holdingRegister";
/**
 * As in the protocol, from 0.
 */
export type Address = number;
/**
 * An IP address or a host name.
 */
export type Host = string;
/**
 * What an input takes when the device stops answering: `hold` (default) or `{ substitute: VALUE }`.
 */
export type OnBad =
  | "hold"
  | {
      substitute: Value;
    };
/**
 * A value of the point's type: true or false for BOOL, a duration for TIME and LTIME, a text for STRING and WSTRING, else a number; a whole number beyond 2^53 in quotation marks.
 */
export type Value = boolean | number | string;
export type BrokerUrl = string;

/**
 * One board with all its partitions. Quantities are texts with a unit: 20 ms, 100 MHz, 1 MiB.
 */
export interface ModuleConfig {
  /**
   * The module's name; the second level of MQTT topics.
   */
  module: string;
  board: BoardConfig;
  /**
   * By name.
   */
  partitions: {
    [k: string]: PartitionConfig;
  };
  /**
   * Copies of partitions, each with memory of its own: test variants, or a shadow that sees what a controller sees and drives nothing. They need no slots; `partita ctl clone` gives them their original's state.
   */
  clones: CloneConfig[];
  /**
   * By name. The module starts with the first; a system partition or a command switches to another, at the end of a major frame.
   */
  schedules: {
    [k: string]: ScheduleConfig;
  };
  /**
   * Links between partitions.
   */
  channels: ChannelConfig[];
  /**
   * What errors of partitions lead to: tables by name (ARINC 653 health monitoring). Without one, a guest that can go on goes on, and one that cannot is stopped.
   */
  health: {
    [k: string]: HealthTableConfig;
  };
  moduleHealth: ModuleHealthConfig;
  retain?: RetainConfig;
  pacing: PacingConfig;
  io: IoConfig;
}
export interface BoardConfig {
  /**
   * Cycles per second; one instruction costs one cycle. 1 kHz to 4 GHz.
   */
  clock: string;
  /**
   * Hardware threads, each with a slot table of its own.
   */
  harts: number;
}
/**
 * One guest with its memory. It has either `program` or `image`.
 */
export interface PartitionConfig {
  /**
   * Structured Text, compiled on load: a file, or the files that make one program; relative to this file.
   */
  program?: string | string[];
  /**
   * Where the program takes what it does not declare itself: folders of Structured Text, single files, and files written by `partita compile --library`; relative to this file.
   */
  libraries?: string[];
  /**
   * An ELF executable for RV32; relative to this file.
   */
  image?: string;
  /**
   * RAM at 0x8000_0000, in whole pages of 4 KiB, up to 1 GiB.
   */
  memory: string;
  requires?: RequirementConfig;
  /**
   * guest: the image rings the doorbells that latch inputs and publish outputs. auto: points are copied at the start and end of each slot. Default: guest for a program and for an image made from one, auto for any other image.
   */
  latch?: "guest" | "auto";
  /**
   * What executes the guest. translator: its code is turned into WebAssembly. interpreter: it is taken instruction by instruction. The guest cannot tell, and traces are the same to the bit.
   */
  engine: "translator" | "interpreter";
  /**
   * A letter or _, then letters, digits and _.
   */
  health?: string;
  /**
   * Traps that come to the health monitor although the guest has a handler for them. Without it a trap does so only when the guest has none.
   */
  traps: Trap[];
  /**
   * A number and ns, us, ms, s, min or h.
   */
  watchdog?: string;
  /**
   * It may do what concerns others: start and stop partitions, switch schedules, reset the module and shut it down, receive the health monitor's records.
   */
  system: boolean;
  /**
   * For an operating system's kernel: its command line, as `bootargs` in the device tree's /chosen.
   */
  bootArguments: string;
  /**
   * By name. A program's points are its AT variables, described further here; an image's are declared here.
   */
  points: {
    [k: string]: PointConfig;
  };
  /**
   * Queuing ports of an image, by name; a program declares its own.
   */
  ports: {
    [k: string]: PortConfig;
  };
}
/**
 * What every schedule in which the partition has slots must give it, and what `partita plan` makes one from: at least `duration` in every `period`, counted from the start of the major frame.
 */
export interface RequirementConfig {
  period: Duration;
  duration: Duration;
  /**
   * A number and ns, us, ms, s, min or h.
   */
  deadline?: string;
  /**
   * A number and ns, us, ms, s, min or h.
   */
  jitter?: string;
  /**
   * Partitions of the same period that have had their duration before this one's first slot of the same period.
   */
  after: Name[];
  /**
   * The hart that its slots are on; left out: any.
   */
  hart?: number;
}
export interface PointConfig {
  /**
   * Image only: the variable that holds the value.
   */
  symbol?: string;
  /**
   * Image only.
   */
  type?:
    | "BOOL"
    | "SINT"
    | "INT"
    | "DINT"
    | "USINT"
    | "UINT"
    | "UDINT"
    | "BYTE"
    | "WORD"
    | "DWORD"
    | "TIME"
    | "REAL"
    | "LINT"
    | "ULINT"
    | "LWORD"
    | "LREAL"
    | "LTIME"
    | "DATE"
    | "TOD"
    | "DT"
    | "STRING"
    | "WSTRING";
  /**
   * Image only: characters that a STRING or WSTRING holds at most; a NUL follows them in its variable.
   */
  length?: number;
  /**
   * Image only: input or output, as the guest sees it.
   */
  direction?: "input" | "output";
  /**
   * An input's value before anything was received; an output's before the first publish, when its failSafe is hold. Default: the program's initial value; for an image FALSE, 0 or an empty text.
   */
  initial?: boolean | number | string;
  /**
   * What an output takes while its partition is not NORMAL (starting, stopped, suspended): a value, or hold for the last one published. Default: FALSE, 0 or an empty text.
   */
  failSafe?: boolean | number | string;
  /**
   * A letter or _, then letters, digits and _.
   */
  validityOf?: string;
}
export interface PortConfig {
  /**
   * source: the guest sends; destination: it receives.
   */
  direction: "source" | "destination";
}
export interface CloneConfig {
  /**
   * A letter or _, then letters, digits and _.
   */
  of: string;
  name: Name;
  /**
   * So many, named by the name and a number from 1 on. Left out: one, with the name itself.
   */
  count?: number;
  /**
   * Its unit on the Modbus servers that have its original's points; of several clones the first one's. Left out: it is on none.
   */
  unitId?: number;
}
export interface ScheduleConfig {
  /**
   * A number and ns, us, ms, s, min or h.
   */
  majorFrame: string;
  /**
   * A partition without one does not run while this schedule is current.
   *
   * @minItems 1
   */
  slots: SlotConfig[];
  /**
   * What happens to partitions when the module switches to this schedule: WARM_START or COLD_START, by partition; the others go on as they are.
   */
  onEntry: {
    [k: string]: Restart;
  };
}
export interface SlotConfig {
  partition: Name;
  /**
   * A number and ns, us, ms, s, min or h.
   */
  start: string;
  duration: Duration;
  hart: number;
}
/**
 * The last value of an output goes to inputs of other partitions.
 */
export interface SamplingChannelConfig {
  type: "sampling";
  from: Member;
  /**
   * @minItems 1
   */
  to: Member[];
  /**
   * A number and ns, us, ms, s, min or h.
   */
  refreshPeriod: string;
}
/**
 * Messages from a source port to a destination port, first in, first out.
 */
export interface QueuingChannelConfig {
  type: "queuing";
  from: QueueSource;
  to: Member;
  /**
   * Messages that it holds at most.
   */
  depth: number;
  /**
   * Up to 64 KiB.
   */
  maxMessageSize: string;
  /**
   * What happens to a message that finds no place. refuse: the source is told so, and learns by it how full the queue is. dropOldest, dropNewest: a message is dropped and counted; nothing that the destination does can reach the source then.
   */
  overflow: "refuse" | "dropOldest" | "dropNewest";
}
/**
 * The last message of a source port goes to destination ports of other partitions, which may read it again and again.
 */
export interface SamplingMessageChannelConfig {
  type: "samplingMessage";
  from: Member;
  /**
   * @minItems 1
   */
  to: Member[];
  /**
   * A number and ns, us, ms, s, min or h.
   */
  refreshPeriod: string;
  /**
   * Up to 1 MiB.
   */
  maxMessageSize: string;
}
/**
 * By error. Raised by the guest: DEADLINE_MISSED, APPLICATION_ERROR, NUMERIC_ERROR, ILLEGAL_REQUEST, STACK_OVERFLOW. Traps: MEMORY_VIOLATION (access faults), STACK_OVERFLOW (an access below RAM, where the stack pointer is, too), HARDWARE_FAULT (misaligned), ILLEGAL_REQUEST (illegal instruction, environment call), APPLICATION_ERROR (breakpoint). Noticed: ILLEGAL_REQUEST (a right that is missing), CONFIG_ERROR (a port that the config does not give), PORT_ERROR (a port used against its direction, size or mode), PARTITION_INIT (the guest ended before it was NORMAL), WATCHDOG_TIMER, POWER_FAIL (a command from outside says so).
 */
export interface HealthTableConfig {
  restartBudget?: RestartBudgetConfig;
  DEADLINE_MISSED?: HealthEntryConfig;
  APPLICATION_ERROR?: HealthEntryConfig;
  NUMERIC_ERROR?: HealthEntryConfig;
  ILLEGAL_REQUEST?: HealthEntryConfig;
  STACK_OVERFLOW?: HealthEntryConfig;
  MEMORY_VIOLATION?: HealthEntryConfig;
  HARDWARE_FAULT?: HealthEntryConfig;
  PARTITION_INIT?: HealthEntryConfig;
  CONFIG_ERROR?: HealthEntryConfig;
  POWER_FAIL?: HealthEntryConfig;
  PORT_ERROR?: HealthEntryConfig;
  WATCHDOG_TIMER?: HealthEntryConfig;
}
/**
 * How often the health monitor restarts a partition: at most `count` times in any stretch of board time as long as `window`; then it does something else.
 */
export interface RestartBudgetConfig {
  count: number;
  window: Duration;
  then: "SUSPEND" | "IDLE" | "SWITCH_SCHEDULE" | "MODULE_RESET" | "SHUTDOWN";
  /**
   * A letter or _, then letters, digits and _.
   */
  schedule?: string;
}
export interface HealthEntryConfig {
  /**
   * In every state that `in` does not name. WARM_START is COLD_START while the partition starts cold. Default: IGNORE for what a guest can go on after, else IDLE.
   */
  action?:
    | "IGNORE"
    | "PROPAGATE"
    | "SUSPEND"
    | "IDLE"
    | "WARM_START"
    | "COLD_START"
    | "SWITCH_SCHEDULE"
    | "MODULE_RESET"
    | "SHUTDOWN"
    | "MODULE";
  in: HealthStatesConfig;
  /**
   * What becomes of the partition when its guest stands at an instruction that traps and cannot be left to go on, or has no handler that could be told. Default: IDLE.
   */
  otherwise?: "SUSPEND" | "IDLE" | "WARM_START" | "COLD_START";
  /**
   * A letter or _, then letters, digits and _.
   */
  schedule?: string;
  /**
   * Whether the error is logged.
   */
  log: boolean;
}
/**
 * Another action while the partition is in one of these modes.
 */
export interface HealthStatesConfig {
  COLD_START?: HealthAction;
  WARM_START?: HealthAction;
  NORMAL?: HealthAction;
}
/**
 * What errors of the whole module lead to, and those that a partition's table leaves to it (MODULE). Default: SHUTDOWN.
 */
export interface ModuleHealthConfig {
  DEADLINE_MISSED?: ModuleHealthEntryConfig;
  APPLICATION_ERROR?: ModuleHealthEntryConfig;
  NUMERIC_ERROR?: ModuleHealthEntryConfig;
  ILLEGAL_REQUEST?: ModuleHealthEntryConfig;
  STACK_OVERFLOW?: ModuleHealthEntryConfig;
  MEMORY_VIOLATION?: ModuleHealthEntryConfig;
  HARDWARE_FAULT?: ModuleHealthEntryConfig;
  PARTITION_INIT?: ModuleHealthEntryConfig;
  CONFIG_ERROR?: ModuleHealthEntryConfig;
  POWER_FAIL?: ModuleHealthEntryConfig;
  PORT_ERROR?: ModuleHealthEntryConfig;
  WATCHDOG_TIMER?: ModuleHealthEntryConfig;
}
export interface ModuleHealthEntryConfig {
  /**
   * In every state that `in` does not name. Default: SHUTDOWN.
   */
  action?: "IGNORE" | "PROPAGATE" | "SWITCH_SCHEDULE" | "MODULE_RESET" | "SHUTDOWN";
  in: ModuleStatesConfig;
  /**
   * A letter or _, then letters, digits and _.
   */
  schedule?: string;
}
/**
 * Another action in a state: INIT is the first major frame after power-on or a reset, RUNNING all others.
 */
export interface ModuleStatesConfig {
  INIT?: ModuleAction;
  RUNNING?: ModuleAction;
}
/**
 * Keeps the RETAIN variables of programs over a power cycle of the module, in a file for each partition. Without it they survive a warm restart only.
 */
export interface RetainConfig {
  /**
   * Where the files are; relative to this file. It is made when it is not there.
   */
  folder: string;
  /**
   * A number and ns, us, ms, s, min or h.
   */
  period: string;
}
export interface PacingConfig {
  /**
   * A number and ns, us, ms, s, min or h.
   */
  maxLateness: string;
}
/**
 * What connects the module to the outside.
 */
export interface IoConfig {
  modbusServers: ModbusServerConfig[];
  modbusClients: ModbusClientConfig[];
  mqtt: MqttLinkConfig[];
  sparkplug: SparkplugNodeConfig[];
  metrics?: MetricsConfig;
}
/**
 * Serves points to Modbus clients such as SCADA: over TCP, over TLS with certificates on both sides (Modbus/TCP Security), or on a serial line (RTU).
 */
export interface ModbusServerConfig {
  name: Name;
  transport: "tcp" | "tls" | "rtu";
  /**
   * An IP address or a host name.
   */
  host: string;
  /**
   * To listen on. Usual are 502 for tcp and 802 for tls.
   */
  port?: number;
  serial?: SerialLineConfig;
  /**
   * Its own. Over TCP and TLS 0 and 255 mean it as well; on a serial line it is 1 to 247, and 0 writes to all.
   */
  unitId: number;
  maxConnections: number;
  /**
   * A number and ns, us, ms, s, min or h.
   */
  idleTimeout: string;
  /**
   * A number and ns, us, ms, s, min or h.
   */
  frameTimeout: string;
  /**
   * The only clients that may connect. Default: all.
   *
   * @minItems 1
   */
  allowFrom?: AllowedNetworkConfig[];
  /**
   * A file with more of them, relative to the config: lines such as `10.1.0.0/16 read`. Read again whenever it changes.
   */
  allowFile?: string;
  /**
   * true: listens beyond this machine though anybody could connect (no TLS, no allowFrom, no allowFile).
   */
  insecure: boolean;
  tls?: ServerTlsConfig;
  /**
   * With tls: what clients may do, by the role in their certificate; one with no or another role may do nothing. Default: all clients with a certificate may do all.
   */
  roles?: {
    [k: string]: ModbusRoleConfig;
  };
  /**
   * For all its points.
   */
  byteOrder: "ABCD" | "DCBA" | "BADC" | "CDAB";
  /**
   * @minItems 1
   */
  points: ServerPointConfig[];
  /**
   * Further units, each with addresses of its own.
   */
  units: ModbusUnitConfig[];
}
/**
 * A serial port with 8 data bits.
 */
export interface SerialLineConfig {
  /**
   * /dev/ttyUSB0
   */
  path: string;
  baudRate: number;
  parity: "none" | "even" | "odd";
  /**
   * The standard asks for two when there is no parity bit.
   */
  stopBits: 1 | 2;
}
export interface AllowedNetworkConfig {
  /**
   * An address, or a network: `10.1.2.3`, `10.1.0.0/16`, `fd00::/8`.
   */
  network: string;
  /**
   * read: its writes are refused. write: it may do both. Of several that fit a client the one with the longest prefix counts.
   */
  access: "read" | "write";
}
/**
 * Who the server is, and whose clients it trusts: PEM files, relative to the config. Read again whenever they change.
 */
export interface ServerTlsConfig {
  /**
   * With those between it and the root.
   */
  certificate: string;
  key: string;
  /**
   * A client's certificate must be signed by one of these.
   */
  ca: string;
}
export interface ModbusRoleConfig {
  /**
   * Default: all.
   */
  read: "all" | Member[];
  /**
   * Default: none.
   */
  write: "all" | Member[];
}
/**
 * One point at one address. An input in a coil or holding register can be written, everything else only read.
 */
export interface ServerPointConfig {
  point: Member;
  area: Area;
  address: Address;
  /**
   * Of a register, 0 the least significant: a BOOL that shares it with others. Default: a BOOL takes a register of its own, 0 or 1.
   */
  bit?: number;
  /**
   * How the value travels. Default: the point's type.
   */
  type?:
    | "BOOL"
    | "SINT"
    | "INT"
    | "DINT"
    | "USINT"
    | "UINT"
    | "UDINT"
    | "BYTE"
    | "WORD"
    | "DWORD"
    | "TIME"
    | "REAL"
    | "LINT"
    | "ULINT"
    | "LWORD"
    | "LREAL"
    | "LTIME"
    | "DATE"
    | "TOD"
    | "DT"
    | "STRING"
    | "WSTRING";
  /**
   * value = raw × scale + offset
   */
  scale: number;
  offset: number;
  /**
   * read: cannot be written here. Default: write where it can be.
   */
  access?: "read" | "write";
  /**
   * Characters that travel of a STRING or WSTRING. Default: as many as the point holds.
   */
  length?: number;
  /**
   * Default: the server's.
   */
  byteOrder?: "ABCD" | "DCBA" | "BADC" | "CDAB";
}
export interface ModbusUnitConfig {
  unitId: number;
  /**
   * @minItems 1
   */
  points: ServerPointConfig[];
}
/**
 * Reads and writes field devices: over TCP, over TLS with certificates on both sides (Modbus/TCP Security), or on a serial line (RTU). One request is in flight.
 */
export interface ModbusClientConfig {
  name: Name;
  transport: "tcp" | "tls" | "rtu";
  host?: Host;
  /**
   * Default: 502 for tcp, 802 for tls.
   */
  port?: number;
  tls?: ModbusClientTlsConfig;
  serial?: SerialLineConfig;
  /**
   * A number and ns, us, ms, s, min or h.
   */
  responseTimeout: string;
  /**
   * How often an unanswered request is made again before its next turn.
   */
  maxRetries: number;
  /**
   * A number and ns, us, ms, s, min or h.
   */
  retryInterval: string;
  /**
   * A number and ns, us, ms, s, min or h.
   */
  interRequestDelay: string;
  reconnectBackoff: BackoffConfig;
  /**
   * Consecutive unanswered requests, retries included, after which a device's points turn bad.
   */
  degradeAfter: number;
  /**
   * A number and ns, us, ms, s, min or h.
   */
  degradeTime: string;
  /**
   * @minItems 1
   */
  devices: ModbusDeviceConfig[];
}
/**
 * Modbus/TCP Security: both sides prove themselves by certificates. PEM files, relative to this file, read at each connection.
 */
export interface ModbusClientTlsConfig {
  /**
   * Who signs the devices' certificates.
   */
  ca: string;
  certificate: string;
  key: string;
  /**
   * An IP address or a host name.
   */
  serverName?: string;
}
/**
 * Waits between attempts to connect: from min, doubling, to max.
 */
export interface BackoffConfig {
  /**
   * A number and ns, us, ms, s, min or h.
   */
  min: string;
  /**
   * A number and ns, us, ms, s, min or h.
   */
  max: string;
}
export interface ModbusDeviceConfig {
  name: Name;
  /**
   * On a serial line 1 to 247; 0 is a broadcast there: all devices take what is written, none answers.
   */
  unitId: number;
  /**
   * The number that the device's manual has for the first address of an area.
   */
  addressBase: 0 | 1;
  /**
   * For all its points.
   */
  byteOrder: "ABCD" | "DCBA" | "BADC" | "CDAB";
  /**
   * Registers that one request may read.
   */
  maxReadRegisters: number;
  /**
   * Coils or discrete inputs that one request may read.
   */
  maxReadBits: number;
  /**
   * Addresses between two points that one request may read over. More than 0 only when the device answers for them.
   */
  maxGap: number;
  /**
   * Coils and registers are written one at a time (FC5, FC6): alone (default): when nothing beside them changes; always; never: by FC15 and FC16.
   */
  writeSingle: "alone" | "always" | "never";
  /**
   * The device knows FC22, which writes bits of a register; else the register is read and written.
   */
  maskWrite: boolean;
  /**
   * By name.
   */
  pollGroups: {
    [k: string]: PollGroupConfig;
  };
  /**
   * @minItems 1
   */
  points: ClientPointConfig[];
}
/**
 * Inputs are read, and unchanged outputs sent again, at this interval.
 */
export interface PollGroupConfig {
  interval: Duration;
}
/**
 * An input is read from the device, an output written to it.
 */
export interface ClientPointConfig {
  point: Member;
  area: Area;
  address: Address;
  /**
   * Of a register, 0 the least significant: a BOOL that shares it with others. Default: a BOOL takes a register of its own, 0 or 1.
   */
  bit?: number;
  /**
   * How the value travels. Default: the point's type.
   */
  type?:
    | "BOOL"
    | "SINT"
    | "INT"
    | "DINT"
    | "USINT"
    | "UINT"
    | "UDINT"
    | "BYTE"
    | "WORD"
    | "DWORD"
    | "TIME"
    | "REAL"
    | "LINT"
    | "ULINT"
    | "LWORD"
    | "LREAL"
    | "LTIME"
    | "DATE"
    | "TOD"
    | "DT"
    | "STRING"
    | "WSTRING";
  /**
   * value = raw × scale + offset
   */
  scale: number;
  offset: number;
  /**
   * Characters that travel of a STRING or WSTRING. Default: as many as the point holds.
   */
  length?: number;
  /**
   * Default: the device's.
   */
  byteOrder?: "ABCD" | "DCBA" | "BADC" | "CDAB";
  pollGroup: Name;
  onBad?: OnBad;
  /**
   * An output is written when the device's echo is right (default), when it reads back the same, or by any answer (none).
   */
  writeVerify?: "echo" | "readback" | "none";
}
/**
 * Publishes telemetry and takes commands.
 */
export interface MqttLinkConfig {
  name: Name;
  /**
   * embedded: Partita is the broker, on host and port. mqtt://host:port: the broker there; mqtts://host:port: over TLS.
   */
  broker: string;
  /**
   * An IP address or a host name.
   */
  host?: string;
  /**
   * Of the embedded broker. Default: 1883.
   */
  port?: number;
  /**
   * Of the embedded broker: the only clients that may connect. Default: all.
   *
   * @minItems 1
   */
  allowFrom?: AllowedNetworkConfig[];
  /**
   * Of the embedded broker: a file with more of them, relative to the config. Read again whenever it changes.
   */
  allowFile?: string;
  /**
   * true: the embedded broker listens beyond this machine though anybody could connect.
   */
  insecure: boolean;
  /**
   * Of MQTT, as the broker speaks it.
   */
  version: "v3.1.1" | "v5";
  tls?: ClientTlsConfig;
  credentials?: CredentialsConfig;
  /**
   * Of telemetry: 1 is acknowledged by the broker, 0 is quicker and may be lost.
   */
  qos: 0 | 1;
  buffer?: DiskBufferConfig;
  /**
   * First level of every topic: prefix/module/partition/point.
   */
  topicPrefix: string;
  publish: PublicationConfig[];
  /**
   * Inputs that a message to …/set writes.
   */
  commands: Member[];
}
/**
 * Whom the client trusts, and who it is: PEM files, relative to the config. Read again for each connection.
 */
export interface ClientTlsConfig {
  /**
   * Certificates of the authorities that the server is known by. Default: those that Node.js trusts.
   */
  ca?: string;
  /**
   * The client's own; with its key.
   */
  certificate?: string;
  /**
   * Of the certificate.
   */
  key?: string;
}
/**
 * What the server asks for. It is read for each connection, and is never in this file.
 */
export interface CredentialsConfig {
  username: SecretConfig;
  password?: SecretConfig;
}
/**
 * Where it is found: either the name of an environment variable, or a file.
 */
export interface SecretConfig {
  environment?: string;
  /**
   * Relative to the config; a line feed at its end does not count.
   */
  file?: string;
}
/**
 * Keeps on disk what is reported while the broker is away, also when the module ends, and sends it afterwards, in order and marked as historical.
 */
export interface DiskBufferConfig {
  /**
   * A folder of its own; relative to the config. It is made when it is not there.
   */
  path: string;
  /**
   * A number and B, KiB, MiB or GiB.
   */
  maxBytes: string;
  /**
   * What goes when it is full: the oldest, or what is new.
   */
  policy: "dropOldest" | "dropNewest";
}
export interface PublicationConfig {
  point: Member;
  /**
   * Report when the value is further than this from the last report; 0: on any change.
   */
  deadband: number;
  /**
   * A number and ns, us, ms, s, min or h.
   */
  minReport: string;
  /**
   * A number and ns, us, ms, s, min or h.
   */
  maxReport: string;
}
/**
 * Makes the module an edge node of Sparkplug B 3.0: each partition is a device, its points are metrics.
 */
export interface SparkplugNodeConfig {
  name: Name;
  /**
   * MQTT servers, mqtt://host:port or mqtts://host:port: it is connected to one of them at a time, and goes on to the next one when that is away or its primary host is.
   *
   * @minItems 1
   */
  brokers: BrokerUrl[];
  /**
   * Of MQTT, as the broker speaks it.
   */
  version: "v3.1.1" | "v5";
  tls?: ClientTlsConfig;
  credentials?: CredentialsConfig;
  /**
   * The group that the edge node is one of.
   */
  groupId: string;
  /**
   * Default: the module's name.
   */
  edgeNodeId?: string;
  /**
   * The host application without which nothing is sent: while it is offline, reports wait in the buffer. Default: none.
   */
  primaryHostId?: string;
  /**
   * Data carry a metric's number in place of its name.
   */
  useAliases: boolean;
  buffer?: DiskBufferConfig;
  publish: SparkplugMetricConfig[];
  /**
   * Inputs that hosts write (DCMD). They are metrics as well.
   */
  commands: Member[];
}
export interface SparkplugMetricConfig {
  point: Member;
  /**
   * Report when the value is further than this from the last report; 0: on any change.
   */
  deadband: number;
  /**
   * A number and ns, us, ms, s, min or h.
   */
  minReport: string;
  /**
   * A number and ns, us, ms, s, min or h.
   */
  maxReport: string;
}
/**
 * Shows over HTTP how the module is: /metrics for Prometheus, /healthz (it runs) and /readyz (it does its work).
 */
export interface MetricsConfig {
  /**
   * An IP address or a host name.
   */
  host: string;
  /**
   * To listen on.
   */
  port: number;
  /**
   * The only clients that may connect. Default: all. Nobody can write here, whatever access says.
   *
   * @minItems 1
   */
  allowFrom?: AllowedNetworkConfig[];
  /**
   * A file with more of them, relative to the config: lines such as `10.1.0.0/16`. Read again whenever it changes.
   */
  allowFile?: string;
  /**
   * true: listens beyond this machine though anybody could connect (no tls, no allowFrom, no allowFile).
   */
  insecure: boolean;
  tls?: ServerTlsConfig;
}
