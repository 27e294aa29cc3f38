/**
 * Differential consolidation: each controller alone on its own board against all of them on one, with the same stimuli. What an engineer
 * shows before the cut-over: every output is the same, up to a latency that is stated.
 */
import { createHasher, formatHash } from "../../../runtime/trace/index.ts";
import { cycles } from "../../../runtime/units.ts";
import type { Plant } from "../../plants/plant.ts";
import type { Aliases } from "../channels.ts";
import { type Duration, toSeconds } from "../duration.ts";
import { loadOnce } from "../load.ts";
import { type NamedPoint, PointNames } from "../point-names.ts";
import { Rig } from "../rig.ts";
import { agreementOf, type OutputAgreement } from "./agreement.ts";
import { type Feed, runAlone } from "./lone-board.ts";
import { SlotTrace } from "./slot-trace.ts";

export interface ConsolidationOptions<Model extends Plant = Plant> {
  /** The consolidated module's config file. */
  readonly config: string;
  plant(seed: number): Model;
  readonly alias?: Aliases;
  /** Takes the consolidated module through what is to be compared. */
  scenario(rig: Rig, plant: Model): void;
  /** An output may come so much later than alone; left out: it must come in the same slot. */
  readonly latency?: Duration;
  /** Not compared before: controllers start up; left out: 1 s. */
  readonly after?: Duration;
  /**
   * How the controllers were wired to each other before: from which output each of these inputs came. Left out: as the channels of the
   * config have it, so that a wrong channel is not noticed.
   */
  readonly wires?: Readonly<Record<string, string>>;
}

/** What a file exports by default for `partita consolidation`. */
export const defineConsolidation = <Model extends Plant>(
  options: ConsolidationOptions<Model>,
): ConsolidationOptions<Model> => options;

export interface ControllerAgreement {
  readonly partition: string;
  /** XXH64 of its image. */
  readonly image: string;
  readonly slots: number;
  readonly outputs: readonly OutputAgreement[];
  /** Ports that other partitions send to: alone they bring nothing. */
  readonly silentPorts: readonly string[];
}

export interface ConsolidationReport {
  readonly module: string;
  /** Of the config. */
  readonly digest: string;
  /** Virtual time, s. */
  readonly duration: number;
  readonly latency: Duration;
  readonly controllers: readonly ControllerAgreement[];
  /** Something was compared, and no output differed. */
  readonly isSame: boolean;
}

/** @throws when a wire names no input or output, and what the scenario throws. */
export const compareConsolidation = async <Model extends Plant>(
  options: ConsolidationOptions<Model>,
): Promise<ConsolidationReport> => {
  const { config, alias = {}, latency = "0 s", after = "1 s", wires = {} } = options;
  const plant = options.plant(1);
  const system = await loadOnce(config);
  const names = new PointNames(system);
  const traces = system.partitions.map(() => new SlotTrace());
  const rig = await Rig.boot(system, {
    plant,
    alias,
    slotEnded: (at, points) => traces[at.partition]!.note(at, points),
  });
  const wired = Object.entries(wires).map(([to, from]) => ({ to: names.find(to), from: names.find(from) }));
  const schedule = rig.schedule;
  options.scenario(rig, plant);
  if (rig.schedule !== schedule) throw new Error("a scenario stays in the schedule that the module starts in");
  const hasher = await createHasher();
  const toCycles = (duration: Duration) => cycles(Math.round(toSeconds(duration) * system.clock));
  const limits = { from: toCycles(after), latency: toCycles(latency), clock: system.clock };
  const controllers = system.partitions.map((partition): ControllerAgreement => {
    const { index, name, image, ports } = partition;
    const alone = runAlone(system, partition, rig.frame, feedOf(index, traces, wired), hasher);
    const ends = traces[index]!.ends;
    const outputs = names.of(index).filter(({ point }) => point.direction === "output");
    return {
      ...{ partition: name, image: formatHash(hasher.hash(image)), slots: ends.length },
      outputs: outputs.map((output) => agreementOf(output, ends, alone.ends, limits)),
      silentPorts: ports.filter(({ direction }) => direction === "destination").map((port) => port.name),
    };
  });
  const outputs = controllers.flatMap((controller) => controller.outputs);
  const isSame = outputs.some(({ compared }) => compared > 0) && outputs.every(({ difference }) => difference === null);
  const { name: module, digest } = system;
  return { module, digest, duration: rig.time, latency, controllers, isSame };
};

interface WirePair {
  readonly to: NamedPoint;
  readonly from: NamedPoint;
}

/** What the partition saw in the consolidated run, but for the inputs that were wired otherwise. */
const feedOf = (partition: number, traces: readonly SlotTrace[], wires: readonly WirePair[]): Feed => {
  const own = wires.filter(({ to }) => to.partition.index === partition);
  const { ends } = traces[partition]!;
  return (inputs, slot, cycle) => {
    const seen = ends[slot];
    if (seen === undefined) return;
    inputs.copyFrom(seen.points);
    for (const { to, from } of own) {
      const source = traces[from.partition.index]!.before(cycles(cycle));
      if (source === undefined) continue;
      inputs.set(to.point.index, source.points.get(from.point.index));
      inputs.quality[to.point.index] = source.points.quality[from.point.index]!;
    }
  };
};
