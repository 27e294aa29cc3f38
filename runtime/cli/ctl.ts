/** `partita ctl`: watches and commands a running module over its control socket. */
import { resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Command, Option } from "commander";
import type { Json } from "../../io-bridge/control/index.ts";
import type { Nanoseconds } from "../units.ts";
import { type ControlAddress, ControlSession } from "./control/control-session.ts";
import {
  formatHealth,
  formatReading,
  formatStatus,
  type HealthEntry,
  type Reading,
  type Status,
} from "./control/ctl-report.ts";
import { counted } from "./counted.ts";
import { type CliEnvironment, UserError } from "./environment.ts";
import { durationOption } from "./options.ts";
import { jsonOf, type VariableValue } from "./program-values.ts";

interface CtlOptions extends ControlAddress {
  readonly json?: true;
}

interface WatchOptions {
  readonly interval?: Nanoseconds;
}

const USUAL_INTERVAL_MS = 100;
const SHORTEST_INTERVAL_MS = 10;
const CONSOLE_INTERVAL_MS = 50;

const FORCES = `
A force holds its value until it is released, over restarts too, and is part of the module's recording.
  an input     has the value, good, whenever the program latches its inputs, whatever device or channel feeds it
  an output    has the value whenever the program publishes; a stopped partition's goes to its fail-safe value all the same
  a variable   is written at the start of every slot of its partition: the program may change it for the rest of the slot`;

export const addCtl = (program: Command, environment: CliEnvironment): void => {
  const ctl = program
    .command("ctl")
    .description("watch and command a running module")
    .addOption(new Option("--module <name>", "the module; needed when several run").conflicts("socket"))
    .option("--socket <path>", "its control socket, as given to `partita run --control`")
    .option("--json", "print what the module answers as JSON");
  new CtlVerbs(ctl, environment).add();
};

class CtlVerbs {
  readonly #ctl: Command;
  readonly #environment: CliEnvironment;

  constructor(ctl: Command, environment: CliEnvironment) {
    this.#ctl = ctl;
    this.#environment = environment;
  }

