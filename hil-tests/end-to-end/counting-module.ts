/** A module that counts, for tests of what becomes of its reports while lines drop and it is killed. */
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Program } from "./program.ts";

const PROGRAM = `PROGRAM Counter
VAR steps AT %QD0 : DINT; halves AT %QD4 : DINT; END_VAR
steps := steps + 1;
halves := steps / 2;
END_PROGRAM`;

/** @param io what stands below `io:`, indented by two. @returns the config's path. */
export const writeCounter = (folder: string, io: string): string => {
  const config = join(folder, "outages.yaml");
  writeFileSync(join(folder, "counter.st"), PROGRAM);
  writeFileSync(
    config,
    `module: outages
partitions: { counter: { program: counter.st, memory: 64 KiB } }
schedules: { normal: { majorFrame: 20 ms, slots: [ { partition: counter, start: 0 ms, duration: 1 ms } ] } }
io:
${io}
`,
  );
  return config;
};

/** Resolves when it runs; ended by `cleanups` at the latest. */
export const startCounter = async (
  cleanups: { add(cleanup: () => unknown): void },
  config: string,
): Promise<Program> => {
  const args = ["dist/runtime/cli/main.js", "run", config, "--control", join(dirname(config), "control")];
  const program = new Program(process.execPath, args);
  cleanups.add(() => program.end("SIGKILL"));
  await program.line(/module running/, 30_000);
  return program;
};
