/** Two points at one Modbus address: whoever writes one changes the other. */
import { type DraftMapping, deviceTables, type MappingTable, serverTables, width } from "../mappings.ts";
import type { Rule } from "./rule.ts";

export const modbusOverlap: Rule = {
  code: "modbus-overlap",
  description: "No two points of a server share an address, and no output of a device shares one with another point.",
  *check(draft) {
    for (const [tables, shared] of [
      [serverTables(draft), () => false],
      // Reading one register into two inputs harms nobody.
      [deviceTables(draft), (a: DraftMapping, b: DraftMapping) => !isOutput(a) && !isOutput(b)],
    ] as const) {
      for (const [mapping, other, owner] of overlaps(tables)) {
        if (shared(mapping, other)) continue;
        const { point, area, address } = mapping.config;
        const taken = `${other.config.point} (${range(other)}, line ${draft.places.of(other.config, "address").line})`;
        yield {
          at: draft.places.of(mapping.config, "address"),
          message: `${point} at ${area} ${range(mapping)} of ${owner} overlaps with ${taken}`,
          hint: `the next address behind it is ${Math.max(address, other.config.address + width(other))}`,
        };
      }
    }
  },
};

const isOutput = ({ point }: DraftMapping): boolean => point?.direction === "output";

const range = (mapping: DraftMapping): string => {
  const { address } = mapping.config;
  return width(mapping) === 1 ? String(address) : `${address}–${address + 1}`;
};

/** Each mapping that starts before the one before it, in order of address, has ended. */
function* overlaps(tables: readonly MappingTable[]): Generator<readonly [DraftMapping, DraftMapping, string]> {
  for (const { owner, mappings } of tables) {
    const ordered = [...mappings].sort((a, b) => a.config.address - b.config.address);
    const before = new Map<string, DraftMapping>();
    for (const mapping of ordered) {
      const { area, address } = mapping.config;
      const other = before.get(area);
      if (other !== undefined && address < other.config.address + width(other)) yield [mapping, other, owner];
      before.set(area, mapping);
    }
  }
}
