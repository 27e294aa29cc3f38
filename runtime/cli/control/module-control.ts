/** What a running module does at the requests of its control socket (io-bridge/control/protocol.ts says which there are). */
import { isDeepStrictEqual } from "node:util";
import type { Logger } from "pino";
import { type ControlOutcome, type Json, refusal } from "../../../io-bridge/control/index.ts";
import type { ProgramInfo } from "../../../partitions/st/index.ts";
import { didYouMean } from "../../config/index.ts";
import type { HeldForce } from "../../host/board-look.ts";
import { BoardHasEnded } from "../../host/board-requests.ts";
import type { BoardThread } from "../../host/board-thread.ts";
import { replaceFile } from "../../host/replace-file.ts";
import { encodeSnapshot } from "../../host/snapshot-file.ts";
import { type Command, type HealthRecord, QUALITY } from "../../hypervisor/index.ts";
import type { Partition, System } from "../../system.ts";
import { formatHash, type Hasher } from "../../trace/index.ts";
import { describeRecord } from "../health-words.ts";
import type { VariableValue } from "../program-values.ts";
import type { SourcePlaces } from "../source-places.ts";
import { VERSION } from "../version.ts";
import type { Consoles } from "./consoles.ts";
import { Refused } from "./refused.ts";
import { type Known, loadReplacement, type RestoredProgram } from "./replacement.ts";
import { type Target, Targets } from "./targets.ts";

export interface ModuleControlOptions {
  readonly system: System;
  /** By partition; null for an image that is no compiled program. */
  readonly programs: readonly (ProgramInfo | null)[];
  readonly sources: SourcePlaces;
  readonly board: Pick<BoardThread, "requests" | "lateness" | "stop">;
  readonly consoles: Consoles;
  readonly hasher: Hasher;
  readonly log: Pick<Logger, "error">;
  /** By partition, the program that a snapshot has brought in place of the config's. */
  readonly restored: ReadonlyMap<number, RestoredProgram>;
}

/** A force in words. */
interface Held extends HeldForce {
  readonly name: string;
  readonly value: VariableValue;
}

type Members = Readonly<Record<string, unknown>>;
type Lifecycle = "start" | "stop" | "suspend" | "resume";

const QUALITIES = Object.keys(QUALITY);
/** In one request to read, so that copying it takes the board no time to speak of. */
const MOST_NAMES = 1000;
const MOST_BYTES = 65_536;

export class ModuleControl {
  readonly #options: ModuleControlOptions;
  #targets: Targets;
  /** By partition, what it runs, and what a rollback returns to; null: nothing that is known here. */
  readonly #programs: Known[];
  readonly #former: (Known | null)[];
  readonly #verbs: Readonly<Record<string, (members: Members) => Promise<Json> | Json>>;

