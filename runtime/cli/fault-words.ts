/** A guest's fault in words, wherever it ran: as a partition, as an image or as a program alone. */
import type { Fault, TrapCause } from "../hart/index.ts";

/** `illegal instruction`. */
export const causeInWords = (cause: TrapCause): string =>
  cause.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** `illegal instruction at 0x80000010 (main+0x8), value 0x0`; `name`: what lies at its pc, when known. */
export const describeFault = ({ cause, pc, value }: Fault, name: string | null = null): string => {
  const place = `0x${pc.toString(16)}${name === null ? "" : ` (${name})`}`;
  return `${causeInWords(cause)} at ${place}, value 0x${(value >>> 0).toString(16)}`;
};
