/** RV32 to WebAssembly: an engine that executes compiled guest code, and what compiles it. */
export type { CodeSnapshot } from "./code-image.ts";
export { type Compilation, type CompiledChunk, type Compiler, immediateCompiler } from "./compiler.ts";
export { TranslatingEngine, translate } from "./engine.ts";
