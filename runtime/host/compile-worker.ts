/**
 * The compiling thread: turns guests' code into WebAssembly modules, one chunk of each guest in turn, so that no slot ever waits
 * for a compiler. What it posts is machine code already: V8 is told not to wait for a first call. A guest's first chunk, which is
 * where it was just seen, is optimised at once; for the others V8's quick compiler comes first, and what turns out to be hot is
 * optimised by V8's own threads while it runs.
 */
import { setFlagsFromString } from "node:v8";
import { parentPort } from "node:worker_threads";
import type { CompiledChunk } from "../translator/index.ts";
// Not by the index: this thread starts sooner without the interpreter.
import { Translation } from "../translator/translation.ts";
import { type CompileRequest, RING_WORDS, SIGNAL } from "./compile-protocol.ts";

/** Of V8 before 12 (Node 20): later ones count calls where it counted bytecode, and know no such flag. */
const interruptBudget = (bytes: number): readonly string[] =>
  Number.parseInt(process.versions.v8, 10) < 12 ? [`--interrupt-budget=${bytes}`] : [];

/**
 * `always` also lets V8 optimise hot code of guests after a tenth of its usual budget, while the next chunk is being translated.
 * `translating`: JavaScript is optimised later than usual, since the translator runs for a second or so, in which optimising it is
 * more work than it saves; and the interpreter's loop, more than a tenth of a second's work each time, not once more for a call that
 * has begun. It holds for the whole process, so that V8's own values (66 KB of bytecode) come back as soon as nobody waits: the slot
 * loop of the threads that run guests is not to wait for them.
 */
const SETTINGS = {
  always: ["--no-wasm-lazy-compilation", "--experimental-wasm-branch-hinting", "--wasm-tiering-budget=180000"],
  translating: [...interruptBudget(600_000), "--no-use-osr"],
  idle: [...interruptBudget(67_584), "--use-osr"],
  optimized: ["--no-liftoff"],
  tiered: ["--liftoff", "--wasm-tier-up", "--wasm-dynamic-tiering"],
} as const;
const apply = (settings: keyof typeof SETTINGS): void => {
  for (const flag of SETTINGS[settings]) setFlagsFromString(flag);
};
apply("always");

interface Job {
  readonly request: CompileRequest;
  readonly signals: Int32Array;
  readonly translation: Translation;
}

const jobs: Job[] = [];

parentPort?.on("message", (request: CompileRequest) => {
  apply("translating");
  jobs.push({ request, signals: new Int32Array(request.signals), translation: new Translation(request.snapshot) });
  if (jobs.length === 1) setImmediate(work);
});

/** One chunk, then whatever messages have come meanwhile. */
const work = (): void => {
  const job = jobs.shift();
  if (job === undefined) return;
  if (Atomics.load(job.signals, SIGNAL.cancelled) === 0 && postNext(job)) jobs.push(job);
  else job.request.port.close();
  if (jobs.length > 0) setImmediate(work);
  else apply("idle");
};

/** @returns whether there may be more. */
const postNext = ({ request, signals, translation }: Job): boolean => {
  const seen = Array.from({ length: RING_WORDS }, (_, index) => Atomics.load(signals, SIGNAL.ring + index) >>> 0);
  const message = compileNext(translation, seen);
  if (message === "failed") return true;
  request.port.postMessage(message);
  Atomics.add(signals, SIGNAL.posted, 1);
  return message !== null;
};

/** @returns null after the last chunk. A chunk that cannot be compiled is left to the interpreter. */
const compileNext = (translation: Translation, seen: readonly number[]): CompiledChunk | null | "failed" => {
  try {
    const chunk = translation.next(seen.filter((pc) => pc !== 0));
    if (chunk === null) return null;
    apply(chunk.isFirst ? "optimized" : "tiered");
    const { bytes, isFirst: _, ...entries } = chunk;
    return { ...entries, module: new WebAssembly.Module(bytes), tableSize: translation.tableSize };
  } catch (error) {
    process.emitWarning(`some code of a guest is left to the interpreter: ${String(error)}`);
    return "failed";
  }
};
