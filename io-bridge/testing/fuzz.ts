/** For tests with bytes from a seed: what such bytes are, how they come in pieces, and what they leave in memory. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { randomFrom } from "./test-module.ts";

export type Random = ReturnType<typeof randomFrom>;

export const noise = (random: Random, length: number): Buffer => Buffer.from(Array.from({ length }, () => random(256)));

/** As networks and serial ports deliver. */
export const inPieces = (random: Random, bytes: Buffer, deliver: (piece: Buffer) => void): void => {
  for (let at = 0; at < bytes.length; ) {
    const length = random(3) === 0 ? 1 + random(20) : bytes.length;
    deliver(bytes.subarray(at, at + length));
    at += length;
  }
};

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** That this process cannot give back. */
export const memoryBytes = (): number => {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};
