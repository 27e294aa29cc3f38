/** One unit id, one unit; on a serial line they go from 1 to 247 (MODBUS over Serial Line V1.02 §2.2). */
import { cloneNames } from "../clones.ts";
import type { Draft } from "../draft.ts";
import type { Place } from "../places.ts";
import type { Rule } from "./rule.ts";

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
        ...cloneUnits(draft),
      ];
      for (const { id, what, at } of units) {
        if (id === null) continue;
        const other = taken.get(id);
        if (other !== undefined) {
          yield { at, message: `unit ${id} is ${other} already`, hint: "give it another unitId" };
        }
        taken.set(id, what);
      }
      if (server.transport !== "rtu" || server.unitId === null || (server.unitId >= 1 && server.unitId <= 247))
        continue;
      const message = `unit ${server.unitId} is none on a serial line`;
      yield { at: places.of(server, "unitId"), message, hint: "use 1 to 247" };
    }
  },
};

interface Unit {
  readonly id: number | null;
  readonly what: string;
  readonly at: Place;
}

function* cloneUnits({ config, places }: Draft): Generator<Unit> {
  for (const clone of config.clones) {
    const { unitId } = clone;
    if (unitId === undefined || unitId === null) continue;
    for (const [nth, name] of cloneNames(clone).entries()) {
      yield { id: unitId + nth, what: `that of clone ${name}`, at: places.of(clone, "unitId") };
    }
  }
}
