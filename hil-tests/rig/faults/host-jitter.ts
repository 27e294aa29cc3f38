/** Faults of the host: time that it loses before slots. A guest must not be able to tell (design.md §2, law 5). */
import { uniformAt } from "../../plants/random.ts";
import type { Restore } from "../../plants/restore.ts";
import { toMilliseconds } from "../duration.ts";
import type { HostFault } from "./fault.ts";

/** Nobody ever wakes whoever waits here. */
const pause = new Int32Array(new SharedArrayBuffer(4));

export class HostJitter {
  readonly #faults = new Set<HostFault>();

  add(fault: HostFault): void {
    this.#faults.add(fault);
  }

  remove(fault: HostFault): void {
    this.#faults.delete(fault);
  }

  /** Before the slot at this place. */
  dawdle({ frame, slot }: { readonly frame: number; readonly slot: number }): void {
    for (const { upTo, share = 1, seed = 1 } of this.#faults) {
      const chance = uniformAt(seed ^ slot, frame);
      if (chance < share) Atomics.wait(pause, 0, 0, (toMilliseconds(upTo) * chance) / share);
    }
  }

  checkpoint(): Restore {
    const faults = [...this.#faults];
    return () => {
      this.#faults.clear();
      for (const fault of faults) this.#faults.add(fault);
    };
  }
}
