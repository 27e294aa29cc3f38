/**
 * Slots, scans, messages and errors in the Trace Event Format, which Perfetto (ui.perfetto.dev) and Chrome's about:tracing open:
 * one process with a track a hart for the slots, one with a track a partition for what it does.
 */

import { WORD } from "../../hart/layout.ts";
import { HEALTH_ACTIONS, HEALTH_ERRORS } from "../../health-table.ts";
import { PARTITION_MODES } from "../../hypervisor/outside.ts";
import type { Partition, Schedule, System } from "../../system.ts";
import type { TraceEvent } from "../events.ts";
import type { TextSink, TraceWriter } from "./writer.ts";

const HARTS = 1;
const PARTITIONS = 2;

type Phase = "X" | "i" | "M";

const ERROR_NAMES = new Map(Object.entries(HEALTH_ERRORS).map(([name, code]) => [code as number, name]));

export class ChromeTraceWriter implements TraceWriter {
  readonly #system: System;
  readonly #sink: TextSink;
  /** By partition: the schedule that it follows, when it latched and has not published, what it had executed; null: not seen. */
  readonly #schedules: Schedule[];
  readonly #latchedAt: (number | null)[];
  readonly #executed: (bigint | null)[];
  #isFirst = true;

  /** @param schedule that the module follows when the trace begins. */
  constructor(system: System, schedule: Schedule, sink: TextSink) {
    this.#system = system;
    this.#sink = sink;
    this.#schedules = system.partitions.map(() => schedule);
    this.#latchedAt = system.partitions.map(() => null);
    this.#executed = system.partitions.map(() => null);
    sink('{"displayTimeUnit":"ns","otherData":');
    sink(`${JSON.stringify({ module: system.name, digest: system.digest, clock: system.clock })},"traceEvents":[`);
    this.#nameTracks();
  }

  event(event: TraceEvent): void {
    const partition = this.#system.partitions[event.partition]!;
    switch (event.kind) {
      case "slotEnd":
        this.#slot(event, partition);
        break;
      case "latch":
        this.#latchedAt[event.partition] = event.cycle;
        break;
      case "publish":
        this.#scan(event);
        break;
      case "scheduleSwitch":
        this.#schedules[event.partition] = this.#system.schedules[wordOf(event, 1)]!;
        break;
      default:
        this.#instant(event, partition);
    }
  }

  end(): void {
    this.#sink("\n]}\n");
  }

  #slot(event: TraceEvent, { name }: Partition): void {
    const slot = this.#schedules[event.partition]!.slots[event.slot]!;
    const executed = wideOf(event, WORD.minstret);
    const before = this.#executed[event.partition]!;
    this.#executed[event.partition] = executed;
    // A restart begins to count anew.
    const instructions = before === null ? null : Number(executed < before ? executed : executed - before);
    const args = { frame: event.frame, slot: event.slot, ...(instructions === null ? {} : { instructions }) };
    this.#span(HARTS, slot.hart, name, event.cycle - slot.duration, slot.duration, args);
  }

  /** From the latch to the publish that follows it. */
  #scan({ partition, cycle, frame }: TraceEvent): void {
    const start = this.#latchedAt[partition]!;
    this.#latchedAt[partition] = null;
    if (start === null) return;
    this.#span(PARTITIONS, partition, "scan", start, cycle - start, { frame });
  }

  #instant(event: TraceEvent, partition: Partition): void {
    const { name, args } = told(event, partition);
    this.#write("i", PARTITIONS, event.partition, name, event.cycle, { s: "t", args });
  }

  #span(process: number, track: number, name: string, start: number, cycles: number, args: object): void {
    this.#write("X", process, track, name, start, { dur: this.#microseconds(cycles), args });
  }

  #nameTracks(): void {
    const { harts, partitions } = this.#system;
    const named = (what: "process_name" | "thread_name", process: number, track: number, name: string) =>
      this.#write("M", process, track, what, 0, { args: { name } });
    named("process_name", HARTS, 0, "slots");
    for (let hart = 0; hart < harts; hart++) named("thread_name", HARTS, hart, `hart ${hart}`);
    named("process_name", PARTITIONS, 0, "partitions");
    for (const { index, name } of partitions) named("thread_name", PARTITIONS, index, name);
  }

  #write(ph: Phase, pid: number, tid: number, name: string, cycle: number, more: object): void {
    const event = { ph, pid, tid, name, ts: this.#microseconds(cycle), ...more };
    this.#sink(`${this.#isFirst ? "\n" : ",\n"}${JSON.stringify(event)}`);
    this.#isFirst = false;
  }

  #microseconds(cycles: number): number {
    return (cycles * 1e6) / this.#system.clock;
  }
}

const viewOf = ({ payload }: TraceEvent): DataView =>
  new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
const wordOf = (event: TraceEvent, at: number): number => viewOf(event).getUint32(4 * at, true);
/** Of 64 bits. */
const wideOf = (event: TraceEvent, at: number): bigint => viewOf(event).getBigUint64(4 * at, true);
const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** What is to be read at an instant. */
const told = (event: TraceEvent, partition: Partition): { readonly name: string; readonly args: object } => {
  const { kind, payload, frame } = event;
  switch (kind) {
    case "send":
    case "receive": {
      const port = partition.ports[wordOf(event, 0)]?.name ?? String(wordOf(event, 0));
      return {
        name: `${kind} ${port}`,
        args: { frame, status: wordOf(event, 1), message: hexOf(payload.subarray(8)) },
      };
    }
    case "mode": {
      const [from, to] = [PARTITION_MODES[wordOf(event, 0)], PARTITION_MODES[wordOf(event, 1)]];
      return { name: `mode ${to}`, args: { frame, from, to } };
    }
    case "health": {
      const error = ERROR_NAMES.get(wordOf(event, 0)) ?? String(wordOf(event, 0));
      return { name: error, args: { frame, action: HEALTH_ACTIONS[wordOf(event, 1) - 1] } };
    }
    case "uart":
      return { name: "UART", args: { frame, text: String.fromCharCode(payload[0]!) } };
    default:
      return { name: kind, args: { frame, payload: hexOf(payload) } };
  }
};
