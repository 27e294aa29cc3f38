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
        const { point, area } = mapping.config;
        const taken = `${other.config.point ?? "another"} (${range(other)}, line ${draft.places.of(other.config, "address").line})`;
        yield {
          at: draft.places.of(mapping.config, "address"),
          message: `${point ?? "a point"} at ${area} ${range(mapping)} of ${owner} overlaps with ${taken}`,
          hint: `the next address behind it is ${Math.max(mapping.address, other.address + width(other))}`,
        };
      }
    }
  },
};

type Placed = DraftMapping & { readonly address: number };

const isOutput = ({ point }: DraftMapping): boolean => point?.direction === "output";

const range = (mapping: Placed): string =>
  width(mapping) === 1 ? String(mapping.address) : `${mapping.address}–${mapping.address + 1}`;

/** Each mapping that starts before the one before it, in order of address, has ended. */
function* overlaps(tables: readonly MappingTable[]): Generator<readonly [Placed, Placed, string]> {
  for (const { owner, mappings } of tables) {
    const placed = mappings.flatMap((mapping): readonly Placed[] => {
      const { area, address } = mapping.config;
      return area === null || address === null ? [] : [{ ...mapping, address }];
    });
    placed.sort((a, b) => a.address - b.address);
    const before = new Map<string | null, Placed>();
    for (const mapping of placed) {
      const { area } = mapping.config;
      const other = before.get(area);
      if (other !== undefined && mapping.address < other.address + width(other)) yield [mapping, other, owner];
      before.set(area, mapping);
    }
  }
}
