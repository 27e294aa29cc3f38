/** `partita run`: boots a module and runs it, paced to real time with its bridge, or unpaced and alone. */
import type { Command } from "commander";
import { Option } from "commander";
import type { Logger } from "pino";
import type { Bridge } from "../../io-bridge/index.ts";
import { BoardFigures } from "../host/board-figures.ts";
import type { RunSummary } from "../host/board-job.ts";
import { type BoardThread, startBoard } from "../host/board-thread.ts";
import { formatLateness } from "../host/lateness.ts";
import { SharedExchange } from "../host/point-exchange.ts";
import { RetainedExchange } from "../host/retained-exchange.ts";
import { RetainedFiles } from "../host/retained-files.ts";
import type { EngineKind, System } from "../system.ts";
import { createHasher, type Hasher } from "../trace/index.ts";
import { cycles, type Nanoseconds, toCycles } from "../units.ts";
import { type Control, openControl } from "./control/open-control.ts";
import { type CliEnvironment, EXIT, UserError } from "./environment.ts";
import { loadWithPrograms } from "./load-module.ts";
import { createLog, LOG_LEVELS } from "./log.ts";
import { openObserved } from "./observed-run.ts";
import { durationOption, ENGINE_OF_ALL, engineOption } from "./options.ts";
import { RunLog } from "./run-log.ts";
import { type LimitOption, openRunRecording, recordLimitOption } from "./run-recording.ts";
import { reloadOnHangUp, stopOnSignals } from "./run-signals.ts";
import { formatSummary } from "./run-summary.ts";
import { type OpenedSnapshot, openSnapshot } from "./snapshot-input.ts";
import { SourcePlaces } from "./source-places.ts";
import { VERSION } from "./version.ts";

interface RunVerbOptions {
  readonly engine?: EngineKind;
  readonly duration?: Nanoseconds;
  readonly fast?: true;
  readonly oneThread?: true;
  readonly realtime?: true;
  readonly record?: string;
  readonly recordLimit?: LimitOption;
  readonly restore?: string;
  readonly control?: string;
  readonly observed?: string;
  readonly stats?: true;
  readonly logLevel: string;
}

const STATS_INTERVAL_MS = 10_000;

export const addRun = (program: Command, environment: CliEnvironment): void => {
  program
    .command("run")
    .description("boot a module and run it, paced to real time, with its Modbus and MQTT connections")
    .argument("<module>", "the module's config file")
    .option("--duration <time>", "stop after this much board time, rounded up to whole major frames", durationOption)
    .option("--fast", "unpaced and without the outside: inputs keep their initial values; needs --duration")
    .option("--one-thread", "run all harts in one thread, not each in its own")
    .option(
      "--realtime",
      "have the operating system run slots before all ordinary programs (Linux; needs the right to)",
    )
    .option("--record <file>", "keep everything that enters, for `partita replay`")
    .addOption(recordLimitOption())
    .option("--restore <file>", "go on from a snapshot; whole modules and chosen partitions")
    .option(
      "--control <path>",
      "socket for `partita ctl`, instead of the one in your runtime folder named as the module",
    )
    .option("--observed <file>", "keep what scans were seen to take, added to what earlier runs of the same images saw")
    .addOption(engineOption(ENGINE_OF_ALL))
    .option("--stats", `print the lateness histogram every ${STATS_INTERVAL_MS / 1000} s as well as at the end`)
    .addOption(new Option("--log-level <level>", "what is logged").choices(LOG_LEVELS).default("info"))
    .action((path: string, options: RunVerbOptions) => run(path, options, environment));
};

