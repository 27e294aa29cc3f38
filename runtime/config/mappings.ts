/** The Modbus mappings of a config with their points, and how much of an area each takes. */
import { isText, lengthOf, POINT_TYPES, type PointType } from "../system.ts";
import type { Draft, DraftPoint, MappingConfig } from "./draft.ts";
import type { ClientPointConfig, ServerPointConfig } from "./module-config.generated.ts";
import { named, type Partly } from "./partly.ts";

export interface DraftMapping<Config extends MappingConfig = MappingConfig> {
  readonly config: Config;
  /** null: there is no such point. */
  readonly point: DraftPoint | null;
  /** How the value travels; null when that cannot be known. */
  readonly type: PointType | null;
}

export interface MappingTable<Config extends MappingConfig = MappingConfig> {
  /** `server scada`, `device intakeIo` */
  readonly owner: string;
  /** The number of an area's first address. */
  readonly addressBase: number;
  readonly mappings: readonly DraftMapping<Config>[];
}

const drafted = <Config extends MappingConfig>({ partitions }: Draft, config: Config): DraftMapping<Config> => {
  const [partition = "", name = ""] = config.point?.split(".") ?? [];
  const point = partitions.get(partition)?.points.get(name) ?? null;
  return { config, point, type: config.type === undefined ? (point?.type ?? null) : config.type };
};

/** Of each unit of each server. */
export const serverTables = (draft: Draft): readonly MappingTable<Partly<ServerPointConfig>>[] =>
  draft.config.io.modbusServers.flatMap(({ name, points, units }) => [
    { owner: named("server", name), addressBase: 0, mappings: points.map((point) => drafted(draft, point)) },
    ...units.map((unit) => ({
      owner: `${named("server", name)}, unit ${unit.unitId}`,
      addressBase: 0,
      mappings: unit.points.map((point) => drafted(draft, point)),
    })),
  ]);

export const deviceTables = (draft: Draft): readonly MappingTable<Partly<ClientPointConfig>>[] =>
  draft.config.io.modbusClients
    .flatMap(({ devices }) => devices)
    .map(({ name, addressBase, points }) => ({
      owner: named("device", name),
      addressBase: addressBase ?? 0,
      mappings: points.map((point) => drafted(draft, point)),
    }));

/** Whether clients of a server can write what lies there: inputs in coils and holding registers. null: that is not known. */
export const canBeWritten = ({ config, point }: DraftMapping): boolean | null => {
  if (config.area === null || (point?.direction ?? null) === null) return null;
  return point?.direction === "input" && (config.area === "coil" || config.area === "holdingRegister");
};

export const isBitArea = ({ config }: DraftMapping): boolean =>
  config.area === "coil" || config.area === "discreteInput";

/** Addresses that it takes; one when its area or type is not known. */
export const width = (mapping: DraftMapping): number =>
  mapping.type === null || mapping.config.area === null || isBitArea(mapping)
    ? 1
    : Math.ceil((POINT_TYPES[mapping.type].bytes * charactersOf(mapping)) / 2);

/** 1 of what is no text. */
const charactersOf = ({ type, point, config }: DraftMapping): number => {
  if (type === null || !isText(type)) return 1;
  if (config.length != null) return config.length;
  return point?.type && point.bytes !== null ? lengthOf({ type: point.type, bytes: point.bytes }) : 1;
};

/** What a mapping at `address` takes of its area, counted in bits of registers (sixteen for a coil, too). */
export const bitsAt = (mapping: DraftMapping, address: number): { readonly first: number; readonly end: number } => {
  const { bit } = mapping.config;
  if (typeof bit === "number") return { first: address * 16 + bit, end: address * 16 + bit + 1 };
  return { first: address * 16, end: (address + width(mapping)) * 16 };
};
