/** Two points at one Modbus address: whoever writes one changes the other. */
import { bitsAt, type DraftMapping, deviceTables, type MappingTable, serverTables, width } from "../mappings.ts";
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
        const { point, area } = mapping.config;
        const taken = `${other.config.point ?? "another"} (${range(other)}, line ${draft.places.of(other.config, "address").line})`;
        yield {
          at: draft.places.of(mapping.config, "address"),
          message: `${point ?? "a point"} at ${area} ${range(mapping)} of ${owner} overlaps with ${taken}`,
          hint: `the next address behind it is ${other.address + width(other)}`,
        };
      }
    }
  },
};

type Placed = DraftMapping & { readonly address: number };

const isOutput = ({ point }: DraftMapping): boolean => point?.direction === "output";

const range = (mapping: Placed): string => {
  const { address, config } = mapping;
  if (typeof config.bit === "number") return `${address} bit ${config.bit}`;
  return width(mapping) === 1 ? String(address) : `${address}–${address + width(mapping) - 1}`;
};

const first = (mapping: Placed): number => bitsAt(mapping, mapping.address).first;
const end = (mapping: Placed): number => bitsAt(mapping, mapping.address).end;

/** Each mapping that starts before one that comes first in order of address has ended. */
function* overlaps(tables: readonly MappingTable[]): Generator<readonly [Placed, Placed, string]> {
  for (const { owner, mappings } of tables) {
    const placed = mappings.flatMap((mapping): readonly Placed[] => {
      const { area, address } = mapping.config;
      return area === null || address === null ? [] : [{ ...mapping, address }];
    });
    placed.sort((a, b) => first(a) - first(b));
    const furthest = new Map<string | null, Placed>();
    for (const mapping of placed) {
      const { area } = mapping.config;
      const other = furthest.get(area);
      if (other !== undefined && first(mapping) < end(other)) yield [mapping, other, owner];
      if (other === undefined || end(mapping) > end(other)) furthest.set(area, mapping);
    }
  }
}
