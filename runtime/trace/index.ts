/** What a run leaves behind: events, hashes, recordings, and how a recording is replayed. The front door of runtime/trace. */
export { type BlockFormat, BlockStream, BlockWriter, readBlocks } from "./blocks.ts";
export { type ChannelDifference, type Closeness, differencesBetween, type SampledTrace } from "./compare.ts";
export { describeEvent, type NamedRegister, registersOf } from "./event-words.ts";
export {
  decodeEvents,
  EVENT_KINDS,
  type EventKind,
  EventLog,
  type EventSink,
  type TraceEvent,
} from "./events.ts";
export { createHasher, formatHash, type Hasher, RunningHashes } from "./hashes.ts";
export { LatchRecorder } from "./latch-recorder.ts";
export { startingFrom } from "./later-start.ts";
export { RecordLog } from "./record-log.ts";
export { headerOf, Recorder } from "./recorder.ts";
export { decodeRecording, joined, type Recording } from "./recording.ts";
export { RECORDING_FORMAT, type RecordingHeader, restoredOf } from "./recording-format.ts";
export { type Divergence, describeDivergence, differencesOf, Replayer } from "./replayer.ts";
