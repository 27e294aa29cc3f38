/** The verbs of the `partita` command: one file each, this one only dispatches and turns errors into words and exit statuses. */
import { Command, CommanderError } from "commander";
import { hostClock } from "../host/clock.ts";
import { addCampaign } from "./campaign.ts";
import { addCheck } from "./check.ts";
import { addCompile } from "./compile.ts";
import { addConsolidation } from "./consolidation.ts";
import { addCtl } from "./ctl.ts";
import { addDiff } from "./diff.ts";
import { addDisasm } from "./disasm.ts";
import { type CliEnvironment, EXIT, UserError } from "./environment.ts";
import { addExec } from "./exec.ts";
import { addExplain } from "./explain.ts";
import { addExport } from "./export.ts";
import { addNew } from "./new.ts";
import { addPlan } from "./plan.ts";
import { addReplay } from "./replay.ts";
import { addRun } from "./run.ts";
import { addSnapshot } from "./snapshot.ts";
import { addTest } from "./test.ts";
import { VERSION } from "./version.ts";

const environment: CliEnvironment = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  clock: hostClock,
  color: process.stdout.isTTY === true && process.env.NO_COLOR === undefined,
  exitWith: (status) => {
    process.exitCode = status;
  },
};

const program = new Command("partita")
  .description("Many PLCs on one board: checks, runs and replays modules of static partitions.")
  .version(VERSION)
  .showSuggestionAfterError()
  .showHelpAfterError("(partita --help lists the verbs)")
  .exitOverride();
for (const add of [
  addRun,
  addCtl,
  addReplay,
  addExport,
  addDiff,
  addSnapshot,
  addNew,
  addCheck,
  addPlan,
  addExec,
  addCompile,
  addTest,
  addCampaign,
  addConsolidation,
  addDisasm,
  addExplain,
])
  add(program, environment);

// A reader that goes away (`partita … | head`) is no reason for a stack trace.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(EXIT.done);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) environment.exitWith(error.exitCode === 0 ? EXIT.done : EXIT.misuse);
  else if (error instanceof UserError) {
    process.stderr.write(`partita: ${error.message}\n`);
    environment.exitWith(error.status);
  } else throw error;
}
