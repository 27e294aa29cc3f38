/**
 * A controller alone on its own board: the same image at the same times, with nobody else there. It has its slots' time and all that
 * follows up to its next slot, and sees at each slot what it saw at that slot of the consolidated module.
 */
import { Module, type Outside } from "../../../runtime/hypervisor/index.ts";
import { engineOf, type PointCells } from "../../../runtime/index.ts";
import type { Partition, Schedule, Slot, System } from "../../../runtime/system.ts";
import type { Hasher } from "../../../runtime/trace/index.ts";
import { cycles } from "../../../runtime/units.ts";
import { SlotTrace } from "./slot-trace.ts";

/** Puts what the partition is to see at its slot of that number into `inputs`, which begins at that board cycle. */
export type Feed = (inputs: PointCells, slot: number, cycle: number) => void;

/** What it published there, so many major frames long. */
export const runAlone = (
  system: System,
  partition: Partition,
  frames: number,
  feed: Feed,
  hasher: Hasher,
): SlotTrace => {
  const trace = new SlotTrace();
  let slot = 0;
  const outside: Outside = {
    commands: () => [],
    latch: ({ cycle }, inputs) => {
      feed(inputs, slot, cycle);
      slot += 1;
    },
    published: (at, points) => {
      if (at.partition === partition.index) trace.note(at, points);
    },
    uart: () => undefined,
    incident: () => undefined,
    scheduleSwitched: () => undefined,
    frameEnded: () => undefined,
  };
  const module = new Module(aloneOn(system, partition), outside, hasher, { engineOf });
  while (module.frame < frames) module.runFrame();
  return trace;
};

/** The module as it is when nobody else ever executes: whom it sends to takes all of it, and its inputs come from outside. */
const aloneOn = (system: System, { index }: Partition): System => ({
  ...system,
  schedules: system.schedules.map((schedule) => ({ ...schedule, slots: lengthened(schedule, index) })),
  samplingChannels: [],
  queuingChannels: system.queuingChannels.map((channel) =>
    channel.from?.partition === index ? { ...channel, to: null, overflow: "dropOldest" } : channel,
  ),
});

const lengthened = ({ slots, majorFrame }: Schedule, partition: number): readonly Slot[] => {
  const own = slots.filter((slot) => slot.partition === partition);
  return own.map((slot, index) => ({
    ...{ ...slot, index },
    duration: cycles((own[index + 1]?.start ?? majorFrame) - slot.start),
  }));
};
