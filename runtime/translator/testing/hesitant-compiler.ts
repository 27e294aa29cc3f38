/** A compiler that is ready when chance says so: chunks come one by one while the guest runs, or when it has long gone on. */
import { Random } from "../../hart/testing/random.ts";
import { type Compiler, immediateCompiler } from "../index.ts";

/** @param percent how often a chunk is there when it is asked for one. */
export const hesitantCompiler = (seed: number, percent: number): Compiler => {
  const random = new Random(seed);
  return {
    compile: (snapshot) => {
      const compilation = immediateCompiler.compile(snapshot);
      return {
        take: () => (random.chance(percent) ? compilation.take() : null),
        get isComplete() {
          return compilation.isComplete;
        },
        note: (pc) => compilation.note(pc),
        cancel: () => compilation.cancel(),
      };
    },
  };
};
