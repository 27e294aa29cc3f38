/** A moment of a module between two frames, as a person or a program reads it: every partition's points and registers. */
import type { Module, Quality } from "../hypervisor/index.ts";
import type { PointValue } from "../system.ts";
import { registersOf } from "../trace/index.ts";
import type { FrameEvents } from "./frame-events.ts";

interface Moment {
  /** The frame that is about to start. */
  readonly frame: number;
  /** Board time, s. */
  readonly seconds: number;
  readonly schedule: string;
  readonly partitions: readonly PartitionMoment[];
}

interface PartitionMoment {
  readonly name: string;
  readonly mode: string;
  /** Values of 64 bits as their digits. */
  readonly points: Readonly<Record<string, { readonly value: PointValue; readonly quality: Quality }>>;
  /** As its latest slot left them, in hexadecimal; empty before its first, and where it had none in the frame before. */
  readonly registers: Readonly<Record<string, string>>;
}

/** @param events of the frame before. */
export const momentOf = (module: Module, events: FrameEvents): Moment => ({
  frame: module.frame,
  seconds: module.boardTime / module.system.clock,
  schedule: module.schedule.name,
  partitions: module.partitions.map(({ partition, mode, points }) => ({
    name: partition.name,
    mode,
    points: Object.fromEntries(
      partition.points.map(({ name, index }) => {
        const value = points.get(index);
        return [name, { value: typeof value === "bigint" ? String(value) : value, quality: points.qualityOf(index) }];
      }),
    ),
    registers: registersIn(events, partition.index, module.frame - 1),
  })),
});

const registersIn = (events: FrameEvents, partition: number, frame: number): Readonly<Record<string, string>> => {
  const last = events.of(partition, frame).findLast(({ kind }) => kind === "slotEnd");
  if (last === undefined) return {};
  return Object.fromEntries(registersOf(last).map(({ name, value }) => [name, `0x${value.toString(16)}`]));
};

const REGISTERS_A_LINE = 6;

/** Registers that hold 0 are left out, also those that hold it as a boxed single (RISC-V Unprivileged §21.2). */
const isZero = (value: string): boolean => value === "0x0" || value === "0xffffffff00000000";

export const formatMoment = ({ frame, seconds, schedule, partitions }: Moment): string => {
  const lines = [`frame ${frame} at ${seconds.toFixed(6)} s of board time, schedule ${schedule}`];
  for (const { name, mode, points, registers } of partitions) {
    lines.push("", `${name}  ${mode}`);
    const width = Math.max(0, ...Object.keys(points).map((point) => point.length));
    for (const [point, { value, quality }] of Object.entries(points)) {
      lines.push(`  ${point.padEnd(width)}  ${value}${quality === "good" ? "" : `  ${quality}`}`);
    }
    const shown = Object.entries(registers).filter(([, value]) => !isZero(value));
    for (let at = 0; at < shown.length; at += REGISTERS_A_LINE) {
      const row = shown.slice(at, at + REGISTERS_A_LINE).map(([register, value]) => `${register} ${value}`);
      lines.push(`  ${row.join("  ")}`);
    }
  }
  return `${lines.join("\n")}\n`;
};
