/** The workers of a campaign: each has a thread and a rig, and they share what is to be tried. */
import { Worker } from "node:worker_threads";
import type { Entry, Found } from "./campaign-run.ts";
import type { Answer, Request, WorkerJob } from "./protocol.ts";

/** So many schedules at a time: a second or less, after which the campaign can be stopped. */
const AT_ONCE = 8;

export class Fleet {
  readonly #workers: readonly Worker[];

  constructor(job: WorkerJob, workers: number) {
    const url = new URL(import.meta.resolve("#campaign-worker"));
    this.#workers = Array.from({ length: workers }, () => new Worker(url, { workerData: job }));
  }

  /**
   * Has these schedules tried, in any order.
   * @param goesOn asked before each handful.
   * @throws when the campaign cannot be run at all.
   */
  async try(
    indices: readonly number[],
    hear: (entries: readonly Entry[]) => void,
    goesOn: () => boolean,
  ): Promise<void> {
    let next = 0;
    const work = async (worker: Worker): Promise<void> => {
      while (next < indices.length && goesOn()) {
        const some = indices.slice(next, next + AT_ONCE);
        next += some.length;
        const answer = await ask(worker, { kind: "try", indices: some });
        if (answer.kind === "tried") hear(answer.entries);
      }
    };
    await Promise.all(this.#workers.map(work));
  }

  /** Those of so many failures at once as there are workers. */
  async shrink(indices: readonly number[], hear: (found: Found) => void): Promise<void> {
    const left = [...indices];
    const work = async (worker: Worker): Promise<void> => {
      for (let index = left.shift(); index !== undefined; index = left.shift()) {
        const answer = await ask(worker, { kind: "shrink", index });
        if (answer.kind === "shrunk") hear(answer.found);
      }
    };
    await Promise.all(this.#workers.map(work));
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

const ask = (worker: Worker, request: Request): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const settle = (): void => void worker.off("message", hear).off("error", fail);
    const hear = (answer: Answer): void => {
      settle();
      if (answer.kind === "refused") reject(new Error(answer.message));
      else resolve(answer);
    };
    const fail = (error: Error): void => {
      settle();
      reject(error);
    };
    worker.on("message", hear).on("error", fail);
    worker.postMessage(request);
  });
