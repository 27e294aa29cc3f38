/** How the module is, for whoever supervises it: whether it lives, and whether it does its work. */
import type { BoardFigures, Clock, System } from "../../runtime/index.ts";

/** A board that has not ended a frame for so long, and ten frames, is stuck. */
const STUCK_AFTER_MS = 5000;
const STUCK_AFTER_FRAMES = 10;

/** As far as the module's condition depends on it. */
export interface Service {
  /** `Modbus server scada` */
  readonly what: string;
  readonly isListening: boolean;
}

export class Condition {
  readonly #system: System;
  readonly #figures: BoardFigures;
  readonly #services: () => readonly Service[];
  readonly #clock: Clock;
  readonly #stuckAfterMs: number;
  #frames = -1;
  /** When the board last ended a frame, as far as noticed. */
  #advancedAtMs: number;
  #isStopping = false;

  constructor(system: System, figures: BoardFigures, services: () => readonly Service[], clock: Clock) {
    this.#system = system;
    this.#figures = figures;
    this.#services = services;
    this.#clock = clock;
    const longestFrame = Math.max(...system.schedules.map(({ majorFrame }) => majorFrame));
    this.#stuckAfterMs = STUCK_AFTER_MS + (STUCK_AFTER_FRAMES * longestFrame * 1000) / system.clock;
    this.#advancedAtMs = clock.monotonicMs();
  }

  /** To be called every now and then: notices that frames end. */
  notice(): void {
    const { isRunning, frames } = this.#figures;
    if (isRunning && frames === this.#frames) return;
    this.#frames = frames;
    this.#advancedAtMs = this.#clock.monotonicMs();
  }

  stopping(): void {
    this.#isStopping = true;
  }

  /** What keeps it from being alive; empty: nothing. */
  ailments(): readonly string[] {
    this.notice();
    const standsForMs = this.#clock.monotonicMs() - this.#advancedAtMs;
    if (standsForMs < this.#stuckAfterMs) return [];
    return [`the board has ended no frame for ${Math.round(standsForMs / 1000)} s`];
  }

  /** What it lacks to do all of its work; empty: nothing. Field devices and brokers that are away are no lack of its own. */
  lacks(): readonly string[] {
    const modes = this.#system.partitions.flatMap(({ name, index }) => {
      const { mode, suspended } = this.#figures.partition(index);
      if (mode !== "NORMAL") return [`partition ${name} is in ${mode}`];
      return suspended ? [`partition ${name} is suspended`] : [];
    });
    const silent = this.#services().filter(({ isListening }) => !isListening);
    return [
      ...this.ailments(),
      ...(this.#isStopping ? ["the module stops"] : []),
      ...(this.#figures.isRunning ? modes : ["the board has not started yet"]),
      ...silent.map(({ what }) => `${what} does not listen`),
    ];
  }
}
