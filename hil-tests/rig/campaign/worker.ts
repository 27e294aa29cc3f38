/** A campaign's worker thread: has a rig of its own, and tries the schedules that it is asked to. */
import { parentPort, workerData } from "node:worker_threads";
import { prepareToBoot } from "../../../runtime/index.ts";
import { CampaignRun } from "./campaign-run.ts";
import { loadCampaign } from "./load-campaign.ts";
import type { Answer, Request, WorkerJob } from "./protocol.ts";

const prepare = async ({ file, seed, system }: WorkerJob): Promise<CampaignRun> => {
  prepareToBoot();
  const { options } = await loadCampaign(file);
  return CampaignRun.prepare(options, seed, system);
};

const answer = (run: CampaignRun, request: Request): Answer =>
  request.kind === "try"
    ? { kind: "tried", entries: request.indices.map((index) => run.try(index)) }
    : { kind: "shrunk", found: run.shrink(request.index) };

const port = parentPort!;
const running = prepare(workerData as WorkerJob);
port.on("message", (request: Request) => {
  running.then(
    (run) => port.postMessage(answerOrRefusal(run, request)),
    (error: Error) => port.postMessage({ kind: "refused", message: error.message } satisfies Answer),
  );
});

const answerOrRefusal = (run: CampaignRun, request: Request): Answer => {
  try {
    return answer(run, request);
  } catch (error) {
    return { kind: "refused", message: error instanceof Error ? error.message : String(error) };
  }
};
