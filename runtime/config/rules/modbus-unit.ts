/** One unit id, one unit; on a serial line they go from 1 to 247 (MODBUS over Serial Line V1.02 §2.2). */
import { cloneNames } from "../clones.ts";
import type { Draft } from "../draft.ts";
import type { ModbusServerConfig } from "../module-config.generated.ts";
import type { Partly } from "../partly.ts";
import type { Place } from "../places.ts";
import type { Rule } from "./rule.ts";

const LAST_ON_LINE = 247;

export const modbusUnit: Rule = {
  code: "modbus-unit",
  description:
    "The units of a server, those of clones among them, have different ids, and those that its transport knows.",
  *check(draft) {
    const { config, places } = draft;
    for (const server of config.io.modbusServers) {
      const taken = new Map<number, string>();
      const units = [
        { id: server.unitId, what: "the server itself", at: places.of(server, "unitId") },
        ...server.units.map((unit) => ({ id: unit.unitId, what: "another unit", at: places.of(unit, "unitId") })),
        ...cloneUnits(draft, server),
      ];
      for (const { id, what, at } of units) {
        if (id === null) continue;
        const other = taken.get(id);
        if (other !== undefined) {
          yield { at, message: `unit ${id} is ${other} already`, hint: "give it another unitId" };
        } else if (server.transport === "rtu" && (id < 1 || id > LAST_ON_LINE)) {
          yield { at, message: `unit ${id} is none on a serial line`, hint: `use 1 to ${LAST_ON_LINE}` };
        }
        taken.set(id, what);
      }
    }
  },
};

interface Unit {
  readonly id: number | null;
  readonly what: string;
  readonly at: Place;
}

/** Of the clones whose original has points on the server, in any unit. */
function* cloneUnits({ config, places }: Draft, server: Partly<ModbusServerConfig>): Generator<Unit> {
  const shown = [server, ...server.units].flatMap(({ points }) => points);
  for (const clone of config.clones) {
    const { unitId } = clone;
    if (unitId === undefined || unitId === null) continue;
    if (!shown.some(({ point }) => point?.startsWith(`${clone.of}.`))) continue;
    for (const [nth, name] of cloneNames(clone).entries()) {
      yield { id: unitId + nth, what: `that of clone ${name}`, at: places.of(clone, "unitId") };
    }
  }
}
