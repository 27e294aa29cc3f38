/** `partita exec IMAGE`: the guest's UART on the streams, and an end that says how it went. */
import { readFile, writeFile } from "node:fs/promises";
import { type GuestImage, type ImageAreas, inspectImage, parseImage, RAM_BASE } from "../board/index.ts";
import type { ImageManifest, ManifestArea } from "../image-manifest.ts";
import { createHasher, formatHash } from "../trace/index.ts";
import { guestAddress } from "../units.ts";
import { type CliEnvironment, EXIT, type ExitStatus, UserError } from "./environment.ts";
import type { ExecOptions } from "./exec.ts";
import { ImageRun, type RunEnd } from "./image-run.ts";
import { StreamInput, StreamOutput } from "./uart-streams.ts";

/** Cycles between two looks at the streams: about a tenth of a second. */
const CHUNK_CYCLES = 4_000_000;

export const execImage = async (file: string, options: ExecOptions, environment: CliEnvironment): Promise<void> => {
  const { clock, stdin, stdout, stderr } = environment;
  const begin = clock.monotonicMs();
  const { image, areas } = await readImage(file, options.memory);
  const hasher = await createHasher();
  const output = new StreamOutput(stdout);
  const input = new StreamInput(stdin);
  const run = new ImageRun({
    image,
    areas,
    memoryBytes: options.memory,
    slice: options.slice,
    maxCycles: options.maxCycles,
    transmit: (byte) => output.add(byte),
    receive: () => input.next(),
    say: (text) => stderr.write(`partita: ${text}\n`),
  });
  await input.whatIsThere();
  const interrupt = onInterrupt();
  const started = clock.monotonicMs();
  while (run.end === null && !interrupt.received) {
    run.advance(CHUNK_CYCLES);
    await output.flush();
  }
  const seconds = (clock.monotonicMs() - started) / 1000;
  interrupt.remove();
  input.close();
  if (options.stats !== undefined) {
    const state = hasher.stream();
    run.board.visitState((bytes) => state.add(bytes));
    const stats = {
      cycles: run.cycles,
      instructions: run.instructions,
      seconds,
      mips: seconds > 0 ? run.instructions / seconds / 1e6 : 0,
      startupSeconds: (started - begin) / 1000,
      stateHash: formatHash(state.digest()),
      end: run.end?.kind ?? "interrupted",
      code: run.end?.code ?? null,
      ...(run.end?.kind === "fault" ? { fault: run.board.fault } : {}),
    };
    await writeStats(options.stats, stats);
  }
  if (run.end?.kind === "fault") stderr.write(`partita: ${run.describeFault()}\n`);
  environment.exitWith(run.end === null ? EXIT.failed : statusOf(run.end));
};

const statusOf = (end: RunEnd): ExitStatus => {
  if (end.kind === "limit") return EXIT.limit;
  return end.kind === "finisher" && end.code === 0 ? EXIT.done : EXIT.failed;
};

const readImage = async (file: string, memoryBytes: number): Promise<{ image: GuestImage; areas: ImageAreas }> => {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new UserError(`${file} cannot be read: ${error.code === "ENOENT" ? "there is no such file" : error.message}`);
  });
  const image = parseImage(bytes);
  const facts = inspectImage(bytes);
  if ("problem" in image) throw new UserError(`${file} cannot be loaded: ${image.problem}`);
  if ("problem" in facts) throw new UserError(`${file} cannot be loaded: ${facts.problem}`);
  if (image.end > RAM_BASE + memoryBytes) {
    const pages = Math.ceil(facts.loadedBytes / 4096);
    throw new UserError(
      `${file} needs ${pages * 4} KiB of RAM and the board has ${memoryBytes / 1024} KiB; ` +
        `give it more, as in --memory ${pages * 4}KiB`,
    );
  }
  return { image, areas: areasOf(facts.manifest) };
};

const areasOf = (manifest: ImageManifest | null): ImageAreas => {
  const area = (declared: ManifestArea | null | undefined) =>
    declared ? { base: guestAddress(declared.base), bytes: declared.bytes } : null;
  const { input, output, retained } = manifest?.areas ?? {};
  return { input: area(input), output: area(output), retained: area(retained) };
};

const writeStats = async (file: string, stats: object): Promise<void> => {
  await writeFile(file, `${JSON.stringify(stats, null, 2)}\n`).catch((error: Error) => {
    throw new UserError(`the statistics cannot be written: ${error.message}`);
  });
};

/** Ctrl-C ends the run after the current chunk, so that output and statistics are whole; a second one ends the process. */
const onInterrupt = (): { readonly received: boolean; remove(): void } => {
  const state = { received: false, remove: () => process.removeListener("SIGINT", listener) };
  const listener = () => {
    state.received = true;
  };
  process.once("SIGINT", listener);
  return state;
};
