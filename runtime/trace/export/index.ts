/** Traces in formats that people already open. The front door of runtime/trace/export. */
export { ChromeTraceWriter } from "./chrome-trace.ts";
export { type ChannelPlace, CsvWriter } from "./csv.ts";
export { McapWriter } from "./mcap.ts";
export { VcdWriter } from "./vcd.ts";
export type { TraceWriter } from "./writer.ts";
