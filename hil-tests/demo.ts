/**
 * `npm start`: the waterworks' field devices in a process of their own, and beside them `partita run configs/waterworks.yaml`
 * with any further arguments. Ends with the exit status of the run.
 */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

// Compiled, this file lies in dist/hil-tests.
const path = (fromHere: string): string => fileURLToPath(new URL(fromHere, import.meta.url));
const FIELD_DEVICES = path("./field-devices/main.js");
const PARTITA = path("../runtime/cli/main.js");
const MODULE = path("../../configs/waterworks.yaml");

/** @returns whether they listen; when not, they have said why. */
const startFieldDevices = (): { readonly process: ChildProcess; readonly listening: Promise<boolean> } => {
  const child = fork(FIELD_DEVICES, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const listening = new Promise<boolean>((resolve) => {
    child.once("message", () => resolve(true));
    child.once("exit", () => resolve(false));
  });
  return { process: child, listening };
};

const run = (moduleArguments: readonly string[]): Promise<number> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [PARTITA, "run", MODULE, ...moduleArguments], { stdio: "inherit" });
    // A signal ends the run in good order, and with it the demo. From a terminal the run gets it too, and takes it once.
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
    child.once("exit", (status) => resolve(status ?? 1));
  });

const devices = startFieldDevices();
if (await devices.listening) {
  process.exitCode = await run(process.argv.slice(2));
  devices.process.disconnect();
} else {
  process.exitCode = 1;
}