  add(): void {
    this.#verb("status", "mode, suspension and use of time of each partition; frame, board time and lateness").action(
      () => this.#ask("status", {}, (status: Status) => formatStatus(status)),
    );
    this.#addLifecycle();
    this.#verb(
      "power-fail",
      "tell the health monitor that the module's power fails, as an uninterruptible supply would",
    ).action(() => this.#ask("powerFail", {}, ({ frame }: Obeyed) => `power failure told in frame ${frame}`));
    this.#verb("schedule", "go on in another schedule, all harts together, when the major frame ends")
      .argument("<name>")
      .action((schedule: string) =>
        this.#ask("schedule", { schedule }, ({ frame }: Obeyed) => `schedule ${schedule} after frame ${frame}`),
      );
    this.#addForces();
    this.#verb("watch", "print the values of points and variables, again and again until Ctrl-C")
      .argument("<names...>", "partition.point, or partition.INSTANCE.VARIABLE of a program")
      .option("--interval <time>", "time between two looks, 10ms at least; 100ms when left out", durationOption)
      .action((names: string[], options: WatchOptions) => this.#watch(names, options));
    this.#verb("health", "the latest records of the health monitor: what went wrong, where, and what it did")
      .option("--follow", "go on with what happens, until Ctrl-C")
      .action(({ follow }: { readonly follow?: true }) => this.#health(follow === true));
    this.#verb("uart", "send text to a partition's serial port, as it is: $'…\\n' is the shell's way to a newline")
      .argument("<partition>")
      .argument("<text>")
      .action((partition: string, text: string) =>
        this.#ask("uart", { partition, text }, ({ frame }: Obeyed) => `${partition} has it from frame ${frame} on`),
      );
    this.#verb("console", "connect this terminal to a partition's serial port, line by line, until Ctrl-D or Ctrl-C")
      .argument("<partition>")
      .action((partition: string) => this.#console(partition));
    this.#verb("snapshot", "keep the module's state in a file, for partita run --restore, while it runs on")
      .argument("<file>")
      .argument("[partitions...]", "keep only these; none named: the whole module")
      .action((file: string, partitions: string[]) =>
        this.#ask("snapshot", { file: resolve(file), partitions }, (taken: Taken) => formatTaken(taken)),
      );
    this.#addPrograms();
    this.#verb("shutdown", "let the frame end, set all outputs to their fail-safe values, and end the run").action(() =>
      this.#ask("shutdown", {}, () => "stopping"),
    );
  }

  #addLifecycle(): void {
    const verbs = [
      ["start", "start a stopped partition, with its retained data"],
      ["stop", "stop a partition: its outputs go to their fail-safe values"],
      ["suspend", "have a partition execute nothing and keep its state; its outputs go to their fail-safe values"],
      ["resume", "have a suspended partition go on"],
    ] as const;
    for (const [verb, description] of verbs) {
      this.#verb(verb, description)
        .argument("<partition>")
        .action((partition: string) =>
          this.#ask(verb, { partition }, ({ frame }: Obeyed) => `${verb} ${partition}: done in frame ${frame}`),
        );
    }
    this.#verb("restart", "load a partition's image anew and start it")
      .argument("<partition>")
      .addOption(new Option("--warm", "with its retained data, as without an option").conflicts("cold"))
      .option("--cold", "without its retained data")
      .action((partition: string, { cold }: { readonly cold?: true }) => {
        const start = cold ? "cold" : "warm";
        return this.#ask("restart", { partition, start }, ({ frame }: Obeyed) => `${start} start in frame ${frame}`);
      });
  }

  #addPrograms(): void {
    this.#verb("replace", "give a partition another program, which takes over what the former one retained")
      .argument("<partition>")
      .argument("<program>", "Structured Text (.st), or an ELF image: with the points that the partition has")
      .action((partition: string, program: string) =>
        this.#ask(
          "replace",
          { partition, file: resolve(program) },
          ({ frame, image }: Replaced) => `${partition} runs ${program} (${image}) from frame ${frame} on`,
        ),
      );
    this.#verb("rollback", "give a partition its former program back, with its state as it was")
      .argument("<partition>")
      .action((partition: string) =>
        this.#ask("rollback", { partition }, ({ frame }: Obeyed) => `${partition} is back from frame ${frame} on`),
      );
    this.#verb("clone", "have partitions go on from the state of another one that runs the same program")
      .argument("<partition>")
      .argument("<to...>")
      .action((partition: string, to: string[]) =>
        this.#ask("clone", { partition, to }, ({ frame }: Obeyed) => `${to.join(", ")}: cloned in frame ${frame}`),
      );
  }

  #addForces(): void {
    this.#verb("force", "hold a point or variable at a value")
      .argument("<name>", "partition.point, or partition.INSTANCE.VARIABLE of a program")
      .argument("<value>", "as Structured Text writes it: TRUE, 12.5, T#2s")
      .addHelpText("after", FORCES)
      .action((name: string, value: string) =>
        this.#ask(
          "force",
          { name, value },
          (forced: Obeyed & Held) => `${formatHeld(forced)} from frame ${forced.frame} on`,
        ),
      );
    this.#verb("release", "end a force")
      .argument("[name]")
      .option("--all", "end all forces")
      .action((name: string | undefined, { all }: { readonly all?: true }) => {
        if ((name === undefined) === (all === undefined)) throw new UserError("release takes a name, or --all");
        return this.#ask("release", name === undefined ? { all: true } : { name }, formatReleased);
      });
    this.#verb("forces", "list what is forced").action(() =>
      this.#ask("forces", {}, ({ forces }: { readonly forces: readonly Held[] }) =>
        forces.length === 0 ? "nothing is forced" : forces.map(formatHeld).join("\n"),
      ),
    );
  }

  #verb(name: string, description: string): Command {
    return this.#ctl.command(name).description(description);
  }

  /** One request; its result as JSON, or as `show` puts it. */
  #ask<Result>(verb: string, members: Readonly<Record<string, Json>>, show: (result: Result) => string): Promise<void> {
    return this.#session(async (session) => {
      const result = await session.ask<Result>(verb, members);
      this.#print(result, show);
    });
  }

  #print<Result>(result: Result, show: (result: Result) => string): void {
    const { json } = this.#ctl.opts<CtlOptions>();
    this.#environment.stdout.write(`${json ? JSON.stringify(result) : show(result)}\n`);
  }

  async #session(use: (session: ControlSession) => Promise<void>): Promise<void> {
    const session = await ControlSession.open(this.#ctl.opts<CtlOptions>());
    try {
      await use(session);
    } finally {
      session.close();
    }
  }

  #watch(names: readonly string[], { interval }: WatchOptions): Promise<void> {
    const intervalMs = interval === undefined ? USUAL_INTERVAL_MS : interval / 1e6;
    if (intervalMs < SHORTEST_INTERVAL_MS) throw new UserError(`--interval is at least ${SHORTEST_INTERVAL_MS}ms`);
    return this.#session((session) =>
      untilInterrupted(intervalMs, async () => {
        this.#print(await session.ask<Reading>("read", { names }), formatReading);
        return false;
      }),
    );
  }

  #health(follow: boolean): Promise<void> {
    const { json } = this.#ctl.opts<CtlOptions>();
    const after: Record<string, number> = {};
    return this.#session((session) =>
      untilInterrupted(USUAL_INTERVAL_MS, async () => {
        const { records } = await session.ask<{ readonly records: readonly HealthEntry[] }>("health", { after });
        for (const record of records) {
          after[record.partition] = record.sequence;
          this.#environment.stdout.write(`${json ? JSON.stringify(record) : formatHealth(record)}\n`);
        }
        return !follow;
      }),
    );
  }

  #console(partition: string): Promise<void> {
    const { stdin, stdout } = this.#environment;
    const typed: string[] = [];
    let isOver = false;
    stdin.setEncoding("utf8").on("data", (text: string) => void typed.push(text));
    stdin.once("end", () => {
      isOver = true;
    });
    return this.#session(async (session) => {
      let since = 0;
      await untilInterrupted(CONSOLE_INTERVAL_MS, async () => {
        const ends = isOver;
        const text = typed.splice(0).join("");
        if (text !== "") await session.ask("uart", { partition, text });
        const { next, lines } = await session.ask<Heard>("console", { partition, since });
        since = next;
        for (const line of lines) stdout.write(`${line}\n`);
        return ends && text === "" && lines.length === 0;
      });
      stdin.destroy();
    });
  }
}

