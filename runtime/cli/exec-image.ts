/** `partita exec IMAGE`: the guest's UART on the streams, and an end that says how it went. */
import { type GuestImage, type HtifPlaces, type ImageAreas, type ImageFacts, RAM_BASE } from "../board/index.ts";
import { engineFactory } from "../host/engines.ts";
import type { ImageManifest, ManifestArea } from "../image-manifest.ts";
import { guestAddress } from "../units.ts";
import { type CliEnvironment, EXIT, type ExitStatus, UserError } from "./environment.ts";
import type { ExecOptions } from "./exec.ts";
import { writeStats } from "./exec-stats.ts";
import { readImage } from "./image-file.ts";
import { ImageRun, type RunEnd } from "./image-run.ts";
import { StreamInput, StreamOutput } from "./uart-streams.ts";

/** Cycles between two looks at the streams: about a tenth of a second. */
const CHUNK_CYCLES = 4_000_000;

export const execImage = async (file: string, options: ExecOptions, environment: CliEnvironment): Promise<void> => {
  const { clock, stdin, stdout, stderr } = environment;
  const begin = clock.monotonicMs();
  const engine = engineFactory(options.engine);
  const { image, facts } = await readImage(file);
  checkRoom(file, image, options.memory);
  const output = new StreamOutput(stdout);
  const input = new StreamInput(stdin);
  const run = new ImageRun({
    image,
    areas: areasOf(facts.manifest),
    memoryBytes: options.memory,
    engine,
    htif: htifOf(facts),
    slice: options.slice,
    maxCycles: options.maxCycles,
    bootArguments: options.append ?? "",
    transmit: (byte) => output.add(byte),
    receive: () => input.next(),
    inputIsOpen: () => input.isOpen,
    say: (text) => stderr.write(`partita: ${text}\n`),
  });
  if (options.append !== undefined && run.board.deviceTreeAddress === 0) {
    throw new UserError(
      "--append has nowhere to go: there is no room for a device tree above the image; --memory gives more",
    );
  }
  await input.whatIsThere();
  const started = clock.monotonicMs();
  await runToEnd(run, input, output);
  const seconds = (clock.monotonicMs() - started) / 1000;
  input.close();
  if (options.stats !== undefined) {
    const startupSeconds = (started - begin) / 1000;
    await writeStats(
      options.stats,
      run,
      { seconds, startupSeconds },
      {
        end: run.end?.kind ?? "interrupted",
        code: run.end?.code ?? null,
        ...(run.end?.kind === "fault" ? { fault: run.board.fault } : {}),
      },
    );
  }
  const reason = run.describeEnd();
  if (reason !== null) stderr.write(`partita: ${reason}\n`);
  environment.exitWith(run.end === null ? EXIT.failed : statusOf(run.end));
};

/** To its end, or to a Ctrl-C. */
const runToEnd = async (run: ImageRun, input: StreamInput, output: StreamOutput): Promise<void> => {
  const interrupt = onInterrupt();
  while (run.end === null && !interrupt.received) {
    run.advance(CHUNK_CYCLES);
    await output.flush();
    if (run.awaitsInput) await Promise.race([input.more(), interrupt.comes]);
  }
  interrupt.remove();
};

const statusOf = (end: RunEnd): ExitStatus => {
  if (end.kind === "limit") return EXIT.limit;
  const reports = end.kind === "finisher" || end.kind === "tohost";
  return reports && end.code === 0 ? EXIT.done : EXIT.failed;
};

const checkRoom = (file: string, image: GuestImage, memoryBytes: number): void => {
  if (image.end <= RAM_BASE + memoryBytes) return;
  const needed = `${4 * Math.ceil((image.end - RAM_BASE) / 4096)}KiB`;
  throw new UserError(
    `${file} needs ${needed} of RAM and the board has ${memoryBytes / 1024}KiB; give it more with --memory ${needed}`,
  );
};

const areasOf = (manifest: ImageManifest | null): ImageAreas => {
  const area = (declared: ManifestArea | null | undefined) =>
    declared ? { base: guestAddress(declared.base), bytes: declared.bytes } : null;
  const { input, output, retained } = manifest?.areas ?? {};
  return { input: area(input), output: area(output), retained: area(retained) };
};

/** Images that have the symbol report through it. Whatever lies within an image's own end lies in RAM. */
const htifOf = ({ symbols, loadedBytes }: ImageFacts): HtifPlaces | null => {
  const place = (name: string) => {
    const address = symbols.get(name)?.address;
    const isInside = address !== undefined && address >= RAM_BASE && address + 8 <= RAM_BASE + loadedBytes;
    return isInside ? address : null;
  };
  const tohost = place("tohost");
  return tohost === null ? null : { tohost, fromhost: place("fromhost") };
};

/** Ctrl-C ends the run after the current chunk, so that output and statistics are whole; a second one ends the process. */
const onInterrupt = (): { readonly received: boolean; readonly comes: Promise<void>; remove(): void } => {
  let tell = () => {};
  const comes = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const state = { received: false, comes, remove: () => process.removeListener("SIGINT", listener) };
  const listener = () => {
    state.received = true;
    tell();
  };
  process.once("SIGINT", listener);
  return state;
};
