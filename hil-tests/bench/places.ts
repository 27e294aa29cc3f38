/** Where things lie, whether this runs from the sources or compiled: what is executed is always what was built. */
import { fileURLToPath } from "node:url";

const fromDist = (path: string): string =>
  fileURLToPath(new URL(`../../${path}`, import.meta.resolve("#board-worker")));

export const ROOT = fromDist("../");
/** The benchmark programs in C; they are not copied to dist. */
export const PROGRAM_FOLDER = fromDist("../hil-tests/bench/programs/");
/** Modbus servers to measure, and the load; not copied either. */
export const MODBUS_FOLDER = fromDist("../hil-tests/bench/modbus/");
/** The `partita` command. */
export const PARTITA = fromDist("runtime/cli/main.js");
/** The process that runs modules. */
export const MODULE_RUN = fromDist("hil-tests/bench/module-run.js");
/** The process that is many field devices. */
export const POLLED_DEVICES = fromDist("hil-tests/field-devices/polled-devices.js");
/** A module whose guests are as busy as they are told. */
export const BUSY_MODULE = fromDist("../hil-tests/bench/busy-module.yaml");
/** The module that ships and that is measured as such. */
export const WATERWORKS = fromDist("../configs/waterworks.yaml");
