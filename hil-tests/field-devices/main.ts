/**
 * A plant's field devices, simulated: a process of its own that answers Modbus TCP on loopback as the real ones would. Its
 * argument names the plant, `waterworks` when left out; stands beside `partita run configs/waterworks.yaml`, or packaging.yaml.
 * hil-tests/demo.ts starts both for the waterworks.
 */
import { hostClock } from "../../runtime/index.ts";
import { DeviceRegisters } from "../plants/device-registers.ts";
import { PackagingLine } from "../plants/packaging/index.ts";
import type { Plant } from "../plants/plant.ts";
import { Waterworks } from "../plants/waterworks/index.ts";
import { listen } from "./modbus-units.ts";
import { runInRealTime } from "./real-time.ts";

const HOST = "127.0.0.1";

const PLANTS: Readonly<Record<string, () => Plant>> = {
  // A level that makes an intake pump start soon, before the morning's draw.
  waterworks: () => new Waterworks({ level: 2.45, timeOfDay: 5 }),
  packaging: () => new PackagingLine(),
};

const [, , name = "waterworks"] = process.argv;
const makePlant = PLANTS[name];
try {
  if (makePlant === undefined)
    throw new Error(`there is no plant ${name}; there are ${Object.keys(PLANTS).join(", ")}`);
  const plant = makePlant();
  const devices = plant.devices.map((device) => new DeviceRegisters(device));
  const listening = await listen(HOST, devices);
  const stop = runInRealTime(plant, devices, hostClock);
  const end = (): void => {
    stop();
    void listening.close();
  };
  process.on("SIGTERM", end);
  if (process.send === undefined) process.on("SIGINT", end);
  else {
    // Started by the demo: a Ctrl-C is for the module first, and the devices answer until the demo goes.
    process.on("SIGINT", () => {});
    process.on("disconnect", end);
    process.send("listening");
  }
  const places = plant.devices.map(({ name, port, unitId }) => `${name} ${port}/${unitId}`);
  console.log(`field devices listening on ${HOST}, Modbus TCP port/unit: ${places.join(", ")}`);
} catch (error) {
  const reason = error instanceof Error ? error.message : error;
  console.error(`the field devices cannot listen: ${reason}; does \`npm start\` run already?`);
  process.exitCode = 1;
}
