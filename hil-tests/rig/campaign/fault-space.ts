/** All faults that can befall a module with its plant, and one of them at random: sizes follow the values that signals have. */
import { HART_REGISTERS, parseImage, RAM_BASE } from "../../../runtime/board/index.ts";
import { isText, isWide, type Partition, POINT_TYPES, type System } from "../../../runtime/system.ts";
import type { RandomNumbers } from "../../plants/random.ts";
import { asNumber } from "../channels.ts";
import type { Fault } from "../faults/index.ts";
import type { Rig } from "../rig.ts";
import { clientMappings } from "../wiring.ts";
import { asDuration } from "./schedule.ts";

type Draw = (random: RandomNumbers) => Fault;

/** One way in which one thing can fail. */
interface Way {
  readonly kind: Fault["kind"];
  readonly target: string;
  readonly draw: Draw;
}

export interface SpaceLimits {
  readonly kinds?: readonly Fault["kind"][] | undefined;
  readonly targets?: readonly string[] | undefined;
}

export class FaultSpace {
  readonly #ways: ReadonlyMap<Fault["kind"], readonly Way[]>;

  /**
   * @param devices of the plant.
   * @throws when a kind or target of the limits does not exist here.
   */
  constructor(rig: Rig, devices: readonly string[], { kinds, targets }: SpaceLimits = {}) {
    const all = [...signalWays(rig), ...devices.flatMap(deviceWays), ...partitionWays(rig.system), jitter];
    const missing =
      kinds?.find((kind) => all.every((way) => way.kind !== kind)) ??
      targets?.find((target) => all.every((way) => way.target !== target));
    if (missing !== undefined) throw new Error(`no ${missing} can fail in ${rig.system.name}: ${offer(all)}`);
    const wanted = all.filter(
      ({ kind, target }) => (kinds?.includes(kind) ?? true) && (targets?.includes(target) ?? true),
    );
    const names = [...new Set(wanted.map(({ kind }) => kind))];
    this.#ways = new Map(names.map((name) => [name, wanted.filter(({ kind }) => kind === name)]));
    if (names.length === 0) throw new Error("no kind of fault befalls any of the targets");
  }

  get kinds(): readonly Fault["kind"][] {
    return [...this.#ways.keys()];
  }

  /** A fault of this kind. */
  draw(kind: Fault["kind"], random: RandomNumbers): Fault {
    return oneOf(this.#ways.get(kind)!, random).draw(random);
  }
}

export const oneOf = <Value>(values: readonly Value[], random: RandomNumbers): Value =>
  values[Math.floor(random() * values.length)]!;

/** Short enough to be read: three digits. */
const about = (value: number): number => Number(value.toPrecision(3));
const whole = (below: number, random: RandomNumbers): number => Math.floor(random() * below);
const signed = (random: RandomNumbers): number => 2 * random() - 1;
const seedOf = (random: RandomNumbers): number => 1 + whole(9999, random);

const offer = (ways: readonly Way[]): string => {
  const [kinds, targets] = [new Set(ways.map(({ kind }) => kind)), new Set(ways.map(({ target }) => target))];
  return `kinds are ${[...kinds].join(", ")}; targets are ${[...targets].join(", ")}`;
};

/** Of the inputs that field devices feed. */
const signalWays = (rig: Rig): readonly Way[] =>
  clientMappings(rig.system).flatMap(({ point: at }) => {
    const partition = rig.system.partitions[at.partition]!;
    const point = partition.points[at.point]!;
    if (point.direction === "output" || isText(point.type) || isWide(point.type)) return [];
    const channel = `${partition.name}.${point.name}`;
    const isSwitch = POINT_TYPES[point.type].kind === "bool";
    const size = Math.max(1, Math.abs(asNumber(rig.get(channel))));
    const way = (kind: Way["kind"], draw: Draw): Way => ({ kind, target: channel, draw });
    const ways = [
      way("stuck", () => ({ kind: "stuck", channel })),
      way("dropout", () => ({ kind: "dropout", channel })),
      way("quality", () => ({ kind: "quality", channel, quality: "uncertain" })),
    ];
    if (isSwitch) return [...ways, way("reads", (random) => ({ kind: "reads", channel, value: random() < 0.5 }))];
    return [
      ...ways,
      way("reads", (random) => ({ kind: "reads", channel, value: about(size * 4 * signed(random)) })),
      way("offset", (random) => ({ kind: "offset", channel, by: about(size * signed(random)) })),
      way("drift", (random) => ({ kind: "drift", channel, perSecond: about((size / 4) * signed(random)) })),
      way("noise", (random) => ({
        ...{ kind: "noise", channel, deviation: about((size / 2) * random()), seed: seedOf(random) },
      })),
    ];
  });

const deviceWays = (device: string): readonly Way[] => [
  { kind: "silence", target: device, draw: () => ({ kind: "silence", device }) },
  {
    ...{ kind: "loss", target: device },
    draw: (random) => ({ kind: "loss", device, share: about(random()), seed: seedOf(random) }),
  },
  {
    ...{ kind: "delay", target: device },
    draw: (random) => ({ kind: "delay", device, by: asDuration(20 * (1 + whole(50, random))) }),
  },
  {
    ...{ kind: "corruption", target: device },
    draw: (random) => ({ kind: "corruption", device, share: about(random() / 2), seed: seedOf(random) }),
  },
];

const partitionWays = (system: System): readonly Way[] =>
  system.partitions.flatMap((described) => {
    const partition = described.name;
    const way = (kind: Way["kind"], draw: Draw): Way => ({ kind, target: partition, draw });
    return [
      way("suspend", () => ({ kind: "suspend", partition })),
      way("stop", () => ({ kind: "stop", partition })),
      way("restart", (random) => ({
        ...{ kind: "restart", partition, start: random() < 0.5 ? "COLD_START" : "WARM_START" },
      })),
      way("hang", () => ({ kind: "hang", partition })),
      way("crash", () => ({ kind: "crash", partition })),
      way("overrun", (random) => ({ kind: "overrun", partition, by: asDuration(1 + whole(20, random)) })),
      way("bitFlip", flips(described, ownCycles(system, described))),
    ];
  });

/** Half of them in registers, half in what the image takes of RAM. */
const flips = ({ name: partition, image }: Partition, cycles: number): Draw => {
  const parsed = parseImage(image);
  const bytes = "problem" in parsed ? 0 : parsed.end - RAM_BASE;
  return (random) => {
    const after = whole(cycles, random);
    if (bytes > 0 && random() < 0.5) {
      const address = RAM_BASE + whole(bytes, random);
      return { kind: "bitFlip", partition, address, bit: whole(8, random), after };
    }
    const register = oneOf(HART_REGISTERS, random);
    const bits = register.startsWith("f") ? 64 : 32;
    return { kind: "bitFlip", partition, register, bit: 1 + whole(bits - 1, random), after };
  };
};

/** A frame's, in the module's first schedule. */
const ownCycles = ({ schedules }: System, { index }: Partition): number =>
  schedules[0]!.slots.reduce((sum, { partition, duration }) => sum + (partition === index ? duration : 0), 0);

const jitter: Way = {
  ...{ kind: "jitter", target: "host" },
  draw: (random) => ({ kind: "jitter", upTo: "0.5 ms", share: 0.02, seed: seedOf(random) }),
};
