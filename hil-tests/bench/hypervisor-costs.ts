/** What the hypervisor's own work costs, unpaced and in one thread: slot switches, messages, frames of many partitions. */

import { setImmediate as turn } from "node:timers/promises";
import { Module } from "../../runtime/hypervisor/index.ts";
import { engineOf, hostClock, type Outside } from "../../runtime/index.ts";
import type { System } from "../../runtime/system.ts";
import { createHasher } from "../../runtime/trace/index.ts";
import { silence } from "../laws/runs.ts";
import { busyPair, MESSAGE_KINDS, type MessageKind, messagePair, scanners, waitingPair } from "./hypervisor-modules.ts";
import type { SectionOptions } from "./sections.ts";
import { median } from "./statistics.ts";

const PARTITION_COUNTS = [1, 10, 100, 1000] as const;
const SHORT_SLOT_US = 10;
const LONG_SLOT_US = 10_000;
const WARM_UP_MS = 3000;
const MEASURED_MS = 1000;
/** What compiles in the background gets its turn so often. */
const STRETCH_MS = 10;
/** Frames between two looks at the clock. */
const BATCH = 16;

/** Of one switch, medians. */
export interface SwitchCost {
  readonly waitingUs: number;
  readonly busyUs: number;
}

export interface MessageCost extends MessageKind {
  /** Sending and receiving one, median. */
  readonly us: number;
}

export interface FrameSpeed {
  readonly partitions: number;
  /** Medians. */
  readonly framesPerSecond: number;
  /** Of one partition: switch and scan. */
  readonly slotUs: number;
  /** Board time by host time. */
  readonly timesRealTime: number;
}

const hasher = await createHasher();

const complaining: Outside = {
  ...silence,
  incident: (at, incident) => {
    if (incident.kind === "modeChanged") return;
    throw new Error(`partition ${at.partition} did not run on: ${JSON.stringify(incident)}`);
  },
};

/** A module that runs a while in each round. */
class Timed {
  /** Host time of a frame, µs, by round. */
  readonly frameUs: number[] = [];
  readonly #module: Module;

  constructor(system: System) {
    this.#module = new Module(system, complaining, hasher, { engineOf });
  }

  async warmUp(ms: number): Promise<void> {
    for (const until = hostClock.monotonicMs() + ms; hostClock.monotonicMs() < until; await turn()) {
      this.#runFor(Math.min(ms, STRETCH_MS));
    }
  }

  measure(ms: number): void {
    this.frameUs.push(this.#runFor(ms));
  }

  /** @returns the host time of a frame, µs. */
  #runFor(ms: number): number {
    const begin = hostClock.monotonicMs();
    for (let frames = 0; ; ) {
      for (let at = 0; at < BATCH; at++) this.#module.runFrame();
      frames += BATCH;
      const passed = hostClock.monotonicMs() - begin;
      if (passed >= ms) return (passed / frames) * 1000;
    }
  }
}

/** All in turn, round after round. */
const measureInTurn = async (all: readonly Timed[], { rounds, share }: SectionOptions): Promise<void> => {
  for (const timed of all) await timed.warmUp(WARM_UP_MS * Math.min(1, share));
  for (let round = 0; round < rounds; round++) {
    for (const timed of all) timed.measure(MEASURED_MS * share);
  }
};

/** Busy partitions: the same instructions with short and with long slots, the difference shared by the switches. */
export const measureSwitch = async (options: SectionOptions): Promise<SwitchCost> => {
  options.say("switches");
  const [waiting, short, long] = [
    new Timed(waitingPair(SHORT_SLOT_US)),
    new Timed(busyPair(SHORT_SLOT_US)),
    new Timed(busyPair(LONG_SLOT_US)),
  ];
  await measureInTurn([waiting, short, long], options);
  const ratio = LONG_SLOT_US / SHORT_SLOT_US;
  return {
    waitingUs: median(waiting.frameUs) / 2,
    busyUs: median(short.frameUs.map((us, round) => (us - long.frameUs[round]! / ratio) / (2 * (1 - 1 / ratio)))),
  };
};

/** What a frame without messages takes is subtracted. */
export const measureMessages = async (options: SectionOptions): Promise<readonly MessageCost[]> => {
  options.say("messages");
  const waiting = new Timed(waitingPair(SHORT_SLOT_US));
  const series = MESSAGE_KINDS.map((kind) => ({ kind, timed: new Timed(messagePair(kind)) }));
  await measureInTurn([waiting, ...series.map(({ timed }) => timed)], options);
  return series.map(({ kind, timed: { frameUs } }) => ({
    ...kind,
    us: median(frameUs.map((us, round) => (us - waiting.frameUs[round]!) / kind.count)),
  }));
};

export const measureFrames = async (options: SectionOptions): Promise<readonly FrameSpeed[]> => {
  options.say("frames");
  const series = PARTITION_COUNTS.map((partitions) => {
    const system = scanners(partitions);
    return { partitions, system, timed: new Timed(system) };
  });
  await measureInTurn(
    series.map(({ timed }) => timed),
    options,
  );
  return series.map(({ partitions, system, timed }) => {
    const us = median(timed.frameUs);
    return {
      partitions,
      framesPerSecond: 1e6 / us,
      slotUs: us / partitions,
      timesRealTime: (system.schedules[0]!.majorFrame / system.clock) * (1e6 / us),
    };
  });
};
