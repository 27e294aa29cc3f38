/** Which requests read the inputs of a poll group: near addresses of one area together, within what the device takes. */
import type { ModbusArea, ModbusClientMapping, ModbusDevice } from "../../../runtime/index.ts";
import { registerCount } from "../registers.ts";

/** One read request and the points that its answer holds. */
export interface ReadBlock {
  readonly area: ModbusArea;
  readonly address: number;
  /** Bits or registers. */
  readonly quantity: number;
  readonly mappings: readonly ModbusClientMapping[];
}

/** At most so many bits or registers a request, and so many between two points that nobody wants. */
export type ReadLimits = Pick<ModbusDevice, "maxReadBits" | "maxReadRegisters" | "maxGap">;

export const isBitArea = (area: ModbusArea): area is "coil" | "discreteInput" =>
  area === "coil" || area === "discreteInput";

/** Bits or registers that a mapping takes. */
export const sizeOf = (mapping: ModbusClientMapping): number => (isBitArea(mapping.area) ? 1 : registerCount(mapping));

/** @returns the block as two, for a device that refuses it whole; the block alone where all of it lies at one address. */
export const halvesOf = (block: ReadBlock): readonly ReadBlock[] => {
  const { mappings } = block;
  const addresses = [...new Set(mappings.map(({ address }) => address))];
  const middle = addresses[Math.ceil(addresses.length / 2)];
  if (middle === undefined) return [block];
  const below = mappings.filter(({ address }) => address < middle);
  return [below, mappings.filter(({ address }) => address >= middle)].map((half) => blockOf(half));
};

/** @param mappings at least one, by address. */
const blockOf = (mappings: readonly ModbusClientMapping[]): ReadBlock => {
  const { area, address } = mappings[0]!;
  const end = Math.max(...mappings.map((mapping) => mapping.address + sizeOf(mapping)));
  return { area, address, quantity: end - address, mappings };
};

/** @param mappings the inputs of one poll group. A value never straddles two blocks. */
export const planReads = (
  mappings: readonly ModbusClientMapping[],
  { maxReadBits, maxReadRegisters, maxGap }: ReadLimits,
): readonly ReadBlock[] => {
  const ordered = [...mappings].sort((a, b) => a.area.localeCompare(b.area) || a.address - b.address);
  const blocks: { area: ModbusArea; address: number; quantity: number; mappings: ModbusClientMapping[] }[] = [];
  for (const mapping of ordered) {
    const block = blocks.at(-1);
    const end = mapping.address + sizeOf(mapping);
    const limit = isBitArea(mapping.area) ? maxReadBits : maxReadRegisters;
    const joins =
      block !== undefined &&
      block.area === mapping.area &&
      mapping.address <= block.address + block.quantity + maxGap &&
      end - block.address <= limit;
    if (joins) {
      block.quantity = Math.max(block.quantity, end - block.address);
      block.mappings.push(mapping);
    } else {
      blocks.push({ area: mapping.area, address: mapping.address, quantity: sizeOf(mapping), mappings: [mapping] });
    }
  }
  return blocks;
};
