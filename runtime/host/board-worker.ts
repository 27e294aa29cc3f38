/** The entry of a board's thread. While its code is loaded, so is the thread that compiles for its guests. */
import assert from "node:assert";
import { parentPort, workerData } from "node:worker_threads";
import type { BoardJob, BoardMessage } from "./board-job.ts";
import { scheduleFirst } from "./real-time.ts";
import { compiler } from "./worker-compiler.ts";

assert(parentPort !== null, "board-worker.ts is the entry of a worker thread");
const port = parentPort;
const job: BoardJob = workerData;
if (job.system.partitions.some(({ engine }) => engine === "translator")) compiler.prepare();

const { runBoard } = await import("./board-run.ts");
const post = (message: BoardMessage): void => port.postMessage(message);
const refusal = job.realTime ? scheduleFirst() : null;
if (refusal !== null) post({ kind: "notRealTime", reason: refusal });
await runBoard(job, post);
