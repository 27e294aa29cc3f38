/** Metrics of this process, by the names that Prometheus' client libraries have given them. */
import type { Clock, LatenessHistogram } from "../../runtime/index.ts";
import { histogramOf } from "./board-metrics.ts";
import { counter, gauge } from "./counter-table.ts";
import type { Family } from "./exposition.ts";

const one = (value: number) => [{ labels: {}, value }];

export class ProcessMetrics {
  readonly #startedAtS: number;

  constructor(clock: Clock) {
    this.#startedAtS = clock.nowMs() / 1000 - process.uptime();
  }

  /** @param loopDelay of the bridge's event loop. */
  families(loopDelay: LatenessHistogram): readonly Family[] {
    const { rss, heapUsed, external } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    return [
      { ...gauge("process_start_time_seconds", "When it started, since 1970."), samples: one(this.#startedAtS) },
      { ...counter("process_cpu_seconds", "Processor time of all its threads."), samples: one((user + system) / 1e6) },
      { ...gauge("process_resident_memory_bytes", "Memory that it occupies."), samples: one(rss) },
      { ...gauge("nodejs_heap_size_used_bytes", "JavaScript objects of the bridge's thread."), samples: one(heapUsed) },
      { ...gauge("nodejs_external_memory_bytes", "Buffers outside the JavaScript heap."), samples: one(external) },
      {
        ...{ type: "histogram", name: "partita_event_loop_delay_seconds" },
        help: "How much later than due the bridge came to its work.",
        samples: [histogramOf(loopDelay, {})],
      },
    ];
  }
}
