/** Compiles guests' code in a thread of its own; partitions with the same image share what comes of it. */
import { createHash } from "node:crypto";
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import type { CodeSnapshot, Compilation, CompiledChunk, Compiler } from "../translator/index.ts";
import { type CompileRequest, RING_WORDS, SIGNAL, SIGNAL_WORDS } from "./compile-protocol.ts";

/** So many guests' code is kept for partitions that come later. */
const KEPT_PROGRAMS = 64;

/** Translation recurses over a function's control flow: this is enough for some ten thousand branches in a row. */
const STACK_MB = 64;

/** The code of one image, as far as it is compiled. */
class CompiledProgram {
  readonly chunks: CompiledChunk[] = [];
  isComplete = false;
  /** Who has not taken all of it yet. */
  users = 0;
  readonly #port: MessagePort;
  readonly #signals: Int32Array;
  #received = 0;

  constructor(snapshot: CodeSnapshot, post: (request: CompileRequest) => void) {
    const { port1, port2 } = new MessageChannel();
    const signals = new SharedArrayBuffer(4 * SIGNAL_WORDS);
    this.#port = port1;
    this.#signals = new Int32Array(signals);
    post({ snapshot, port: port2, signals });
  }

  /** Takes over what has come. */
  collect(): void {
    if (this.isComplete || Atomics.load(this.#signals, SIGNAL.posted) === this.#received) return;
    for (let next = receiveMessageOnPort(this.#port); next !== undefined; next = receiveMessageOnPort(this.#port)) {
      this.#received++;
      const chunk: CompiledChunk | null = next.message;
      if (chunk === null) this.#end();
      else this.chunks.push(chunk);
    }
  }

  note(pc: number): void {
    const index = this.#signals[SIGNAL.next]!;
    this.#signals[SIGNAL.next] = (index + 1) % RING_WORDS;
    Atomics.store(this.#signals, SIGNAL.ring + index, pc | 0);
  }

  cancel(): void {
    Atomics.store(this.#signals, SIGNAL.cancelled, 1);
    this.#end();
  }

  #end(): void {
    this.isComplete = true;
    this.#port.close();
  }
}

export class WorkerCompiler implements Compiler {
  readonly #programs = new Map<string, CompiledProgram>();
  #worker: Worker | null = null;

  compile(snapshot: CodeSnapshot): Compilation {
    const key = digest(snapshot);
    const program = this.#programs.get(key) ?? this.#start(key, snapshot);
    program.users++;
    let taken = 0;
    let isUser = true;
    const leave = (): void => {
      if (isUser) program.users--;
      isUser = false;
    };
    return {
      take: () => {
        if (taken === program.chunks.length) program.collect();
        const chunk = program.chunks[taken] ?? null;
        if (chunk !== null) taken++;
        if (program.isComplete && taken === program.chunks.length) leave();
        return chunk;
      },
      get isComplete() {
        return program.isComplete && taken === program.chunks.length;
      },
      note: (pc) => program.note(pc),
      cancel: () => {
        leave();
        if (program.users > 0 || program.isComplete) return;
        this.#programs.delete(key);
        program.cancel();
      },
    };
  }

  #start(key: string, snapshot: CodeSnapshot): CompiledProgram {
    const program = new CompiledProgram(snapshot, (request) => this.#thread().postMessage(request, [request.port]));
    for (const [other, { users, isComplete }] of this.#programs) {
      if (this.#programs.size < KEPT_PROGRAMS) break;
      if (users === 0 && isComplete) this.#programs.delete(other);
    }
    this.#programs.set(key, program);
    return program;
  }

  /** Starts the thread, which is to be needed soon: starting takes it longer than many a guest's first chunk. */
  prepare(): void {
    this.#thread();
  }

  /** It does not keep the process alive. */
  #thread(): Worker {
    if (this.#worker !== null) return this.#worker;
    this.#worker = new Worker(new URL(import.meta.resolve("#compile-worker")), {
      resourceLimits: { stackSizeMb: STACK_MB },
    });
    this.#worker.unref();
    return this.#worker;
  }
}

/** One for all guests of this thread. */
export const compiler = new WorkerCompiler();

const digest = ({ ram, ...rest }: CodeSnapshot): string =>
  createHash("sha1").update(ram).update(JSON.stringify(rest)).digest("base64");
