/** What passes between a thread that runs guests and the thread that compiles their code. */
import type { MessagePort } from "node:worker_threads";
import type { CodeSnapshot } from "../translator/index.ts";

/** Asks for all chunks of a guest, which come through `port` as `CompiledChunk`, then null. */
export interface CompileRequest {
  readonly snapshot: CodeSnapshot;
  readonly port: MessagePort;
  readonly signals: SharedArrayBuffer;
}

/** Words of `signals`. */
export const SIGNAL = {
  /** How many messages were posted to the port: whoever waits need not ask the port. */
  posted: 0,
  /** Nobody wants more. */
  cancelled: 1,
  /** Where in the ring the next address goes. */
  next: 2,
  /** The ring of guest addresses that were executed lately. */
  ring: 3,
} as const;
export const RING_WORDS = 32;
export const SIGNAL_WORDS = SIGNAL.ring + RING_WORDS;
