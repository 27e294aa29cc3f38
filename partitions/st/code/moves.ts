/** Several moves that happen at once: arguments into their registers, parameters out of theirs. */
import type { Bank } from "../ir/ir.ts";
import type { RegisterFile } from "./allocate.ts";
import { type Emitter, FLOAT_SCRATCH, SCRATCH } from "./emitter.ts";

export interface Move {
  readonly bank: Bank;
  readonly from: number;
  readonly to: number;
}

/** Orders the moves in one register file so that nothing is overwritten before it was read; a cycle goes through scratch. */
export const moveAll = (emitter: Emitter, file: RegisterFile, moves: readonly Move[]): void => {
  const scratch = file === "float" ? FLOAT_SCRATCH[0] : SCRATCH[0];
  let open = moves.filter(({ from, to }) => from !== to);
  while (open.length > 0) {
    const free = open.find(({ to }) => !open.some((other) => other.from === to));
    if (free !== undefined) {
      emitter.move(free.to, free.from, free.bank);
      open = open.filter((move) => move !== free);
      continue;
    }
    const { from, bank } = open[0]!;
    emitter.move(scratch, from, bank);
    open = open.map((move) => (move.from === from ? { ...move, from: scratch } : move));
  }
};
