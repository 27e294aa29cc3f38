/**
 * Retained data on their way from the board to the files: always as the config's programs have them, for those are what a power
 * cycle brings back. Of a program that has replaced one, what both have by the same name and type is handed over.
 */
import { type Program, programOf, retainedFor } from "../hypervisor/index.ts";
import type { Partition, System } from "../system.ts";
import type { RetainedExchange } from "./retained-exchange.ts";

/** A running partition, as far as this goes. */
interface Retaining {
  readonly partition: Partition;
  readonly retained: Uint8Array;
}

export class RetainedHandover {
  readonly #programs: readonly Program[];
  readonly #exchange: RetainedExchange;

  constructor({ partitions }: System, exchange: RetainedExchange) {
    this.#programs = partitions.map(programOf);
    this.#exchange = exchange;
  }

  /** What the partitions' latest whole scans have left. */
  handOver(partitions: readonly Retaining[]): void {
    for (const { partition, retained } of partitions) {
      const program = this.#programs[partition.index]!;
      const data = partition.image === program.image ? retained : retainedFor(program, partition, retained);
      if (data !== null) this.#exchange.write(partition.index, data);
    }
  }
}
