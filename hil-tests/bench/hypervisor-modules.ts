/** Modules made for measuring the hypervisor: partitions that only wait, that pass messages, that scan, that are always busy. */
import { PARTITA_PORT_COMMANDS, PARTITA_REGISTERS as REGISTER } from "../../runtime/board/index.ts";
import { CSRS, encode, X } from "../../runtime/isa/index.ts";
import type { System } from "../../runtime/system.ts";
import { DATA, Guest, worker } from "../laws/guests.ts";
import { type MessageSketch, type PartitionSketch, systemOf } from "../laws/systems.ts";

const CLOCK = 100_000_000;
const CYCLES_PER_US = CLOCK / 1e6;
const CYCLES_PER_TICK = CLOCK / 10_000_000;

const SLOT_US = 100;
const SLOT = SLOT_US * CYCLES_PER_US;
/** A guest that sleeps so long after its scan wakes once in each frame of at least two slots: behind its own slot, before its next. */
const SLEEP_TICKS = SLOT / CYCLES_PER_TICK;

/** Is NORMAL, and waits for an interrupt that never comes. */
const waiter = (): Uint8Array => new Guest().normal().label("wait").add(encode("wfi")).jump("wait").image();

/** Two partitions in slots of so many microseconds, one behind the other. */
const pair = (
  guests: readonly [PartitionSketch, PartitionSketch],
  slotUs: number,
  messages: readonly MessageSketch[] = [],
): System => {
  const slot = slotUs * CYCLES_PER_US;
  return systemOf({
    clock: CLOCK,
    partitions: { first: guests[0], second: guests[1] },
    messages,
    majorFrame: 2 * slot,
    slots: [
      ["first", 0, slot],
      ["second", slot, slot],
    ],
  });
};

export interface MessageKind {
  readonly kind: "queuing" | "sampling";
  readonly bytes: number;
  /** Sent and received in each frame. */
  readonly count: number;
}

export const MESSAGE_KINDS: readonly MessageKind[] = [
  { kind: "queuing", bytes: 16, count: 32 },
  { kind: "queuing", bytes: 1024, count: 32 },
  { kind: "sampling", bytes: 1 << 16, count: 1 },
  { kind: "sampling", bytes: 1 << 20, count: 1 },
];

const BUFFER = 0x8001_0000;
const TIMER_INTERRUPT = 1 << 7;

/** Gives the same command to its only port `count` times in each slot, and dies of a status that is not NO_ERROR. */
const messenger = (command: number, { bytes, count }: MessageKind): Uint8Array => {
  const guest = new Guest()
    .constant(X.t0, TIMER_INTERRUPT)
    .add(encode("csrrw", { rd: X.zero, csr: CSRS.mie, rs1: X.t0 }))
    .normal()
    .tellConstant(REGISTER.PORT_SELECT, 0)
    .tellConstant(REGISTER.PORT_BUFFER, BUFFER)
    .constant(X.s3, bytes)
    .constant(X.s4, command);
  guest.label("scan").constant(X.s5, count).label("message");
  guest
    .tell(REGISTER.PORT_LENGTH, X.s3)
    .tell(REGISTER.PORT_COMMAND, X.s4)
    .ask(X.t0, REGISTER.PORT_STATUS)
    .branch("bne", X.t0, X.zero, "wrong")
    .add(encode("addi", { rd: X.s5, rs1: X.s5, imm: -1 }))
    .branch("bne", X.s5, X.zero, "message");
  return guest.timer(SLEEP_TICKS).add(encode("wfi")).jump("scan").label("wrong").add(0).image();
};

/** The first sends in its slot what the second receives in its own, behind it. */
export const messagePair = (kind: MessageKind): System => {
  const memoryBytes = BUFFER - 0x8000_0000 + Math.max(kind.bytes, 4096);
  const partition = (command: number) => ({ image: messenger(command, kind), memoryBytes });
  const depth = kind.kind === "queuing" ? { depth: kind.count } : {};
  const guests = [partition(PARTITA_PORT_COMMANDS.SEND), partition(PARTITA_PORT_COMMANDS.RECEIVE)] as const;
  return pair(guests, SLOT_US, [{ from: "first", to: "second", bytes: kind.bytes, ...depth }]);
};

/** So many partitions, each with a slot of 100 µs and a short scan in it: it latches 4 inputs, works, publishes 4 outputs, waits. */
export const scanners = (count: number): System => {
  const points = { inputs: 4, outputs: 4 };
  const image = worker({ seed: 1, ...points, sleep: SLEEP_TICKS });
  const names = Array.from({ length: count }, (_, index) => `p${index}`);
  return systemOf({
    clock: CLOCK,
    partitions: Object.fromEntries(names.map((name) => [name, { image, ...points }])),
    majorFrame: (count + 1) * SLOT,
    slots: names.map((name, index) => [name, index * SLOT, SLOT] as const),
  });
};

/** Scans without a pause: it latches an input, works for 2,000 instructions on average, publishes an output. */
const busy = (seed: number): PartitionSketch => ({
  inputs: 1,
  outputs: 1,
  image: new Guest(seed)
    .normal()
    .label("scan")
    .tell(REGISTER.LATCH_INPUTS)
    .add(encode("lw", { rd: X.t0, rs1: X.s1, imm: 0 }))
    .fold(X.t0)
    .work("work", 11)
    .add(encode("sw", { rs2: X.s2, rs1: X.s1, imm: DATA.outputs - DATA.inputs }))
    .tell(REGISTER.PUBLISH_OUTPUTS)
    .jump("scan")
    .image(),
});

export const waitingPair = (slotUs: number): System => pair([{ image: waiter() }, { image: waiter() }], slotUs);

export const busyPair = (slotUs: number): System => pair([busy(1), busy(2)], slotUs);

/** The same at once, on two harts. */
export const busyHarts = (slotUs: number): System =>
  systemOf({
    clock: CLOCK,
    partitions: { first: busy(1), second: busy(2) },
    majorFrame: slotUs * CYCLES_PER_US,
    slots: [
      ["first", 0, slotUs * CYCLES_PER_US],
      ["second", 0, slotUs * CYCLES_PER_US, 1],
    ],
  });
