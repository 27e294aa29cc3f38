/** What a user may watch and force, by name: `partition.point`, or `partition.INSTANCE.VARIABLE` of a Structured Text program. */
import type { ProgramInfo, VariableType } from "../../../partitions/st/index.ts";
import { didYouMean } from "../../config/index.ts";
import type { HeldForce, Looked, LookPlace } from "../../host/board-look.ts";
import { bytesOfCell, type ForceTarget } from "../../hypervisor/index.ts";
import { type Partition, POINT_TYPES, type Point, type PointType, type System } from "../../system.ts";
import { guestAddress } from "../../units.ts";
import { findVariable, ProgramMemory, pathAt, type VariablePlace, type VariableValue } from "../program-values.ts";
import type { ScalarType } from "../scalar-text.ts";
import { Refused } from "./refused.ts";

export interface Target {
  /** As the module calls it. */
  readonly name: string;
  readonly partition: Partition;
  /** For a person: `REAL`. */
  readonly type: string;
  readonly look: LookPlace;
  /** That a look at it copies. */
  readonly bytes: number;
  readonly force: ForceTarget;
  read(looked: Looked): VariableValue;
  /** A force's bytes for the value that the text stands for. @throws Refused */
  encode(text: string): Uint8Array;
}

export class Targets {
  readonly #system: System;
  readonly #programs: readonly (ProgramInfo | null)[];

  /** `programs`: by partition; null for an image that is no compiled program. */
  constructor(system: System, programs: readonly (ProgramInfo | null)[]) {
    this.#system = system;
    this.#programs = programs;
  }

  /** @throws Refused */
  partition(name: string): Partition {
    const { partitions, name: module } = this.#system;
    const found = partitions.find((partition) => partition.name === name);
    if (found !== undefined) return found;
    const hint = didYouMean(
      name,
      partitions.map((partition) => partition.name),
      "partitions",
    );
    throw new Refused("unknown-partition", `${module} has no partition ${name}`, "partition", hint);
  }

  /** @throws Refused */
  find(name: string): Target {
    const dot = name.indexOf(".");
    const hint = "a name is partition.point or partition.INSTANCE.VARIABLE";
    if (dot < 0) throw new Refused("unknown-name", `${name} names no partition`, "name", hint);
    const partition = this.partition(name.slice(0, dot));
    const path = name.slice(dot + 1);
    const found = this.#point(partition, path) ?? this.#variable(partition, path);
    if (found !== null) return found;
    const meant = didYouMean(path, this.#names(partition), `names in ${partition.name}`);
    throw new Refused("unknown-name", `${partition.name} has no point or variable ${path}`, "name", meant);
  }

  /** A force that is held, in words. */
  describe({ partition: index, target, bytes }: HeldForce): { readonly name: string; readonly value: VariableValue } {
    const partition = this.#system.partitions[index]!;
    const path = this.#pathOf(partition, target);
    if (path === null) {
      const at = target.kind === "variable" ? `0x${target.address.toString(16)}` : String(target.point);
      return { name: `${partition.name}.${at}`, value: [...bytes] };
    }
    const { name, read } = this.find(`${partition.name}.${path}`);
    return { name, value: read({ bytes: placed(bytes, target), quality: null }) };
  }

  /** null: nothing that the program declares begins there. */
  #pathOf({ points, index }: Partition, target: ForceTarget): string | null {
    if (target.kind === "point") return points[target.point]!.name;
    const program = this.#programs[index] ?? null;
    return program === null ? null : pathAt(program, target.address, target.bit);
  }

  #point({ points, ...partition }: Partition, path: string): Target | null {
    const wanted = path.toUpperCase();
    const point = points.find((one) => one.name.toUpperCase() === wanted);
    return point === undefined ? null : pointTarget({ points, ...partition }, point);
  }

  #variable(partition: Partition, path: string): Target | null {
    const program = this.#programs[partition.index] ?? null;
    if (program === null) return null;
    const place = findVariable(program, path);
    if (place === null) return null;
    const point = partition.points.find(({ address, bit }) => address === place.address && bit === place.bit);
    if (point !== undefined) return pointTarget(partition, point);
    const { kind } = place.type;
    const isWhole = kind === "struct" || kind === "array";
    // As the program declares it, wherever one thing is meant.
    const name = isWhole ? null : pathAt(program, place.address, place.bit);
    return variableTarget(partition, name ?? path, place);
  }

  #names({ points, index }: Partition): readonly string[] {
    return [...points.map(({ name }) => name), ...(this.#programs[index]?.variables.map(({ path }) => path) ?? [])];
  }
}

/** A force's bytes as they lie in memory. */
const placed = (bytes: Uint8Array, target: ForceTarget): Uint8Array =>
  target.kind === "variable" && target.bit !== null ? Uint8Array.of(bytes[0]! << target.bit) : bytes;

const pointTarget = (partition: Partition, point: Point): Target => {
  const { index, name, type } = point;
  const place: VariablePlace = { type: typeOf(point), address: 0, bit: null };
  return {
    name: `${partition.name}.${name}`,
    ...{ partition, type },
    look: { kind: "point", partition: partition.index, point: index },
    bytes: bytesOfCell(point),
    force: { kind: "point", point: index },
    read: ({ bytes }) => new ProgramMemory(bytes, 0).read(place),
    encode: (text) => encoded(place, bytesOfCell(point), text),
  };
};

const variableTarget = (partition: Partition, path: string, place: VariablePlace): Target => {
  const { type, address, bit } = place;
  return {
    name: `${partition.name}.${path}`,
    partition,
    type: "name" in type ? type.name : "ARRAY",
    look: { kind: "memory", partition: partition.index, address: guestAddress(address), bytes: type.bytes },
    bytes: type.bytes,
    force: { kind: "variable", address: guestAddress(address), bit },
    read: ({ bytes }) => new ProgramMemory(bytes, address).read(place),
    encode: (text) => {
      const bytes = encoded({ type, address: 0, bit }, type.bytes, text);
      return bit === null ? bytes : bytes.map((byte) => (byte >> bit) & 1);
    },
  };
};

const encoded = (place: VariablePlace, bytes: number, text: string): Uint8Array => {
  const memory = new Uint8Array(bytes);
  const wrong = new ProgramMemory(memory, 0).write(place, text);
  if (wrong === null) return memory;
  const [what = "", hint = "write it as Structured Text does"] = wrong.split("; ");
  throw new Refused("wrong-value", what, "value", hint);
};

const TEMPORAL: Readonly<Partial<Record<PointType, ScalarType["family"]>>> = {
  ...{ TIME: "time", LTIME: "time", DATE: "date", TOD: "timeOfDay", DT: "dateTime" },
};

/** A point's type as the compiler describes types. */
const typeOf = ({ type: name, bytes: valueBytes }: Point): VariableType => {
  const { bytes, kind } = POINT_TYPES[name];
  if (kind === "string") return { kind, name, wide: bytes === 2, bytes: valueBytes };
  const family = TEMPORAL[name] ?? (kind === "float" ? "real" : kind);
  return { kind: "elementary", name, family, signed: kind === "signed", bytes };
};
