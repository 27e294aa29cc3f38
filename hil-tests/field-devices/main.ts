/**
 * The waterworks' field devices, simulated: a process of its own that answers Modbus TCP on loopback as the real ones would.
 * Stands beside `partita run configs/waterworks.yaml`; hil-tests/demo.ts starts both.
 */
import { hostClock } from "../../runtime/index.ts";
import { DeviceRegisters } from "../plants/device-registers.ts";
import { Waterworks } from "../plants/waterworks/index.ts";
import { listen } from "./modbus-units.ts";
import { runInRealTime } from "./real-time.ts";

const HOST = "127.0.0.1";

// A level that makes an intake pump start soon, before the morning's draw.
const plant = new Waterworks({ level: 2.45, timeOfDay: 5 });
const devices = plant.devices.map((device) => new DeviceRegisters(device));
try {
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