interface Obeyed {
  readonly frame: number;
}

interface Taken extends Obeyed {
  readonly boardTime: number;
  readonly file: string;
  readonly bytes: number;
}

interface Replaced extends Obeyed {
  readonly image: string;
}

interface Held {
  readonly name: string;
  readonly value: VariableValue;
}

interface Heard {
  readonly next: number;
  readonly lines: readonly string[];
}

const formatHeld = ({ name, value }: Held): string => `${name} = ${jsonOf(value)}`;

const formatTaken = ({ boardTime, file, bytes }: Taken): string =>
  `state at ${boardTime.toFixed(3)} s: ${file}, ${counted(bytes, "byte")}`;

const formatReleased = ({ released }: { readonly released: readonly string[] }): string =>
  released.length === 0 ? "nothing is forced" : `released ${released.join(", ")}`;

/** Does `round` again and again, until it returns true or Ctrl-C. */
const untilInterrupted = async (intervalMs: number, round: () => Promise<boolean>): Promise<void> => {
  const interrupted = new AbortController();
  const onSignal = (): void => interrupted.abort();
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  const { signal } = interrupted;
  // An interrupted pause is no failure.
  while (!signal.aborted && !(await round())) await setTimeout(intervalMs, undefined, { signal }).catch(() => {});
  process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
};
