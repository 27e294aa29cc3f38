/**
 * Channels: whatever of a rig has a name and a value (ASAM XIL's variables). `partition.point` is a point of the module,
 * `plant.quantity` a quantity that the plant model offers, and an alias is a test's own name for one of them.
 */
import { isText, isWide, POINT_TYPES, type PointType, type PointValue } from "../../runtime/system.ts";
import type { Plant } from "../plants/plant.ts";
import type { NamedPoint, PointNames } from "./point-names.ts";

/** What kind of values it has; wide: integers of 64 bits. */
export type ChannelKind = "bool" | "integer" | "wide" | "real" | "text";

export interface Channel {
  /** Without alias: two names of one channel have the same. */
  readonly name: string;
  /** What its values are counted in; "" when nobody said. */
  readonly unit: string;
  readonly kind: ChannelKind;
  readonly read: () => PointValue;
  /** What `set` and stimuli do. @throws with the reason why it cannot be set. */
  readonly write: (value: PointValue) => void;
  /** null: it is a quantity of the plant. */
  readonly point: NamedPoint | null;
}

/** A test's own names: `{ level: "intake.level" }`. */
export type Aliases = Readonly<Record<string, string>>;

interface PointAccess {
  readonly read: (named: NamedPoint) => PointValue;
  readonly write: (named: NamedPoint, value: PointValue) => void;
}

const PLANT = "plant.";

export class Channels {
  readonly #names: PointNames;
  readonly #access: PointAccess;
  readonly #found = new Map<string, Channel>();
  readonly #aliases: Aliases;

  /** @throws when an alias names nothing, or hides a channel. */
  constructor(names: PointNames, plant: Plant | null, aliases: Aliases, access: PointAccess) {
    this.#names = names;
    this.#access = access;
    this.#aliases = aliases;
    for (const [name, quantity] of Object.entries(plant?.quantities ?? {})) {
      const whole = `${PLANT}${name}`;
      const write = quantity.write ?? (() => refuse(`${whole} is what the model makes of it and cannot be set`));
      const kind = typeof quantity.read() === "boolean" ? "bool" : "real";
      this.#found.set(whole, { name: whole, unit: quantity.unit ?? "", kind, read: quantity.read, write, point: null });
    }
    for (const [alias, name] of Object.entries(aliases)) {
      if (this.#found.has(alias) || names.has(alias)) throw new Error(`the alias ${alias} is a channel's own name`);
      this.find(name);
    }
  }

  /** @throws when there is no such channel; the message names what there is. */
  find(name: string): Channel {
    const own = this.#aliases[name] ?? name;
    const known = this.#found.get(own);
    if (known !== undefined) return known;
    const channel = own.startsWith(PLANT) && !this.#names.has(own) ? this.#missing(own) : this.#ofPoint(own);
    this.#found.set(own, channel);
    return channel;
  }

  #ofPoint(name: string): Channel {
    const point = this.#names.find(name);
    const { read, write } = this.#access;
    return {
      name,
      unit: "",
      kind: kindOf(point.point.type),
      point,
      read: () => read(point),
      write: (value) => write(point, value),
    };
  }

  #missing(name: string): never {
    const quantities = [...this.#found.keys()].filter((known) => known.startsWith(PLANT));
    const offer = quantities.length === 0 ? "it offers none" : `it offers ${quantities.join(", ")}`;
    return refuse(`the plant has no quantity ${name.slice(PLANT.length)}; ${offer}`);
  }
}

const refuse = (reason: string): never => {
  throw new Error(reason);
};

export const kindOf = (type: PointType): ChannelKind => {
  if (isText(type)) return "text";
  if (isWide(type)) return "wide";
  const { kind } = POINT_TYPES[type];
  return kind === "bool" ? "bool" : kind === "float" ? "real" : "integer";
};

/** A channel's value as a number: FALSE and TRUE are 0 and 1; a text is NaN. */
export const asNumber = (value: PointValue): number => (typeof value === "string" ? Number.NaN : Number(value));

/** The value of a channel of `kind` for a signal's number: a BOOL is TRUE from 0.5 on, integers are rounded. */
export const asValue = (number: number, kind: ChannelKind): PointValue => {
  if (kind === "bool") return number >= 0.5;
  if (kind === "wide") return BigInt(Math.round(number));
  return kind === "integer" ? Math.round(number) : number;
};
