/** Modules made for measuring: partitions that compute on and on, one slot each in every frame, run in a process of their own. */
import { fork } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type EngineKind, hostClock } from "../../runtime/index.ts";
import type { ModuleFigures, ModuleJob, ModuleMessage } from "./module-job.ts";
import { MODULE_RUN } from "./places.ts";

export interface ModuleSketch {
  readonly name: string;
  /** An ELF image for each partition; none of them ever ends or sleeps. */
  readonly guests: readonly string[];
  /** Of every partition's one slot; the frame is these slots, one behind the other. */
  readonly slotUs: number;
  readonly engine: EngineKind;
}

/** Of the board, in cycles: one instruction takes one. */
export const CYCLES_PER_US = 100;

const MEMORY = "512 KiB";

/** Writes the module's config file. @returns its path. */
const writeModule = ({ name, guests, slotUs, engine }: ModuleSketch, folder: string): string => {
  const names = guests.map((_, index) => `guest${index}`);
  const partitions = guests.map(
    (image, index) => `  ${names[index]}: { image: ${JSON.stringify(image)}, memory: ${MEMORY}, engine: ${engine} }`,
  );
  const slots = names.map(
    (partition, index) => `      - { partition: ${partition}, start: ${index * slotUs} us, duration: ${slotUs} us }`,
  );
  const path = join(folder, `${name}.yaml`);
  const text = [
    `module: ${name}`,
    `board: { clock: ${CYCLES_PER_US} MHz }`,
    "partitions:",
    ...partitions,
    "schedules:",
    "  only:",
    `    majorFrame: ${guests.length * slotUs} us`,
    "    slots:",
    ...slots,
    "",
  ];
  writeFileSync(path, text.join("\n"));
  return path;
};

/** What the process itself cannot see. */
export interface ModuleSpeed extends ModuleFigures {
  /** Host time from the start of the process to the end of the module's first slot. */
  readonly processToFirstSlotSeconds: number;
}

/** Runs modules in turn in one process. @throws with the reason when they could not be run. */
export const runModules = (
  sketches: readonly ModuleSketch[],
  folder: string,
  lengths: Omit<ModuleJob, "configs">,
): Promise<ModuleSpeed> => {
  const name = sketches.map((sketch) => sketch.name).join(", ");
  const job: ModuleJob = { configs: sketches.map((sketch) => writeModule(sketch, folder)), ...lengths };
  return new Promise((resolve, reject) => {
    const begin = hostClock.monotonicMs();
    let processToFirstSlotSeconds = 0;
    const child = fork(MODULE_RUN, [JSON.stringify(job)], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    child.on("message", (message: ModuleMessage) => {
      if (message.kind === "firstSlot") processToFirstSlotSeconds = (hostClock.monotonicMs() - begin) / 1000;
      else if (message.kind === "done") resolve({ ...message.figures, processToFirstSlotSeconds });
      else reject(new Error(`${name}: ${message.reason}`));
    });
    child.once("error", reject);
    // Comes behind the last message, so it changes nothing where one came.
    child.once("close", (code, signal) => reject(new Error(`${name}: its process ended with ${code ?? signal}`)));
  });
};
