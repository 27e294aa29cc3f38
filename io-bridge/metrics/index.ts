/** What a running module shows of itself to those who watch over it. */
import {
  type BoardFigures,
  type Clock,
  LatenessHistogram,
  type NetworkListener,
  type System,
} from "../../runtime/index.ts";
import type { BridgeCounters } from "../bridge-counters.ts";
import type { Logger } from "../logger.ts";
import { boardMetrics } from "./board-metrics.ts";
import { Condition, type Service } from "./condition.ts";
import { exposition } from "./exposition.ts";
import { MetricsServer } from "./metrics-server.ts";
import { modbusMetrics } from "./modbus-metrics.ts";
import { mqttMetrics } from "./mqtt-metrics.ts";
import { ProcessMetrics } from "./process-metrics.ts";

export interface MetricsOptions {
  readonly listener: NetworkListener;
  readonly system: System;
  readonly figures: BoardFigures;
  readonly counters: () => BridgeCounters;
  readonly services: () => readonly Service[];
  /** Between two steps of the bridge, ms. */
  readonly loopMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

export class Metrics {
  readonly server: MetricsServer;
  readonly #clock: Clock;
  readonly #loopMs: number;
  readonly #loopDelay = new LatenessHistogram();
  readonly #condition: Condition;
  #steppedAtMs: number;

  constructor({ listener, system, figures, counters, services, loopMs, clock, log }: MetricsOptions) {
    this.#clock = clock;
    this.#loopMs = loopMs;
    this.#condition = new Condition(system, figures, services, clock);
    this.#steppedAtMs = clock.monotonicMs();
    const ofProcess = new ProcessMetrics(clock);
    const metrics = (): string => {
      const counted = counters();
      return exposition([
        ...boardMetrics(system, figures),
        ...modbusMetrics(counted),
        ...mqttMetrics(counted),
        ...ofProcess.families(this.#loopDelay),
      ]);
    };
    this.server = new MetricsServer(listener, { module: system.name, metrics, condition: this.#condition }, clock, log);
  }

  /** The bridge does its work, as it is to do every `loopMs`. */
  stepped(): void {
    const nowMs = this.#clock.monotonicMs();
    this.#loopDelay.add(Math.max(0, nowMs - this.#steppedAtMs - this.#loopMs) * 1000);
    this.#steppedAtMs = nowMs;
    this.#condition.notice();
  }

  stopping(): void {
    this.#condition.stopping();
  }
}
