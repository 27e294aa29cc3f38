/** Who turns a guest's code into WebAssembly modules: at once, or somewhere else while the guest runs on. */
import type { CodeSnapshot } from "./code-image.ts";
import { Translation } from "./translation.ts";

/** A chunk that is ready to be instantiated; the arrays are those of `Chunk`. */
export interface CompiledChunk {
  readonly module: WebAssembly.Module;
  /** Length that the table needs for this guest. */
  readonly tableSize: number;
  readonly entryPcs: Int32Array;
  readonly entryCodes: Int32Array;
  readonly slots: Int32Array;
  readonly extents: Int32Array;
  readonly requests: Int32Array;
}

/** The compilation of one guest. */
export interface Compilation {
  /** The next chunk that is ready, else null; cheap to ask. */
  take(): CompiledChunk | null;
  /** All chunks have been taken. */
  readonly isComplete: boolean;
  /** The guest was just seen at `pc`: what lies there is wanted first. */
  note(pc: number): void;
  /** Nobody will take more. */
  cancel(): void;
}

export interface Compiler {
  compile(snapshot: CodeSnapshot): Compilation;
}

/** Compiles when asked, in the caller's thread: for tests, and where there are no threads. */
export const immediateCompiler: Compiler = {
  compile: (snapshot) => {
    const translation = new Translation(snapshot);
    let isComplete = false;
    return {
      take: () => {
        const chunk = translation.next([]);
        isComplete = chunk === null;
        if (chunk === null) return null;
        const { bytes, isFirst: _, ...entries } = chunk;
        return { ...entries, module: new WebAssembly.Module(bytes), tableSize: translation.tableSize };
      },
      get isComplete() {
        return isComplete;
      },
      note: () => {},
      cancel: () => {},
    };
  },
};
