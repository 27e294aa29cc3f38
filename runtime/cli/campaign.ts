/** `partita campaign`: plays thousands of fault schedules on a module, on all cores, and saves what fails as tests. */
import { availableParallelism } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import type { Progress } from "../../hil-tests/rig/campaign/index.ts";
import { type CliEnvironment, EXIT, UserError } from "./environment.ts";

interface CampaignVerbOptions {
  readonly schedules: number;
  readonly seed: number;
  readonly workers: number;
  readonly journal?: string;
  readonly save?: string;
  readonly json?: true;
}

export const addCampaign = (program: Command, environment: CliEnvironment): void => {
  program
    .command("campaign")
    .description("play fault schedules from a seed on a module, shrink what fails, and save it as tests")
    .argument("<file>", "a TypeScript file that exports a campaign by default: defineCampaign({ … })")
    .option("--schedules <n>", "how many to play", wholeNumber(1), 1000)
    .option("--seed <n>", "what they are drawn from", wholeNumber(0), 1)
    .option(
      "--workers <n>",
      "threads that play them; all cores when it is left out",
      wholeNumber(1),
      availableParallelism(),
    )
    .option("--journal <file>", "what a campaign that was stopped goes on from; in rig-reports when it is left out")
    .option("--save <folder>", "where tests of failures go; beside the campaign when it is left out")
    .option("--json", "print what came of it as one JSON object")
    .action((file: string, options: CampaignVerbOptions) => campaign(file, options, environment));
};

const wholeNumber =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`A whole number of ${least} or more is wanted.`);
  };

const campaign = async (file: string, options: CampaignVerbOptions, environment: CliEnvironment): Promise<void> => {
  const { stdout, exitWith } = environment;
  // The rig takes longer to load than most verbs take to run.
  const { loadCampaign, reportJson, reportText, runOnAllCores } = await import("../../hil-tests/rig/campaign/index.ts");
  const path = resolve(file);
  const loaded = await loadCampaign(path).catch(refuse);
  const stop = stopOnSignals(environment);
  const bar = new ProgressBar(environment);
  try {
    const report = await runOnAllCores({
      ...{ campaign: loaded, file: path, ...options },
      journal: options.journal ?? join("rig-reports", `${basename(file)}.journal`),
      folder: options.save ?? dirname(path),
      hear: (progress) => bar.show(progress),
      goesOn: () => !stop.isWanted,
    }).catch(refuse);
    bar.clear();
    stdout.write(options.json ? `${JSON.stringify(reportJson(report), null, 2)}\n` : reportText(report));
    if (stop.isWanted) throw new UserError("stopped; the same command goes on from here", EXIT.limit);
    if (report.tally.objection !== null)
      throw new UserError(`nothing was tested: ${report.tally.objection}`, EXIT.failed);
    if (report.tally.counts.failed > 0) exitWith(EXIT.failed);
  } finally {
    bar.clear();
    stop.release();
  }
};

const refuse = (error: Error): never => {
  throw new UserError(error.message);
};

/** A first Ctrl-C lets the trials that run end; another one, a second or more later, ends at once: `run` says why. */
const stopOnSignals = ({ stderr, clock }: CliEnvironment) => {
  let askedAtMs = 0;
  const stop = { isWanted: false, release: (): void => void process.off("SIGINT", onSignal).off("SIGTERM", onSignal) };
  const onSignal = (): void => {
    if (stop.isWanted) {
      if (clock.monotonicMs() - askedAtMs >= 1000) process.exit(EXIT.limit);
      return;
    }
    stop.isWanted = true;
    askedAtMs = clock.monotonicMs();
    stderr.write("\nstopping when the trials that run are over\n");
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  return stop;
};

const BAR_CELLS = 30;

/** One line on a terminal that is written anew; elsewhere a line a tenth of the way. */
class ProgressBar {
  readonly #environment: CliEnvironment;
  readonly #begin: number;
  #tenths = 0;
  #first: number | null = null;

  constructor(environment: CliEnvironment) {
    this.#environment = environment;
    this.#begin = environment.clock.monotonicMs();
  }

  show({ done, of, failed, isShrinking }: Progress): void {
    const { stderr, color, clock } = this.#environment;
    this.#first ??= done;
    const perMinute = Math.round((60_000 * (done - this.#first)) / Math.max(1, clock.monotonicMs() - this.#begin));
    const words = isShrinking ? "shrinking what failed" : `${perMinute} a minute`;
    const text = `${done} of ${of} schedules, ${failed} failed, ${words}`;
    const filled = Math.round((BAR_CELLS * done) / of);
    if (color) stderr.write(`\r\u001b[K${"█".repeat(filled)}${"░".repeat(BAR_CELLS - filled)} ${text}`);
    else if (Math.floor((10 * done) / of) > this.#tenths || isShrinking) stderr.write(`${text}\n`);
    this.#tenths = Math.floor((10 * done) / of);
  }

  clear(): void {
    if (this.#environment.color) this.#environment.stderr.write("\r\u001b[K");
  }
}