  constructor(options: ModuleControlOptions) {
    this.#options = options;
    const { system, programs, restored } = options;
    this.#targets = new Targets(system, programs);
    this.#programs = system.partitions.map((partition, index) => ({ partition, info: programs[index] ?? null }));
    this.#former = system.partitions.map(() => null);
    for (const [index, { known, replacedConfigs }] of restored) {
      if (replacedConfigs) this.#former[index] = this.#programs[index]!;
      this.#runs(known, 0);
    }
    this.#verbs = {
      status: () => this.#status(),
      start: (members) => this.#lifecycle("start", members),
      stop: (members) => this.#lifecycle("stop", members),
      suspend: (members) => this.#lifecycle("suspend", members),
      resume: (members) => this.#lifecycle("resume", members),
      restart: (members) => this.#restart(members),
      schedule: (members) => this.#schedule(members),
      powerFail: async () => ({ frame: await this.#order({ kind: "powerFail" }) }),
      read: (members) => this.#read(members),
      force: (members) => this.#force(members),
      release: (members) => this.#release(members),
      forces: async () => ({ forces: (await this.#held()).map(({ name, value }) => ({ name, value })) }),
      uart: (members) => this.#uart(members),
      console: (members) => this.#console(members),
      health: (members) => this.#health(members),
      snapshot: (members) => this.#snapshot(members),
      clone: (members) => this.#clone(members),
      replace: (members) => this.#replace(members),
      rollback: (members) => this.#rollBack(members),
      shutdown: () => this.#shutdown(),
    };
  }

  /** Never rejects: what goes wrong here is no reason to stop the module. */
  async handle(verb: string, members: Members): Promise<ControlOutcome> {
    try {
      const answer = Object.hasOwn(this.#verbs, verb) ? this.#verbs[verb] : undefined;
      if (answer === undefined) return unknownVerb(verb, Object.keys(this.#verbs));
      return { ok: true, result: await answer(members) };
    } catch (error) {
      if (error instanceof Refused) return { ok: false, error: error.error };
      if (error instanceof BoardHasEnded) return refusal("stopped", error.message, null, "start it with partita run");
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#options.log.error({ verb, reason }, "a request of the control socket failed; the module runs on");
      const what = `${verb} failed: ${error instanceof Error ? error.message : reason}`;
      return refusal(
        "internal-error",
        what,
        null,
        "this is a fault of Partita, whose log has more; the module runs on",
      );
    }
  }

  async #status(): Promise<Json> {
    const { system, board } = this.#options;
    const { frame, boardTime, schedule, partitions, forces } = await board.requests.look();
    const { buckets, ...lateness } = board.lateness();
    return {
      module: system.name,
      digest: system.digest,
      schedule: system.schedules[schedule]!.name,
      clock: system.clock,
      frame,
      boardTime: boardTime / system.clock,
      lateness: { ...lateness },
      forces: forces.length,
      partitions: partitions.map((looked, index) => ({
        ...{ name: system.partitions[index]!.name, ...looked },
        observed: { ...looked.observed },
      })),
    };
  }

  async #lifecycle(kind: Lifecycle, members: Members): Promise<Json> {
    const { index, name } = this.#partition(members);
    const { partitions } = await this.#options.board.requests.look();
    const { mode, suspended } = partitions[index]!;
    const already = {
      start: mode === "IDLE" ? null : `runs already (${mode}${suspended ? ", suspended" : ""})`,
      stop: mode === "IDLE" ? "is stopped already (IDLE)" : null,
      suspend: mode === "IDLE" ? "is stopped (IDLE)" : suspended ? "is suspended already" : null,
      resume: suspended ? null : `is not suspended (${mode})`,
    }[kind];
    if (already !== null) throw new Refused("no-action", `${name} ${already}`, "partition", INSTEAD[kind]);
    return { frame: await this.#order({ kind, partition: index }) };
  }

  async #restart(members: Members): Promise<Json> {
    const partition = this.#partition(members).index;
    const { start } = members;
    if (start !== "warm" && start !== "cold") {
      throw new Refused("wrong-value", "a restart is warm or cold", "start", "warm keeps retained data, cold does not");
    }
    return { frame: await this.#order({ kind: "restart", partition, start: `${upper(start)}_START` }) };
  }

  async #schedule(members: Members): Promise<Json> {
    const { schedules, name: module } = this.#options.system;
    const wanted = text(members, "schedule");
    const found = schedules.find(({ name }) => name === wanted);
    if (found !== undefined) return { frame: await this.#order({ kind: "switchSchedule", schedule: found.index }) };
    const names = schedules.map(({ name }) => name);
    const hint = didYouMean(wanted, names, "schedules");
    throw new Refused("unknown-schedule", `${module} has no schedule ${wanted}`, "schedule", hint);
  }

  async #read({ names }: Members): Promise<Json> {
    const isList = Array.isArray(names) && names.every((name) => typeof name === "string");
    if (!isList || names.length > MOST_NAMES) {
      throw new Refused("wrong-value", "names are missing", "names", `a list of at most ${MOST_NAMES} texts`);
    }
    const targets = names.map((name: string) => this.#targets.find(name));
    const bytes = targets.reduce((sum, target) => sum + target.bytes, 0);
    if (bytes > MOST_BYTES) {
      const hint = `read members or elements of what is large, at most ${MOST_BYTES} bytes at once`;
      throw new Refused("wrong-value", `the names stand for ${bytes} bytes`, "names", hint);
    }
    const { system, board } = this.#options;
    const { frame, boardTime, places, forces } = await board.requests.look({ places: targets.map(({ look }) => look) });
    const values = targets.map((target, at) => {
      const looked = places[at]!;
      return {
        ...{ name: target.name, type: target.type, value: target.read(looked) },
        ...(looked.quality === null ? {} : { quality: QUALITIES[looked.quality]! }),
        forced: forces.some((force) => isSame(force, target)),
      };
    });
    return { frame, boardTime: boardTime / system.clock, values };
  }

  async #force(members: Members): Promise<Json> {
    const target = this.#targets.find(text(members, "name"));
    const bytes = target.encode(text(members, "value"));
    const partition = target.partition.index;
    const frame = await this.#order({ kind: "force", partition, target: target.force, bytes });
    return { frame, name: target.name, value: target.read({ bytes, quality: null }) };
  }

  async #release(members: Members): Promise<Json> {
    const held = await this.#held();
    const released = members.all === true ? held : [this.#oneOf(held, text(members, "name"))];
    const orders = released.map(({ partition, target }) => this.#order({ kind: "release", partition, target }));
    const frames = await Promise.all(orders);
    return { frame: frames.at(-1) ?? null, released: released.map(({ name }) => name) };
  }

  #oneOf(held: readonly Held[], wanted: string): Held {
    const target = this.#targets.find(wanted);
    const found = held.find((force) => isSame(force, target));
    if (found !== undefined) return found;
    const hint = held.length === 0 ? "nothing is forced" : `forced: ${held.map(({ name }) => name).join(", ")}`;
    throw new Refused("no-action", `${target.name} is not forced`, "name", hint);
  }

  /** All that is forced, whoever did it: forces come with a restored snapshot, too. */
  async #held(): Promise<readonly Held[]> {
    const { forces } = await this.#options.board.requests.look();
    return forces.map((force) => ({ ...force, ...this.#targets.describe(force) }));
  }

  async #uart(members: Members): Promise<Json> {
    const partition = this.#partition(members).index;
    const bytes = new TextEncoder().encode(text(members, "text"));
    if (bytes.length === 0) throw new Refused("wrong-value", "the text is empty", "text", "give at least a character");
    return { frame: await this.#order({ kind: "uart", partition, bytes }), bytes: bytes.length };
  }

  #console(members: Members): Json {
    const { since } = members;
    if (typeof since !== "number") throw new Refused("wrong-value", "since is no number", "since", "0 begins");
    const { next, lines } = this.#options.consoles.read(this.#partition(members).index, since);
    return { next, lines };
  }

  /** The board's thread only copies: what is left to do is done while the module runs on. */
  async #snapshot(members: Members): Promise<Json> {
    const { system, board, hasher } = this.#options;
    const file = text(members, "file");
    const { partitions = [] } = members;
    const isList = Array.isArray(partitions) && partitions.every((name) => typeof name === "string");
    if (!isList)
      throw new Refused("wrong-value", "partitions is no list of names", "partitions", "none: the whole module");
    const chosen = partitions.map((name: string) => this.#targets.partition(name).index);
    const snapshot = await board.requests.snapshot(chosen.length === 0 ? null : chosen);
    const bytes = await encodeSnapshot(snapshot, system, VERSION, hasher);
    await replaceFile(file, bytes).catch((error: Error) => {
      throw new Refused("cannot-write", `cannot write ${file}: ${error.message}`, "file", "name another file");
    });
    const boardTime = snapshot.state.boardTime / system.clock;
    return { frame: snapshot.frame, boardTime, file, bytes: bytes.length };
  }

  async #clone(members: Members): Promise<Json> {
    const original = this.#partition(members);
    const { to } = members;
    if (!Array.isArray(to) || to.length === 0 || !to.every((name) => typeof name === "string")) {
      throw new Refused("wrong-value", "to is missing", "to", "a list of partitions that run the same program");
    }
    const clones = to.map((name: string) => this.#targets.partition(name));
    for (const clone of clones) if (!isAlike(clone, original)) throw notAlike(clone, original);
    const order = { kind: "clone", partition: original.index, to: clones.map(({ index }) => index) } as const;
    return { frame: await this.#order(order) };
  }

  async #replace(members: Members): Promise<Json> {
    const { index, name } = this.#partition(members);
    const { system, hasher } = this.#options;
    const { program, info } = await loadReplacement(system, system.partitions[index]!, text(members, "file"), hasher);
    const { image, ...facts } = program;
    const frame = await this.#order({ kind: "replaceImage", partition: index, program: facts, bytes: image });
    this.#former[index] = this.#programs[index]!;
    this.#runs({ partition: { ...system.partitions[index]!, ...program }, info }, frame);
    return { frame, partition: name, image: formatHash(hasher.hash(image)) };
  }

  async #rollBack(members: Members): Promise<Json> {
    const { index, name } = this.#partition(members);
    const { partitions } = await this.#options.board.requests.look();
    if (!partitions[index]!.replaced) {
      throw new Refused("no-action", `${name} has no former program`, "partition", "replace it first");
    }
    const frame = await this.#order({ kind: "rollback", partition: index });
    const former = this.#former[index] ?? { partition: this.#options.system.partitions[index]!, info: null };
    this.#former[index] = null;
    this.#runs(former, frame);
    return { frame, partition: name };
  }

  /** Names of its variables, and addresses in its code, mean other places from `frame` on. */
  #runs(known: Known, frame: number): void {
    const { index, image } = known.partition;
    this.#programs[index] = known;
    this.#options.sources.replaced(index, image, frame);
    const partitions = this.#programs.map(({ partition }) => partition);
    const infos = this.#programs.map(({ info }) => info);
    this.#targets = new Targets({ ...this.#options.system, partitions }, infos);
  }

  async #health({ after = {} }: Members): Promise<Json> {
    if (typeof after !== "object" || after === null) {
      throw new Refused("wrong-value", "after is no object", "after", "it says which record is known, by partition");
    }
    const known = new Map<string, unknown>(Object.entries(after));
    const { health } = await this.#options.board.requests.look({ health: true });
    const named = (health ?? []).map((record) => ({ record, partition: this.#nameOf(record.partition) }));
    const fresh = named.filter(({ record, partition }) => record.sequence > Number(known.get(partition) ?? 0));
    return { records: fresh.map(({ record, partition }) => this.#told(record, partition)) };
  }

  #told(record: HealthRecord, partition: string): Json {
    const { cycle, registers, ...rest } = record;
    return {
      ...{ ...rest, partition, boardTime: cycle / this.#options.system.clock, registers: [...registers] },
      source: this.#options.sources.of(record),
      words: describeRecord(record),
    };
  }

  #nameOf(partition: number): string {
    return this.#options.system.partitions[partition]!.name;
  }

  #shutdown(): Json {
    this.#options.board.stop();
    return {};
  }

  #order(command: Command): Promise<number> {
    return this.#options.board.requests.order(command);
  }

  #partition(members: Members) {
    return this.#targets.partition(text(members, "partition"));
  }
}

const isSame = (force: HeldForce, { partition, force: target }: Target): boolean =>
  force.partition === partition.index && isDeepStrictEqual(force.target, target);

/** One can go on from the other's state. */
const isAlike = (one: Partition, other: Partition): boolean =>
  isDeepStrictEqual(comparable(one), comparable(other)) && one.index !== other.index;
const comparable = ({ image, memoryBytes, points, areas, latch }: Partition) => [
  image,
  memoryBytes,
  points,
  areas,
  latch,
];
const notAlike = (clone: Partition, original: Partition): Refused =>
  new Refused(
    "does-not-fit",
    `${clone.name} cannot be a clone of ${original.name}`,
    "to",
    "give it the same program, memory and points in the config",
  );

const INSTEAD: Readonly<Record<Lifecycle, string>> = {
  start: "restart it to have it start anew",
  stop: "start has it run again",
  suspend: "start or resume has it run again",
  resume: "start has a stopped one run again",
};

const upper = (start: "warm" | "cold") => (({ warm: "WARM", cold: "COLD" }) as const)[start];

const text = (members: Members, member: string): string => {
  const value = members[member];
  if (typeof value === "string") return value;
  throw new Refused("wrong-value", `${member} is missing`, member, "it is a text");
};

const unknownVerb = (verb: string, known: readonly string[]): ControlOutcome =>
  refusal("unknown-verb", `there is no verb ${verb}`, "verb", didYouMean(verb, known, "verbs", known.length));
