/** The faults that a test or a campaign can inject, as plain data: what is listed, saved and shrunk is what is injected. */
import type { HartRegister } from "../../../runtime/board/index.ts";
import type { Quality } from "../../../runtime/index.ts";
import type { Start } from "../../../runtime/system.ts";
import type { Duration } from "../duration.ts";

/** Of one input: what its partition sees is not what the plant or the operator says. */
export type SignalFault = { readonly channel: string } & (
  | {
      /** `stuck`: stays at what it was. `dropout`: no value, quality bad, held or substituted as the config says. */
      readonly kind: "stuck" | "dropout";
    }
  /** Reads this and nothing else: a broken wire, a short circuit. */
  | { readonly kind: "reads"; readonly value: number | boolean }
  | { readonly kind: "offset"; readonly by: number }
  /** Wrong by more and more, per second. */
  | { readonly kind: "drift"; readonly perSecond: number }
  /** Normally distributed, a new value each frame. */
  | { readonly kind: "noise"; readonly deviation: number; readonly seed?: number }
  /** The value is right, and is told to be less than good. */
  | { readonly kind: "quality"; readonly quality: Quality }
);

/** Of a field device: of all that it says, and is told. */
export type DeviceFault = { readonly device: string } & (
  | {
      /** It answers nothing: its inputs drop out, its outputs stay as they are. */
      readonly kind: "silence";
    }
  /** Of its signals, each frame, this share (0 … 1) is lost on the way. */
  | { readonly kind: "loss"; readonly share: number; readonly seed?: number }
  /** What it says arrives so much later. */
  | { readonly kind: "delay"; readonly by: Duration }
  /** Of what it says, each frame, this share has one bit flipped that no check notices. */
  | { readonly kind: "corruption"; readonly share: number; readonly seed?: number }
);

/** Of a whole partition. */
export type PartitionFault = { readonly partition: string } & (
  | {
      /** `suspend`: it goes on when the fault ends. `stop`: it is started anew then. */
      readonly kind: "suspend" | "stop";
    }
  | { readonly kind: "restart"; readonly start: Start }
  | {
      /** Its guest computes for ever, interrupts off: it answers nothing and keeps what it published, until it starts anew. */
      readonly kind: "hang";
    }
  /** Its guest jumps to address 0, where nothing is. */
  | { readonly kind: "crash" }
  /** In each major frame its guest computes so much longer than it would, which its scans are late by. */
  | { readonly kind: "overrun"; readonly by: Duration }
  /** Before the instruction that comes `after` so many cycles of its own slots (0), a bit of a register, or of a byte of RAM, turns. */
  | ({ readonly kind: "bitFlip"; readonly bit: number; readonly after?: number } & (
      | { readonly register: HartRegister }
      | { readonly address: number }
    ))
);

/** Of the machine that runs the module: no guest can tell, and no hash changes. */
export interface HostFault {
  /** Before each slot, or this share of them (0 … 1), so much of the host's time is lost, at most. */
  readonly kind: "jitter";
  readonly upTo: Duration;
  readonly share?: number;
  readonly seed?: number;
}

export type Fault = SignalFault | DeviceFault | PartitionFault | HostFault;

/** The name of what it befalls. */
export const targetOf = (fault: Fault): string => {
  if ("channel" in fault) return fault.channel;
  if ("device" in fault) return fault.device;
  return "partition" in fault ? fault.partition : "host";
};

/** `drift intake.level perSecond=0.01`: for failures and reports. */
export const faultWords = (fault: Fault): string => {
  const { kind, ...rest } = fault;
  const details = Object.entries(rest).filter(([key]) => !["channel", "device", "partition"].includes(key));
  return [kind, targetOf(fault), ...details.map(([key, value]) => `${key}=${value}`)].join(" ");
};