const run = async (path: string, options: RunVerbOptions, environment: CliEnvironment): Promise<void> => {
  if (options.fast && options.duration === undefined) {
    throw new UserError("--fast needs --duration: an unpaced run without an end has nothing to show");
  }
  if (options.fast && options.control !== undefined) {
    throw new UserError("--fast and --control exclude each other: an unpaced run is alone with its config");
  }
  const { system, programs } = await loadWithPrograms(path, environment, options.engine);
  const log = createLog(options.logLevel, environment);
  const hasher = await createHasher();
  const snapshot = options.restore === undefined ? null : await openSnapshot(options.restore, system, hasher);
  const recording = openRunRecording(options, { system, hasher, startedAt: snapshot?.frame ?? null, log });
  const exchange = new SharedExchange(system);
  const figures = new BoardFigures(system);
  const observed = options.observed === undefined ? null : await openObserved(options.observed, system, hasher);
  const sources = new SourcePlaces(system);
  const control = options.fast
    ? null
    : await openControl({
        system,
        programs,
        sources,
        path: options.control,
        hasher,
        start: snapshot?.state ?? null,
        environment,
        log,
      });
  const bridge = options.fast
    ? null
    : await connect(system, exchange, figures, environment, log).catch(closing(control));
  const runLog = new RunLog(log, system, sources);
  // An unpaced run is alone with its config and images, and the same each time.
  const retained = options.fast ? null : await keepRetained(system, hasher, runLog, snapshot);
  const board = startBoard(system, exchange, {
    paced: !options.fast,
    oneThread: options.oneThread === true,
    realTime: options.realtime === true,
    duration: options.duration === undefined ? cycles(Infinity) : toCycles(options.duration, system.clock),
    version: VERSION,
    restored: retained?.restored ?? [],
    snapshot,
    retained: retained?.exchange ?? null,
    figures,
    record: recording?.write ?? null,
    onMessage: (message) => {
      if (message.kind === "uart") control?.wrote(message.at.partition, message.text);
      if (message.kind !== "running") return runLog.message(message);
      const listening = bridge?.listening().map(({ name, host, port }) => `${name} ${host}:${port}`) ?? [];
      log.info({ module: system.name, digest: system.digest.slice(0, 16), listening }, "module running");
    },
  });
  control?.serve(board);
  recording?.follow(board);
  const restoreSignals = stopOnSignals(board, environment, () => log.info("stopping at the end of this major frame"));
  const restoreHangUp = reloadOnHangUp(bridge, environment);
  const stats = options.stats ? setInterval(() => printLateness(board, environment), STATS_INTERVAL_MS) : undefined;
  try {
    const summary = await board.ended;
    await bridge?.stop();
    await retained?.stop();
    log.info({ module: system.name, frames: summary.frames }, how(summary));
    const highWater = await observed?.add(summary);
    environment.stdout.write(`${formatSummary(summary, options.fast ? null : board.lateness(), highWater)}\n`);
    await recording?.close();
    if (recording?.isWhole()) environment.stdout.write(`recorded in ${options.record}\n`);
    const isFailed = summary.shutDown === "SHUTDOWN_ON_ERROR";
    if (isFailed) environment.stderr.write(`partita: ${BY_MONITOR}\n`);
    if (isFailed || summary.partitions.some(({ faulted }) => faulted)) environment.exitWith(EXIT.failed);
  } finally {
    clearInterval(stats);
    restoreSignals();
    restoreHangUp();
    await control?.close();
    await bridge?.stop();
    await retained?.stop();
    await recording?.close();
  }
};

/** What was opened before something else failed is closed again. */
const closing =
  (control: Control | null) =>
  async (error: unknown): Promise<never> => {
    await control?.close();
    throw error;
  };

const connect = async (
  system: System,
  exchange: SharedExchange,
  figures: BoardFigures,
  { clock }: CliEnvironment,
  log: Logger,
): Promise<Bridge> => {
  // Its network libraries take longer to load than all the rest, and only this verb needs them.
  const { CannotListen, startBridge } = await import("../../io-bridge/index.ts");
  try {
    return await startBridge({ system, exchange, figures, clock, log });
  } catch (error) {
    if (error instanceof CannotListen) throw new UserError(error.message);
    throw error;
  }
};

/** Takes up what the last run left, and keeps what this one will leave; null: the config does not ask for it. */
const keepRetained = async (system: System, hasher: Hasher, runLog: RunLog, snapshot: OpenedSnapshot | null) => {
  if (system.retain === null) return null;
  const files = new RetainedFiles(system, system.retain, hasher, (note) => runLog.retained(note));
  const exchange = new RetainedExchange(system);
  // A whole module's state has its retained data.
  const isWhole = snapshot !== null && snapshot.state.bytes !== null;
  const restored = isWhole ? [] : await files.restore();
  files.start(exchange);
  return { restored, exchange, stop: () => files.stop(exchange) };
};

const printLateness = (board: BoardThread, { stdout }: CliEnvironment): void => {
  stdout.write(`${formatLateness(board.lateness())}\n`);
};

const BY_MONITOR = "the health monitor has shut the module down; the log says after which error";

const how = ({ shutDown }: RunSummary): string =>
  `module ${shutDown === null ? "stopped" : "shut itself down"}, outputs at their fail-safe values`;
