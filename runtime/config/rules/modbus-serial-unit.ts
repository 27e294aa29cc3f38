/** Units of a serial line (Modbus over Serial Line V1.02 §2.2): 1 to 247, and 0, which all devices hear and none answers. */
import { named } from "../partly.ts";
import type { Rule } from "./rule.ts";

const LAST_UNIT = 247;

export const modbusSerialUnit: Rule = {
  code: "modbus-serial-unit",
  description: "A device on a serial line is unit 1 to 247; unit 0 is written only, and nothing of it is read.",
  *check(draft) {
    const { config, places } = draft;
    for (const { transport, devices } of config.io.modbusClients) {
      if (transport !== "rtu") continue;
      for (const device of devices) {
        const who = named("device", device.name);
        if (device.unitId !== null && device.unitId > LAST_UNIT) {
          const message = `${who} is unit ${device.unitId} on a serial line, where ${LAST_UNIT} is the last`;
          yield { at: places.of(device, "unitId"), message, hint: `units are 1 to ${LAST_UNIT}` };
        }
        if (device.unitId !== 0) continue;
        for (const mapping of device.points) {
          const [partition = "", name = ""] = mapping.point?.split(".") ?? [];
          const isInput = draft.partitions.get(partition)?.points.get(name)?.direction === "input";
          const isReadFirst = typeof mapping.bit === "number" && device.maskWrite === false;
          if (!isInput && !isReadFirst && mapping.writeVerify !== "readback") continue;
          const message = `${mapping.point} would be read, but ${who} is unit 0, a broadcast: nobody answers`;
          yield { at: places.of(mapping, "point"), message, hint: "read it from one device, with its own unit" };
        }
      }
    }
  },
};
