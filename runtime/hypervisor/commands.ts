/**
 * Commands: what the outside orders a module to do, at the start of a frame and in order of arrival (design.md §2, law 4). Whoever
 * accepts a command has resolved its names and told its user what is wrong with it: the module only obeys.
 */
import type { Upset } from "../board/index.ts";
import { fromJsonBytes, jsonBytes } from "../json-bytes.ts";
import type { Start } from "../system.ts";
import type { Cycles, GuestAddress } from "../units.ts";
import type { Program } from "./program.ts";
import type { WallTime } from "./wall-clock.ts";

/** What a force holds: a point of the partition, or a variable of its guest by where it lies in RAM. */
export type ForceTarget =
  | { readonly kind: "point"; readonly point: number }
  /** `bit`: the one bit of the byte that a BOOL takes; null: the value fills its bytes. */
  | { readonly kind: "variable"; readonly address: GuestAddress; readonly bit: number | null };

/** `bytes` are never empty. */
export type Command =
  | { readonly kind: "start" | "stop" | "suspend" | "resume"; readonly partition: number }
  | { readonly kind: "restart"; readonly partition: number; readonly start: Start }
  /** A value that stays until it is released: of a point its cell, of a variable as many as it has, 0 or 1 for a bit. */
  | { readonly kind: "force"; readonly partition: number; readonly target: ForceTarget; readonly bytes: Uint8Array }
  /** null: all forces of the partition. */
  | { readonly kind: "release"; readonly partition: number; readonly target: ForceTarget | null }
  /** The partition's state, as it is then, for others that have its image, points and memory. */
  | { readonly kind: "clone"; readonly partition: number; readonly to: readonly number[] }
  /** Another program for the partition, whose image is `bytes`; retained data are carried over by name and type. */
  | {
      readonly kind: "replaceImage";
      readonly partition: number;
      readonly program: Omit<Program, "image">;
      readonly bytes: Uint8Array;
    }
  /** The program that was replaced last, with its state as it was then. */
  | { readonly kind: "rollback"; readonly partition: number }
  /** Bytes for the partition's serial port. */
  | { readonly kind: "uart"; readonly partition: number; readonly bytes: Uint8Array }
  /**
   * A fault for a test: the guest stands still for so many cycles in which it would execute, as if it computed; null: until it starts
   * anew. Of several the last one counts: 0 ends it.
   */
  | { readonly kind: "stall"; readonly partition: number; readonly duration: Cycles | null }
  /** Another one, after so many cycles of the partition's own slots from this frame on, before the instruction that starts then. */
  | { readonly kind: "upset"; readonly partition: number; readonly after: Cycles; readonly upset: Upset }
  /** The wall clock as it is at the start of this frame. */
  | { readonly kind: "setClock"; readonly time: WallTime }
  /** After this frame the module goes on in the schedule of that index. */
  | { readonly kind: "switchSchedule"; readonly schedule: number }
  /** The module's power fails: the health monitor says what to do while it lasts. */
  | { readonly kind: "powerFail" };

export const NO_COMMANDS: readonly Command[] = [];

const LENGTH_BYTES = 4;

/** A command as recordings hold it and threads pass it on: a u32, so many bytes of JSON, and `bytes`, if it has some. */
export const encodeCommand = (command: Command): Uint8Array => {
  const { bytes = new Uint8Array(0), ...fields }: Command & { readonly bytes?: Uint8Array } = command;
  const text = jsonBytes(fields);
  const encoded = new Uint8Array(LENGTH_BYTES + text.length + bytes.length);
  new DataView(encoded.buffer).setUint32(0, text.length, true);
  encoded.set(text, LENGTH_BYTES);
  encoded.set(bytes, LENGTH_BYTES + text.length);
  return encoded;
};

/** `encoded` is what `encodeCommand` made; the command's bytes are a copy. */
export const decodeCommand = (encoded: Uint8Array): Command => {
  const length = new DataView(encoded.buffer, encoded.byteOffset).getUint32(0, true);
  const textEnd = LENGTH_BYTES + length;
  const fields = fromJsonBytes<Command>(encoded.subarray(LENGTH_BYTES, textEnd));
  return textEnd === encoded.length ? fields : Object.assign(fields, { bytes: encoded.slice(textEnd) });
};
