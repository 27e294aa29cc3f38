/** Coverage of Structured Text: counted from the instructions that ran, and written as LCOV's tools read it. */
export { Coverage, type CoverageShare, type FileCoverage, figuresOf } from "./coverage.ts";
export { lcovOf } from "./lcov.ts";
