/** A trace's events in words: what a person reads when two runs differ, or looks at one moment of a run. */
import { fWord, REGISTER_WORDS, WORD, xWord } from "../hart/layout.ts";
import { PARTITION_MODES } from "../hypervisor/outside.ts";
import { bytesOfValues, PointCells } from "../hypervisor/point-cells.ts";
import { F_NAMES, X_NAMES } from "../isa/index.ts";
import type { Partition, Point, PointValue } from "../system.ts";
import type { TraceEvent } from "./events.ts";

/** A register as a slot left it, by its ABI name. */
export interface NamedRegister {
  readonly name: string;
  readonly value: bigint;
}

const hex = (value: number): string => `0x${(value >>> 0).toString(16).padStart(8, "0")}`;
const wordsOf = ({ payload }: TraceEvent): DataView =>
  new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Of a slotEnd event: pc, all general and floating-point registers but zero, fcsr and the counters. */
export const registersOf = (event: TraceEvent): readonly NamedRegister[] => {
  const view = wordsOf(event);
  const word = (at: number): bigint => BigInt(view.getUint32(4 * at, true));
  const wide = (at: number): bigint => word(at) | (word(at + 1) << 32n);
  if (event.payload.length < 4 * REGISTER_WORDS) return [];
  return [
    { name: "pc", value: word(WORD.pc) },
    ...X_NAMES.map((name, at) => ({ name, value: word(xWord(at)) })).slice(1),
    ...F_NAMES.map((name, at) => ({ name, value: wide(fWord(at)) })),
    { name: "fcsr", value: word(WORD.fcsr) },
    { name: "mcycle", value: wide(WORD.mcycle) },
    { name: "minstret", value: wide(WORD.minstret) },
  ];
};

/** The points of a latch or publish event, with the values that they had there. */
const valuesOf = (
  { kind, payload }: TraceEvent,
  { points }: Partition,
): readonly { readonly point: Point; readonly value: PointValue }[] => {
  const direction = kind === "latch" ? "input" : "output";
  const of = points.filter((point) => point.direction === direction);
  if (payload.length < bytesOfValues(of)) return [];
  const cells = new PointCells(of);
  cells.values.set(payload.subarray(0, cells.values.length));
  return of.map((point, index) => ({ point, value: cells.get(index) }));
};

/** @param partition the event's. */
export const describeEvent = (event: TraceEvent, partition: Partition): string => {
  const { kind, payload } = event;
  const view = wordsOf(event);
  const word = (at: number): number => view.getUint32(4 * at, true);
  switch (kind) {
    case "latch":
    case "publish": {
      const values = valuesOf(event, partition).map(({ point, value }) => `${point.name} = ${value}`);
      return `${kind}${values.length === 0 ? "" : `: ${values.join(", ")}`}`;
    }
    case "send":
    case "receive": {
      const port = partition.ports[word(0)]?.name ?? `port ${word(0)}`;
      return `${kind} at ${port}, status ${word(1)}: ${hexOf(payload.subarray(8)) || "nothing"}`;
    }
    case "uart":
      return `UART: ${JSON.stringify(String.fromCharCode(payload[0]!))}`;
    case "error":
      return `raises error ${word(0)}, detail ${word(1)}: ${new TextDecoder().decode(payload.subarray(8))}`;
    case "fault":
      return `trap ${word(0)} at ${hex(word(1))}, mtval ${hex(word(2))}`;
    case "mode":
      return `mode ${PARTITION_MODES[word(0)]} → ${PARTITION_MODES[word(1)]}`;
    case "slotEnd":
      return `end of slot: pc ${hex(view.getUint32(4 * WORD.pc, true))}, minstret ${view.getBigUint64(4 * WORD.minstret, true)}`;
    default:
      return payload.length === 0 ? kind : `${kind} ${hexOf(payload)}`;
  }
};
