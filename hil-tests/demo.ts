/**
 * `npm start`: the waterworks' field devices in a process of their own, and beside them `partita run configs/waterworks.yaml`
 * with any further arguments. Ends with the exit status of the run.
 */
import { fork, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

// Compiled, this file lies in dist/hil-tests.
const path = (fromHere: string): string => fileURLToPath(new URL(fromHere, import.meta.url));
const FIELD_DEVICES = path("./field-devices/main.js");
const PARTITA = path("../runtime/cli/main.js");
const MODULE = path("../../configs/waterworks.yaml");

interface FieldDevices {
  /** Whether they listen; when not, they have said why. */
  readonly listening: Promise<boolean>;
  end(): void;
}

const startFieldDevices = (): FieldDevices => {
  const child = fork(FIELD_DEVICES, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const listening = new Promise<boolean>((resolve) => {
    child.once("message", () => resolve(true));
    child.once("exit", () => resolve(false));
  });
  let ending = false;
  child.once("exit", () => {
    if (!ending) console.error("the simulated field devices have ended: the module goes on, their points turn bad");
  });
  return {
    listening,
    end: () => {
      ending = true;
      if (child.connected) child.disconnect();
    },
  };
};

const run = (moduleArguments: readonly string[]): Promise<number> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [PARTITA, "run", MODULE, ...moduleArguments], { stdio: "inherit" });
    // A signal ends the run in good order, and with it the demo. From a terminal the run gets it too, and takes it once.
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
    child.once("exit", (status) => resolve(status ?? 1));
  });

const INVITATION = `SCADA: Modbus TCP on 127.0.0.1:5020 and MQTT on 127.0.0.1:1883; from another terminal, for example
  mbpoll -m tcp -a 1 -0 -B -1 -t 3:float -r 0 -c 3 -p 5020 127.0.0.1     level (m), residual (mg/l), pressure (bar)
  mosquitto_sub -h 127.0.0.1 -v -t 'partita/waterworks/#'                all telemetry
README.md has the whole map. Ctrl-C stops.`;

const devices = startFieldDevices();
if (await devices.listening) {
  console.log(INVITATION);
  process.exitCode = await run(process.argv.slice(2));
  devices.end();
} else {
  devices.end();
  process.exitCode = 1;
}
