/** An outside that orders things of a module at random: forces, releases, bytes for serial ports, faults of harts. */
import { HART_REGISTERS, type Upset } from "../../runtime/board/index.ts";
import { type Command, type ForceTarget, type Outside, PointCells } from "../../runtime/hypervisor/index.ts";
import type { System } from "../../runtime/system.ts";
import { cycles, guestAddress } from "../../runtime/units.ts";
import { DATA } from "./guests.ts";
import { randomFrom } from "./runs.ts";

type Random = (below: number) => number;

const randomTarget = (system: System, partition: number, random: Random): ForceTarget => {
  const { points } = system.partitions[partition]!;
  if (points.length > 0 && random(2) === 0) return { kind: "point", point: random(points.length) };
  const bit = random(2) === 0 ? null : random(8);
  return { kind: "variable", address: guestAddress(DATA.inputs + 4 * random(200)), bit };
};

/** Of a point a cell, whose unused bytes are 0; of a variable a word, or a bit. */
const randomValue = (system: System, partition: number, target: ForceTarget, random: Random): Uint8Array => {
  if (target.kind === "variable") {
    return Uint8Array.from({ length: target.bit === null ? 4 : 1 }, () => random(target.bit === null ? 256 : 2));
  }
  const cell = new PointCells([system.partitions[partition]!.points[target.point]!]);
  cell.set(0, random(2 ** 32));
  return cell.values;
};

/** Often of its code, or of what it has in its registers. */
const randomUpset = (random: Random): Upset => {
  const kind = random(10);
  if (kind === 0) return { kind: "jump", to: guestAddress(random(2) === 0 ? 0 : 0x8000_0000 + 2 * random(0x800)) };
  if (kind < 5) return { kind: "ram", address: guestAddress(0x8000_0000 + random(0x2000)), bit: random(8) };
  const register = HART_REGISTERS[random(random(3) === 0 ? HART_REGISTERS.length : 31)]!;
  return { kind: "register", register, bit: 1 + random(register.startsWith("f") ? 63 : 31) };
};

/** A command for `partition`; a function of system, seed and partition alone. */
export const randomCommand = (system: System, partition: number, random: Random): Command => {
  const target = randomTarget(system, partition, random);
  const bytes = randomValue(system, partition, target, random);
  switch (random(11)) {
    case 0:
      return { kind: "release", partition, target: random(3) === 0 ? null : target };
    case 1:
      return { kind: "uart", partition, bytes: Uint8Array.from({ length: 1 + random(20) }, () => random(256)) };
    case 2:
      return { kind: "restart", partition, start: random(2) === 0 ? "COLD_START" : "WARM_START" };
    case 3:
    case 4:
      return { kind: (["start", "stop", "suspend", "resume"] as const)[random(4)]!, partition };
    case 5:
      return { kind: "stall", partition, duration: random(3) === 0 ? null : cycles(random(3000)) };
    case 6:
    case 7:
      return { kind: "upset", partition, after: cycles(random(5000)), upset: randomUpset(random) };
    default:
      return { kind: "force", partition, target, bytes };
  }
};

/** Orders something of the partitions in `of` at about every other frame. */
export const commanding = (system: System, seed: number, of: readonly number[], inner: Outside): Outside => ({
  ...inner,
  commands: (frame) => {
    const random = randomFrom(seed ^ (frame << 8));
    return Array.from({ length: random(4) }, () => randomCommand(system, of[random(of.length)]!, random));
  },
});

export const everyone = (system: System) => system.partitions.map(({ index }) => index);
