/** What signals do to a run: SIGINT and SIGTERM end it, SIGHUP has it read its certificates and allow-lists anew. */
import type { Bridge } from "../../io-bridge/index.ts";
import type { BoardThread } from "../host/board-thread.ts";
import { type CliEnvironment, EXIT } from "./environment.ts";

/**
 * A first Ctrl-C lets the frame end and the outputs go to their fail-safe values; another one, a second or more later, ends at
 * once. One keystroke may arrive several times within milliseconds: npm passes on what the terminal has sent to all anyway.
 */
export const stopOnSignals = (board: BoardThread, { clock }: CliEnvironment, announce: () => void): (() => void) => {
  let askedAtMs: number | null = null;
  const onSignal = (): void => {
    if (askedAtMs !== null) {
      if (clock.monotonicMs() - askedAtMs >= 1000) process.exit(EXIT.failed);
      return;
    }
    askedAtMs = clock.monotonicMs();
    announce();
    board.stop();
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  return () => process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
};

/** On a terminal SIGHUP says that it is gone, and ends the run as it ends others. @returns what ends this. */
export const reloadOnHangUp = (bridge: Bridge | null, { stdin }: CliEnvironment): (() => void) => {
  if (bridge === null || stdin.isTTY === true) return () => {};
  const onHangUp = (): void => void bridge.reload();
  process.on("SIGHUP", onHangUp);
  return () => void process.off("SIGHUP", onHangUp);
};
